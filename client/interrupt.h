/*
 * Ctrl-C while somebody else's process waits for us and no question stands
 * there: SIGINT is held back from the host and read here instead.  For this
 * thread and this time only; no disposition is touched.
 */
#ifndef KF_INTERRUPT_H
#define KF_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

#include "common/err.h"

struct kf_interrupt {
	int fd;			/* readable after a SIGINT; -1: none is taken */
	sigset_t before;
};

/*
 * From now on SIGINT is taken; also where the host has blocked it, as sudo does
 * while it waits for PAM.  One that is pending there already was not meant for
 * us, and stays.  It fails silently, since waiting without Ctrl-C is still
 * waiting.
 */
void
kf_interrupt_take(struct kf_interrupt *interrupt) __attribute__((nonnull));

/* Was there one since the last call? */
bool
kf_interrupt_seen(struct kf_interrupt *interrupt) __attribute__((nonnull));

/* Gives it back; one that was not seen is the host's. */
void
kf_interrupt_give_back(struct kf_interrupt *interrupt)
    __attribute__((nonnull));

#endif
