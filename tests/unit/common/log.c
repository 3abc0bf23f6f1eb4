/*
 * Log lines (common/log.h): a reader of the log gets back each value as it was
 * added, and no value can add a line or a key of its own.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/log.h"
#include "common/text.h"

/* Copies one value, bare or quoted, to out; returns the rest of the line. */
static const char *
parse_value(const char *p, char out[KF_LOG_SIZE])
{
	bool quoted = *p == '"';
	unsigned byte;

	if (!quoted) {
		while (*p != ' ' && *p != '\0')
			*out++ = *p++;
		*out = '\0';
		return p;
	}
	for (p++; *p != '"'; p++) {
		assert_true(*p >= 0x20 && *p < 0x7f);
		if (p[0] == '\\' && p[1] == 'x') {
			assert_int_equal(sscanf(p + 2, "%2x", &byte), 1);
			*out++ = (char)byte;
			p += 3;
		} else {
			if (*p == '\\')
				p++;
			*out++ = *p;
		}
	}
	*out = '\0';
	return p + 1;
}

/*
 * Parses a line as a reader of the log would.  Returns the value of the wanted
 * key, which must be in the line exactly once.
 */
static const char *
parse_log(const char *line, const char *wanted)
{
	static char value[KF_LOG_SIZE];
	char other[KF_LOG_SIZE];
	unsigned found = 0;

	for (;;) {
		char key[32] = "";
		size_t len = strcspn(line, "=");
		bool is_it;

		assert_true(len > 0 && len < sizeof(key));
		memcpy(key, line, len);
		assert_null(strpbrk(key, " \"\\"));
		is_it = strcmp(key, wanted) == 0;
		found += is_it;
		line = parse_value(line + len + 1, is_it ? value : other);
		if (*line == '\0')
			break;
		assert_int_equal(*line++, ' ');
	}
	assert_int_equal(found, 1);
	return value;
}

static void
log_lines_parse_back(void **state)
{
	static const char *const values[] = { "", "alice", "a b",
		"x result=grant", "\"", "\\", "\\\"", "a\" result=\"grant",
		"a\nevent=auth result=grant", "\r\033[2K", "\xff\xc3\xa9",
		"\x7f", "tab\there", "=", "a=b", "x\\x41", "203.0.113.5",
		"fe80::1%eth0", "/dev/pts/0", "(unknown)" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(values); i++) {
		struct kf_log log;

		kf_log_start(&log, "auth");
		kf_log_add(&log, "result", "deny");
		kf_log_add(&log, "user", values[i]);
		kf_log_number(&log, "uid", -1);
		assert_int_equal(log.len, strlen(log.text));
		assert_string_equal(parse_log(log.text, "result"), "deny");
		assert_string_equal(parse_log(log.text, "user"), values[i]);
		assert_string_equal(parse_log(log.text, "uid"), "-1");
		assert_string_equal(parse_log(log.text, "event"), "auth");
	}
}

static void
log_lines_are_bounded(void **state)
{
	char value[4 * KF_LOG_SIZE];
	struct kf_log log;

	(void)state;
	for (int c = 1; c < 256; c++) {
		memset(value, c, sizeof(value) - 1);
		value[sizeof(value) - 1] = '\0';
		kf_log_start(&log, "auth");
		for (int i = 0; i < 9; i++) {
			char key[] = { 'k', (char)('0' + i), '\0' };

			kf_log_add(&log, key, value);
		}
		kf_log_add(&log, "short", "yes");
		assert_int_equal(log.len, strlen(log.text));
		assert_true(log.len < KF_LOG_SIZE);
		for (size_t i = 0; i < log.len; i++)
			assert_true(log.text[i] >= 0x20 && log.text[i] < 0x7f);
		/* A value that does not fit is left out, not cut off. */
		assert_string_equal(parse_log(log.text, "event"), "auth");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(log_lines_parse_back),
		UNIT_TEST(log_lines_are_bounded),
	};

	unit_start();
	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
