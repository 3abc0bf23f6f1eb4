/* What a session leaves in the log; see report.h. */
#include "verifier/report.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "verifier/caller.h"

void
kf_report_start(const struct kf_session *s, struct kf_log *log,
    const char *event, const char *result)
{
	(void)s;
	kf_log_start(log, event);
	kf_log_add(log, "result", result);
}

void
kf_report_end(const struct kf_session *s, struct kf_log *log,
    int priority)
{
	const struct kf_msg_request *r = &s->request;

	/* People type passwords as names: the module sends known names only. */
	if (r->user[0] != '\0')
		kf_log_add(log, "user", r->user);
	if (r->uid != KF_UID_UNKNOWN)
		kf_log_number(log, "uid", r->uid);
	/* The service that follows is what the caller claims. */
	if (s->caller != NULL)
		kf_log_number(log, "caller", s->caller->uid);
	kf_log_add(log, "service", r->service);
	if (r->rhost[0] != '\0')
		kf_log_add(log, "rhost", r->rhost);
	if (r->tty[0] != '\0')
		kf_log_add(log, "tty", r->tty);
	kf_log_add(log, "txn", s->txn);
	kf_log_send(log, priority);
}

void
kf_report_conf_refused(const char *path, const struct kf_ini_error *error)
{
	struct kf_log log;

	kf_log_start(&log, "config");
	kf_log_add(&log, "result", "refused");
	kf_log_add(&log, "file", path);
	kf_log_number(&log, "line", error->line);
	kf_log_add(&log, "reason", error->reason);
	kf_log_send(&log, LOG_ERR);
}

void
kf_report_step(const struct kf_session *s, const char *step)
{
	struct kf_log log;

	if (!s->conf.log_steps)
		return;
	kf_report_start(s, &log, "step", step);
	kf_report_end(s, &log, LOG_INFO);
}

/* As a warning, at each use, because an exemption is a hole on purpose. */
static void
log_exempt(const struct kf_session *s)
{
	bool grant = kf_verdict_is_grant(&s->verdict);
	struct kf_log log;

	kf_report_start(s, &log, "exempt", grant ? "grant" : "ignore");
	if (s->exempt != NULL) {
		int64_t left = s->exempt->end - kf_clock_wall();

		kf_log_add(&log, "reason", s->exempt->reason);
		kf_log_add(&log, "until", s->exempt->until);
		if (left < KF_EXEMPT_WARN)
			kf_log_number(&log, "ends-in-days", left / 86400);
	} else {
		kf_log_add(&log, "reason", "unenrolled");
		kf_log_add(&log, "until", s->conf.unenrolled);
	}
	kf_report_end(s, &log, LOG_WARNING);
}

static void
log_decision(const struct kf_session *s)
{
	bool account = s->request.operation == KF_OP_ACCOUNT;
	bool grant = kf_verdict_is_grant(&s->verdict);
	struct kf_log log;

	kf_report_start(s, &log, account ? "account" : "auth",
	    grant ? "grant" : "deny");
	if (grant) {
		kf_log_add(&log, "factor", s->factor);
		if (s->via != NULL)
			kf_log_add(&log, "via", s->via);
		kf_log_add(&log, "id", s->id);
		if (s->recovery_left >= 0)
			kf_log_number(&log, "left", s->recovery_left);
	} else {
		kf_log_add(&log, "reason", s->reason);
		if (s->failures >= 0)
			kf_log_number(&log, "failures", s->failures);
	}
	/* How to mend an sshd that lets a public key alone pass by `auth`. */
	if (account && strcmp(s->reason, "no-proof") == 0)
		kf_log_add(&log, "sshd-setting", "AuthenticationMethods "
		    "publickey,keyboard-interactive:pam");
	/* A recovery code: the person has lost a factor, or it is a thief. */
	kf_report_end(s, &log, grant && s->recovery_left < 0 ? LOG_INFO :
	    LOG_NOTICE);
}

void
kf_report_verdict(const struct kf_session *s)
{
	if (s->exempt != NULL || s->unenrolled)
		log_exempt(s);
	else if (s->is_exempt)
		kf_report_step(s, "service-needs-no-proof");
	else
		log_decision(s);
}
