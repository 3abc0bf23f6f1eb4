/*
 * Assertions of security keys (factors/assertion.h): an assertion that differs
 * from the request or from the enrolled credential must be refused, with the
 * right reason.
 */
#include "tests/unit/factors/assertion_signer.h"

#include <string.h>

#include "common/text.h"

/*
 * The flags of the authenticator data, with user verification required by the
 * policy, by the enrolled record, by both or by none.
 */
static void
matrix(void **state)
{
	/* The verdicts when presence is enough, and when UV is required. */
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
		/* Reserved bits are ignored. */
		{ 0x03, KF_ASSERTION_RIGHT, KF_ASSERTION_VERIFICATION },
		{ 0x21, KF_ASSERTION_RIGHT, KF_ASSERTION_VERIFICATION },
		{ 0x22, KF_ASSERTION_PRESENCE, KF_ASSERTION_PRESENCE },
		{ 0x27, KF_ASSERTION_RIGHT, KF_ASSERTION_RIGHT },
	};

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (size_t i = 0; i < UNIT_COUNT(table); i++)
			for (unsigned who = 0; who < 4; who++) {
				bool policy = (who & 1) != 0;
				struct kf_assertion_rules rules =
				    signer_rules(policy, false);
				struct signer_answer answer = signer_answer(n,
				    table[i].flags);
				struct kf_key key = signer_keys[n];

				key.verify = (who & 2) != 0;
				assert_int_equal(signer_check_by(&key, &rules,
				    &answer), who != 0 ?
				    table[i].verification : table[i].presence);
			}
}

/* `key.synced = deny` refuses a backup eligible credential in all cases. */
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
		/* It was backup eligible when it was enrolled. */
		{ 0x01, true, true, KF_ASSERTION_SYNCED },
		{ 0x01, true, false, KF_ASSERTION_RIGHT },
		{ 0x15, false, false, KF_ASSERTION_MALFORMED },
		{ 0x15, false, true, KF_ASSERTION_MALFORMED },
	};

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (size_t i = 0; i < UNIT_COUNT(table); i++) {
			struct kf_assertion_rules rules = signer_rules(false,
			    table[i].hardware);
			struct signer_answer answer = signer_answer(n,
			    table[i].flags);
			struct kf_key key = signer_keys[n];

			key.synced = table[i].record;
			assert_int_equal(signer_check_by(&key, &rules, &answer),
			    table[i].verdict);
		}
}

static const unsigned char wrong_hash[KF_KEY_HASH_SIZE] = "other data";

static bool
is_held(const struct kf_key *key, const struct signer_answer *answer)
{
	return kf_assertion_is_held(key, signer_hash, &(struct kf_assertion){
	    .credential = answer->credential,
	    .credential_len = answer->credential_len,
	    .authdata = answer->authdata,
	    .authdata_len = answer->authdata_len,
	    .signature = answer->signature,
	    .signature_len = answer->signature_len });
}

/*
 * The answer to a silent request (no touch) must be signed with the secret of
 * the enrolled credential.
 */
static void
held(void **state)
{
	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		const struct signer_answer silent = signer_answer(n, 0x00);
		struct signer_answer bad = silent;

		assert_true(is_held(&signer_keys[n], &silent));
		/* Such an answer is never accepted as a proof. */
		assert_int_equal(signer_check(&signer_keys[n], &silent),
		    KF_ASSERTION_PRESENCE);
		assert_false(is_held(&signer_keys[n % KF_RS256 + 1], &silent));
		signer_sign(n, wrong_hash, &bad);
		assert_false(is_held(&signer_keys[n], &bad));
		signer_sign(n % KF_RS256 + 1, signer_hash, &bad);
		assert_false(is_held(&signer_keys[n], &bad));
		bad = silent;
		bad.credential[0] ^= 1;
		assert_false(is_held(&signer_keys[n], &bad));
		bad = silent;
		bad.signature_len = 0;
		assert_false(is_held(&signer_keys[n], &bad));
		bad.authdata_len = 0;
		assert_false(is_held(&signer_keys[n], &bad));
		for (size_t i = 0; i < silent.authdata_len; i++) {
			bad = silent;
			bad.authdata[i] ^= 0x40;
			assert_false(is_held(&signer_keys[n], &bad));
		}
	}
}

/* One changed bit in any part of an assertion: refused. */
static void
every_byte_counts(void **state)
{
	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		struct signer_answer good = signer_answer(n, 0x05);
		struct kf_key key = signer_keys[n];
		struct kf_assertion_rules rules;

		assert_int_equal(signer_check(&key, &good), KF_ASSERTION_RIGHT);
		for (size_t i = 0; i < good.authdata_len; i++)
			for (unsigned bit = 0; bit < 8; bit++) {
				struct signer_answer bad = good;
				enum kf_assertion_verdict verdict;

				bad.authdata[i] ^= (unsigned char)(1U << bit);
				verdict = signer_check(&key, &bad);
				assert_int_not_equal(verdict,
				    KF_ASSERTION_RIGHT);
				if (i != 32)
					assert_int_equal(verdict, i < 32 ?
					    KF_ASSERTION_RP :
					    KF_ASSERTION_SIGNATURE);
			}
		for (size_t i = 0; i < good.signature_len; i++)
			for (unsigned bit = 0; bit < 8; bit++) {
				struct signer_answer bad = good;

				bad.signature[i] ^= (unsigned char)(1U << bit);
				assert_int_not_equal(signer_check(&key, &bad),
				    KF_ASSERTION_RIGHT);
			}
		for (size_t i = 0; i < good.credential_len; i++) {
			struct signer_answer bad = good;

			bad.credential[i] ^= 1;
			assert_int_equal(signer_check(&key, &bad),
			    KF_ASSERTION_CREDENTIAL);
		}
		for (size_t i = 0; i < KF_KEY_HASH_SIZE; i++) {
			rules = signer_rules(false, false);
			rules.hash[i] ^= 1;
			assert_int_equal(signer_check_by(&key, &rules, &good),
			    KF_ASSERTION_SIGNATURE);
		}
		for (size_t i = 0; i < key.public_key_len; i++) {
			struct kf_key bad = key;

			bad.public_key[i] ^= 1;
			assert_int_not_equal(signer_check(&bad, &good),
			    KF_ASSERTION_RIGHT);
		}
	}
}

/* Each part of an assertion, shorter and longer than it should be. */
static void
every_length_counts(void **state)
{
	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++) {
		struct signer_answer good = signer_answer(n, 0x01);
		const struct kf_key *key = &signer_keys[n];

		for (size_t len = 0; len <= 80; len++) {
			struct signer_answer bad = good;

			bad.authdata_len = len;
			assert_int_equal(signer_check(key, &bad), len == 37 ?
			    KF_ASSERTION_RIGHT : KF_ASSERTION_MALFORMED);
			/* The same, with a true signature of that length. */
			signer_sign(n, signer_hash, &bad);
			assert_int_equal(signer_check(key, &bad), len == 37 ?
			    KF_ASSERTION_RIGHT : KF_ASSERTION_MALFORMED);
		}
		for (size_t len = 0; len <= KF_KEY_SIGNATURE_MAX; len++) {
			struct signer_answer bad = good;

			bad.signature_len = len;
			assert_int_equal(signer_check(key, &bad),
			    len == good.signature_len ? KF_ASSERTION_RIGHT :
			    KF_ASSERTION_MALFORMED);
		}
		for (size_t len = 0; len <= KF_KEY_CREDENTIAL_MAX; len++) {
			struct signer_answer bad = good;

			bad.credential_len = len;
			assert_int_equal(signer_check(key, &bad),
			    len == good.credential_len ? KF_ASSERTION_RIGHT :
			    KF_ASSERTION_CREDENTIAL);
		}
	}
}

/* The longest credential id, and the smallest and greatest counters. */
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
	struct kf_assertion_rules rules = signer_rules(true, true);

	(void)state;
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (size_t i = 0; i < UNIT_COUNT(table); i++) {
			struct signer_answer answer = signer_answer(n, 0x05);
			struct kf_key key = signer_keys[n];
			struct kf_assertion_facts facts;

			key.credential_len = KF_KEY_CREDENTIAL_MAX;
			memcpy(answer.authdata + 33, table[i].bytes, 4);
			signer_sign(n, signer_hash, &answer);
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

/* Signatures of ES256 differ in length; all lengths are accepted. */
static void
many_signatures(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		struct signer_answer answer = signer_answer(KF_ES256, 0x01);

		assert_int_equal(signer_check(&signer_keys[KF_ES256], &answer),
		    KF_ASSERTION_RIGHT);
	}
}

/* Each verdict has a log word; each refusal is at least 8 bits from RIGHT. */
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
		UNIT_TEST(bounds),
		UNIT_TEST(many_signatures),
		UNIT_TEST(verdicts),
	};

	unit_start();
	return cmocka_run_group_tests_name("assertion", tests, signer_start,
	    signer_end);
}
