/*
 * keyfirst-verify: decides for one call of pam_keyfirst.so.  A process of its
 * own, so that sshd and sudo need neither OpenSSL nor the store, and so that
 * what parses answers and files is not root.
 *
 * It is started by a process of root with a socket as descriptor 0, and the
 * first thing it does is to become the service user for good.  It must not read
 * a byte before that.  Its exit status says nothing: GRANT on the socket does.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "common/log.h"
#include "common/privileges.h"
#include "store/seal.h"
#include "verifier/session.h"

/* Only root's own processes: a socketpair shows who made it. */
static bool
is_called_by_root(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    len == sizeof(peer) && peer.uid == 0;
}

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

int
main(void)
{
	uid_t uid;
	gid_t gid;
	enum kf_err err;

	(void)clearenv();
	openlog("keyfirst-verify", LOG_PID, LOG_AUTHPRIV);
	if (geteuid() != 0 || !has_standard_descriptors())
		return refuse_start("not-started-by-the-module", KF_OK);
	err = kf_service_user(&uid, &gid);
	if (err != KF_OK)
		return refuse_start("state-directory", err);
	err = kf_privileges_drop(uid, gid, 3);
	if (err != KF_OK)
		return refuse_start("privileges", err);
	if (!is_called_by_root(0))
		return refuse_start("caller-is-not-root", KF_OK);
	kf_crypto_start();
	kf_session_run(0);
	return EXIT_SUCCESS;
}
