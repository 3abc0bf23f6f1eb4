/*
 * The public key of a credential, from the bytes that are enrolled to
 * libcrypto.  What is no key is never made into one: a point that is not on the
 * curve, or a modulus or exponent that anybody could sign for, is refused.
 */
#ifndef KF_FACTORS_PUBLIC_KEY_H
#define KF_FACTORS_PUBLIC_KEY_H

#include "store/enrolment.h"

/*
 * The length of key->public_key must be right for its algorithm; nothing else
 * of *key is looked at.  To be freed by the caller; NULL when it is no key.
 */
struct evp_pkey_st *
kf_public_key_load(const struct kf_key *key) __attribute__((nonnull));

/* Is it one? */
KF_CHECKED bool
kf_public_key_can_use(const struct kf_key *key) __attribute__((nonnull));

#endif
