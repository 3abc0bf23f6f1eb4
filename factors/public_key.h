/*
 * Turns the enrolled public key of a credential into a key of libcrypto.  A
 * public key for which anybody could sign is refused: a point that is not on
 * the curve or has a small order, an RSA modulus or exponent that is too weak.
 */
#ifndef KF_FACTORS_PUBLIC_KEY_H
#define KF_FACTORS_PUBLIC_KEY_H

#include "store/enrolment.h"

/*
 * Returns the key, which the caller frees (EVP_PKEY_free), or NULL if it is
 * refused.  key->public_key must have the length of key->algorithm; no other
 * field of *key is read.
 */
struct evp_pkey_st *
kf_public_key_load(const struct kf_key *key) __attribute__((nonnull));

/* True if kf_public_key_load accepts the key. */
KF_CHECKED bool
kf_public_key_can_use(const struct kf_key *key) __attribute__((nonnull));

#endif
