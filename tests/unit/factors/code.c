/*
 * Which answers of a person are codes (factors/code.h).  Any other answer must
 * be refused, not repaired.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "factors/code.h"

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
		/* 17 ones have the shape of a recovery code. */
		assert_int_equal(kf_code_parse(&answer, &code),
		    (len >= 6 && len <= 8) || len == 17 ? KF_OK :
		    KF_ERR_SYNTAX);
		assert_int_equal(code.len, len >= 6 && len <= 8 ? len : 0);
	}
}

/* Each byte in each place of a good code: only the ten digits are right. */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(shapes),
		UNIT_TEST(shapes_by_length),
		UNIT_TEST(shapes_by_byte),
	};

	unit_start();
	return cmocka_run_group_tests_name("code", tests, NULL, NULL);
}
