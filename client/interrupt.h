/*
 * Ctrl-C while the host (sshd, sudo) waits for the verifier and no question is
 * open: SIGINT is blocked, so that it does not reach the host, and read from a
 * signalfd instead.  Only this thread's mask changes, and only until it is
 * given back; no signal disposition may be changed.
 */
#ifndef KF_INTERRUPT_H
#define KF_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

#include "common/err.h"

struct kf_interrupt {
	int fd;			/* readable after SIGINT; -1: it is not taken */
	sigset_t before;	/* the thread's signal mask to restore */
};

/*
 * Starts taking SIGINT, also if the host has blocked it, as sudo does while it
 * waits for PAM.  A SIGINT that is blocked and pending already was meant for
 * the host: it stays, and none is taken.  Errors are not reported, because the
 * session works without Ctrl-C too.
 */
void
kf_interrupt_take(struct kf_interrupt *interrupt) __attribute__((nonnull));

/* Was there a SIGINT since the last call? */
bool
kf_interrupt_seen(struct kf_interrupt *interrupt) __attribute__((nonnull));

/*
 * Stops taking SIGINT and restores the mask.  A SIGINT that was not seen yet
 * then reaches the host.
 */
void
kf_interrupt_give_back(struct kf_interrupt *interrupt)
    __attribute__((nonnull));

#endif
