/* Keys that sign assertions for tests; see assertion_signer.h. */
#include "tests/unit/factors/assertion_signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EVP_PKEY *signer_secrets[SIGNER_KEYS];
struct kf_key signer_keys[SIGNER_KEYS];
const unsigned char signer_hash[KF_KEY_HASH_SIZE] = "client data";

static void
take_parameter(EVP_PKEY *pkey, const char *name, unsigned char *out,
    int size)
{
	BIGNUM *n = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(pkey, name, &n), 1);
	assert_int_equal(BN_bn2binpad(n, out, size), size);
	BN_free(n);
}

void
signer_fill_key(uint32_t algorithm, EVP_PKEY *pkey, struct kf_key *key)
{
	size_t len = KF_PUBLIC_KEY_MAX;

	*key = (struct kf_key){ .algorithm = algorithm };
	(void)snprintf(key->rp_id, sizeof(key->rp_id), "ssh:");
	key->credential_len = 64;
	memset(key->credential, 0xc0 + (int)algorithm, key->credential_len);
	key->public_key_len = kf_public_key_size(algorithm);
	switch ((enum kf_key_algorithm)algorithm) {
	case KF_ES256:
		take_parameter(pkey, OSSL_PKEY_PARAM_EC_PUB_X,
		    key->public_key, 32);
		take_parameter(pkey, OSSL_PKEY_PARAM_EC_PUB_Y,
		    key->public_key + 32, 32);
		break;
	case KF_EDDSA:
		assert_int_equal(EVP_PKEY_get_raw_public_key(pkey,
		    key->public_key, &len), 1);
		assert_int_equal(len, 32);
		break;
	case KF_RS256:
		take_parameter(pkey, OSSL_PKEY_PARAM_RSA_N, key->public_key,
		    256);
		take_parameter(pkey, OSSL_PKEY_PARAM_RSA_E,
		    key->public_key + 256, 3);
		break;
	}
}

int
signer_start(void **state)
{
	(void)state;
	signer_secrets[KF_ES256] = EVP_EC_gen("P-256");
	signer_secrets[KF_EDDSA] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	signer_secrets[KF_RS256] = EVP_RSA_gen(2048);
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		if (signer_secrets[n] == NULL)
			return -1;
		signer_fill_key(n, signer_secrets[n], &signer_keys[n]);
	}
	return 0;
}

int
signer_end(void **state)
{
	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		EVP_PKEY_free(signer_secrets[n]);
	return 0;
}

void
signer_sign_with(EVP_PKEY *pkey, const EVP_MD *md, const unsigned char *hash,
    struct signer_answer *answer)
{
	unsigned char text[KF_KEY_AUTHDATA_MAX + KF_KEY_HASH_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = sizeof(answer->signature);

	memcpy(text, answer->authdata, answer->authdata_len);
	memcpy(text + answer->authdata_len, hash, KF_KEY_HASH_SIZE);
	assert_non_null(ctx);
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, md, NULL, pkey), 1);
	assert_int_equal(EVP_DigestSign(ctx, answer->signature, &len, text,
	    answer->authdata_len + KF_KEY_HASH_SIZE), 1);
	answer->signature_len = len;
	EVP_MD_CTX_free(ctx);
}

void
signer_sign(uint32_t algorithm, const unsigned char *hash,
    struct signer_answer *answer)
{
	signer_sign_with(signer_secrets[algorithm],
	    algorithm == KF_EDDSA ? NULL : EVP_sha256(), hash, answer);
}

struct signer_answer
signer_answer(uint32_t algorithm, unsigned char flags)
{
	const struct kf_key *key = &signer_keys[algorithm];
	struct signer_answer answer = { .credential_len = key->credential_len,
		.authdata_len = 37 };

	memcpy(answer.credential, key->credential, key->credential_len);
	(void)SHA256((const unsigned char *)key->rp_id, strlen(key->rp_id),
	    answer.authdata);
	answer.authdata[32] = flags;
	memcpy(answer.authdata + 33, "\x01\x02\x03\x04", 4);
	signer_sign(algorithm, signer_hash, &answer);
	return answer;
}

struct kf_assertion_rules
signer_rules(bool verify, bool hardware)
{
	struct kf_assertion_rules rules = { .verify = verify,
		.hardware = hardware };

	memcpy(rules.hash, signer_hash, sizeof(rules.hash));
	return rules;
}

/*
 * The bytes are passed in blocks of exactly their size, so that a sanitizer
 * notices when the check reads beyond the end of one.
 */
enum kf_assertion_verdict
signer_check_by(const struct kf_key *key,
    const struct kf_assertion_rules *rules, const struct signer_answer *answer)
{
	struct kf_assertion_facts facts = { 4711, true, true };
	unsigned char *credential = malloc(answer->credential_len + 1);
	unsigned char *authdata = malloc(answer->authdata_len + 1);
	unsigned char *signature = malloc(answer->signature_len + 1);
	enum kf_assertion_verdict verdict;

	assert_true(credential != NULL && authdata != NULL &&
	    signature != NULL);
	memcpy(credential + 1, answer->credential, answer->credential_len);
	memcpy(authdata + 1, answer->authdata, answer->authdata_len);
	memcpy(signature + 1, answer->signature, answer->signature_len);
	verdict = kf_assertion_check(key, rules, &(struct kf_assertion){
	    .credential = credential + 1,
	    .credential_len = answer->credential_len,
	    .authdata = authdata + 1,
	    .authdata_len = answer->authdata_len,
	    .signature = signature + 1,
	    .signature_len = answer->signature_len }, &facts);
	if (verdict == KF_ASSERTION_RIGHT) {
		assert_int_equal(facts.counter, 0x01020304);
		assert_int_equal(facts.verified,
		    (answer->authdata[32] & KF_FLAG_UV) != 0);
		assert_int_equal(facts.synced,
		    (answer->authdata[32] & KF_FLAG_BE) != 0);
	} else {
		assert_int_equal(facts.counter, 0);
		assert_false(facts.verified);
		assert_false(facts.synced);
	}
	free(credential);
	free(authdata);
	free(signature);
	return verdict;
}

enum kf_assertion_verdict
signer_check(const struct kf_key *key, const struct signer_answer *answer)
{
	const struct kf_assertion_rules rules = signer_rules(false, false);

	return signer_check_by(key, &rules, answer);
}
