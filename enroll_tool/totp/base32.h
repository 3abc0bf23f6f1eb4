/* Seeds as people and apps write them: base32 of RFC 4648, section 6. */
#ifndef KF_BASE32_H
#define KF_BASE32_H

#include "common/secret.h"

/*
 * Takes lower case, spaces and '=' at the end.  KF_ERR_SYNTAX for anything
 * else and for lengths that no encoder produces, KF_ERR_RANGE when it does not
 * fit.  The caller wipes the seed.
 */
KF_CHECKED enum kf_err
kf_base32_decode(const struct kf_secret *text, struct kf_secret *seed)
    __attribute__((nonnull));

/*
 * Without '='; a space after each group of so many letters (0: none).  The
 * caller wipes the text.
 */
KF_CHECKED enum kf_err
kf_base32_encode(const struct kf_secret *seed, size_t group,
    struct kf_secret *text) __attribute__((nonnull));

#endif
