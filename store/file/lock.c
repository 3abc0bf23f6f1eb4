/*
 * flock with a deadline; see lock.h.  The kernel queues the processes that
 * wait, and a timer interrupts the wait.  The timer repeats, because an alarm
 * that comes just before flock blocks does not interrupt it.
 */
#include "store/file/lock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "common/clock.h"

#define REPEAT_NS 10000000

static void
interrupt(int sig)
{
	(void)sig;
}

static enum kf_err
start_timer(int64_t deadline, timer_t *timer)
{
	const struct sigaction action = { .sa_handler = interrupt };
	struct sigevent event = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGALRM,
	};
	int64_t left = deadline - kf_clock_monotonic();
	struct itimerspec when = { .it_interval = { .tv_nsec = REPEAT_NS } };
	sigset_t alarm_only;

	if (left < 1)
		left = 1;
	when.it_value.tv_sec = left / 1000;
	when.it_value.tv_nsec = (long)(left % 1000) * 1000000;
	(void)sigemptyset(&alarm_only);
	(void)sigaddset(&alarm_only, SIGALRM);
	if (sigaction(SIGALRM, &action, NULL) != 0 ||
	    sigprocmask(SIG_UNBLOCK, &alarm_only, NULL) != 0 ||
	    timer_create(CLOCK_MONOTONIC, &event, timer) != 0)
		return KF_ERR_IO;
	if (timer_settime(*timer, 0, &when, NULL) != 0) {
		(void)timer_delete(*timer);
		return KF_ERR_IO;
	}
	return KF_OK;
}

/*
 * Finds the holder of the lock in /proc/locks, for the log; 0 if there is none.
 * Only the inode is compared: on overlayfs and btrfs the device that is shown
 * there differs from that of stat.
 */
static pid_t
find_holder(int fd)
{
	struct stat st;
	char line[160];
	pid_t holder = 0;
	FILE *locks;

	if (fstat(fd, &st) != 0)
		return 0;
	locks = fopen("/proc/locks", "re");
	if (locks == NULL)
		return 0;
	while (holder == 0 && fgets(line, sizeof(line), locks) != NULL) {
		unsigned long inode;
		int pid;

		/* A process that waits has "->" in front of "FLOCK". */
		if (sscanf(line, "%*d: FLOCK ADVISORY WRITE %d %*x:%*x:%lu",
		    &pid, &inode) == 2 && inode == st.st_ino)
			holder = pid;
	}
	(void)fclose(locks);
	return holder;
}

enum kf_err
kf_lock(int fd, int64_t deadline, pid_t *holder)
{
	enum kf_err err = KF_OK;
	timer_t timer;

	*holder = 0;
	/*
	 * Not even a free lock is taken after the deadline: this process may
	 * have been stopped, and what it knows may be out of date.
	 */
	if (kf_clock_monotonic() >= deadline)
		return KF_ERR_TIMEOUT;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return KF_OK;
	err = start_timer(deadline, &timer);
	if (err != KF_OK)
		return err;
	while (flock(fd, LOCK_EX) != 0) {
		if (errno != EINTR) {
			err = KF_ERR_IO;
			break;
		}
		if (kf_clock_monotonic() >= deadline) {
			err = KF_ERR_TIMEOUT;
			break;
		}
	}
	(void)timer_delete(timer);
	if (err == KF_ERR_TIMEOUT)
		*holder = find_holder(fd);
	return err;
}
