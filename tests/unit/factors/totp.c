/*
 * TOTP codes (factors/totp.h): the test vectors of RFC 4226 and RFC 6238, the
 * window of accepted steps, and the check of the clock.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "factors/totp.h"
#include "tests/unit/factors/totp_site.h"

/* Vectors */

static const char sha1_seed[] = "12345678901234567890";
static const char sha256_seed[] = "12345678901234567890123456789012";
static const char sha512_seed[] = "12345678901234567890123456789012"
    "34567890123456789012345678901234";

/* RFC 4226, appendix D: counters 0 to 9. */
static void
rfc_4226(void **state)
{
	static const char *const codes[] = { "755224", "287082", "359152",
		"969429", "338314", "254676", "287922", "162583", "399871",
		"520489" };
	const struct kf_totp totp = totp_of(KF_SHA1, 6);
	const struct kf_secret seed = totp_seed(sha1_seed);

	(void)state;
	for (uint64_t counter = 0; counter < UNIT_COUNT(codes); counter++) {
		char otp[KF_CODE_MAX + 1];

		assert_int_equal(kf_totp_generate(&totp, &seed, counter, otp),
		    KF_OK);
		assert_string_equal(otp, codes[counter]);
	}
}

/* RFC 6238, appendix B, for all hashes; 7 and 6 digits are the last ones. */
static void
rfc_6238(void **state)
{
	static const struct {
		int64_t time;
		const char *sha1, *sha256, *sha512;
	} table[] = {
		{ 59, "94287082", "46119246", "90693936" },
		{ 1111111109, "07081804", "68084774", "25091201" },
		{ 1111111111, "14050471", "67062674", "99943326" },
		{ 1234567890, "89005924", "91819424", "93441116" },
		{ 2000000000, "69279037", "90698825", "38618901" },
		{ 20000000000, "65353130", "77737706", "47863826" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		const struct {
			enum kf_algorithm algorithm;
			const char *seed, *code;
		} hashes[] = {
			{ KF_SHA1, sha1_seed, table[i].sha1 },
			{ KF_SHA256, sha256_seed, table[i].sha256 },
			{ KF_SHA512, sha512_seed, table[i].sha512 },
		};

		for (size_t h = 0; h < UNIT_COUNT(hashes); h++)
			for (uint32_t digits = 6; digits <= 8; digits++) {
				struct kf_totp totp =
				    totp_of(hashes[h].algorithm, digits);
				struct kf_secret seed =
				    totp_seed(hashes[h].seed);
				char otp[KF_CODE_MAX + 1];

				assert_int_equal(kf_totp_generate(&totp, &seed,
				    kf_totp_step(&totp, table[i].time), otp),
				    KF_OK);
				assert_string_equal(otp,
				    hashes[h].code + 8 - digits);
			}
	}
}

static void
generate_refuses(void **state)
{
	const struct kf_secret seed = totp_seed(sha1_seed);
	char otp[KF_CODE_MAX + 1] = "x";
	struct kf_totp totp = totp_of(KF_SHA1, 5);

	(void)state;
	assert_int_equal(kf_totp_generate(&totp, &seed, 1, otp),
	    KF_ERR_CRYPTO);
	assert_string_equal(otp, "");
	totp.digits = 9;
	assert_int_equal(kf_totp_generate(&totp, &seed, 1, otp),
	    KF_ERR_CRYPTO);
	totp = totp_of((enum kf_algorithm)0, 6);
	assert_int_equal(kf_totp_generate(&totp, &seed, 1, otp),
	    KF_ERR_CRYPTO);
	totp = totp_of((enum kf_algorithm)4, 6);
	assert_int_equal(kf_totp_generate(&totp, &seed, 1, otp),
	    KF_ERR_CRYPTO);
	totp = totp_of(KF_SHA1, 6);
	assert_int_equal(kf_totp_generate(&totp, &seed, UINT64_MAX, otp),
	    KF_ERR_CRYPTO);
}

/* Matching */

static enum kf_match
match_at(const struct kf_totp *totp, const struct kf_code *code, int64_t now,
    uint32_t window, uint64_t last, uint64_t *step)
{
	const struct kf_secret seed = totp_seed(sha1_seed);
	enum kf_match match = KF_MATCH_FRESH;

	assert_int_equal(kf_totp_match(totp, &seed, code, now, window, last,
	    &match, step), KF_OK);
	return match;
}

static void
windows(void **state)
{
	const struct kf_totp totp = totp_of(KF_SHA1, 6);
	const struct kf_secret seed = totp_seed(sha1_seed);

	(void)state;
	assert_int_equal(kf_totp_step(&totp, TOTP_NOW), TOTP_STEP);
	for (uint32_t window = 0; window <= 2; window++)
		for (int offset = -4; offset <= 4; offset++) {
			uint64_t of = TOTP_STEP + (uint64_t)offset;
			struct kf_code code = totp_code(&totp, &seed, of);
			bool inside = offset >= -(int)window &&
			    offset <= (int)window;
			uint64_t step = 4711;

			assert_int_equal(match_at(&totp, &code, TOTP_NOW,
			    window, 0, &step), inside ? KF_MATCH_FRESH :
			    KF_MATCH_NONE);
			assert_int_equal(step, inside ? of : 0);
			/* A step that is not above the last one is used. */
			for (int last = -3; last <= 3; last++)
				assert_int_equal(match_at(&totp, &code,
				    TOTP_NOW, window,
				    TOTP_STEP + (uint64_t)last, &step),
				    !inside ? KF_MATCH_NONE : offset > last ?
				    KF_MATCH_FRESH : KF_MATCH_USED);
		}
}

/* The first and the last second of a step, and the seconds beside them. */
static void
step_edges(void **state)
{
	static const struct {
		uint32_t period;
		int64_t now;
		uint64_t step;
	} table[] = {
		{ 30, 0, 0 }, { 30, 29, 0 }, { 30, 30, 1 }, { 30, 59, 1 },
		{ 30, 60, 2 }, { 15, 14, 0 }, { 15, 15, 1 }, { 60, 59, 0 },
		{ 60, 60, 1 }, { 30, -1, 0 }, { 30, INT64_MIN, 0 },
		{ 30, INT64_C(4294967296), 143165576 },
		{ 30, INT64_C(4294967310), 143165577 },
	};
	struct kf_totp totp = totp_of(KF_SHA1, 6);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		totp.period = table[i].period;
		assert_int_equal(kf_totp_step(&totp, table[i].now),
		    table[i].step);
	}
}

/* At the epoch the window begins with step 0, and does not wrap round. */
static void
window_at_the_epoch(void **state)
{
	const struct kf_totp totp = totp_of(KF_SHA1, 6);
	const struct kf_secret seed = totp_seed(sha1_seed);
	struct kf_code code = totp_code(&totp, &seed, 1);
	uint64_t step;

	(void)state;
	assert_int_equal(match_at(&totp, &code, 0, 2, 0, &step),
	    KF_MATCH_FRESH);
	assert_int_equal(step, 1);
}

static void
wrong_number_of_digits(void **state)
{
	const struct kf_secret seed = totp_seed(sha1_seed);

	(void)state;
	for (uint32_t enrolled = 6; enrolled <= 8; enrolled++)
		for (uint32_t typed = 6; typed <= 8; typed++) {
			struct kf_totp totp = totp_of(KF_SHA1, enrolled);
			struct kf_totp other = totp_of(KF_SHA1, typed);
			struct kf_code code = totp_code(&other, &seed,
			    TOTP_STEP);
			uint64_t step;

			assert_int_equal(match_at(&totp, &code, TOTP_NOW, 2, 0,
			    &step), enrolled == typed ? KF_MATCH_FRESH :
			    KF_MATCH_NONE);
			/* The right digits, but with a wrong length. */
			code = totp_code(&totp, &seed, TOTP_STEP);
			code.len = typed;
			assert_int_equal(match_at(&totp, &code, TOTP_NOW, 2, 0,
			    &step), enrolled == typed ? KF_MATCH_FRESH :
			    KF_MATCH_NONE);
		}
}

static void
one_digit_off(void **state)
{
	const struct kf_totp totp = totp_of(KF_SHA1, 8);
	const struct kf_secret seed = totp_seed(sha1_seed);

	(void)state;
	for (size_t at = 0; at < 8; at++) {
		struct kf_code code = totp_code(&totp, &seed, TOTP_STEP);
		uint64_t step;

		code.digits[at] = (char)('0' + (code.digits[at] - '0' + 1) %
		    10);
		assert_int_equal(match_at(&totp, &code, TOTP_NOW, 0, 0, &step),
		    KF_MATCH_NONE);
	}
}

static void
sane_clock(void **state)
{
	const struct kf_totp totp = totp_of(KF_SHA1, 6);

	(void)state;
	assert_true(kf_totp_clock_is_sane(&totp, UNIT_RELEASE_TIME, 0));
	assert_false(kf_totp_clock_is_sane(&totp, UNIT_RELEASE_TIME - 1, 0));
	assert_false(kf_totp_clock_is_sane(&totp, 0, 0));
	assert_false(kf_totp_clock_is_sane(&totp, -5, 0));
	/* Another service may accept two steps ahead. */
	assert_true(kf_totp_clock_is_sane(&totp, TOTP_NOW, TOTP_STEP + 2));
	assert_false(kf_totp_clock_is_sane(&totp, TOTP_NOW, TOTP_STEP + 3));
	assert_false(kf_totp_clock_is_sane(&totp, TOTP_NOW, UINT64_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(rfc_4226),
		UNIT_TEST(rfc_6238),
		UNIT_TEST(generate_refuses),
		UNIT_TEST(windows),
		UNIT_TEST(step_edges),
		UNIT_TEST(window_at_the_epoch),
		UNIT_TEST(wrong_number_of_digits),
		UNIT_TEST(one_digit_off),
		UNIT_TEST(sane_clock),
	};

	unit_start();
	return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
