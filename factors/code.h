/*
 * What somebody typed at "Verification code: ", as a shape.  Whatever is not
 * the shape of a code is refused here, before a library, a lock or a count has
 * seen it.
 */
#ifndef KF_CODE_H
#define KF_CODE_H

#include "common/secret.h"
#include "store/enrolment.h"

#define KF_CODE_MIN KF_TOTP_DIGITS_MIN
#define KF_CODE_MAX KF_TOTP_DIGITS_MAX

/* Symbols of a recovery code, 5 bits each, behind its number: 80 bits. */
#define KF_RECOVERY_SYMBOLS 16

/* One or the other: digits, or a recovery code (number is not 0). */
struct kf_code {
	size_t len;
	char digits[KF_CODE_MAX + 1];

	uint32_t number;		/* 1..KF_RECOVERY_CODES */
	char symbols[KF_RECOVERY_SYMBOLS + 1];	/* canonical */
	/* Filled in by kf_factor_prepare, for the authenticator of that tag. */
	uint64_t tag;
	unsigned char hash[KF_RECOVERY_HASH];
};

/*
 * Six to eight ASCII digits; one space between the halves, as apps show it,
 * is the only leniency.  Or a number and sixteen symbols, with hyphens and
 * spaces wherever they are, in either case, and with the letters O, I and L for
 * the digits that they are taken for.  KF_ERR_SYNTAX otherwise.  The caller
 * wipes the code.
 */
KF_CHECKED enum kf_err
kf_code_parse(const struct kf_secret *answer, struct kf_code *code)
    __attribute__((nonnull));

void
kf_code_wipe(struct kf_code *code) __attribute__((nonnull));

/* The 32 symbols: digits and letters without I, L, O and U. */
extern const char kf_recovery_alphabet[];

#endif
