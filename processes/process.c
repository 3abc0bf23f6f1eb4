/*
 * Starts and ends one of our programs; see process.h.  This is the one file
 * that forks inside a host such as sshd or sudo, so it must not change a signal
 * disposition, a descriptor or a child of the host.
 */
#include "processes/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

static const struct kf_process nobody = KF_PROCESS_NONE;

/* Copies fd to that number, open across exec; 0, or -1 on failure. */
static int
place(int fd, int number)
{
	return fd >= 0 && dup2(fd, number) == number ? 0 : -1;
}

/*
 * Runs in the child, between fork and exec.  The host may have had threads, so
 * only functions that are safe after fork(2) may be called here.  Resets
 * signals, arranges the descriptors and executes path.  Never returns.
 */
static void __attribute__((noreturn))
become(const char *path, int socket, int third)
{
	char *const argv[] = { (char *)(uintptr_t)path, NULL };
	char *const envp[] = { NULL };
	const struct sigaction normal = { .sa_handler = SIG_DFL };
	const unsigned first_unused = third < 0 ? 3 : 4;
	sigset_t none;
	int null;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &normal, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);

	/*
	 * Move them above 0 to 3: if the host had closed some of these, the new
	 * descriptors may have such numbers now.
	 */
	socket = fcntl(socket, F_DUPFD, 4);
	null = open("/dev/null", O_RDWR);
	null = fcntl(null, F_DUPFD, 4);
	if (third >= 0 && place(fcntl(third, F_DUPFD, 4), 3) != 0)
		_exit(127);
	if (place(socket, 0) != 0 || place(null, 1) != 0 ||
	    place(null, 2) != 0 ||
	    syscall(SYS_close_range, first_unused, ~0U, 0U) != 0)
		_exit(127);
	(void)execve(path, argv, envp);
	_exit(127);
}

/*
 * Returns a pidfd of our child, or -1.  If the host ignores SIGCHLD, a child
 * that has died is collected by the kernel, and its pid may belong to another
 * process by now.  So the pidfd is used only if it is that of a child of ours;
 * no other process may be waited for or killed.
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
kf_process_start(const char *path, int third, struct kf_process *p)
{
	int pair[2] = { -1, -1 };
	sigset_t all, before;

	*p = nobody;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return KF_ERR_IO;
	/* Block signals, so that no handler of the host runs in the child. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	p->pid = fork();
	if (p->pid == 0)
		become(path, pair[1], third);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	(void)close(pair[1]);
	p->fd = pair[0];
	if (p->pid > 0)
		p->pidfd = open_child(p->pid);
	if (p->pidfd >= 0)
		return KF_OK;
	kf_process_stop(p, 0);
	return KF_ERR_IO;
}

void
kf_process_close(struct kf_process *p)
{
	if (p->fd >= 0)
		(void)close(p->fd);
	p->fd = -1;
}

void
kf_process_stop(struct kf_process *p, int64_t ms)
{
	struct pollfd child = { .fd = p->pidfd, .events = POLLIN };
	int64_t deadline = kf_clock_monotonic() + ms;
	siginfo_t info;

	kf_process_close(p);
	while (p->pidfd >= 0) {
		int64_t left = deadline - kf_clock_monotonic();
		int n = poll(&child, 1, left > 0 ? (int)left : 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			(void)syscall(SYS_pidfd_send_signal, p->pidfd,
			    SIGKILL, NULL, 0U);
		break;
	}
	/* ECHILD: a SIGCHLD handler of the host has collected the child. */
	while (p->pidfd >= 0 && waitid(P_PIDFD, (id_t)p->pidfd, &info,
	    WEXITED) != 0 && errno == EINTR)
		continue;
	while (p->pidfd < 0 && p->pid > 0 &&
	    waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	if (p->pidfd >= 0)
		(void)close(p->pidfd);
	*p = nobody;
}
