/*
 * Codes: their shape, the vectors of RFC 4226 and RFC 6238, and the window.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "factors/totp.h"

/* Shapes */

static void
shapes(void **state)
{
	static const struct {
		const char *answer;
		size_t len;		/* 0: strlen */
		const char *digits;	/* NULL: refused */
	} table[] = {
		{ "123456", 0, "123456" },
		{ "1234567", 0, "1234567" },
		{ "12345678", 0, "12345678" },
		{ "000000", 0, "000000" },
		{ "123 456", 0, "123456" },
		{ "1234 5678", 0, "12345678" },
		{ "123 4567", 0, "1234567" },
		{ "1234 567", 0, "1234567" },
		{ "", 0, NULL },
		{ "1", 0, NULL },
		{ "12345", 0, NULL },
		{ "12 345", 0, NULL },
		{ "123456789", 0, NULL },
		{ "1234 56789", 0, NULL },
		{ " 123456", 0, NULL },
		{ "123456 ", 0, NULL },
		{ "12 3456", 0, NULL },
		{ "1234 56", 0, NULL },
		{ "12 34567", 0, NULL },
		{ "123 45678", 0, NULL },
		{ "12345 678", 0, NULL },
		{ "123  456", 0, NULL },
		{ "12 34 56", 0, NULL },
		{ "123\t456", 0, NULL },
		{ "123-456", 0, NULL },
		{ "123456\n", 0, NULL },
		{ "123456\r", 0, NULL },
		{ "123456\0", 7, NULL },
		{ "12345\0" "6", 7, NULL },
		{ "\0" "123456", 7, NULL },
		{ "123\0" "456", 7, NULL },
		{ "+12345", 0, NULL },
		{ "-12345", 0, NULL },
		{ "0x1234", 0, NULL },
		{ "12345a", 0, NULL },
		{ "12345.", 0, NULL },
		{ "12345/", 0, NULL },
		{ "12345:", 0, NULL },
		{ "      ", 0, NULL },
		{ "\xb1\xb2\xb3\xb4\xb5\xb6", 0, NULL },
		{ "12345\xb6", 0, NULL },
		{ "\xef\xbc\x91\xef\xbc\x92", 0, NULL },
		{ "\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93", 0, NULL },
		{ "123\xc2\xa0" "456", 0, NULL },
		{ "\b\n\r\177INCO", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		static const struct kf_code none;
		struct kf_secret answer;
		struct kf_code code;
		size_t len = table[i].len;
		enum kf_err err;

		if (len == 0)
			len = strlen(table[i].answer);
		memset(&code, 0xee, sizeof(code));
		assert_int_equal(kf_secret_set(&answer, table[i].answer, len),
		    KF_OK);
		err = kf_code_parse(&answer, &code);
		if ((err == KF_OK) != (table[i].digits != NULL))
			fail_msg("row %zu, \"%s\"", i, table[i].answer);
		if (err == KF_OK) {
			assert_string_equal(code.digits, table[i].digits);
			assert_int_equal(code.len, strlen(code.digits));
		} else {
			assert_int_equal(err, KF_ERR_SYNTAX);
			assert_memory_equal(&code, &none, sizeof(code));
		}
	}
}

static void
shapes_by_length(void **state)
{
	char digits[KF_SECRET_MAX];

	(void)state;
	memset(digits, '1', sizeof(digits));
	for (size_t len = 0; len <= KF_SECRET_MAX; len++) {
		struct kf_secret answer;
		struct kf_code code;

		assert_int_equal(kf_secret_set(&answer, digits, len), KF_OK);
		/* 17 ones are a recovery code's shape. */
		assert_int_equal(kf_code_parse(&answer, &code),
		    (len >= 6 && len <= 8) || len == 17 ? KF_OK :
		    KF_ERR_SYNTAX);
		assert_int_equal(code.len, len >= 6 && len <= 8 ? len : 0);
	}
}

/* Each byte in each place of a good code: ten are right. */
static void
shapes_by_byte(void **state)
{
	(void)state;
	for (size_t at = 0; at < 6; at++)
		for (unsigned c = 0; c < 256; c++) {
			struct kf_secret answer;
			struct kf_code code;

			assert_int_equal(kf_secret_set(&answer, "123456", 6),
			    KF_OK);
			answer.bytes[at] = (unsigned char)c;
			assert_int_equal(kf_code_parse(&answer, &code),
			    c >= '0' && c <= '9' ? KF_OK : KF_ERR_SYNTAX);
		}
}

/* Vectors */

static const char sha1_seed[] = "12345678901234567890";
static const char sha256_seed[] = "12345678901234567890123456789012";
static const char sha512_seed[] = "12345678901234567890123456789012"
    "34567890123456789012345678901234";

static struct kf_secret
seed_of(const char *text)
{
	struct kf_secret seed;

	assert_int_equal(kf_secret_set(&seed, text, strlen(text)), KF_OK);
	return seed;
}

static struct kf_totp
totp_of(enum kf_algorithm algorithm, uint32_t digits)
{
	return (struct kf_totp){
		.algorithm = algorithm,
		.digits = digits,
		.period = 30,
	};
}

/* RFC 4226, appendix D: counters 0 to 9. */
static void
rfc_4226(void **state)
{
	static const char *const codes[] = { "755224", "287082", "359152",
		"969429", "338314", "254676", "287922", "162583", "399871",
		"520489" };
	const struct kf_totp totp = totp_of(KF_SHA1, 6);
	const struct kf_secret seed = seed_of(sha1_seed);

	(void)state;
	for (uint64_t counter = 0; counter < UNIT_COUNT(codes); counter++) {
		char otp[KF_CODE_MAX + 1];

		assert_int_equal(kf_totp_generate(&totp, &seed, counter, otp),
		    KF_OK);
		assert_string_equal(otp, codes[counter]);
	}
}

/* RFC 6238, appendix B, in all three hashes; 7 and 6 digits are its tail. */
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
				struct kf_secret seed = seed_of(hashes[h].seed);
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
	const struct kf_secret seed = seed_of(sha1_seed);
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

#define NOW INT64_C(1800000010)	/* step 60000000 of 30 seconds */
#define STEP UINT64_C(60000000)

static struct kf_code
code_of(const struct kf_totp *totp, const struct kf_secret *seed,
    uint64_t step)
{
	struct kf_code code = { 0 };

	assert_int_equal(kf_totp_generate(totp, seed, step, code.digits),
	    KF_OK);
	code.len = totp->digits;
	return code;
}

static enum kf_match
match_at(const struct kf_totp *totp, const struct kf_code *code, int64_t now,
    uint32_t window, uint64_t last, uint64_t *step)
{
	const struct kf_secret seed = seed_of(sha1_seed);
	enum kf_match match = KF_MATCH_FRESH;

	assert_int_equal(kf_totp_match(totp, &seed, code, now, window, last,
	    &match, step), KF_OK);
	return match;
}

static void
windows(void **state)
{
	const struct kf_totp totp = totp_of(KF_SHA1, 6);
	const struct kf_secret seed = seed_of(sha1_seed);

	(void)state;
	assert_int_equal(kf_totp_step(&totp, NOW), STEP);
	for (uint32_t window = 0; window <= 2; window++)
		for (int offset = -4; offset <= 4; offset++) {
			uint64_t of = STEP + (uint64_t)offset;
			struct kf_code code = code_of(&totp, &seed, of);
			bool inside = offset >= -(int)window &&
			    offset <= (int)window;
			uint64_t step = 4711;

			assert_int_equal(match_at(&totp, &code, NOW, window,
			    0, &step), inside ? KF_MATCH_FRESH :
			    KF_MATCH_NONE);
			assert_int_equal(step, inside ? of : 0);
			/* Used: not above the last, however it got there. */
			for (int last = -3; last <= 3; last++)
				assert_int_equal(match_at(&totp, &code, NOW,
				    window, STEP + (uint64_t)last, &step),
				    !inside ? KF_MATCH_NONE : offset > last ?
				    KF_MATCH_FRESH : KF_MATCH_USED);
		}
}

/* The first and the last second of a step, and their neighbours. */
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

/* At the epoch the window is cut, not wrapped round. */
static void
window_at_the_epoch(void **state)
{
	const struct kf_totp totp = totp_of(KF_SHA1, 6);
	const struct kf_secret seed = seed_of(sha1_seed);
	struct kf_code code = code_of(&totp, &seed, 1);
	uint64_t step;

	(void)state;
	assert_int_equal(match_at(&totp, &code, 0, 2, 0, &step),
	    KF_MATCH_FRESH);
	assert_int_equal(step, 1);
}

static void
wrong_number_of_digits(void **state)
{
	const struct kf_secret seed = seed_of(sha1_seed);

	(void)state;
	for (uint32_t enrolled = 6; enrolled <= 8; enrolled++)
		for (uint32_t typed = 6; typed <= 8; typed++) {
			struct kf_totp totp = totp_of(KF_SHA1, enrolled);
			struct kf_totp other = totp_of(KF_SHA1, typed);
			struct kf_code code = code_of(&other, &seed, STEP);
			uint64_t step;

			assert_int_equal(match_at(&totp, &code, NOW, 2, 0,
			    &step), enrolled == typed ? KF_MATCH_FRESH :
			    KF_MATCH_NONE);
			/* The right digits, and a wrong length said. */
			code = code_of(&totp, &seed, STEP);
			code.len = typed;
			assert_int_equal(match_at(&totp, &code, NOW, 2, 0,
			    &step), enrolled == typed ? KF_MATCH_FRESH :
			    KF_MATCH_NONE);
		}
}

static void
one_digit_off(void **state)
{
	const struct kf_totp totp = totp_of(KF_SHA1, 8);
	const struct kf_secret seed = seed_of(sha1_seed);

	(void)state;
	for (size_t at = 0; at < 8; at++) {
		struct kf_code code = code_of(&totp, &seed, STEP);
		uint64_t step;

		code.digits[at] = (char)('0' + (code.digits[at] - '0' + 1) %
		    10);
		assert_int_equal(match_at(&totp, &code, NOW, 0, 0, &step),
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
	assert_true(kf_totp_clock_is_sane(&totp, NOW, STEP + 2));
	assert_false(kf_totp_clock_is_sane(&totp, NOW, STEP + 3));
	assert_false(kf_totp_clock_is_sane(&totp, NOW, UINT64_MAX));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(shapes),
		UNIT_TEST(shapes_by_length),
		UNIT_TEST(shapes_by_byte),
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
