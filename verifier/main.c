/*
 * keyfirst-verify: decides for one call of pam_keyfirst.so.  A process of its
 * own, so that sshd and sudo need neither OpenSSL nor the store, and so that
 * what parses answers and files is not root.
 *
 * It is started with a socket as descriptor 0: by a process of root, and the
 * first thing it does is to become the service user for good; or by the
 * service's socket as that user, for a caller who is not root.  Which of the
 * two is decided by its own effective uid.  It must not read a byte before that
 * is settled.  Its exit status says nothing: GRANT on the socket does.
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

/* A library's message must not land on the socket or in a state file. */
static bool
has_standard_descriptors(void)
{
	return fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0;
}

/* Before the session there is nobody to tell but the log. */
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
 * The module waits for the end of the stream, and systemd holds the socket too
 * until it has collected us, which may take it longer than the module waits.
 */
static int
leave_caller(void)
{
	(void)shutdown(0, SHUT_RDWR);
	return EXIT_SUCCESS;
}

/* It started well, and has decided: for the service this is no failure. */
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

/* Started by root for root: a socketpair shows who made it. */
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

/* Started by the service's socket for somebody else. */
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
	/* Root's own programs have a way that nobody else can crowd. */
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
