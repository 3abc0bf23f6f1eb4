/* common/text.h (numbers, the filter, hexadecimal), secret.h and verdict.h. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"
#include "common/verdict.h"

static void
numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t min, max;
		enum kf_err err;
		uint64_t value;
	} table[] = {
		{ "0", 0, 9, KF_OK, 0 },
		{ "7", 0, 9, KF_OK, 7 },
		{ "9", 0, 9, KF_OK, 9 },
		{ "10", 0, 9, KF_ERR_RANGE, 0 },
		{ "4", 5, 9, KF_ERR_RANGE, 0 },
		{ "18446744073709551615", 0, UINT64_MAX, KF_OK, UINT64_MAX },
		{ "18446744073709551616", 0, UINT64_MAX, KF_ERR_RANGE, 0 },
		{ "99999999999999999999999", 0, UINT64_MAX, KF_ERR_RANGE, 0 },
		{ "", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "+1", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "-1", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "-0", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "1x", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "x1", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "01", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "00", 0, 9, KF_ERR_SYNTAX, 0 },
		{ " 1", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "1 ", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "1\n", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "1.0", 0, 9, KF_ERR_SYNTAX, 0 },
		{ "1e1", 0, 99, KF_ERR_SYNTAX, 0 },
		{ "0x1", 0, 99, KF_ERR_SYNTAX, 0 },
		{ "\xef\xbc\x91", 0, 9, KF_ERR_SYNTAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		uint64_t value = 4711;
		enum kf_err err = kf_text_number(table[i].text, table[i].min,
		    table[i].max, &value);

		if (err != table[i].err)
			fail_msg("\"%s\": %s", table[i].text, kf_strerror(err));
		assert_int_equal(value, err == KF_OK ? table[i].value : 4711);
	}
}

static void
filter(void **state)
{
	static const struct {
		const char *in;
		const char *out;	/* without newlines */
	} table[] = {
		{ "", "" },
		{ "plain ASCII ~", "plain ASCII ~" },
		{ "\x01\x07\x08\x1b[31m", "????[31m" },
		{ "a\tb\rc\nd", "a?b?c?d" },
		{ "\x7f", "?" },
		{ "\xc2\x80\xc2\x9b\xc2\x9f", "???" },
		{ "\xc2\xa0", "\xc2\xa0" },
		{ "M\xc3\xbcller", "M\xc3\xbcller" },
		{ "\xe2\x82\xac \xf0\x9f\x94\x91",
		  "\xe2\x82\xac \xf0\x9f\x94\x91" },
		/*
		 * Not UTF-8: stray bytes, characters that are cut off, overlong
		 * forms, a surrogate, and code points beyond U+10FFFF.
		 */
		{ "\x80", "?" },
		{ "\xff\xfe", "??" },
		{ "\xc3", "?" },
		{ "\xe2\x82", "??" },
		{ "\xf0\x9f\x94", "???" },
		{ "\xc0\xaf", "??" },
		{ "\xe0\x80\xaf", "???" },
		{ "\xf0\x80\x80\xaf", "????" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xf5\x80\x80\x80", "????" },
		/* Characters that reorder text or are invisible. */
		{ "\xd8\x9c", "?" },
		{ "\xe2\x80\x8b\xe2\x80\x8f", "??" },
		{ "\xe2\x80\xa8\xe2\x80\xae", "??" },
		{ "\xe2\x81\xa0\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaf", "????" },
		{ "\xef\xbb\xbf", "?" },
		/* The characters just before and after those stay. */
		{ "\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf",
		  "\xe2\x80\x8a\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		char out[64];

		kf_text_filter(out, sizeof(out), table[i].in, false);
		assert_string_equal(out, table[i].out);
		assert_int_equal(kf_text_is_clean(table[i].in, sizeof(out)),
		    strcmp(table[i].in, table[i].out) == 0);
		assert_true(kf_text_is_clean(table[i].out, sizeof(out)));
	}
}

/* For every pair of bytes the result is clean, and no longer than the input. */
static void
filter_every_pair(void **state)
{
	(void)state;
	for (unsigned a = 1; a < 256; a++)
		for (unsigned b = 1; b < 256; b++) {
			char in[] = { (char)a, (char)b, 'x', '\0' };
			char out[8];

			kf_text_filter(out, sizeof(out), in, false);
			assert_true(kf_text_is_clean(out, sizeof(out)));
			assert_true(strlen(out) <= strlen(in));
		}
}

static void
filter_cuts(void **state)
{
	char out[5];

	(void)state;
	kf_text_filter(out, sizeof(out), "abcdef", false);
	assert_string_equal(out, "abcd");
	kf_text_filter(out, sizeof(out), "ab\xe2\x82\xac", false);
	assert_string_equal(out, "ab");
	kf_text_filter(out, sizeof(out), "a\xe2\x82\xac", false);
	assert_string_equal(out, "a\xe2\x82\xac");
	kf_text_filter(out, 1, "abc", false);
	assert_string_equal(out, "");
	assert_true(kf_text_is_clean("abcd", 5));
	assert_false(kf_text_is_clean("abcde", 5));
	kf_text_filter(out, sizeof(out), "a\nb\r", true);
	assert_string_equal(out, "a\nb?");
}

static void
hexadecimal(void **state)
{
	static const unsigned char bytes[] = { 0x00, 0x9f, 0xff };
	static const char *const wrong[] = { "", "009ff", "009fff0", "009fFF",
		"009ff ", "009fxg", "0x9fff", "009ff\xef" };
	unsigned char back[3];
	char text[7];

	(void)state;
	kf_text_hex(text, bytes, sizeof(bytes));
	assert_string_equal(text, "009fff");
	assert_int_equal(kf_text_unhex(back, sizeof(back), text), KF_OK);
	assert_memory_equal(back, bytes, sizeof(bytes));
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
		assert_int_equal(kf_text_unhex(back, sizeof(back), wrong[i]),
		    KF_ERR_SYNTAX);
}

static void
format(void **state)
{
	char text[4];

	(void)state;
	assert_int_equal(kf_text_format(text, sizeof(text), "%d", 123), KF_OK);
	assert_string_equal(text, "123");
	assert_int_equal(kf_text_format(text, sizeof(text), "%d", 1234),
	    KF_ERR_RANGE);
	assert_string_equal(text, "123");
}

static void
secrets(void **state)
{
	static const struct kf_secret empty;
	char bytes[KF_SECRET_MAX + 1];
	struct kf_secret s;

	(void)state;
	memset(&s, 0xaa, sizeof(s));
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(kf_secret_set(&s, bytes, KF_SECRET_MAX), KF_OK);
	assert_int_equal(s.len, KF_SECRET_MAX);
	assert_int_equal(s.bytes[KF_SECRET_MAX], 0);
	assert_int_equal(kf_secret_set(&s, "ab", 2), KF_OK);
	assert_int_equal(s.len, 2);
	/* Nothing of the longer secret before it stays. */
	for (size_t i = 2; i < sizeof(s.bytes); i++)
		assert_int_equal(s.bytes[i], 0);
	assert_int_equal(kf_secret_set(&s, bytes, KF_SECRET_MAX + 1),
	    KF_ERR_RANGE);
	assert_int_equal(s.len, 0);
	assert_memory_equal(&s, &empty, sizeof(s));
	assert_int_equal(kf_secret_set(&s, NULL, 0), KF_OK);
	assert_int_equal(kf_secret_set(&s, "a\0b", 3), KF_OK);
	assert_int_equal(s.len, 3);
	kf_secret_wipe(&s);
	assert_memory_equal(&s, &empty, sizeof(s));
}

static void
equal(void **state)
{
	unsigned char a[32] = { 1, 2, 3 }, b[32];

	(void)state;
	memcpy(b, a, sizeof(a));
	assert_true(kf_secret_equal(a, b, sizeof(a)));
	assert_true(kf_secret_equal(a, b, 0));
	for (size_t i = 0; i < 8 * sizeof(a); i++) {
		b[i / 8] ^= (unsigned char)(1U << i % 8);
		assert_false(kf_secret_equal(a, b, sizeof(a)));
		b[i / 8] ^= (unsigned char)(1U << i % 8);
	}
}

static void
random_bytes(void **state)
{
	unsigned char a[64] = { 0 }, b[64] = { 0 };

	(void)state;
	assert_int_equal(kf_random(a, sizeof(a)), KF_OK);
	assert_int_equal(kf_random(b, sizeof(b)), KF_OK);
	assert_memory_not_equal(a, b, sizeof(a));
}

static unsigned
distance(uint32_t a, uint32_t b)
{
	return (unsigned)__builtin_popcount(a ^ b);
}

/* A grant or a denial with one flipped bit, in either word, is a denial. */
static void
verdict(void **state)
{
	static const struct kf_verdict zeroed;
	struct kf_verdict grant, deny, v;

	(void)state;
	memset(&grant, 0xff, sizeof(grant));
	assert_false(kf_verdict_is_grant(&grant));
	assert_false(kf_verdict_is_grant(&zeroed));
	kf_verdict_grant(&grant);
	kf_verdict_deny(&deny);
	assert_true(kf_verdict_is_grant(&grant));
	assert_false(kf_verdict_is_grant(&deny));
	assert_true(distance(grant.value, deny.value) >= 16);
	assert_true(distance(grant.check, deny.check) >= 16);
	assert_true(distance(KF_VERDICT_GRANT, 0) >= 8);
	assert_true(distance(KF_VERDICT_GRANT, UINT32_MAX) >= 8);
	for (unsigned bit = 0; bit < 64; bit++) {
		uint32_t flip = UINT32_C(1) << bit % 32;

		v = grant;
		*(bit < 32 ? &v.value : &v.check) ^= flip;
		assert_false(kf_verdict_is_grant(&v));
		v = deny;
		*(bit < 32 ? &v.value : &v.check) ^= flip;
		assert_false(kf_verdict_is_grant(&v));
	}
	/* One word of a grant and one of a denial. */
	v = (struct kf_verdict){ grant.value, deny.check };
	assert_false(kf_verdict_is_grant(&v));
	v = (struct kf_verdict){ deny.value, grant.check };
	assert_false(kf_verdict_is_grant(&v));
}

static void
words_for_errors(void **state)
{
	(void)state;
	for (int err = KF_OK; err <= KF_ERR_CRYPTO; err++) {
		const char *words = kf_strerror((enum kf_err)err);

		assert_non_null(words);
		assert_true(kf_text_is_clean(words, 80));
		for (int other = KF_OK; other < err; other++)
			assert_string_not_equal(words,
			    kf_strerror((enum kf_err)other));
	}
	assert_non_null(kf_strerror((enum kf_err)9999));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(numbers),
		UNIT_TEST(filter),
		UNIT_TEST(filter_every_pair),
		UNIT_TEST(filter_cuts),
		UNIT_TEST(hexadecimal),
		UNIT_TEST(format),
		UNIT_TEST(secrets),
		UNIT_TEST(equal),
		UNIT_TEST(random_bytes),
		UNIT_TEST(verdict),
		UNIT_TEST(words_for_errors),
	};

	unit_start();
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
