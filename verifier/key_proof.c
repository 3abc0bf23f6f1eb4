/*
 * What a key has signed: is it right, and is its counter higher than any
 * before?  Only what is recorded counts.
 */
#include "verifier/key_login.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "key_dialogue/key.h"
#include "verifier/report.h"

#define LOCK_MS 2000
#define CLONE_SECONDS 60

static void
log_refused(const struct kf_session *s, const char *reason,
    const struct kf_authenticator *a, int priority)
{
	struct kf_log log;

	kf_report_start(s, &log, "key", "refused");
	kf_log_add(&log, "reason", reason);
	kf_log_add(&log, "id", a->id);
	kf_report_end(s, &log, priority);
}

/* Of two logins at once the later signature can be recorded first. */
static bool
is_race(const struct kf_signature *sig)
{
	return sig->counter < sig->last &&
	    sig->now - sig->last_used <= CLONE_SECONDS;
}

/* The counter did not grow: two devices may have the same secret. */
static void
log_counter(const struct kf_session *s, const struct kf_signature *sig,
    const struct kf_authenticator *a, bool denied)
{
	bool clone = sig->counter < sig->last && !is_race(sig);
	struct kf_log log;

	kf_report_start(s, &log, "key", denied ? "refused" : "accepted");
	kf_log_add(&log, "reason", clone ? "key-cloned" : "key-counter");
	kf_log_add(&log, "id", a->id);
	kf_log_number(&log, "counter", (int64_t)sig->counter);
	kf_log_number(&log, "last", (int64_t)sig->last);
	kf_report_end(s, &log, clone ? LOG_WARNING : LOG_NOTICE);
}

static bool
refuse(struct kf_session *s, enum kf_deny deny, const char *reason)
{
	s->deny = deny;
	s->reason = reason;
	return false;
}

/* Durable, or not proved. */
static bool
record(struct kf_key_login *l, const struct kf_authenticator *a,
    uint32_t counter)
{
	struct kf_session *s = l->s;
	static struct kf_signature sig;		/* large */
	const struct kf_authenticator *now;
	enum kf_err err;

	sig = (struct kf_signature){
		.uid = s->request.uid,
		.tag = a->tag,
		.counter = counter,
		.strict = !s->conf.key_counter_log,
		.deadline = kf_clock_monotonic() + LOCK_MS,
	};
	err = kf_store_sign(s->store, &sig);
	if (err == KF_ERR_CONFLICT) {
		log_counter(s, &sig, a, true);
		kf_key_tell(l, is_race(&sig) ? "Another login used this "
		    "security key at the same moment. Try again." :
		    "This security key has signed out of order: it may have "
		    "been copied. Tell your administrator.");
		return refuse(s, KF_DENY_AUTH, "key-counter");
	}
	if (err == KF_ERR_NO_USER)
		return refuse(s, KF_DENY_AUTH, "key-removed");
	if (err != KF_OK)
		return refuse(s, KF_DENY_UNAVAILABLE, "broken");
	/* Read again under the lock: it may be another person's by now. */
	now = kf_enrolment_of_tag(&sig.person, a->tag);
	if (now == NULL || strcmp(sig.person.name, s->request.user) != 0)
		return refuse(s, KF_DENY_AUTH, "key-removed");
	if (!sig.higher)
		log_counter(s, &sig, a, false);
	memcpy(s->id, now->id, sizeof(s->id));
	s->factor = kf_factor_of(KF_KIND_KEY)->name;
	s->via = "local";
	return true;
}

/* The signature is not right: logged, told, and the reason of the denial. */
static void
refuse_signature(struct kf_key_login *l, const struct kf_authenticator *a,
    enum kf_assertion_verdict verdict)
{
	log_refused(l->s, kf_assertion_reason(verdict), a, LOG_WARNING);
	if (verdict == KF_ASSERTION_SYNCED)
		kf_key_tell(l, "This security key can be copied between "
		    "devices, which is not allowed here.");
	else if (verdict == KF_ASSERTION_VERIFICATION)
		kf_key_tell(l, "The security key did not verify you.");
	else
		kf_key_tell(l, "The security key's answer is not valid.");
	(void)refuse(l->s, KF_DENY_AUTH, kf_assertion_reason(verdict));
}

enum kf_key_event
kf_key_judge(void *context, struct kf_device *device)
{
	static struct kf_key_asserted asserted;	/* large */
	struct kf_key_login *l = context;
	const struct kf_key_attempt *attempt = kf_key_attempt(l, device);
	const struct kf_authenticator *a = l->owner[attempt->candidate];
	struct kf_session *s = l->s;
	struct kf_assertion_rules rules = {
		.verify = s->conf.key_verify,
		.hardware = s->conf.key_synced_deny,
	};
	struct kf_assertion_facts facts;
	enum kf_assertion_verdict verdict = KF_ASSERTION_MALFORMED;

	if (kf_key_get_asserted(&l->dialogue.devices.frame, &asserted) ==
	    KF_OK) {
		const struct kf_assertion assertion = kf_key_said(&a->key,
		    &asserted);

		memcpy(rules.hash, attempt->hash, sizeof(rules.hash));
		verdict = kf_assertion_check(&a->key, &rules, &assertion,
		    &facts);
	}
	if (verdict == KF_ASSERTION_RIGHT && record(l, a, facts.counter))
		return KF_KEY_RIGHT;
	if (verdict != KF_ASSERTION_RIGHT)
		refuse_signature(l, a, verdict);
	l->failed = true;
	l->words = NULL;
	return KF_KEY_WRONG;
}
