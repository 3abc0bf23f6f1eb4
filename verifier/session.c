/*
 * One call of the module, from its request to the verdict; see session.h.
 *
 * The verdict starts as deny.  It becomes grant in one place of this program,
 * in decide(), after the proof has been recorded; whatever goes wrong before
 * leaves it as it was.
 */
#include "verifier/session.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/text.h"
#include "verifier/codes.h"

void
kf_session_log_start(const struct kf_session *s, struct kf_log *log,
    const char *event, const char *result)
{
	(void)s;
	kf_log_start(log, event);
	kf_log_add(log, "result", result);
}

void
kf_session_log_end(const struct kf_session *s, struct kf_log *log,
    int priority)
{
	const struct kf_msg_request *r = &s->request;

	/* People type passwords as names: an unknown one was never sent. */
	if (r->user[0] != '\0')
		kf_log_add(log, "user", r->user);
	if (r->uid != KF_UID_UNKNOWN)
		kf_log_number(log, "uid", r->uid);
	kf_log_add(log, "service", r->service);
	if (r->rhost[0] != '\0')
		kf_log_add(log, "rhost", r->rhost);
	if (r->tty[0] != '\0')
		kf_log_add(log, "tty", r->tty);
	kf_log_add(log, "txn", s->txn);
	kf_log_send(log, priority);
}

void
kf_session_step(const struct kf_session *s, const char *step)
{
	struct kf_log log;

	if (!s->conf.log_steps)
		return;
	kf_session_log_start(s, &log, "step", step);
	kf_session_log_end(s, &log, LOG_INFO);
}

void
kf_session_last_words(struct kf_session *s, const char *words)
{
	struct kf_msg_answer ignored = { .kind = KF_ANSWER_NOTHING };
	char prompt[KF_TEXT_SIZE];

	/* Who is gone by now is noticed at the verdict. */
	if (s->request.connection[0] == '\0' ||
	    kf_text_format(prompt, sizeof(prompt), "%s Press Enter. ",
	    words) != KF_OK)
		(void)!kf_talk_show(&s->talk, true, words);
	else
		(void)!kf_talk_ask(&s->talk, true, prompt, &ignored);
	kf_secret_wipe(&ignored.text);
}

static void
log_conf_refused(const char *path, const struct kf_ini_error *error)
{
	struct kf_log log;

	kf_log_start(&log, "config");
	kf_log_add(&log, "result", "refused");
	kf_log_add(&log, "file", path);
	kf_log_number(&log, "line", error->line);
	kf_log_add(&log, "reason", error->reason);
	kf_log_send(&log, LOG_ERR);
}

/*
 * Does SSH_AUTH_INFO_0 show a method that was completed?  One line each:
 * method, then a blank or the end.  "none" proves nothing.
 */
static bool
shows_completed_method(const char *info)
{
	while (*info != '\0') {
		size_t line = strcspn(info, "\n");
		size_t method = strcspn(info, " \n");

		if (method > 0 && info[line] == '\n' &&
		    !(method == 4 && memcmp(info, "none", 4) == 0))
			return true;
		info += line + (info[line] == '\n');
	}
	return false;
}

/*
 * Who calls as root on nobody's behalf and says how somebody came here is sshd:
 * SSH_AUTH_INFO_0 is in the PAM environment, which only root's own process
 * fills before `auth`.  A real uid that is the person's own (sudo, su to
 * oneself) has logged in before; root's own proves nothing, since sshd and
 * login run as root.
 */
static bool
first_factor_is_known(const struct kf_msg_request *r)
{
	if ((r->flags & KF_FLAG_AFTER_FIRST_FACTOR) != 0)
		return true;
	if (r->ruid == 0)
		return r->connection[0] != '\0' &&
		    shows_completed_method(r->ssh_auth_info);
	return r->uid != KF_UID_UNKNOWN && r->ruid == r->uid;
}

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

/* For the log, whatever was asked; and for whom it helps, in words. */
static const struct {
	const char *reason;
	const char *words;
	enum kf_deny deny;
} standings[] = {
	[KF_STANDING_ENROLLED] = { "not-asked", "", KF_DENY_AUTH },
	[KF_STANDING_UNKNOWN] = { "unknown-user",
	    "No second factor is enrolled for you. Ask your administrator.",
	    KF_DENY_AUTH },
	[KF_STANDING_NOBODY] = { "not-enrolled",
	    "No second factor is enrolled for you. Ask your administrator.",
	    KF_DENY_AUTH },
	[KF_STANDING_REUSED] = { "uid-reused",
	    "No second factor is enrolled for you. Ask your administrator.",
	    KF_DENY_AUTH },
	[KF_STANDING_BROKEN] = { "enrolment-damaged",
	    "Your enrolment cannot be read. Tell your administrator.",
	    KF_DENY_UNAVAILABLE },
};

/* Asks, and tells whether it was proved; denials keep their reason. */
static bool
prove(struct kf_session *s)
{
	s->standing = standing(s);
	kf_session_step(s, s->known ? "first-factor-known" :
	    "first-factor-unknown");
	if (s->standing == KF_STANDING_ENROLLED)
		return kf_codes_prove(s);
	if (s->known) {
		s->deny = standings[s->standing].deny;
		kf_session_last_words(s, standings[s->standing].words);
		s->reason = standings[s->standing].reason;
		return false;
	}
	/* A stranger hears the same questions for everybody. */
	(void)kf_codes_prove(s);
	s->reason = standings[s->standing].reason;
	return false;
}

/* Opens what the session works with; false with reason and deny set. */
static bool
prepare(struct kf_session *s)
{
	const char *path = s->request.conf[0] != '\0' ? s->request.conf :
	    kf_path_conf;
	struct kf_ini_error error;

	if (s->request.operation != KF_OP_AUTH) {
		s->reason = "operation-not-served";
		return false;
	}
	if (kf_conf_load(path, s->request.service, &s->conf, &error) !=
	    KF_OK) {
		/* What was half read does not count, not even for the log. */
		s->conf.log_steps = false;
		log_conf_refused(path, &error);
		s->reason = "configuration";
		s->deny = KF_DENY_CONFIGURATION;
		return false;
	}
	if (kf_store_open(s->conf.store, &s->store) != KF_OK) {
		s->reason = "store-unavailable";
		return false;
	}
	if (kf_machine_key_load(kf_path_machine_key, &s->key) != KF_OK) {
		s->reason = "machine-key-unavailable";
		return false;
	}
	s->known = first_factor_is_known(&s->request);
	return true;
}

/* The one place of this program that assigns grant. */
static void
decide(struct kf_session *s)
{
	s->deny = KF_DENY_UNAVAILABLE;
	s->reason = "broken";
	if (prepare(s) && prove(s) && s->standing == KF_STANDING_ENROLLED)
		kf_verdict_grant(&s->verdict);
}

static void
log_decision(const struct kf_session *s)
{
	bool grant = kf_verdict_is_grant(&s->verdict);
	struct kf_log log;

	kf_session_log_start(s, &log, "auth", grant ? "grant" : "deny");
	if (grant) {
		kf_log_add(&log, "factor", s->factor);
		kf_log_add(&log, "id", s->id);
	} else {
		kf_log_add(&log, "reason", s->reason);
		if (s->failures >= 0)
			kf_log_number(&log, "failures", s->failures);
	}
	kf_session_log_end(s, &log, grant ? LOG_INFO : LOG_NOTICE);
}

/* The log comes first: after the last word the caller may end us. */
static void
finish(struct kf_session *s)
{
	log_decision(s);
	if (kf_verdict_is_grant(&s->verdict))
		(void)!kf_talk_grant(&s->talk, s->factor, s->id);
	else
		(void)!kf_talk_deny(&s->talk, s->deny);
}

static void
log_protocol(enum kf_err err)
{
	struct kf_log log;

	kf_log_start(&log, "protocol");
	kf_log_add(&log, "result", "refused");
	kf_log_add(&log, "reason", kf_strerror(err));
	kf_log_send(&log, LOG_ERR);
}

void
kf_session_run(int fd)
{
	static struct kf_session s;	/* large, and wiped at the end */
	unsigned char txn[8];
	enum kf_err err;

	kf_verdict_deny(&s.verdict);
	s.failures = -1;
	err = kf_talk_start(&s.talk, fd, &s.request);
	if (err == KF_OK)
		err = kf_random(txn, sizeof(txn));
	if (err != KF_OK) {
		log_protocol(err);
		return;
	}
	kf_text_hex(s.txn, txn, sizeof(txn));
	decide(&s);
	finish(&s);
	kf_store_close(s.store);
	kf_machine_key_wipe(&s.key);
	explicit_bzero(&s, sizeof(s));
}
