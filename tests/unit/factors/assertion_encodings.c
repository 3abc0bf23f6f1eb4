/*
 * Signatures and public keys with a wrong encoding or with numbers out of range
 * (factors/assertion.h, public_key.h).  Each value has exactly one encoding;
 * any other must be refused.
 */
#include "tests/unit/factors/assertion_signer.h"

#include <openssl/bn.h>
#include <string.h>

#include "common/text.h"
#include "factors/public_key.h"

/* A true signature of ES256 whose encoding is not DER, but BER or worse. */
static void
loose_der(void **state)
{
	const struct kf_key *key = &signer_keys[KF_ES256];
	struct signer_answer good, bad;
	unsigned char *s = bad.signature;

	(void)state;
	/* Both integers have 32 bytes, so that there is room for one more. */
	do {
		good = signer_answer(KF_ES256, 0x05);
	} while (good.signature[3] != 32 || good.signature[37] != 32);
	assert_int_equal(good.signature_len, 70);
	assert_int_equal(signer_check(key, &good), KF_ASSERTION_RIGHT);

	/* A long form of the length, and the indefinite one. */
	bad = good;
	memmove(s + 3, s + 2, 68);
	s[1] = 0x81;
	s[2] = 68;
	bad.signature_len = 71;
	assert_int_equal(signer_check(key, &bad), KF_ASSERTION_MALFORMED);
	bad = good;
	s[1] = 0x80;
	bad.signature_len = 72;
	assert_int_equal(signer_check(key, &bad), KF_ASSERTION_MALFORMED);
	/* A leading zero that is not needed. */
	bad = good;
	memmove(s + 5, s + 4, 66);
	s[1] = 69;
	s[3] = 33;
	s[4] = 0;
	bad.signature_len = 71;
	assert_int_equal(signer_check(key, &bad), KF_ASSERTION_MALFORMED);
	/* A byte too many, after the sequence and in the sequence. */
	bad = good;
	bad.signature_len = 71;
	assert_int_equal(signer_check(key, &bad), KF_ASSERTION_MALFORMED);
	s[1] = 69;
	assert_int_equal(signer_check(key, &bad), KF_ASSERTION_MALFORMED);
	/* Other tags. */
	for (size_t at = 0; at < 3; at++) {
		static const size_t tags[] = { 0, 2, 36 };

		for (unsigned tag = 0; tag < 256; tag++) {
			bad = good;
			s[tags[at]] = (unsigned char)tag;
			assert_int_equal(signer_check(key, &bad),
			    tag == good.signature[tags[at]] ?
			    KF_ASSERTION_RIGHT : KF_ASSERTION_MALFORMED);
		}
	}
	/* Wrong lengths. */
	for (unsigned len = 0; len < 256; len++) {
		static const size_t lengths[] = { 1, 3, 37 };

		for (size_t at = 0; at < 3; at++) {
			bad = good;
			s[lengths[at]] = (unsigned char)len;
			if (len != good.signature[lengths[at]])
				assert_int_equal(signer_check(key, &bad),
				    KF_ASSERTION_MALFORMED);
		}
	}
}

/* Signatures whose numbers are zero, negative or too large. */
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
		/* Integers of no bytes, cut off, or of too many bytes. */
		{ "300702000203010101", KF_ASSERTION_MALFORMED },
		{ "3006022001010101", KF_ASSERTION_MALFORMED },
		{ "3006020101022101", KF_ASSERTION_MALFORMED },
		{ "30260221010101010101010101010101010101010101010101010101"
		  "010101010101010101020101", KF_ASSERTION_MALFORMED },
		{ "30270222008101010101010101010101010101010101010101010101"
		  "01010101010101010101020101", KF_ASSERTION_MALFORMED },
		/* r is the order of the curve, that is zero modulo it. */
		{ "3026022100ffffffff00000000ffffffffffffffffbce6faada7179e84"
		  "f3b9cac2fc632551020101", KF_ASSERTION_SIGNATURE },
	};
	struct signer_answer bad = signer_answer(KF_ES256, 0x05);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		bad.signature_len = strlen(table[i].hex) / 2;
		assert_int_equal(kf_text_unhex(bad.signature,
		    bad.signature_len, table[i].hex), KF_OK);
		assert_int_equal(signer_check(&signer_keys[KF_ES256], &bad),
		    table[i].verdict);
	}
	for (uint32_t n = KF_EDDSA; n <= KF_RS256; n++) {
		bad = signer_answer(n, 0x05);
		memset(bad.signature, 0, bad.signature_len);
		assert_int_equal(signer_check(&signer_keys[n], &bad),
		    KF_ASSERTION_SIGNATURE);
		memset(bad.signature, 0xff, bad.signature_len);
		assert_int_equal(signer_check(&signer_keys[n], &bad),
		    KF_ASSERTION_SIGNATURE);
	}
}

/* Enrolled public keys that are not a point of their curve. */
static void
bad_points(void **state)
{
	struct signer_answer good = signer_answer(KF_ES256, 0x05);
	struct kf_key key = signer_keys[KF_ES256];

	(void)state;
	/* Not on the curve, all zeros, and coordinates beyond the field. */
	key.public_key[63] ^= 1;
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_BROKEN);
	memset(key.public_key, 0, 64);
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_BROKEN);
	memset(key.public_key, 0xff, 64);
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_BROKEN);
	/* x and y exchanged. */
	memcpy(key.public_key, signer_keys[KF_ES256].public_key + 32, 32);
	memcpy(key.public_key + 32, signer_keys[KF_ES256].public_key, 32);
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_BROKEN);
	/* The other point with this x: a valid key, but another one. */
	key = signer_keys[KF_ES256];
	{
		BIGNUM *p = NULL, *y = BN_bin2bn(key.public_key + 32, 32, NULL);

		assert_true(BN_hex2bn(&p, "ffffffff00000001000000000000000000"
		    "000000ffffffffffffffffffffffff") > 0);
		assert_int_equal(BN_sub(y, p, y), 1);
		assert_int_equal(BN_bn2binpad(y, key.public_key + 32, 32), 32);
		BN_free(p);
		BN_free(y);
	}
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_SIGNATURE);
	/* Every wrong length. */
	for (size_t len = 0; len <= KF_PUBLIC_KEY_MAX; len++) {
		key = signer_keys[KF_ES256];
		key.public_key_len = len;
		assert_int_equal(signer_check(&key, &good), len == 64 ?
		    KF_ASSERTION_RIGHT : KF_ASSERTION_BROKEN);
	}
	/* No point of Ed25519 has y = 2, so no signature is right with it. */
	good = signer_answer(KF_EDDSA, 0x05);
	key = signer_keys[KF_EDDSA];
	memset(key.public_key, 0, 32);
	key.public_key[0] = 2;
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_SIGNATURE);
}

static void
bad_moduli(void **state)
{
	static const unsigned char exponents[][3] = { { 0, 0, 0 }, { 0, 0, 1 },
		{ 0, 0, 3 }, { 0, 1, 1 }, { 1, 0, 0 }, { 0, 0xff, 0xff },
		{ 1, 0, 2 } };
	struct signer_answer good = signer_answer(KF_RS256, 0x05);
	struct kf_key key = signer_keys[KF_RS256];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(exponents); i++) {
		memcpy(key.public_key + 256, exponents[i], 3);
		assert_int_equal(signer_check(&key, &good),
		    KF_ASSERTION_BROKEN);
	}
	/* A modulus that is one bit short, even, or zero. */
	key = signer_keys[KF_RS256];
	key.public_key[0] &= 0x7f;
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_BROKEN);
	key = signer_keys[KF_RS256];
	key.public_key[255] ^= 1;
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_BROKEN);
	memset(key.public_key, 0, 256);
	assert_int_equal(signer_check(&key, &good), KF_ASSERTION_BROKEN);
}

/* A record without a credential id is refused, also for an empty id. */
static void
empty_credential(void **state)
{
	struct signer_answer answer = signer_answer(KF_EDDSA, 0x05);
	struct kf_key key = signer_keys[KF_EDDSA];

	(void)state;
	key.credential_len = 0;
	assert_int_equal(signer_check(&key, &answer), KF_ASSERTION_BROKEN);
	answer.credential_len = 0;
	assert_int_equal(signer_check(&key, &answer), KF_ASSERTION_BROKEN);
	assert_int_equal(signer_check(&signer_keys[KF_EDDSA], &answer),
	    KF_ASSERTION_CREDENTIAL);
	key.credential_len = KF_KEY_CREDENTIAL_MAX + 1;
	assert_int_equal(signer_check(&key, &answer), KF_ASSERTION_BROKEN);
}

/*
 * Ed25519 public keys of small order must be refused, because anybody can sign
 * for them: the signature with R = neutral element and S = 0 is right for many
 * messages, or for all.
 */
static void
small_order(void **state)
{
	static const struct {
		unsigned char first, middle, last;
	} table[] = {
		{ 0x00, 0x00, 0x00 }, { 0x00, 0x00, 0x80 },
		{ 0x01, 0x00, 0x00 }, { 0x01, 0x00, 0x80 },
		{ 0xec, 0xff, 0x7f }, { 0xec, 0xff, 0xff },
		{ 0xed, 0xff, 0x7f }, { 0xed, 0xff, 0xff },
		{ 0xee, 0xff, 0x7f }, { 0xee, 0xff, 0xff },
	};
	static const char *const eighth[] = {
		"26e8958fc2b227b045c3f489f2ef98f0"
		"d5dfac05d3c63339b13802886d53fc05",
		"26e8958fc2b227b045c3f489f2ef98f0"
		"d5dfac05d3c63339b13802886d53fc85",
		"c7176a703d4dd84fba3c0b760d10670f"
		"2a2053fa2c39ccc64ec7fd7792ac037a",
		"c7176a703d4dd84fba3c0b760d10670f"
		"2a2053fa2c39ccc64ec7fd7792ac03fa",
	};
	struct signer_answer answer = signer_answer(KF_EDDSA, 0x05);
	struct kf_key key = signer_keys[KF_EDDSA];

	(void)state;
	memset(answer.signature, 0, answer.signature_len);
	answer.signature[0] = 1;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		memset(key.public_key, table[i].middle, 32);
		key.public_key[0] = table[i].first;
		key.public_key[31] = table[i].last;
		assert_int_equal(signer_check(&key, &answer),
		    KF_ASSERTION_BROKEN);
		assert_false(kf_public_key_can_use(&key));
	}
	for (size_t i = 0; i < UNIT_COUNT(eighth); i++) {
		BIGNUM *n = NULL;

		assert_int_equal(BN_hex2bn(&n, eighth[i]), 64);
		assert_int_equal(BN_bn2binpad(n, key.public_key, 32), 32);
		BN_free(n);
		assert_false(kf_public_key_can_use(&key));
	}
	/* A key close to one of these, and an ordinary key, can be used. */
	memset(key.public_key, 0xff, 32);
	key.public_key[0] = 0xeb;
	key.public_key[31] = 0x7f;
	assert_true(kf_public_key_can_use(&key));
	assert_true(kf_public_key_can_use(&signer_keys[KF_EDDSA]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(loose_der),
		UNIT_TEST(odd_signatures),
		UNIT_TEST(bad_points),
		UNIT_TEST(small_order),
		UNIT_TEST(bad_moduli),
		UNIT_TEST(empty_credential),
	};

	unit_start();
	return cmocka_run_group_tests_name("assertion_encodings", tests,
	    signer_start, signer_end);
}
