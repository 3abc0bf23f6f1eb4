/*
 * How a verifier is reached; see client.h.  By exec for root, over the
 * service's socket for everybody else: the caller's effective uid decides, and
 * nothing here falls back from one to the other.
 */
#include "common/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

#define CONNECT_MS 5000
#define LEAVE_MS 2000

static const struct kf_verifier nobody = { .fd = -1, .pidfd = -1, .pid = -1 };

/*
 * Between fork and exec in somebody else's process: system calls only.  Never
 * returns.
 */
static void __attribute__((noreturn))
become_verifier(const char *path, int socket)
{
	char *const argv[] = { (char *)(uintptr_t)path, NULL };
	char *const envp[] = { NULL };
	const struct sigaction normal = { .sa_handler = SIG_DFL };
	sigset_t none;
	int null;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &normal, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);

	/* Out of the way of 0 to 2, which the host may have closed. */
	socket = fcntl(socket, F_DUPFD, 3);
	null = open("/dev/null", O_RDWR);
	null = fcntl(null, F_DUPFD, 3);
	if (socket < 0 || null < 0 || dup2(socket, 0) != 0 ||
	    dup2(null, 1) != 1 || dup2(null, 2) != 2 ||
	    syscall(SYS_close_range, 3U, ~0U, 0U) != 0)
		_exit(127);
	(void)execve(path, argv, envp);
	_exit(127);
}

/*
 * A descriptor of our child, or -1.  With SIGCHLD ignored, a child that was
 * killed is gone without being waited for, and its pid may be anybody's by now:
 * what is not a child of ours is not touched, let alone killed.
 */
static int
open_child(pid_t pid)
{
	siginfo_t info;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0U);

	if (fd >= 0 && waitid(P_PIDFD, (id_t)fd, &info,
	    WEXITED | WNOHANG | WNOWAIT) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

enum kf_err
kf_client_start(const char *path, struct kf_verifier *v)
{
	int pair[2] = { -1, -1 };
	sigset_t all, before;

	*v = nobody;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return KF_ERR_IO;
	/* No handler of the host may run in the child. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	v->pid = fork();
	if (v->pid == 0)
		become_verifier(path, pair[1]);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)close(pair[1]);
	v->fd = pair[0];
	if (v->pid > 0)
		v->pidfd = open_child(v->pid);
	if (v->pidfd >= 0)
		return KF_OK;
	kf_client_stop(v);
	return KF_ERR_IO;
}

/*
 * A queue that is full makes connect wait, for as long as the socket's own
 * limit for sending says.
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
 * Who listens is told what the person types.  Root and nobody else, whatever
 * the path says; tests have a getsockopt of their own.
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
kf_client_connect(const char *path, struct kf_verifier *v)
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
kf_client_stop(struct kf_verifier *v)
{
	struct pollfd p = { .fd = v->pidfd, .events = POLLIN };
	int64_t deadline = kf_clock_monotonic() + LEAVE_MS;
	siginfo_t info;

	if (v->fd >= 0)
		(void)close(v->fd);
	while (v->pidfd >= 0) {
		int64_t left = deadline - kf_clock_monotonic();
		int n = poll(&p, 1, left > 0 ? (int)left : 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			(void)syscall(SYS_pidfd_send_signal, v->pidfd,
			    SIGKILL, NULL, 0U);
		break;
	}
	/* ECHILD: the host's own handler was faster. */
	while (v->pidfd >= 0 && waitid(P_PIDFD, (id_t)v->pidfd, &info,
	    WEXITED) != 0 && errno == EINTR)
		continue;
	while (v->pidfd < 0 && v->pid > 0 &&
	    waitpid(v->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (v->pidfd >= 0)
		(void)close(v->pidfd);
	*v = nobody;
}
