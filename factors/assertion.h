/*
 * What a security key has signed (WebAuthn, 6.1 and 7.2), checked against what
 * was asked and what was enrolled.  Here and nowhere else, for every path on
 * which a signature can come; libcrypto does the arithmetic.
 *
 * Everything that is not exactly right is refused: authenticator data other
 * than 37 bytes, attested data or extensions that nobody asked for, a backup
 * state without eligibility, a signature longer than its algorithm makes.  The
 * counter is not looked at here, since only the store can (kf_store_sign).
 */
#ifndef KF_ASSERTION_H
#define KF_ASSERTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/enrolment.h"

/* Flags of authenticator data (WebAuthn, 6.1). */
#define KF_FLAG_UP 0x01		/* user present */
#define KF_FLAG_UV 0x04		/* user verified */
#define KF_FLAG_BE 0x08		/* backup eligible */
#define KF_FLAG_BS 0x10		/* backup state */
#define KF_FLAG_AT 0x40		/* attested credential data */
#define KF_FLAG_ED 0x80		/* extension data */

/* What came back; not owned. */
struct kf_assertion {
	const unsigned char *credential;	/* id that was named */
	size_t credential_len;
	const unsigned char *authdata;
	size_t authdata_len;
	const unsigned char *signature;
	size_t signature_len;
};

/* What must be in it. */
struct kf_assertion_rules {
	unsigned char hash[KF_KEY_HASH_SIZE];	/* of the client data we sent */
	bool verify;		/* by policy; a record can want it too */
	bool hardware;		/* `key.synced = deny`: no backup eligibility */
};

/* Wide, so that no slip makes a refusal of one the other. */
enum kf_assertion_verdict {
	KF_ASSERTION_MALFORMED = 0,	/* length, flags that do not belong */
	KF_ASSERTION_CREDENTIAL = 0x0f01, /* not the one that is enrolled */
	KF_ASSERTION_RP = 0x0f02,	/* for another relying party */
	KF_ASSERTION_PRESENCE = 0x0f03,	/* nobody touched it */
	KF_ASSERTION_VERIFICATION = 0x0f04, /* no PIN, no fingerprint */
	KF_ASSERTION_SYNCED = 0x0f05,	/* copied between devices */
	KF_ASSERTION_SIGNATURE = 0x0f06, /* another key, hash or algorithm */
	KF_ASSERTION_BROKEN = 0x0f07,	/* the enrolled key cannot be used */
	KF_ASSERTION_RIGHT = 0x5ac3965a
};

/* Of KF_ASSERTION_RIGHT. */
struct kf_assertion_facts {
	uint32_t counter;	/* of signatures; 0: it does not count */
	bool verified;
	bool synced;		/* backup eligible */
};

enum kf_assertion_verdict
kf_assertion_check(const struct kf_key *key,
    const struct kf_assertion_rules *rules,
    const struct kf_assertion *assertion, struct kf_assertion_facts *facts)
    __attribute__((nonnull, warn_unused_result));

/*
 * Does whoever signed this have the secret of that credential?  Of the answer
 * to a silent question: nobody touched anything, so it lets nobody in.
 */
KF_CHECKED bool
kf_assertion_is_held(const struct kf_key *key,
    const unsigned char hash[KF_KEY_HASH_SIZE],
    const struct kf_assertion *assertion) __attribute__((nonnull));

/* For the log: "wrong-rp", "no-presence", …; never NULL, not owned. */
const char *
kf_assertion_reason(enum kf_assertion_verdict verdict);

#endif
