/*
 * The two ways to a verifier; see client.h.  A caller whose effective uid is 0
 * executes it; every other caller connects to the service's socket.  This file
 * must never fall back from one way to the other.
 */
#include "client/client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "common/clock.h"

#define CONNECT_MS 5000
#define LEAVE_MS 2000

static const struct kf_process nobody = KF_PROCESS_NONE;

enum kf_err
kf_client_start(const char *path, struct kf_process *v)
{
	return kf_process_start(path, -1, v);
}

/*
 * Connects before the deadline.  When the listener's queue is full, connect(2)
 * waits as long as the socket's SO_SNDTIMEO allows, so that is set to the time
 * left.
 */
static enum kf_err
connect_by(int fd, const struct sockaddr_un *where, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - kf_clock_monotonic();
		const struct timeval limit = {
			.tv_sec = left / 1000,
			.tv_usec = left % 1000 * 1000,
		};

		if (left <= 0)
			return KF_ERR_TIMEOUT;
		if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
		    sizeof(limit)) != 0)
			return KF_ERR_IO;
		if (connect(fd, (const struct sockaddr *)where,
		    sizeof(*where)) == 0)
			return KF_OK;
		if (errno == ENOENT || errno == ECONNREFUSED)
			return KF_ERR_MISSING;
		if (errno != EINTR && errno != EAGAIN)
			return KF_ERR_IO;
	}
}

/*
 * Does root's process listen at the other end?  The listener receives what the
 * person types, so it must be root's, whichever path was given.  Tests link a
 * getsockopt of their own.
 */
static bool
root_listens(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    len == sizeof(peer) && peer.uid == 0;
}

enum kf_err
kf_client_connect(const char *path, struct kf_process *v)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	enum kf_err err;

	*v = nobody;
	if (path[0] != '/' || strlen(path) >= sizeof(where.sun_path))
		return KF_ERR_RANGE;
	memcpy(where.sun_path, path, strlen(path));
	v->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (v->fd < 0)
		return KF_ERR_IO;
	err = connect_by(v->fd, &where, kf_clock_monotonic() + CONNECT_MS);
	if (err == KF_OK && !root_listens(v->fd))
		err = KF_ERR_UNTRUSTED;
	if (err != KF_OK)
		kf_client_stop(v);
	return err;
}

void
kf_client_stop(struct kf_process *v)
{
	kf_process_stop(v, LEAVE_MS);
}
