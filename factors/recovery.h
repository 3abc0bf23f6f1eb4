/*
 * Recovery codes: a person has ten, each for one use, in case the other factors
 * are lost.  A code is its number and 80 random bits, in symbols that can be
 * read aloud without mistakes.  The store keeps hashes by scrypt (RFC 7914).
 * The number says which hash to compare with, so that a try costs one hash.
 */
#ifndef KF_RECOVERY_H
#define KF_RECOVERY_H

#include "factors/code.h"

/* "10-XXXX-XXXX-XXXX-XXXX" and a NUL. */
#define KF_RECOVERY_TEXT 23

/* The counter in a state when all codes are used: bit 0 is that of number 1. */
#define KF_RECOVERY_ALL ((UINT64_C(1) << KF_RECOVERY_CODES) - 1)

/* If no more than these are left, the person is told to get new codes. */
#define KF_RECOVERY_FEW 2

/*
 * Makes ten new codes for a person's authenticator of that tag: the texts,
 * which the caller shows and wipes, and *recovery, with salt and hashes, which
 * is kept.
 */
KF_CHECKED enum kf_err
kf_recovery_make(uint32_t uid, uint64_t tag, struct kf_recovery *recovery,
    char texts[KF_RECOVERY_CODES][KF_RECOVERY_TEXT]) __attribute__((nonnull));

/*
 * Computes the hash of a code's number and symbols, salted for one person and
 * authenticator; takes 16 MiB and some tens of milliseconds.  KF_ERR_CRYPTO if
 * there is not enough memory.
 */
KF_CHECKED enum kf_err
kf_recovery_hash(uint32_t uid, uint64_t tag,
    const unsigned char salt[KF_RECOVERY_SALT], const struct kf_code *code,
    unsigned char hash[KF_RECOVERY_HASH]) __attribute__((nonnull));

/* Returns how many codes are left; used is the counter in the state. */
unsigned
kf_recovery_left(uint64_t used);

#endif
