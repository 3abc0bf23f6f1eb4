/*
 * How wrong codes are slowed down.  The first three have no consequence.  After
 * the 4th to 9th the next guess is refused for 5, 10, 20, 40, 80 and 160 s.
 * The 10th (lockout.failures) and each later one lock codes for
 * lockout.seconds, and the 100th disables them until `keyfirst unlock`.  This
 * is arithmetic on a struct kf_count; nothing is read or written here.
 */
#ifndef KF_THROTTLE_H
#define KF_THROTTLE_H

#include "store/state.h"

#define KF_FAILURES_DISABLE 100

struct kf_throttle {
	uint32_t failures;	/* lockout.failures */
	uint32_t seconds;	/* lockout.seconds */
};

/* What kf_throttle_wait returns when codes are disabled. */
#define KF_WAIT_FOREVER INT64_MAX

/*
 * Returns the seconds until a guess may be judged; 0: now.  If the clock was
 * set back, so that more than the whole wait would be left, the wait is cut to
 * its length, in *count too.
 */
int64_t
kf_throttle_wait(struct kf_count *count, const struct kf_throttle *t,
    int64_t now) __attribute__((nonnull));

/* Counts one guess, and starts the wait that follows if it is wrong. */
void
kf_throttle_charge(struct kf_count *count, const struct kf_throttle *t,
    int64_t now) __attribute__((nonnull));

#endif
