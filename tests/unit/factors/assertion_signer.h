/*
 * Signs assertions for the tests of factors/assertion.h, with one key of each
 * algorithm.  A test can change each part of an assertion, and sign it anew.
 */
#ifndef KF_TESTS_ASSERTION_SIGNER_H
#define KF_TESTS_ASSERTION_SIGNER_H

#include "tests/unit/unit.h"

#include <openssl/evp.h>

#include "factors/assertion.h"
#include "key_protocol/msg.h"

/* By enum kf_key_algorithm: the private keys, and the keys as enrolled. */
#define SIGNER_KEYS (KF_RS256 + 1)
extern EVP_PKEY *signer_secrets[SIGNER_KEYS];
extern struct kf_key signer_keys[SIGNER_KEYS];

/* Set-up and teardown of a group of tests. */
int
signer_start(void **state);
int
signer_end(void **state);

/* Fills in *key as if pkey had been enrolled. */
void
signer_fill_key(uint32_t algorithm, EVP_PKEY *pkey, struct kf_key *key);

/* An assertion, as a device returns it. */
struct signer_answer {
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	size_t credential_len;
	unsigned char authdata[KF_KEY_AUTHDATA_MAX];
	size_t authdata_len;
	unsigned char signature[KF_KEY_SIGNATURE_MAX];
	size_t signature_len;
};

/* Returns a correct assertion with these flags, signed. */
struct signer_answer
signer_answer(uint32_t algorithm, unsigned char flags);

/* The hash of the client data in the request. */
extern const unsigned char signer_hash[KF_KEY_HASH_SIZE];

/* Signs the answer's authenticator data and this hash anew. */
void
signer_sign(uint32_t algorithm, const unsigned char *hash,
    struct signer_answer *answer);
void
signer_sign_with(EVP_PKEY *pkey, const EVP_MD *md, const unsigned char *hash,
    struct signer_answer *answer);

struct kf_assertion_rules
signer_rules(bool verify, bool hardware);

/*
 * Return the verdict on an answer, and check that facts are set if it is RIGHT
 * and zero if not.  signer_check requires presence only.
 */
enum kf_assertion_verdict
signer_check_by(const struct kf_key *key,
    const struct kf_assertion_rules *rules,
    const struct signer_answer *answer);
enum kf_assertion_verdict
signer_check(const struct kf_key *key, const struct signer_answer *answer);

#endif
