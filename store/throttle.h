/*
 * How wrong codes are slowed down: three cost nothing, the 4th to 9th make the
 * next guess wait 5, 10, 20, 40, 80 and 160 s, the 10th (lockout.failures) and
 * each later one lock for lockout.seconds, the 100th disables codes until
 * `keyfirst unlock`.  Pure arithmetic on a struct kf_count.
 */
#ifndef KF_THROTTLE_H
#define KF_THROTTLE_H

#include "store/state.h"

#define KF_FAILURES_DISABLE 100

struct kf_throttle {
	uint32_t failures;	/* lockout.failures */
	uint32_t seconds;	/* lockout.seconds */
};

/* What kf_throttle_wait returns for codes that are disabled. */
#define KF_WAIT_FOREVER INT64_MAX

/*
 * Seconds until a guess may be judged; 0: now.  A wait that lies further ahead
 * than its own length (the clock was set back) is cut to it, in *count.
 */
int64_t
kf_throttle_wait(struct kf_count *count, const struct kf_throttle *t,
    int64_t now) __attribute__((nonnull));

/* Counts one guess, and starts the wait that it costs if it is wrong. */
void
kf_throttle_charge(struct kf_count *count, const struct kf_throttle *t,
    int64_t now) __attribute__((nonnull));

#endif
