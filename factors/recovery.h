/*
 * Recovery codes: ten a person, each used once, for who has lost the rest.  A
 * code is its number and 80 random bits in symbols that are read aloud without
 * doubt.  Only hashes are kept, by scrypt (RFC 7914); the number says which one
 * to compare with, so that a try costs one of them.
 */
#ifndef KF_RECOVERY_H
#define KF_RECOVERY_H

#include "factors/code.h"

/* "10-XXXX-XXXX-XXXX-XXXX" and a NUL. */
#define KF_RECOVERY_TEXT 23

/* All of them, as a state keeps them: bit 0 is that of number 1. */
#define KF_RECOVERY_ALL ((UINT64_C(1) << KF_RECOVERY_CODES) - 1)

/* From here on people are told to get new ones. */
#define KF_RECOVERY_FEW 2

/*
 * Ten new ones for a person's authenticator of that tag: their texts, which the
 * caller shows and wipes, and in *recovery what is kept.
 */
KF_CHECKED enum kf_err
kf_recovery_make(uint32_t uid, uint64_t tag, struct kf_recovery *recovery,
    char texts[KF_RECOVERY_CODES][KF_RECOVERY_TEXT]) __attribute__((nonnull));

/*
 * The hash of a code's number and symbols, salted for one person and
 * authenticator; takes 16 MiB and some tens of milliseconds.  KF_ERR_CRYPTO
 * when there is no such memory.
 */
KF_CHECKED enum kf_err
kf_recovery_hash(uint32_t uid, uint64_t tag,
    const unsigned char salt[KF_RECOVERY_SALT], const struct kf_code *code,
    unsigned char hash[KF_RECOVERY_HASH]) __attribute__((nonnull));

/* How many are left of those whose state has this counter. */
unsigned
kf_recovery_left(uint64_t used);

#endif
