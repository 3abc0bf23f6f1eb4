/*
 * Callers that are not root: a screen locker in its user's hands.  They come
 * over the service's socket, and all that is believed is what the kernel says
 * of them, their uid.  What they claim beyond is refused, and how many there
 * are of one uid is limited before a byte of theirs is read.
 */
#ifndef KF_CALLER_H
#define KF_CALLER_H

#include "verifier/session.h"

struct kf_caller {
	uint32_t uid;
	char name[256];
	struct kf_store *store;		/* holds the place; see enter */
};

/* Whose socket this is; false when it is none that can tell. */
KF_CHECKED bool
kf_caller_uid(int fd, uint32_t *uid) __attribute__((nonnull));

/*
 * Takes one of the caller's sessions, until the process ends, and looks their
 * name up.  NULL, or why they are refused, for the log.
 */
KF_CHECKED const char *
kf_caller_enter(struct kf_caller *caller) __attribute__((nonnull));

/*
 * Leaves of the request what a caller may say, the service, and puts what the
 * kernel says in place of the rest.  False: they claimed more; s->deny and
 * s->reason say what.
 */
KF_CHECKED bool
kf_caller_restrict(struct kf_session *s) __attribute__((nonnull));

#endif
