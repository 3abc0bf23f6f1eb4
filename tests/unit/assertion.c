/*
 * Signatures of security keys: whatever differs from what was asked and what is
 * enrolled is refused, by the reason that it is.  The keys are made here; the
 * one that signs is as honest or as hostile as a row of a table wants.
 */
#include "tests/unit/unit.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "factors/assertion.h"

#define ALGORITHMS 3

/* A key as the device has it, and as it is enrolled. */
static EVP_PKEY *secrets[ALGORITHMS + 1];
static struct kf_key enrolled[ALGORITHMS + 1];

static void
take_parameter(EVP_PKEY *pkey, const char *name, unsigned char *out,
    int size)
{
	BIGNUM *n = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(pkey, name, &n), 1);
	assert_int_equal(BN_bn2binpad(n, out, size), size);
	BN_free(n);
}

static void
fill_key(uint32_t algorithm, EVP_PKEY *pkey, struct kf_key *key)
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

static int
make_keys(void **state)
{
	(void)state;
	secrets[KF_ES256] = EVP_EC_gen("P-256");
	secrets[KF_EDDSA] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	secrets[KF_RS256] = EVP_RSA_gen(2048);
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		if (secrets[n] == NULL)
			return -1;
		fill_key(n, secrets[n], &enrolled[n]);
	}
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		EVP_PKEY_free(secrets[n]);
	return 0;
}

/* An answer of a device; everything in it can be changed. */
struct answer {
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	size_t credential_len;
	unsigned char authdata[KF_KEY_AUTHDATA_MAX];
	size_t authdata_len;
	unsigned char signature[KF_KEY_SIGNATURE_MAX];
	size_t signature_len;
};

static const unsigned char client_hash[KF_KEY_HASH_SIZE] = "client data";

static void
sign_with(EVP_PKEY *pkey, const EVP_MD *md, const unsigned char *hash,
    struct answer *answer)
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

static void
sign(uint32_t algorithm, const unsigned char *hash, struct answer *answer)
{
	sign_with(secrets[algorithm],
	    algorithm == KF_EDDSA ? NULL : EVP_sha256(), hash, answer);
}

/* Of a key that did what it was asked, but for the flags. */
static struct answer
answer_of(uint32_t algorithm, unsigned char flags)
{
	const struct kf_key *key = &enrolled[algorithm];
	struct answer answer = { .credential_len = key->credential_len,
		.authdata_len = 37 };

	memcpy(answer.credential, key->credential, key->credential_len);
	(void)SHA256((const unsigned char *)key->rp_id, strlen(key->rp_id),
	    answer.authdata);
	answer.authdata[32] = flags;
	memcpy(answer.authdata + 33, "\x01\x02\x03\x04", 4);
	sign(algorithm, client_hash, &answer);
	return answer;
}

static struct kf_assertion_rules
rules_of(bool verify, bool hardware)
{
	struct kf_assertion_rules rules = { .verify = verify,
		.hardware = hardware };

	memcpy(rules.hash, client_hash, sizeof(rules.hash));
	return rules;
}

/*
 * The verdict; facts are there with RIGHT alone.  The bytes are passed in
 * blocks of their own size, so that a sanitizer sees one that is read beyond.
 */
static enum kf_assertion_verdict
check_by(const struct kf_key *key, const struct kf_assertion_rules *rules,
    const struct answer *answer)
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

static enum kf_assertion_verdict
check(const struct kf_key *key, const struct answer *answer)
{
	const struct kf_assertion_rules rules = rules_of(false, false);

	return check_by(key, &rules, answer);
}

/*
 * All flags a byte can be, against what policy and record want.  What it should
 * be is written down by flag for those that matter, and by rule for the others.
 */
static void
matrix(void **state)
{
	/* Presence alone; verification, by policy or by record. */
	static const struct {
		unsigned char flags;
		enum kf_assertion_verdict presence, verification;
	} table[] = {
		{ 0x00, KF_ASSERTION_PRESENCE, KF_ASSERTION_PRESENCE },
		{ 0x01, KF_ASSERTION_RIGHT, KF_ASSERTION_VERIFICATION },
		{ 0x04, KF_ASSERTION_PRESENCE, KF_ASSERTION_PRESENCE },
		{ 0x05, KF_ASSERTION_RIGHT, KF_ASSERTION_RIGHT },
		{ 0x45, KF_ASSERTION_MALFORMED, KF_ASSERTION_MALFORMED },
		{ 0x85, KF_ASSERTION_MALFORMED, KF_ASSERTION_MALFORMED },
		{ 0xc5, KF_ASSERTION_MALFORMED, KF_ASSERTION_MALFORMED },
		{ 0x0d, KF_ASSERTION_RIGHT, KF_ASSERTION_RIGHT },
		{ 0x1d, KF_ASSERTION_RIGHT, KF_ASSERTION_RIGHT },
		{ 0x15, KF_ASSERTION_MALFORMED, KF_ASSERTION_MALFORMED },
		{ 0x09, KF_ASSERTION_RIGHT, KF_ASSERTION_VERIFICATION },
		{ 0x11, KF_ASSERTION_MALFORMED, KF_ASSERTION_MALFORMED },
		/* Reserved bits say nothing. */
		{ 0x03, KF_ASSERTION_RIGHT, KF_ASSERTION_VERIFICATION },
		{ 0x21, KF_ASSERTION_RIGHT, KF_ASSERTION_VERIFICATION },
		{ 0x22, KF_ASSERTION_PRESENCE, KF_ASSERTION_PRESENCE },
		{ 0x27, KF_ASSERTION_RIGHT, KF_ASSERTION_RIGHT },
	};

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (size_t i = 0; i < UNIT_COUNT(table); i++)
			for (int policy = 0; policy < 2; policy++)
				for (int record = 0; record < 2; record++) {
					struct kf_assertion_rules rules =
					    rules_of(policy, false);
					struct answer answer = answer_of(n,
					    table[i].flags);
					struct kf_key key = enrolled[n];

					key.verify = record;
					assert_int_equal(check_by(&key, &rules,
					    &answer), policy || record ?
					    table[i].verification :
					    table[i].presence);
				}
}

/* `key.synced = deny`: no matter what else it has shown. */
static void
synced(void **state)
{
	static const struct {
		unsigned char flags;
		bool record;
		bool hardware;
		enum kf_assertion_verdict verdict;
	} table[] = {
		{ 0x01, false, false, KF_ASSERTION_RIGHT },
		{ 0x01, false, true, KF_ASSERTION_RIGHT },
		{ 0x09, false, false, KF_ASSERTION_RIGHT },
		{ 0x09, false, true, KF_ASSERTION_SYNCED },
		{ 0x0d, false, true, KF_ASSERTION_SYNCED },
		{ 0x1d, false, true, KF_ASSERTION_SYNCED },
		{ 0x1d, true, true, KF_ASSERTION_SYNCED },
		{ 0x1d, true, false, KF_ASSERTION_RIGHT },
		/* It said so when it was enrolled. */
		{ 0x01, true, true, KF_ASSERTION_SYNCED },
		{ 0x01, true, false, KF_ASSERTION_RIGHT },
		{ 0x15, false, false, KF_ASSERTION_MALFORMED },
		{ 0x15, false, true, KF_ASSERTION_MALFORMED },
	};

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (size_t i = 0; i < UNIT_COUNT(table); i++) {
			struct kf_assertion_rules rules = rules_of(false,
			    table[i].hardware);
			struct answer answer = answer_of(n, table[i].flags);
			struct kf_key key = enrolled[n];

			key.synced = table[i].record;
			assert_int_equal(check_by(&key, &rules, &answer),
			    table[i].verdict);
		}
}

static const unsigned char wrong_hash[KF_KEY_HASH_SIZE] = "other data";

static bool
is_held(const struct kf_key *key, const struct answer *answer)
{
	return kf_assertion_is_held(key, client_hash, &(struct kf_assertion){
	    .credential = answer->credential,
	    .credential_len = answer->credential_len,
	    .authdata = answer->authdata,
	    .authdata_len = answer->authdata_len,
	    .signature = answer->signature,
	    .signature_len = answer->signature_len });
}

/* The answer to a silent question: from who has the secret, or from nobody. */
static void
held(void **state)
{
	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		const struct answer silent = answer_of(n, 0x00);
		struct answer bad = silent;

		assert_true(is_held(&enrolled[n], &silent));
		/* And it lets nobody in. */
		assert_int_equal(check(&enrolled[n], &silent),
		    KF_ASSERTION_PRESENCE);
		assert_false(is_held(&enrolled[n % KF_RS256 + 1], &silent));
		sign(n, wrong_hash, &bad);
		assert_false(is_held(&enrolled[n], &bad));
		sign(n % KF_RS256 + 1, client_hash, &bad);
		assert_false(is_held(&enrolled[n], &bad));
		bad = silent;
		bad.credential[0] ^= 1;
		assert_false(is_held(&enrolled[n], &bad));
		bad = silent;
		bad.signature_len = 0;
		assert_false(is_held(&enrolled[n], &bad));
		bad.authdata_len = 0;
		assert_false(is_held(&enrolled[n], &bad));
		for (size_t i = 0; i < silent.authdata_len; i++) {
			bad = silent;
			bad.authdata[i] ^= 0x40;
			assert_false(is_held(&enrolled[n], &bad));
		}
	}
}

/* One bit of one byte, anywhere: refused. */
static void
every_byte_counts(void **state)
{
	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		struct answer good = answer_of(n, 0x05);
		struct kf_key key = enrolled[n];
		struct kf_assertion_rules rules;

		assert_int_equal(check(&key, &good), KF_ASSERTION_RIGHT);
		for (size_t i = 0; i < good.authdata_len; i++)
			for (unsigned bit = 0; bit < 8; bit++) {
				struct answer bad = good;

				bad.authdata[i] ^= (unsigned char)(1U << bit);
				assert_int_not_equal(check(&key, &bad),
				    KF_ASSERTION_RIGHT);
				if (i < 32)
					assert_int_equal(check(&key, &bad),
					    KF_ASSERTION_RP);
				if (i > 32)
					assert_int_equal(check(&key, &bad),
					    KF_ASSERTION_SIGNATURE);
			}
		for (size_t i = 0; i < good.signature_len; i++)
			for (unsigned bit = 0; bit < 8; bit++) {
				struct answer bad = good;

				bad.signature[i] ^= (unsigned char)(1U << bit);
				assert_int_not_equal(check(&key, &bad),
				    KF_ASSERTION_RIGHT);
			}
		for (size_t i = 0; i < good.credential_len; i++) {
			struct answer bad = good;

			bad.credential[i] ^= 1;
			assert_int_equal(check(&key, &bad),
			    KF_ASSERTION_CREDENTIAL);
		}
		for (size_t i = 0; i < KF_KEY_HASH_SIZE; i++) {
			rules = rules_of(false, false);
			rules.hash[i] ^= 1;
			assert_int_equal(check_by(&key, &rules, &good),
			    KF_ASSERTION_SIGNATURE);
		}
		for (size_t i = 0; i < key.public_key_len; i++) {
			struct kf_key bad = key;

			bad.public_key[i] ^= 1;
			assert_int_not_equal(check(&bad, &good),
			    KF_ASSERTION_RIGHT);
		}
	}
}

/* Every shorter and longer one of each, with and without a signature of it. */
static void
every_length_counts(void **state)
{
	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		struct answer good = answer_of(n, 0x01);
		const struct kf_key *key = &enrolled[n];

		for (size_t len = 0; len <= 80; len++) {
			struct answer bad = good;

			bad.authdata_len = len;
			assert_int_equal(check(key, &bad), len == 37 ?
			    KF_ASSERTION_RIGHT : KF_ASSERTION_MALFORMED);
			/* The key has really signed that. */
			sign(n, client_hash, &bad);
			assert_int_equal(check(key, &bad), len == 37 ?
			    KF_ASSERTION_RIGHT : KF_ASSERTION_MALFORMED);
		}
		for (size_t len = 0; len <= KF_KEY_SIGNATURE_MAX; len++) {
			struct answer bad = good;

			bad.signature_len = len;
			assert_int_equal(check(key, &bad),
			    len == good.signature_len ? KF_ASSERTION_RIGHT :
			    KF_ASSERTION_MALFORMED);
		}
		for (size_t len = 0; len <= KF_KEY_CREDENTIAL_MAX; len++) {
			struct answer bad = good;

			bad.credential_len = len;
			assert_int_equal(check(key, &bad),
			    len == good.credential_len ? KF_ASSERTION_RIGHT :
			    KF_ASSERTION_CREDENTIAL);
		}
	}
}

/* A true signature of something else. */
static void
signatures_of_something_else(void **state)
{
	static const unsigned char other_hash[KF_KEY_HASH_SIZE] = "another";
	static const char *const rps[] = { "", "ssh", "ssh:x", "SSH:",
		"example.org" };

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		struct answer bad = answer_of(n, 0x05);

		sign(n, other_hash, &bad);
		assert_int_equal(check(&enrolled[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		for (size_t i = 0; i < UNIT_COUNT(rps); i++) {
			struct kf_key other = enrolled[n];

			bad = answer_of(n, 0x05);
			(void)SHA256((const unsigned char *)rps[i],
			    strlen(rps[i]), bad.authdata);
			sign(n, client_hash, &bad);
			assert_int_equal(check(&enrolled[n], &bad),
			    KF_ASSERTION_RP);
			/* And the reverse: the record is for another one. */
			bad = answer_of(n, 0x05);
			(void)snprintf(other.rp_id, sizeof(other.rp_id), "%s",
			    rps[i]);
			assert_int_equal(check(&other, &bad),
			    rps[i][0] == '\0' ? KF_ASSERTION_BROKEN :
			    KF_ASSERTION_RP);
		}
		/* The flags of one answer with the signature of another. */
		bad = answer_of(n, 0x01);
		bad.authdata[32] = 0x05;
		assert_int_equal(check(&enrolled[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		bad = answer_of(n, 0x00);
		bad.authdata[32] = 0x01;
		assert_int_equal(check(&enrolled[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		bad = answer_of(n, 0x01);
		memcpy(bad.authdata + 33, "\xff\xff\xff\xff", 4);
		assert_int_equal(check(&enrolled[n], &bad),
		    KF_ASSERTION_SIGNATURE);
	}
}

/* Another key of the same algorithm; the same id, and one's own. */
static void
signatures_of_others(void **state)
{
	EVP_PKEY *own[ALGORITHMS + 1] = { NULL };

	(void)state;
	own[KF_ES256] = EVP_EC_gen("P-256");
	own[KF_EDDSA] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	own[KF_RS256] = EVP_RSA_gen(2048);
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		struct answer bad = answer_of(n, 0x05);
		struct kf_key mine;

		assert_non_null(own[n]);
		fill_key(n, own[n], &mine);
		sign_with(own[n], n == KF_EDDSA ? NULL : EVP_sha256(),
		    client_hash, &bad);
		assert_int_equal(check(&mine, &bad), KF_ASSERTION_RIGHT);
		assert_int_equal(check(&enrolled[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		memset(bad.credential, 0x11, bad.credential_len);
		assert_int_equal(check(&enrolled[n], &bad),
		    KF_ASSERTION_CREDENTIAL);
		EVP_PKEY_free(own[n]);
	}
}

/* The algorithm is the one of the record, whatever the device signs with. */
static void
other_algorithms(void **state)
{
	static const uint32_t none[] = { 0, 4, UINT32_MAX };
	EVP_PKEY *p384 = EVP_EC_gen("P-384");
	struct answer bad;

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (uint32_t other = KF_ES256; other <= KF_RS256; other++) {
			struct kf_key key = enrolled[n];

			if (other == n)
				continue;
			/* Signed by a key of another kind. */
			bad = answer_of(n, 0x05);
			sign(other, client_hash, &bad);
			assert_int_equal(check(&key, &bad),
			    KF_ASSERTION_MALFORMED);
			/* Recorded as another kind, with that length or not. */
			bad = answer_of(n, 0x05);
			key.algorithm = other;
			assert_int_equal(check(&key, &bad),
			    KF_ASSERTION_BROKEN);
			key.public_key_len = kf_public_key_size(other);
			assert_int_equal(check(&key, &bad),
			    KF_ASSERTION_MALFORMED);
		}
	for (size_t i = 0; i < UNIT_COUNT(none); i++) {
		struct kf_key key = enrolled[KF_ES256];

		bad = answer_of(KF_ES256, 0x05);
		key.algorithm = none[i];
		assert_int_equal(check(&key, &bad), KF_ASSERTION_BROKEN);
		key.public_key_len = 0;
		assert_int_equal(check(&key, &bad), KF_ASSERTION_BROKEN);
	}
	/* Another hash of the same key; another curve. */
	bad = answer_of(KF_RS256, 0x05);
	sign_with(secrets[KF_RS256], EVP_sha1(), client_hash, &bad);
	assert_int_equal(check(&enrolled[KF_RS256], &bad),
	    KF_ASSERTION_SIGNATURE);
	sign_with(secrets[KF_RS256], EVP_sha512(), client_hash, &bad);
	assert_int_equal(check(&enrolled[KF_RS256], &bad),
	    KF_ASSERTION_SIGNATURE);
	bad = answer_of(KF_ES256, 0x05);
	sign_with(secrets[KF_ES256], EVP_sha384(), client_hash, &bad);
	assert_int_equal(check(&enrolled[KF_ES256], &bad),
	    KF_ASSERTION_SIGNATURE);
	assert_non_null(p384);
	sign_with(p384, EVP_sha256(), client_hash, &bad);
	assert_int_not_equal(check(&enrolled[KF_ES256], &bad),
	    KF_ASSERTION_RIGHT);
	EVP_PKEY_free(p384);
}

/* RS256 is PKCS #1 v1.5, and not PSS. */
static void
other_padding(void **state)
{
	struct answer bad = answer_of(KF_RS256, 0x05);
	unsigned char text[37 + KF_KEY_HASH_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *padding = NULL;
	size_t len = sizeof(bad.signature);

	(void)state;
	assert_non_null(ctx);
	memcpy(text, bad.authdata, 37);
	memcpy(text + 37, client_hash, KF_KEY_HASH_SIZE);
	assert_int_equal(EVP_DigestSignInit(ctx, &padding, EVP_sha256(), NULL,
	    secrets[KF_RS256]), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(padding,
	    RSA_PKCS1_PSS_PADDING), 1);
	assert_int_equal(EVP_DigestSign(ctx, bad.signature, &len, text,
	    sizeof(text)), 1);
	assert_int_equal(len, bad.signature_len);
	assert_int_equal(check(&enrolled[KF_RS256], &bad),
	    KF_ASSERTION_SIGNATURE);
	EVP_MD_CTX_free(ctx);
}

/* DER that is not the one encoding there is, of a signature that is true. */
static void
loose_der(void **state)
{
	const struct kf_key *key = &enrolled[KF_ES256];
	struct answer good, bad;
	unsigned char *s = bad.signature;

	(void)state;
	/* One whose integers are both of 32 bytes, so that there is room. */
	do {
		good = answer_of(KF_ES256, 0x05);
	} while (good.signature[3] != 32 || good.signature[37] != 32);
	assert_int_equal(good.signature_len, 70);
	assert_int_equal(check(key, &good), KF_ASSERTION_RIGHT);

	/* A long form of the length, and the indefinite one. */
	bad = good;
	memmove(s + 3, s + 2, 68);
	s[1] = 0x81;
	s[2] = 68;
	bad.signature_len = 71;
	assert_int_equal(check(key, &bad), KF_ASSERTION_MALFORMED);
	bad = good;
	s[1] = 0x80;
	bad.signature_len = 72;
	assert_int_equal(check(key, &bad), KF_ASSERTION_MALFORMED);
	/* A zero in front that is not needed. */
	bad = good;
	memmove(s + 5, s + 4, 66);
	s[1] = 69;
	s[3] = 33;
	s[4] = 0;
	bad.signature_len = 71;
	assert_int_equal(check(key, &bad), KF_ASSERTION_MALFORMED);
	/* A byte behind: outside, and inside. */
	bad = good;
	bad.signature_len = 71;
	assert_int_equal(check(key, &bad), KF_ASSERTION_MALFORMED);
	s[1] = 69;
	assert_int_equal(check(key, &bad), KF_ASSERTION_MALFORMED);
	/* Other tags. */
	for (size_t at = 0; at < 3; at++) {
		static const size_t tags[] = { 0, 2, 36 };

		for (unsigned tag = 0; tag < 256; tag++) {
			bad = good;
			s[tags[at]] = (unsigned char)tag;
			assert_int_equal(check(key, &bad),
			    tag == good.signature[tags[at]] ?
			    KF_ASSERTION_RIGHT : KF_ASSERTION_MALFORMED);
		}
	}
	/* Lengths that lead out of it. */
	for (unsigned len = 0; len < 256; len++) {
		static const size_t lengths[] = { 1, 3, 37 };

		for (size_t at = 0; at < 3; at++) {
			bad = good;
			s[lengths[at]] = (unsigned char)len;
			if (len != good.signature[lengths[at]])
				assert_int_equal(check(key, &bad),
				    KF_ASSERTION_MALFORMED);
		}
	}
}

/* Signatures that are no numbers of a signature. */
static void
odd_signatures(void **state)
{
	static const struct {
		const char *hex;
		enum kf_assertion_verdict verdict;
	} table[] = {
		{ "3006020100020100", KF_ASSERTION_MALFORMED },
		{ "3006020101020100", KF_ASSERTION_MALFORMED },
		{ "3006020100020101", KF_ASSERTION_MALFORMED },
		{ "3006020101020101", KF_ASSERTION_SIGNATURE },
		{ "30060201ff020101", KF_ASSERTION_MALFORMED },
		{ "3006020180020101", KF_ASSERTION_MALFORMED },
		{ "300702020001020101", KF_ASSERTION_MALFORMED },
		{ "300702020080020101", KF_ASSERTION_SIGNATURE },
		{ "3000", KF_ASSERTION_MALFORMED },
		{ "30020200", KF_ASSERTION_MALFORMED },
		{ "300402000200", KF_ASSERTION_MALFORMED },
		{ "3003020101", KF_ASSERTION_MALFORMED },
		{ "3009020101020101020101", KF_ASSERTION_MALFORMED },
		{ "3006030101020101", KF_ASSERTION_MALFORMED },
		/* Without a byte, of more than there are, of too many. */
		{ "300702000203010101", KF_ASSERTION_MALFORMED },
		{ "3006022001010101", KF_ASSERTION_MALFORMED },
		{ "3006020101022101", KF_ASSERTION_MALFORMED },
		{ "30260221010101010101010101010101010101010101010101010101"
		  "010101010101010101020101", KF_ASSERTION_MALFORMED },
		{ "30270222008101010101010101010101010101010101010101010101"
		  "01010101010101010101020101", KF_ASSERTION_MALFORMED },
		/* r is the order of the curve; then it is zero. */
		{ "3026022100ffffffff00000000ffffffffffffffffbce6faada7179e84"
		  "f3b9cac2fc632551020101", KF_ASSERTION_SIGNATURE },
	};
	struct answer bad = answer_of(KF_ES256, 0x05);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		bad.signature_len = strlen(table[i].hex) / 2;
		assert_int_equal(kf_text_unhex(bad.signature,
		    bad.signature_len, table[i].hex), KF_OK);
		assert_int_equal(check(&enrolled[KF_ES256], &bad),
		    table[i].verdict);
	}
	for (uint32_t n = KF_EDDSA; n <= KF_RS256; n++) {
		bad = answer_of(n, 0x05);
		memset(bad.signature, 0, bad.signature_len);
		assert_int_equal(check(&enrolled[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		memset(bad.signature, 0xff, bad.signature_len);
		assert_int_equal(check(&enrolled[n], &bad),
		    KF_ASSERTION_SIGNATURE);
	}
}

/* Ed25519 has one signature: S plus the order is refused (RFC 8032, 5.1.7). */
static void
malleable_eddsa(void **state)
{
	static const unsigned char order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a,
		0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
		0x14, [31] = 0x10 };
	struct answer bad = answer_of(KF_EDDSA, 0x05);
	unsigned carry = 0;

	(void)state;
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)bad.signature[32 + i] + order[i];
		bad.signature[32 + i] = (unsigned char)carry;
		carry >>= 8;
	}
	assert_int_equal(carry, 0);
	assert_int_equal(check(&enrolled[KF_EDDSA], &bad),
	    KF_ASSERTION_SIGNATURE);
}

/* Enrolled keys that are none. */
static void
bad_points(void **state)
{
	struct answer good = answer_of(KF_ES256, 0x05);
	struct kf_key key = enrolled[KF_ES256];

	(void)state;
	/* Beside the curve, at its end, and coordinates beyond the field. */
	key.public_key[63] ^= 1;
	assert_int_equal(check(&key, &good), KF_ASSERTION_BROKEN);
	memset(key.public_key, 0, 64);
	assert_int_equal(check(&key, &good), KF_ASSERTION_BROKEN);
	memset(key.public_key, 0xff, 64);
	assert_int_equal(check(&key, &good), KF_ASSERTION_BROKEN);
	/* x and y the other way round. */
	memcpy(key.public_key, enrolled[KF_ES256].public_key + 32, 32);
	memcpy(key.public_key + 32, enrolled[KF_ES256].public_key, 32);
	assert_int_equal(check(&key, &good), KF_ASSERTION_BROKEN);
	/* The other point of the same x: a key, and not this one. */
	key = enrolled[KF_ES256];
	{
		BIGNUM *p = NULL, *y = BN_bin2bn(key.public_key + 32, 32, NULL);

		assert_true(BN_hex2bn(&p, "ffffffff00000001000000000000000000"
		    "000000ffffffffffffffffffffffff") > 0);
		assert_int_equal(BN_sub(y, p, y), 1);
		assert_int_equal(BN_bn2binpad(y, key.public_key + 32, 32), 32);
		BN_free(p);
		BN_free(y);
	}
	assert_int_equal(check(&key, &good), KF_ASSERTION_SIGNATURE);
	/* No length but its own. */
	for (size_t len = 0; len <= KF_PUBLIC_KEY_MAX; len++) {
		key = enrolled[KF_ES256];
		key.public_key_len = len;
		assert_int_equal(check(&key, &good), len == 64 ?
		    KF_ASSERTION_RIGHT : KF_ASSERTION_BROKEN);
	}
	/* y = 2 is of no point of Ed25519; nothing verifies under it. */
	good = answer_of(KF_EDDSA, 0x05);
	key = enrolled[KF_EDDSA];
	memset(key.public_key, 0, 32);
	key.public_key[0] = 2;
	assert_int_equal(check(&key, &good), KF_ASSERTION_SIGNATURE);
}

static void
bad_moduli(void **state)
{
	static const unsigned char exponents[][3] = { { 0, 0, 0 }, { 0, 0, 1 },
		{ 0, 0, 3 }, { 0, 1, 1 }, { 1, 0, 0 }, { 0, 0xff, 0xff },
		{ 1, 0, 2 } };
	struct answer good = answer_of(KF_RS256, 0x05);
	struct kf_key key = enrolled[KF_RS256];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(exponents); i++) {
		memcpy(key.public_key + 256, exponents[i], 3);
		assert_int_equal(check(&key, &good), KF_ASSERTION_BROKEN);
	}
	/* One bit short, even, nothing. */
	key = enrolled[KF_RS256];
	key.public_key[0] &= 0x7f;
	assert_int_equal(check(&key, &good), KF_ASSERTION_BROKEN);
	key = enrolled[KF_RS256];
	key.public_key[255] ^= 1;
	assert_int_equal(check(&key, &good), KF_ASSERTION_BROKEN);
	memset(key.public_key, 0, 256);
	assert_int_equal(check(&key, &good), KF_ASSERTION_BROKEN);
}

/* With an exponent of 1, the padded hash is its own signature. */
static void
exponent_of_one(void **state)
{
	static const unsigned char sha256[] = { 0x30, 0x31, 0x30, 0x0d, 0x06,
		0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00, 0x04, 0x20 };
	struct answer forged = answer_of(KF_RS256, 0x05);
	struct kf_key key = enrolled[KF_RS256];
	unsigned char text[37 + KF_KEY_HASH_SIZE];

	(void)state;
	memcpy(text, forged.authdata, 37);
	memcpy(text + 37, client_hash, KF_KEY_HASH_SIZE);
	memset(forged.signature, 0xff, 256);
	forged.signature[0] = 0;
	forged.signature[1] = 1;
	forged.signature[256 - 32 - sizeof(sha256) - 1] = 0;
	memcpy(forged.signature + 256 - 32 - sizeof(sha256), sha256,
	    sizeof(sha256));
	(void)SHA256(text, sizeof(text), forged.signature + 224);
	memcpy(key.public_key + 256, "\x00\x00\x01", 3);
	assert_int_equal(check(&key, &forged), KF_ASSERTION_BROKEN);
}

/* A record without an id serves nobody, also who names none. */
static void
empty_credential(void **state)
{
	struct answer answer = answer_of(KF_EDDSA, 0x05);
	struct kf_key key = enrolled[KF_EDDSA];

	(void)state;
	key.credential_len = 0;
	assert_int_equal(check(&key, &answer), KF_ASSERTION_BROKEN);
	answer.credential_len = 0;
	assert_int_equal(check(&key, &answer), KF_ASSERTION_BROKEN);
	assert_int_equal(check(&enrolled[KF_EDDSA], &answer),
	    KF_ASSERTION_CREDENTIAL);
	key.credential_len = KF_KEY_CREDENTIAL_MAX + 1;
	assert_int_equal(check(&key, &answer), KF_ASSERTION_BROKEN);
}

/* All keys that there may be: the longest id, counters at their ends. */
static void
bounds(void **state)
{
	static const struct {
		unsigned char bytes[4];
		uint32_t counter;
	} table[] = {
		{ { 0, 0, 0, 0 }, 0 },
		{ { 0, 0, 0, 1 }, 1 },
		{ { 0x7f, 0xff, 0xff, 0xff }, INT32_MAX },
		{ { 0x80, 0, 0, 0 }, UINT32_C(1) << 31 },
		{ { 0xff, 0xff, 0xff, 0xff }, UINT32_MAX },
	};
	struct kf_assertion_rules rules = rules_of(true, true);

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (size_t i = 0; i < UNIT_COUNT(table); i++) {
			struct answer answer = answer_of(n, 0x05);
			struct kf_key key = enrolled[n];
			struct kf_assertion_facts facts;

			key.credential_len = KF_KEY_CREDENTIAL_MAX;
			memcpy(answer.authdata + 33, table[i].bytes, 4);
			sign(n, client_hash, &answer);
			assert_int_equal(kf_assertion_check(&key, &rules,
			    &(struct kf_assertion){
			    .credential = key.credential,
			    .credential_len = key.credential_len,
			    .authdata = answer.authdata,
			    .authdata_len = 37,
			    .signature = answer.signature,
			    .signature_len = answer.signature_len },
			    &facts), KF_ASSERTION_RIGHT);
			assert_int_equal(facts.counter, table[i].counter);
			assert_true(facts.verified);
			assert_false(facts.synced);
		}
}

/* The signatures of ES256 differ in length; all are of use. */
static void
many_signatures(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		struct answer answer = answer_of(KF_ES256, 0x01);

		assert_int_equal(check(&enrolled[KF_ES256], &answer),
		    KF_ASSERTION_RIGHT);
	}
}

/* What the log says; and no two verdicts are a few bits apart. */
static void
verdicts(void **state)
{
	static const enum kf_assertion_verdict all[] = {
		KF_ASSERTION_MALFORMED, KF_ASSERTION_CREDENTIAL,
		KF_ASSERTION_RP, KF_ASSERTION_PRESENCE,
		KF_ASSERTION_VERIFICATION, KF_ASSERTION_SYNCED,
		KF_ASSERTION_SIGNATURE, KF_ASSERTION_BROKEN,
		KF_ASSERTION_RIGHT };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(all); i++) {
		const char *reason = kf_assertion_reason(all[i]);
		unsigned differ = (unsigned)all[i] ^
		    (unsigned)KF_ASSERTION_RIGHT;

		assert_true(kf_text_is_word(reason, 32));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(reason,
			    kf_assertion_reason(all[j]));
		if (all[i] != KF_ASSERTION_RIGHT)
			assert_true(__builtin_popcount(differ) >= 8);
	}
	assert_string_equal(kf_assertion_reason(
	    (enum kf_assertion_verdict)1), "malformed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(matrix),
		UNIT_TEST(synced),
		UNIT_TEST(held),
		UNIT_TEST(every_byte_counts),
		UNIT_TEST(every_length_counts),
		UNIT_TEST(signatures_of_something_else),
		UNIT_TEST(signatures_of_others),
		UNIT_TEST(other_algorithms),
		UNIT_TEST(other_padding),
		UNIT_TEST(loose_der),
		UNIT_TEST(odd_signatures),
		UNIT_TEST(malleable_eddsa),
		UNIT_TEST(bad_points),
		UNIT_TEST(bad_moduli),
		UNIT_TEST(exponent_of_one),
		UNIT_TEST(empty_credential),
		UNIT_TEST(bounds),
		UNIT_TEST(many_signatures),
		UNIT_TEST(verdicts),
	};

	unit_start();
	return cmocka_run_group_tests_name("assertion", tests, make_keys,
	    free_keys);
}
