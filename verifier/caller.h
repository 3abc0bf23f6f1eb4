/*
 * Callers that are not root, such as a screen locker in its user's hands.  They
 * come over the service's socket.  The verifier believes nothing of them but
 * their uid, which the kernel tells.  A request that claims more is refused,
 * and the sessions of one uid are limited before a byte of a caller is read.
 */
#ifndef KF_CALLER_H
#define KF_CALLER_H

#include "verifier/session.h"

struct kf_caller {
	uint32_t uid;
	char name[256];
	struct kf_store *store;		/* holds the session; see enter */
};

/* The uid at the other end; false when this is no socket that tells it. */
KF_CHECKED bool
kf_caller_uid(int fd, uint32_t *uid) __attribute__((nonnull));

/*
 * Takes one of the four sessions of the caller's uid, until the process ends,
 * and looks up the caller's name.  NULL, or for the log why the caller is
 * refused.
 */
KF_CHECKED const char *
kf_caller_enter(struct kf_caller *caller) __attribute__((nonnull));

/*
 * Leaves the service of the request, which a caller may name, and puts what the
 * kernel tells in the place of all other fields.  False: the caller claimed
 * something else; s->deny and s->reason say what.
 */
KF_CHECKED bool
kf_caller_restrict(struct kf_session *s) __attribute__((nonnull));

#endif
