/*
 * keyfirst-key-device: talks to one security key for keyfirst-verify or the
 * administrator's tool.  It is a process of its own, because data from a device
 * may be hostile and is parsed by a library.  It has no descriptor but that of
 * the device and the socket of its parent, and once it has entered its sandbox
 * it can do nothing but use these two.
 *
 * The parent is never root.  It starts this program by exec, so that no secret
 * of the parent is in its memory, with the socket as descriptor 0 and the open
 * device as descriptor 3.  The program must not read a byte from the device
 * before it has entered the sandbox.  Its exit status has no meaning.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "key_device/request.h"
#include "key_device/sandbox.h"

#define PARENT 0
#define DEVICE 3
#define SAY_MS 5000

static bool
is_started_right(void)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return geteuid() != 0 &&
	    getsockopt(PARENT, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_STREAM && fcntl(1, F_GETFD) >= 0 &&
	    fcntl(2, F_GETFD) >= 0 && fcntl(DEVICE, F_GETFD) >= 0;
}

static bool
parent_is_there(void)
{
	struct pollfd p = { .fd = PARENT, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/*
 * Takes the same lock on the device as other programs with libfido2, so that
 * only one program at a time uses it.  This wait has no time limit: the parent
 * has one, and then kills this process; if the parent dies, the kernel kills
 * this process (PR_SET_PDEATHSIG).
 */
static bool
lock_device(struct kf_key *key)
{
	int n;

	if (flock(DEVICE, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (errno != EWOULDBLOCK)
		return false;
	kf_key_put_bare(&key->frame, KF_KEY_MSG_BUSY);
	if (kf_frame_write(PARENT, &key->frame, kf_clock_monotonic() +
	    SAY_MS) != KF_OK)
		return false;
	key->said_busy = true;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (!parent_is_there())
		return false;
	do
		n = flock(DEVICE, LOCK_EX);
	while (n != 0 && errno == EINTR);
	/* From now on the end of the socket is noticed, and ends a request. */
	(void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	return n == 0;
}

int
main(void)
{
	static struct kf_key key = { .parent = PARENT, .fd = DEVICE };

	if (!is_started_right() || !lock_device(&key))
		return EXIT_FAILURE;
	kf_key_library_start();
	if (kf_sandbox_enter() != KF_OK)
		return EXIT_FAILURE;
	kf_serve(&key);
	kf_key_close(&key);
	/* Exit handlers of libraries could make calls that are forbidden. */
	_exit(EXIT_SUCCESS);
}
