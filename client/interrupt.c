/* Receives SIGINT through a descriptor for a time; see interrupt.h. */
#include "client/interrupt.h"

#include <sys/signalfd.h>
#include <unistd.h>

void
kf_interrupt_take(struct kf_interrupt *interrupt)
{
	sigset_t set, pending;

	interrupt->fd = -1;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	if (pthread_sigmask(SIG_BLOCK, &set, &interrupt->before) != 0)
		return;
	if (sigismember(&interrupt->before, SIGINT) == 1 &&
	    (sigpending(&pending) != 0 || sigismember(&pending, SIGINT) == 1))
		return;
	interrupt->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (interrupt->fd < 0)
		(void)pthread_sigmask(SIG_SETMASK, &interrupt->before, NULL);
}

bool
kf_interrupt_seen(struct kf_interrupt *interrupt)
{
	struct signalfd_siginfo info;
	bool seen = false;

	while (interrupt->fd >= 0 &&
	    read(interrupt->fd, &info, sizeof(info)) == sizeof(info))
		seen = true;
	return seen;
}

void
kf_interrupt_give_back(struct kf_interrupt *interrupt)
{
	if (interrupt->fd < 0)
		return;
	(void)close(interrupt->fd);
	interrupt->fd = -1;
	(void)pthread_sigmask(SIG_SETMASK, &interrupt->before, NULL);
}
