/*
 * Time-based one-time passwords: RFC 6238 over RFC 4226.  liboath computes the
 * codes; the comparison and its window are our own.  Whether a code was used
 * before is decided by its time step, never by its digits.
 */
#ifndef KF_TOTP_H
#define KF_TOTP_H

#include "factors/code.h"
#include "store/enrolment.h"

enum kf_match {
	KF_MATCH_NONE = 0,	/* the code of no step in the window */
	KF_MATCH_USED,		/* of a step that is not above the last */
	KF_MATCH_FRESH		/* of a step above the last accepted one */
};

/*
 * Computes the digits of one step, terminated by a NUL; the caller wipes otp.
 * KF_ERR_CRYPTO if a parameter is out of its range or liboath refuses.
 */
KF_CHECKED enum kf_err
kf_totp_generate(const struct kf_totp *totp, const struct kf_secret *seed,
    uint64_t step, char otp[KF_CODE_MAX + 1]) __attribute__((nonnull));

/* Returns the time step of a wall time in seconds; 0 before the epoch. */
uint64_t
kf_totp_step(const struct kf_totp *totp, int64_t now)
    __attribute__((nonnull));

/*
 * True if codes can be judged by this clock: it is not before the date of this
 * release, and the last accepted step is not further ahead of it than the
 * widest window that the configuration allows.
 */
bool
kf_totp_clock_is_sane(const struct kf_totp *totp, int64_t now, uint64_t last)
    __attribute__((nonnull));

/*
 * Compares the code with every step from window before to window after the
 * present one, in time that does not depend on which step matches.  *step is
 * the step that matches: the lowest fresh one, if there is any.  KF_MATCH_NONE
 * if the number of digits differs.
 */
KF_CHECKED enum kf_err
kf_totp_match(const struct kf_totp *totp, const struct kf_secret *seed,
    const struct kf_code *code, int64_t now, uint32_t window, uint64_t last,
    enum kf_match *match, uint64_t *step) __attribute__((nonnull));

#endif
