/*
 * The answer to "may this person pass?".  A verdict starts as deny and is a
 * type of its own, so that no return code, errno or forgotten initialiser can
 * be read as yes.  Grant is assigned in one place of the verifier, decide() in
 * verifier/session.c, and in one place of the module, take_grant() in
 * client/client.c, after the nonce of GRANT was checked.
 *
 * The two words of a grant differ from those of a denial in at least half of
 * their bits and must agree with each other, so that a flipped bit denies
 * (compare sudo's CVE-2023-42465).
 */
#ifndef KF_VERDICT_H
#define KF_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

struct kf_verdict {
	uint32_t value;
	uint32_t check;		/* the complement of value */
};

#define KF_VERDICT_DENY  UINT32_C(0x93a5c64e)
#define KF_VERDICT_GRANT UINT32_C(0x6c9a39b1)

void
kf_verdict_deny(struct kf_verdict *v) __attribute__((nonnull));

void
kf_verdict_grant(struct kf_verdict *v) __attribute__((nonnull));

/* True only when both words are those of a grant. */
bool
kf_verdict_is_grant(const struct kf_verdict *v) __attribute__((nonnull));

#endif
