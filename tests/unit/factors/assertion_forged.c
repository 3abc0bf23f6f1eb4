/*
 * Forged assertions (factors/assertion.h): true signatures of other data, by
 * another key, with another algorithm or padding, or derived from a true one.
 */
#include "tests/unit/factors/assertion_signer.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

/* True signatures of another hash, relying party, flags or counter. */
static void
signatures_of_something_else(void **state)
{
	static const unsigned char other_hash[KF_KEY_HASH_SIZE] = "another";
	static const char *const rps[] = { "", "ssh", "ssh:x", "SSH:",
		"example.org" };

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		struct signer_answer bad = signer_answer(n, 0x05);

		signer_sign(n, other_hash, &bad);
		assert_int_equal(signer_check(&signer_keys[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		for (size_t i = 0; i < UNIT_COUNT(rps); i++) {
			struct kf_key other = signer_keys[n];

			bad = signer_answer(n, 0x05);
			(void)SHA256((const unsigned char *)rps[i],
			    strlen(rps[i]), bad.authdata);
			signer_sign(n, signer_hash, &bad);
			assert_int_equal(signer_check(&signer_keys[n], &bad),
			    KF_ASSERTION_RP);
			/* The record is for another relying party. */
			bad = signer_answer(n, 0x05);
			(void)snprintf(other.rp_id, sizeof(other.rp_id), "%s",
			    rps[i]);
			assert_int_equal(signer_check(&other, &bad),
			    rps[i][0] == '\0' ? KF_ASSERTION_BROKEN :
			    KF_ASSERTION_RP);
		}
		/* The flags of one answer with the signature of another. */
		bad = signer_answer(n, 0x01);
		bad.authdata[32] = 0x05;
		assert_int_equal(signer_check(&signer_keys[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		bad = signer_answer(n, 0x00);
		bad.authdata[32] = 0x01;
		assert_int_equal(signer_check(&signer_keys[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		bad = signer_answer(n, 0x01);
		memcpy(bad.authdata + 33, "\xff\xff\xff\xff", 4);
		assert_int_equal(signer_check(&signer_keys[n], &bad),
		    KF_ASSERTION_SIGNATURE);
	}
}

/* Another key of the same algorithm, with the enrolled id or its own. */
static void
signatures_of_others(void **state)
{
	EVP_PKEY *own[SIGNER_KEYS] = { NULL };

	(void)state;
	own[KF_ES256] = EVP_EC_gen("P-256");
	own[KF_EDDSA] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	own[KF_RS256] = EVP_RSA_gen(2048);
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		struct signer_answer bad = signer_answer(n, 0x05);
		struct kf_key mine;

		assert_non_null(own[n]);
		signer_fill_key(n, own[n], &mine);
		signer_sign_with(own[n], n == KF_EDDSA ? NULL : EVP_sha256(),
		    signer_hash, &bad);
		assert_int_equal(signer_check(&mine, &bad), KF_ASSERTION_RIGHT);
		assert_int_equal(signer_check(&signer_keys[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		memset(bad.credential, 0x11, bad.credential_len);
		assert_int_equal(signer_check(&signer_keys[n], &bad),
		    KF_ASSERTION_CREDENTIAL);
		EVP_PKEY_free(own[n]);
	}
}

/* The algorithm of the record is used, never that of the signature. */
static void
other_algorithms(void **state)
{
	static const uint32_t none[] = { 0, 4, UINT32_MAX };
	EVP_PKEY *p384 = EVP_EC_gen("P-384");
	struct signer_answer bad;

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (uint32_t other = KF_ES256; other <= KF_RS256; other++) {
			struct kf_key key = signer_keys[n];

			if (other == n)
				continue;
			/* Signed by a key of another kind. */
			bad = signer_answer(n, 0x05);
			signer_sign(other, signer_hash, &bad);
			assert_int_equal(signer_check(&key, &bad),
			    KF_ASSERTION_MALFORMED);
			/* Recorded with another algorithm, and its length. */
			bad = signer_answer(n, 0x05);
			key.algorithm = other;
			assert_int_equal(signer_check(&key, &bad),
			    KF_ASSERTION_BROKEN);
			key.public_key_len = kf_public_key_size(other);
			assert_int_equal(signer_check(&key, &bad),
			    KF_ASSERTION_MALFORMED);
		}
	for (size_t i = 0; i < UNIT_COUNT(none); i++) {
		struct kf_key key = signer_keys[KF_ES256];

		bad = signer_answer(KF_ES256, 0x05);
		key.algorithm = none[i];
		assert_int_equal(signer_check(&key, &bad), KF_ASSERTION_BROKEN);
		key.public_key_len = 0;
		assert_int_equal(signer_check(&key, &bad), KF_ASSERTION_BROKEN);
	}
	/* The same key with another hash function, and another curve. */
	bad = signer_answer(KF_RS256, 0x05);
	signer_sign_with(signer_secrets[KF_RS256], EVP_sha1(), signer_hash,
	    &bad);
	assert_int_equal(signer_check(&signer_keys[KF_RS256], &bad),
	    KF_ASSERTION_SIGNATURE);
	signer_sign_with(signer_secrets[KF_RS256], EVP_sha512(), signer_hash,
	    &bad);
	assert_int_equal(signer_check(&signer_keys[KF_RS256], &bad),
	    KF_ASSERTION_SIGNATURE);
	bad = signer_answer(KF_ES256, 0x05);
	signer_sign_with(signer_secrets[KF_ES256], EVP_sha384(), signer_hash,
	    &bad);
	assert_int_equal(signer_check(&signer_keys[KF_ES256], &bad),
	    KF_ASSERTION_SIGNATURE);
	assert_non_null(p384);
	signer_sign_with(p384, EVP_sha256(), signer_hash, &bad);
	assert_int_not_equal(signer_check(&signer_keys[KF_ES256], &bad),
	    KF_ASSERTION_RIGHT);
	EVP_PKEY_free(p384);
}

/* RS256 is PKCS #1 v1.5, and not PSS. */
static void
other_padding(void **state)
{
	struct signer_answer bad = signer_answer(KF_RS256, 0x05);
	unsigned char text[37 + KF_KEY_HASH_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *padding = NULL;
	size_t len = sizeof(bad.signature);

	(void)state;
	assert_non_null(ctx);
	memcpy(text, bad.authdata, 37);
	memcpy(text + 37, signer_hash, KF_KEY_HASH_SIZE);
	assert_int_equal(EVP_DigestSignInit(ctx, &padding, EVP_sha256(), NULL,
	    signer_secrets[KF_RS256]), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(padding,
	    RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_DigestSign(ctx, bad.signature, &len, text,
	    sizeof(text)), 1);
	assert_int_equal(len, bad.signature_len);
	assert_int_equal(signer_check(&signer_keys[KF_RS256], &bad),
	    KF_ASSERTION_SIGNATURE);
	EVP_MD_CTX_free(ctx);
}

/* Ed25519: S plus the order of the group is refused (RFC 8032, 5.1.7). */
static void
malleable_eddsa(void **state)
{
	static const unsigned char order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a,
		0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
		0x14, [31] = 0x10 };
	struct signer_answer bad = signer_answer(KF_EDDSA, 0x05);
	unsigned carry = 0;

	(void)state;
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)bad.signature[32 + i] + order[i];
		bad.signature[32 + i] = (unsigned char)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	assert_int_equal(signer_check(&signer_keys[KF_EDDSA], &bad),
	    KF_ASSERTION_SIGNATURE);
}

/* With an exponent of 1, the padded hash would be its own signature. */
static void
exponent_of_one(void **state)
{
	static const unsigned char sha256[] = { 0x30, 0x31, 0x30, 0x0d, 0x06,
		0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00, 0x04, 0x20 };
	struct signer_answer forged = signer_answer(KF_RS256, 0x05);
	struct kf_key key = signer_keys[KF_RS256];
	unsigned char text[37 + KF_KEY_HASH_SIZE];

	(void)state;
	memcpy(text, forged.authdata, 37);
	memcpy(text + 37, signer_hash, KF_KEY_HASH_SIZE);
	memset(forged.signature, 0xff, 256);
	forged.signature[0] = 0;
	forged.signature[1] = 1;
	forged.signature[256 - 32 - sizeof(sha256) - 1] = 0;
	memcpy(forged.signature + 256 - 32 - sizeof(sha256), sha256,
	    sizeof(sha256));
	(void)SHA256(text, sizeof(text), forged.signature + 224);
	memcpy(key.public_key + 256, "\x00\x00\x01", 3);
	assert_int_equal(signer_check(&key, &forged), KF_ASSERTION_BROKEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(signatures_of_something_else),
		UNIT_TEST(signatures_of_others),
		UNIT_TEST(other_algorithms),
		UNIT_TEST(other_padding),
		UNIT_TEST(malleable_eddsa),
		UNIT_TEST(exponent_of_one),
	};

	unit_start();
	return cmocka_run_group_tests_name("assertion_forged", tests,
	    signer_start, signer_end);
}
