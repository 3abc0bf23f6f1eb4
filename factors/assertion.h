/*
 * Verifies an assertion of a security key (WebAuthn, 6.1 and 7.2) against the
 * request and the enrolled credential.  Every assertion is verified here and
 * nowhere else, whichever way it came; libcrypto does the arithmetic.
 *
 * An assertion that is not exactly right is refused: authenticator data of
 * other than 37 bytes, attested data or extensions, which were not requested, a
 * backup state without backup eligibility, a signature longer than its
 * algorithm makes.  The counter is not compared here, since only the store can
 * do that (kf_store_sign).
 */
#ifndef KF_ASSERTION_H
#define KF_ASSERTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/credential.h"
#include "store/enrolment.h"

/* Flags of authenticator data (WebAuthn, 6.1). */
#define KF_FLAG_UP 0x01		/* user present */
#define KF_FLAG_UV 0x04		/* user verified */
#define KF_FLAG_BE 0x08		/* backup eligible */
#define KF_FLAG_BS 0x10		/* backup state */
#define KF_FLAG_AT 0x40		/* attested credential data */
#define KF_FLAG_ED 0x80		/* extension data */

/* What the device returned; the bytes belong to the caller. */
struct kf_assertion {
	const unsigned char *credential;	/* the id that it named */
	size_t credential_len;
	const unsigned char *authdata;
	size_t authdata_len;
	const unsigned char *signature;
	size_t signature_len;
};

/* What the assertion must meet. */
struct kf_assertion_rules {
	unsigned char hash[KF_KEY_HASH_SIZE];	/* of the client data we sent */
	bool verify;		/* policy wants PIN or fingerprint */
	bool hardware;		/* `key.synced = deny`: no backup eligibility */
};

/* A refusal differs from KF_ASSERTION_RIGHT in many bits, against accidents. */
enum kf_assertion_verdict {
	KF_ASSERTION_MALFORMED = 0,	/* wrong length, form or flags */
	KF_ASSERTION_CREDENTIAL = 0x0f01, /* not the enrolled credential */
	KF_ASSERTION_RP = 0x0f02,	/* for another relying party */
	KF_ASSERTION_PRESENCE = 0x0f03,	/* the device was not touched */
	KF_ASSERTION_VERIFICATION = 0x0f04, /* no PIN and no fingerprint */
	KF_ASSERTION_SYNCED = 0x0f05,	/* the credential can be copied */
	KF_ASSERTION_SIGNATURE = 0x0f06, /* another key, hash or algorithm */
	KF_ASSERTION_BROKEN = 0x0f07,	/* the enrolled key cannot be used */
	KF_ASSERTION_RIGHT = 0x5ac3965a
};

/* What a right assertion says; zeros after a refusal. */
struct kf_assertion_facts {
	uint32_t counter;	/* of signatures; 0: the key does not count */
	bool verified;		/* by PIN or fingerprint */
	bool synced;		/* the credential is backup eligible */
};

/* Verifies an assertion; key->verify requires PIN or fingerprint as well. */
enum kf_assertion_verdict
kf_assertion_check(const struct kf_key *key,
    const struct kf_assertion_rules *rules,
    const struct kf_assertion *assertion, struct kf_assertion_facts *facts)
    __attribute__((nonnull, warn_unused_result));

/*
 * True if the assertion was signed with the private key of that credential.
 * For the answer to a silent request: nobody touched the device, so the result
 * must never grant a login.
 */
KF_CHECKED bool
kf_assertion_is_held(const struct kf_key *key,
    const unsigned char hash[KF_KEY_HASH_SIZE],
    const struct kf_assertion *assertion) __attribute__((nonnull));

/* Returns the reason for the log: "wrong-rp", "no-presence", …; never NULL. */
const char *
kf_assertion_reason(enum kf_assertion_verdict verdict);

#endif
