/*
 * keyfirst-key-device: talks to one security key for keyfirst-verify or the
 * administrator's tool.  A process of its own, since what a key says may be
 * hostile and is taken apart by a library: it holds nothing but the key's
 * descriptor and the socket of its parent, and after its sandbox is up it can
 * do nothing but use these two.
 *
 * It is started by exec, so that no secret of its parent is in its memory, with
 * the socket as descriptor 0 and the open device as 3, and never by root.  It
 * must not read a byte from the device before the sandbox is up.  Its exit
 * status says nothing.
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
 * The same lock that libfido2's other users take, so that one program at a time
 * has the key.  It is waited for without a limit: the parent has one, and kills
 * us; should it die itself, the kernel does.
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
	/* From here on the end of the socket is seen, and the key told. */
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
	/* Handlers of libraries would want what is forbidden by now. */
	_exit(EXIT_SUCCESS);
}
