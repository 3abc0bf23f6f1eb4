/*
 * keyfirst-verify: decides for one call of pam_keyfirst.so.  It is a process of
 * its own so that sshd and sudo need neither OpenSSL nor the store, and so that
 * the code that parses answers and files does not run as root.
 *
 * It is started with a socket as descriptor 0.  A process of root starts it as
 * root; then it first becomes the service user for good.  The service's socket
 * starts it as the service user, for a caller that is not root.  Its own
 * effective uid tells which of the two it is.  It must not read a byte before
 * it has given up root.  Its exit status means nothing: the caller counts only
 * GRANT on the socket.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "common/log.h"
#include "processes/privileges.h"
#include "store/seal.h"
#include "verifier/caller.h"
#include "verifier/session.h"

/* Else a library's message could be written to the socket or a state file. */
static bool
has_standard_descriptors(void)
{
	return fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0;
}

/* Before the session the reason can be told to the log only. */
static int
refuse_start(const char *reason, enum kf_err err)
{
	struct kf_log log;

	kf_log_start(&log, "verifier");
	kf_log_add(&log, "result", "not-started");
	kf_log_add(&log, "reason", reason);
	if (err != KF_OK)
		kf_log_add(&log, "error", kf_strerror(err));
	kf_log_send(&log, LOG_ERR);
	return EXIT_FAILURE;
}

/*
 * The module waits for the end of the stream.  systemd keeps the socket open,
 * too, until it has collected this process, which may take longer than the
 * module waits.
 */
static int
leave_caller(void)
{
	(void)shutdown(0, SHUT_RDWR);
	return EXIT_SUCCESS;
}

/* To refuse a caller is a decision and no failure of the service. */
static int
refuse_caller(const struct kf_caller *caller, const char *reason)
{
	struct kf_log log;

	kf_log_start(&log, "verifier");
	kf_log_add(&log, "result", "refused");
	kf_log_add(&log, "reason", reason);
	kf_log_number(&log, "caller", caller->uid);
	kf_log_send(&log, LOG_NOTICE);
	return leave_caller();
}

/* Started by a process of root.  A socketpair tells who has made it. */
static int
serve_root(uid_t uid, gid_t gid)
{
	uint32_t caller;
	enum kf_err err;

	if (!has_standard_descriptors())
		return refuse_start("not-started-by-the-module", KF_OK);
	err = kf_privileges_drop(uid, gid, 3);
	if (err != KF_OK)
		return refuse_start("privileges", err);
	if (!kf_caller_uid(0, &caller) || caller != 0)
		return refuse_start("caller-is-not-root", KF_OK);
	kf_crypto_start();
	kf_session_run(0, NULL);
	return EXIT_SUCCESS;
}

/* Started by the service's socket for a caller that is not root. */
static int
serve_caller(uid_t uid, gid_t gid)
{
	static struct kf_caller caller;
	const char *reason;
	enum kf_err err = kf_privileges_confirm(uid, gid);

	if (err != KF_OK)
		return refuse_start("not-the-service-user", err);
	if (!kf_caller_uid(0, &caller.uid))
		return refuse_start("not-a-socket", KF_OK);
	/* Root's programs start a verifier of their own. */
	if (caller.uid == 0)
		return refuse_caller(&caller, "caller-is-root");
	reason = kf_caller_enter(&caller);
	if (reason != NULL)
		return refuse_caller(&caller, reason);
	kf_crypto_start();
	kf_session_run(0, &caller);
	kf_store_close(caller.store);
	return leave_caller();
}

int
main(void)
{
	uid_t uid;
	gid_t gid;
	enum kf_err err;

	(void)clearenv();
	openlog("keyfirst-verify", LOG_PID, LOG_AUTHPRIV);
	err = kf_service_user(&uid, &gid);
	if (err != KF_OK)
		return refuse_start("state-directory", err);
	return geteuid() == 0 ? serve_root(uid, gid) : serve_caller(uid, gid);
}
