/* A child that has given up root; see child.h. */
#include "enroll_tool/children/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "processes/privileges.h"

#define SEND_FD 3		/* in the child: the pipe to its parent */

/*
 * Keeps input (-1: /dev/null) as standard input and pipe_fd as SEND_FD, closes
 * all other descriptors of root's process, and becomes user keyfirst.
 */
static bool
become_service(int pipe_fd, int input)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int fds[SEND_FD + 1] = { input >= 0 ? input : null, null, null,
		pipe_fd };
	uid_t uid;
	gid_t gid;

	/* Copies above SEND_FD, so that dup2 below overwrites none of them. */
	for (int i = 0; i <= SEND_FD; i++) {
		fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, SEND_FD + 1);
		if (fds[i] < 0)
			return false;
	}
	for (int i = 0; i <= SEND_FD; i++)
		if (dup2(fds[i], i) != i)
			return false;
	return kf_service_user(&uid, &gid) == KF_OK &&
	    kf_privileges_drop(uid, gid, SEND_FD + 1) == KF_OK;
}

enum kf_err
kf_child_start(struct kf_child *child, int input, kf_child_work *work,
    void *context)
{
	int ends[2];

	*child = (struct kf_child){ .pid = -1, .fd = -1 };
	if (pipe2(ends, O_CLOEXEC) != 0)
		return KF_ERR_IO;
	child->pid = fork();
	if (child->pid == 0) {
		if (!become_service(ends[1], input))
			_exit(1);
		work(context);
		_exit(0);
	}
	(void)close(ends[1]);
	if (child->pid < 0) {
		(void)close(ends[0]);
		return KF_ERR_IO;
	}
	child->fd = ends[0];
	return KF_OK;
}

bool
kf_child_send(const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(SEND_FD, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

enum kf_err
kf_child_receive(const struct kf_child *child, void *bytes, size_t len,
    int64_t deadline)
{
	char *p = bytes;

	while (len > 0) {
		struct pollfd ready = { .fd = child->fd, .events = POLLIN };
		int64_t left = deadline - kf_clock_monotonic();
		ssize_t n;

		if (left <= 0)
			return KF_ERR_TIMEOUT;
		if (poll(&ready, 1, (int)left) < 0 && errno != EINTR)
			return KF_ERR_IO;
		if (ready.revents == 0)
			continue;
		n = read(child->fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? KF_ERR_CLOSED : KF_ERR_IO;
		p += n;
		len -= (size_t)n;
	}
	return KF_OK;
}

void
kf_child_end(struct kf_child *child)
{
	(void)close(child->fd);
	(void)kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	*child = (struct kf_child){ .pid = -1, .fd = -1 };
}
