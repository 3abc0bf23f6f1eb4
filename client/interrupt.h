/*
 * Ctrl-C while the host waits for us and asks nothing: SIGINT is held back from
 * the host and read here.  This holds for the present thread and for this time
 * only, and changes no signal disposition.
 */
#ifndef KF_INTERRUPT_H
#define KF_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

#include "common/err.h"

struct kf_interrupt {
	int fd;			/* readable after a SIGINT; -1: not held */
	sigset_t before;
};

/*
 * Holds SIGINT from now on, also where the host has blocked it, as sudo does
 * while it waits for PAM.  A SIGINT that is already pending there was not meant
 * for us, and stays pending.  A failure is not reported, because the module can
 * wait without Ctrl-C.
 */
void
kf_interrupt_take(struct kf_interrupt *interrupt) __attribute__((nonnull));

/* Has a SIGINT come since the last call? */
bool
kf_interrupt_seen(struct kf_interrupt *interrupt) __attribute__((nonnull));

/* Gives SIGINT back to the host, with any SIGINT that was not seen here. */
void
kf_interrupt_give_back(struct kf_interrupt *interrupt)
    __attribute__((nonnull));

#endif
