/*
 * Who signs in tests of signatures: a key of each algorithm, made here, as
 * honest or as hostile as a row of a table wants.
 */
#ifndef KF_TESTS_ASSERTION_SIGNER_H
#define KF_TESTS_ASSERTION_SIGNER_H

#include "tests/unit/unit.h"

#include <openssl/evp.h>

#include "factors/assertion.h"
#include "key_protocol/msg.h"

/* The keys, at their enum kf_key_algorithm: in the device, and as enrolled. */
#define SIGNER_KEYS (KF_RS256 + 1)
extern EVP_PKEY *signer_secrets[SIGNER_KEYS];
extern struct kf_key signer_keys[SIGNER_KEYS];

/* Set-up and teardown of a group of tests. */
int
signer_start(void **state);
int
signer_end(void **state);

/* Enrols another one. */
void
signer_fill_key(uint32_t algorithm, EVP_PKEY *pkey, struct kf_key *key);

/* An answer of a device; everything in it can be changed. */
struct signer_answer {
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	size_t credential_len;
	unsigned char authdata[KF_KEY_AUTHDATA_MAX];
	size_t authdata_len;
	unsigned char signature[KF_KEY_SIGNATURE_MAX];
	size_t signature_len;
};

/* Of a key that did what it was asked, but for the flags. */
struct signer_answer
signer_answer(uint32_t algorithm, unsigned char flags);

/* Of the client data, as they are asked for. */
extern const unsigned char signer_hash[KF_KEY_HASH_SIZE];

/* Signs anew what is in the answer. */
void
signer_sign(uint32_t algorithm, const unsigned char *hash,
    struct signer_answer *answer);
void
signer_sign_with(EVP_PKEY *pkey, const EVP_MD *md, const unsigned char *hash,
    struct signer_answer *answer);

struct kf_assertion_rules
signer_rules(bool verify, bool hardware);

/*
 * The verdict; facts are there with RIGHT alone.  Without rules, presence is
 * enough.
 */
enum kf_assertion_verdict
signer_check_by(const struct kf_key *key,
    const struct kf_assertion_rules *rules,
    const struct signer_answer *answer);
enum kf_assertion_verdict
signer_check(const struct kf_key *key, const struct signer_answer *answer);

#endif
