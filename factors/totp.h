/*
 * Time-based one-time passwords: RFC 6238 over RFC 4226, computed by liboath,
 * compared and bounded by us.  The replay key is the time step, never the
 * digits.
 */
#ifndef KF_TOTP_H
#define KF_TOTP_H

#include "factors/code.h"
#include "store/enrolment.h"

enum kf_match {
	KF_MATCH_NONE = 0,
	KF_MATCH_USED,		/* right, for a step not above the last */
	KF_MATCH_FRESH
};

/*
 * The digits of one step, terminated by a NUL; otp is wiped by the caller.
 * KF_ERR_CRYPTO when liboath refuses.
 */
KF_CHECKED enum kf_err
kf_totp_generate(const struct kf_totp *totp, const struct kf_secret *seed,
    uint64_t step, char otp[KF_CODE_MAX + 1]) __attribute__((nonnull));

/* The time step of a wall time that is not before the epoch. */
uint64_t
kf_totp_step(const struct kf_totp *totp, int64_t now)
    __attribute__((nonnull));

/*
 * Is the clock good enough to judge by: not before this release, and not
 * further before the last accepted step than the widest window of any service
 * reaches?
 */
bool
kf_totp_clock_is_sane(const struct kf_totp *totp, int64_t now, uint64_t last)
    __attribute__((nonnull));

/*
 * Compares with every step of the window, in time that does not depend on
 * which one fits.  *step is the step of a match: the lowest fresh one, if any.
 * KF_MATCH_NONE when the number of digits differs.
 */
KF_CHECKED enum kf_err
kf_totp_match(const struct kf_totp *totp, const struct kf_secret *seed,
    const struct kf_code *code, int64_t now, uint32_t window, uint64_t last,
    enum kf_match *match, uint64_t *step) __attribute__((nonnull));

#endif
