/*
 * Parses what a person typed at "Verification code: ".  Text that does not have
 * the form of a code is refused here, before it reaches a library, a lock or a
 * count of failures.  Whether a code is right is not decided here.
 */
#ifndef KF_CODE_H
#define KF_CODE_H

#include "common/secret.h"
#include "store/enrolment.h"

#define KF_CODE_MIN KF_TOTP_DIGITS_MIN
#define KF_CODE_MAX KF_TOTP_DIGITS_MAX

/* A recovery code is its number, then 16 symbols of 5 bits each: 80 bits. */
#define KF_RECOVERY_SYMBOLS 16

/* Either digits, or a recovery code; number is 0 for digits. */
struct kf_code {
	size_t len;			/* of digits */
	char digits[KF_CODE_MAX + 1];

	uint32_t number;		/* 1..KF_RECOVERY_CODES */
	char symbols[KF_RECOVERY_SYMBOLS + 1];	/* of kf_recovery_alphabet */
	/* kf_factor_prepare sets tag, and hash for the authenticator of tag. */
	uint64_t tag;
	unsigned char hash[KF_RECOVERY_HASH];
};

/*
 * Accepts six to eight ASCII digits, with at most one space, between the two
 * halves, as apps show it.  Also accepts the number and the sixteen symbols of
 * a recovery code, in either case, with hyphens and spaces anywhere, and with
 * the letters O, I and L in place of the digits 0 and 1, for which they are
 * easily taken.  KF_ERR_SYNTAX for any other text.  The caller wipes the code.
 */
KF_CHECKED enum kf_err
kf_code_parse(const struct kf_secret *answer, struct kf_code *code)
    __attribute__((nonnull));

void
kf_code_wipe(struct kf_code *code) __attribute__((nonnull));

/* The 32 symbols: digits and letters without I, L, O and U. */
extern const char kf_recovery_alphabet[];

#endif
