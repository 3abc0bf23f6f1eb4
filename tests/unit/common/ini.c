/*
 * The common syntax of our text files (common/ini.h): the parser must refuse
 * each line that it does not understand, and report its number.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/ini.h"

static enum kf_err
take_section(void *context, const char *name, struct kf_ini_error *error)
{
	char *log = context;

	(void)error;
	(void)strncat(log, "[", 2);
	(void)strncat(log, name, 200);
	(void)strncat(log, "]", 2);
	return KF_OK;
}

static enum kf_err
take_entry(void *context, const char *key, const char *value,
    struct kf_ini_error *error)
{
	char *log = context;

	if (strcmp(key, "refused") == 0)
		return kf_ini_refuse(error, "refused \033[1m%s", value);
	(void)strncat(log, key, 200);
	(void)strncat(log, "=", 2);
	(void)strncat(log, value, 1200);
	(void)strncat(log, ";", 2);
	return KF_OK;
}

static enum kf_err
parse_ini(const char *text, size_t len, char log[4096],
    struct kf_ini_error *error)
{
	const struct kf_ini_reader reader = {
		.section = take_section,
		.entry = take_entry,
		.context = log,
	};

	log[0] = '\0';
	return kf_ini_parse(text, len, &reader, error);
}

static void
ini_reads(void **state)
{
	static const struct {
		const char *text;
		const char *log;
	} table[] = {
		{ "", "" },
		{ "\n\n \t\n", "" },
		{ "# [a]\n  # b = c\n#\n", "" },
		{ "[a]\nb = c\n", "[a]b=c;" },
		{ "[a]\nb=c", "[a]b=c;" },
		{ "  [a b]  \n\tb\t=\tc d\t\n", "[a b]b=c d;" },
		{ "a = b # c = d\n", "a=b # c = d;" },
		{ "a = b=c\n", "a=b=c;" },
		{ "a = [b]\n", "a=[b];" },
		{ "a = \"b\"\n", "a=\"b\";" },
		{ "a = b\\\nc = d\n", "a=b\\;c=d;" },
		{ "a.b-c9 = 1\n", "a.b-c9=1;" },
		{ "a = M\xc3\xbcller\n", "a=M\xc3\xbcller;" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_ini_error error;
		char log[4096];

		assert_int_equal(parse_ini(table[i].text,
		    strlen(table[i].text), log, &error), KF_OK);
		assert_string_equal(log, table[i].log);
	}
}

static void
ini_refuses(void **state)
{
	static const struct {
		const char *text;
		size_t len;	/* 0: strlen */
		unsigned line;
	} table[] = {
		{ "junk\n", 0, 1 },
		{ "\n\na\n", 0, 3 },
		{ "a\n=\nb", 0, 1 },
		{ "= b\n", 0, 1 },
		{ "a =\n", 0, 1 },
		{ "a = \t\n", 0, 1 },
		{ "a b = c\n", 0, 1 },
		{ "a_b = c\n", 0, 1 },
		{ "\xc3\xa4 = c\n", 0, 1 },
		{ "[a\n", 0, 1 },
		{ "[]\n", 0, 1 },
		{ "[a] b\n", 0, 1 },
		{ "[a] # b\n", 0, 1 },
		{ "[a]]\n", 0, 1 },
		{ "[a/b]\n", 0, 1 },
		{ "a = b\r\n", 0, 1 },
		{ "a = b\n\fc = d\n", 0, 2 },
		{ "a = \033[2J\n", 0, 1 },
		{ "# \001\n", 0, 1 },
		{ "a = \177\n", 0, 1 },
		{ "a = b\n\0", 7, 2 },
		{ "a = \0b\n", 7, 1 },
		{ "\0", 1, 1 },
		{ "a = b\nrefused = x\nc = d\n", 0, 2 },
		{ "\xef\xbb\xbf[a]\n", 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		size_t len = table[i].len;
		struct kf_ini_error error;
		char log[4096];

		if (len == 0)
			len = strlen(table[i].text);
		if (parse_ini(table[i].text, len, log, &error) !=
		    KF_ERR_SYNTAX)
			fail_msg("row %zu is not refused", i);
		assert_int_equal(error.line, table[i].line);
		assert_true(error.reason[0] != '\0');
		for (const char *p = error.reason; *p != '\0'; p++)
			assert_true(*p >= 0x20 && *p != 0x7f);
	}
}

static void
ini_line_length(void **state)
{
	char text[KF_INI_LINE_MAX + 3];
	struct kf_ini_error error;
	char log[4096];

	(void)state;
	memset(text, 'v', sizeof(text));
	memcpy(text, "k = ", 4);
	text[KF_INI_LINE_MAX] = '\n';
	assert_int_equal(parse_ini(text, KF_INI_LINE_MAX + 1, log, &error),
	    KF_OK);
	assert_int_equal(parse_ini(text, KF_INI_LINE_MAX, log, &error), KF_OK);
	text[KF_INI_LINE_MAX] = 'v';
	text[KF_INI_LINE_MAX + 1] = '\n';
	assert_int_equal(parse_ini(text, KF_INI_LINE_MAX + 2, log, &error),
	    KF_ERR_SYNTAX);
	assert_int_equal(error.line, 1);
	assert_int_equal(parse_ini(text, KF_INI_LINE_MAX + 1, log, &error),
	    KF_ERR_SYNTAX);
	text[0] = '#';
	assert_int_equal(parse_ini(text, KF_INI_LINE_MAX + 2, log, &error),
	    KF_ERR_SYNTAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(ini_reads),
		UNIT_TEST(ini_refuses),
		UNIT_TEST(ini_line_length),
	};

	unit_start();
	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
