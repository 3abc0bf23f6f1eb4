/*
 * One call of the module, from its request to the verdict; see session.h.
 *
 * The verdict starts as deny.  It becomes grant in one place of this program,
 * in decide(), after the proof has been recorded.  An error before that leaves
 * the verdict at deny.
 */
#include "verifier/session.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/text.h"
#include "verifier/caller.h"
#include "verifier/ladder.h"
#include "verifier/policy.h"
#include "verifier/report.h"

static enum kf_standing
standing(struct kf_session *s)
{
	enum kf_err err;

	if (s->request.uid == KF_UID_UNKNOWN || s->request.user[0] == '\0')
		return KF_STANDING_UNKNOWN;
	err = kf_store_get(s->store, s->request.uid,
	    kf_clock_monotonic() + 2000, &s->person);
	if (err == KF_ERR_NO_USER)
		return KF_STANDING_NOBODY;
	if (err != KF_OK)
		return KF_STANDING_BROKEN;
	if (strcmp(s->person.name, s->request.user) != 0)
		return KF_STANDING_REUSED;
	if (!kf_factor_can_prove(&s->person, &s->conf))
		return KF_STANDING_NOBODY;
	return KF_STANDING_ENROLLED;
}

static bool
read_conf(struct kf_session *s)
{
	const char *path = s->request.conf[0] != '\0' ? s->request.conf :
	    kf_path_conf;
	struct kf_ini_error error;

	if (kf_conf_load(path, s->request.service, &s->conf, &error) == KF_OK)
		return true;
	/* A configuration that was read in part does not count. */
	s->conf.log_steps = false;
	kf_report_conf_refused(path, &error);
	s->reason = "configuration";
	s->deny = KF_DENY_CONFIGURATION;
	return false;
}

static bool
open_store(struct kf_session *s)
{
	if (kf_store_open(s->conf.store, &s->store) != KF_OK) {
		s->reason = "store-unavailable";
		return false;
	}
	s->standing = standing(s);
	return true;
}

/*
 * The configuration exempts the person.  Where sshd shows that a first method
 * was completed, nothing else in the PAM stack decides, so the person is
 * granted.  Everywhere else the rest of the stack decides.
 */
static bool
grant_exempt(struct kf_session *s)
{
	s->factor = "none";
	s->is_exempt = !kf_policy_sshd_shows_method(&s->request);
	return !s->is_exempt;
}

static bool
decide_auth(struct kf_session *s)
{
	s->exempt = kf_policy_exemption(s);
	if (s->exempt != NULL)
		return grant_exempt(s);
	if (!open_store(s))
		return false;
	s->unenrolled = kf_policy_allows_unenrolled(s);
	if (s->unenrolled)
		return grant_exempt(s);
	if (kf_machine_key_load(kf_path_machine_key, &s->key) != KF_OK) {
		s->reason = "machine-key-unavailable";
		return false;
	}
	return kf_ladder_prove(s) && s->standing == KF_STANDING_ENROLLED;
}

/*
 * The module asks in `account` only where `auth` has proved nothing: sshd does
 * not run `auth` for a login by public key alone.
 */
static void
decide_account(struct kf_session *s)
{
	if (!kf_conf_requires_proof(&s->conf, s->request.service)) {
		s->is_exempt = true;
		return;
	}
	s->exempt = kf_policy_exemption(s);
	s->is_exempt = s->exempt != NULL;
	if (s->is_exempt || !open_store(s))
		return;
	s->unenrolled = kf_policy_allows_unenrolled(s);
	s->is_exempt = s->unenrolled;
	s->deny = KF_DENY_AUTH;
	s->reason = "no-proof";
}

/* This is the one place of the program that assigns grant. */
static void
decide(struct kf_session *s)
{
	s->deny = KF_DENY_UNAVAILABLE;
	s->reason = "broken";
	if (s->caller != NULL && !kf_caller_restrict(s))
		return;
	if (!read_conf(s))
		return;
	s->known = kf_policy_first_factor_known(&s->request);
	if (s->request.operation == KF_OP_ACCOUNT)
		decide_account(s);
	else if (decide_auth(s))
		kf_verdict_grant(&s->verdict);
}

/* The log comes first: after the verdict the caller may end this process. */
static void
finish(struct kf_session *s)
{
	kf_report_verdict(s);
	if (kf_verdict_is_grant(&s->verdict))
		(void)!kf_talk_grant(&s->talk, s->factor, s->id);
	else if (s->is_exempt)
		(void)!kf_talk_exempt(&s->talk);
	else
		(void)!kf_talk_deny(&s->talk, s->deny);
}

static void
log_protocol(const struct kf_session *s, enum kf_err err)
{
	struct kf_log log;

	kf_log_start(&log, "protocol");
	kf_log_add(&log, "result", "refused");
	kf_log_add(&log, "reason", kf_strerror(err));
	if (s->caller != NULL)
		kf_log_number(&log, "caller", s->caller->uid);
	kf_log_send(&log, LOG_ERR);
}

void
kf_session_run(int fd, const struct kf_caller *caller)
{
	static struct kf_session s;	/* large, and wiped at the end */
	unsigned char txn[8];
	enum kf_err err;

	kf_verdict_deny(&s.verdict);
	s.failures = -1;
	s.recovery_left = -1;
	s.caller = caller;
	err = kf_talk_start(&s.talk, fd, &s.request);
	if (err == KF_OK)
		err = kf_random(txn, sizeof(txn));
	if (err != KF_OK) {
		log_protocol(&s, err);
		return;
	}
	kf_text_hex(s.txn, txn, sizeof(txn));
	decide(&s);
	finish(&s);
	kf_store_close(s.store);
	kf_machine_key_wipe(&s.key);
	explicit_bzero(&s, sizeof(s));
}
