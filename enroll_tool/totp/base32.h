/*
 * Seeds in base32 (RFC 4648, section 6), as people and authenticator apps write
 * them.
 */
#ifndef KF_BASE32_H
#define KF_BASE32_H

#include "common/secret.h"

/*
 * Decodes text to seed.  Accepts lower case, spaces, and '=' at the end.
 * KF_ERR_SYNTAX for any other character and for a length that no encoder
 * produces, KF_ERR_RANGE if seed is too small.  The caller wipes the seed.
 */
KF_CHECKED enum kf_err
kf_base32_decode(const struct kf_secret *text, struct kf_secret *seed)
    __attribute__((nonnull));

/*
 * Encodes seed to text, without '=', and with a space after each group of that
 * many letters (0: no spaces).  KF_ERR_RANGE if text is too small.  The caller
 * wipes the text.
 */
KF_CHECKED enum kf_err
kf_base32_encode(const struct kf_secret *seed, size_t group,
    struct kf_secret *text) __attribute__((nonnull));

#endif
