/*
 * The parsers for files of pam_google_authenticator and pam_oath
 * (enroll_tool/import/import.h): what they take from a line, and which lines
 * they must refuse, and why.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "enroll_tool/import/import.h"

/* The 20 bytes "12345678901234567890", the seed of RFC 4226, appendix D. */
#define BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define HEX "3132333435363738393031323334353637383930"
#define TOTP "\" TOTP_AUTH\n"

static struct kf_import_entry taken[8];
static size_t count;

static void
take(void *context, const struct kf_import_entry *entry)
{
	(void)context;
	assert_true(count < UNIT_COUNT(taken));
	taken[count++] = *entry;
	/* A refused entry holds no seed, nor does the rest of the buffer. */
	for (size_t i = entry->why == KF_IMPORT_TAKEN ? entry->seed_len : 0;
	    i < sizeof(entry->seed); i++)
		assert_int_equal(entry->seed[i], 0);
}

/* The text is in a block of exactly its size, for the sanitizers. */
static void
parse(enum kf_import_format format, const char *text, size_t len,
    const char *user)
{
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy + 1, text, len);
	count = 0;
	if (format == KF_IMPORT_GOOGLE)
		kf_import_google(copy + 1, len, take, NULL);
	else
		kf_import_oath(copy + 1, len, user, take, NULL);
	free(copy);
}

static const struct kf_import_entry *
google(const char *text)
{
	parse(KF_IMPORT_GOOGLE, text, strlen(text), NULL);
	assert_int_equal(count, 1);
	return &taken[0];
}

static const struct kf_import_entry *
oath(const char *text)
{
	parse(KF_IMPORT_OATH, text, strlen(text), NULL);
	assert_int_equal(count, 1);
	return &taken[0];
}

static void
google_takes(void **state)
{
	static const struct {
		const char *text;
		uint32_t period;
		uint64_t used;
		uint32_t flags;
	} table[] = {
		{ BASE32 "\n" TOTP, 30, 0, 0 },
		{ BASE32 "\r\n\" TOTP_AUTH\r\n", 30, 0, 0 },
		{ BASE32 "\n\" TOTP_AUTH", 30, 0, 0 },
		{ BASE32 "\n\n\n" TOTP "\n", 30, 0, 0 },
		{ "gezdgnbvgy3tqojqgezdgnbvgy3tqojq\n" TOTP, 30, 0, 0 },
		{ BASE32 "\n" TOTP "\" STEP_SIZE 60\n", 60, 0, 0 },
		{ BASE32 "\n\" DISALLOW_REUSE\n" TOTP, 30, 0, 0 },
		{ BASE32 "\n\" DISALLOW_REUSE 5 9 7\n" TOTP, 30, 9, 0 },
		{ BASE32 "\n\" DISALLOW_REUSE 18446744073709551615\n" TOTP,
		  30, UINT64_MAX, 0 },
		{ BASE32 "\n" TOTP "12345678\n87654321\r\n", 30, 0,
		  KF_IMPORT_HAS_SCRATCH_CODES },
		{ BASE32 "\n" TOTP "\" TIME_SKEW 0\n", 30, 0, 0 },
		{ BASE32 "\n" TOTP "\" TIME_SKEW -9\n", 30, 0,
		  KF_IMPORT_HAS_SKEW },
		{ BASE32 "\n\" RATE_LIMIT 3 30 1700000000\n\" WINDOW_SIZE 17\n"
		  "\" RESETTING_TIME_SKEW 5+1\n\" LAST0 ::1 1700000000\n"
		  "\"\tTOTP_AUTH\n", 30, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		const struct kf_import_entry *e = google(table[i].text);

		if (e->why != KF_IMPORT_TAKEN)
			fail_msg("%zu: %u", i, e->why);
		assert_int_equal(e->line, 1);
		assert_string_equal(e->user, "");
		assert_int_equal(e->algorithm, KF_SHA1);
		assert_int_equal(e->digits, 6);
		assert_int_equal(e->period, table[i].period);
		assert_true(e->used == table[i].used);
		assert_int_equal(e->flags, table[i].flags);
		assert_int_equal(e->seed_len, 20);
		assert_memory_equal(e->seed, "12345678901234567890", 20);
	}
	/* Old, short seeds: the parser does not decide if 80 bits suffice. */
	assert_int_equal(google("GEZDGNBVGY3TQOJQ\n" TOTP)->seed_len, 10);
	assert_int_equal(google("GEZDGNBVGY3TQOJQGEZDGNBVGY\n" TOTP)->seed_len,
	    16);
}

static void
google_refuses(void **state)
{
	static const struct {
		const char *text;
		uint32_t why;
		uint32_t line;
	} table[] = {
		{ "", KF_IMPORT_SECRET, 1 },
		{ "\n" TOTP, KF_IMPORT_SECRET, 1 },
		{ TOTP BASE32 "\n", KF_IMPORT_SECRET, 1 },
		{ "not base32!\n" TOTP, KF_IMPORT_SECRET, 1 },
		{ "\xef\xbb\xbf" BASE32 "\n" TOTP, KF_IMPORT_SECRET, 1 },
		{ BASE32 "\n", KF_IMPORT_TYPE, 1 },
		{ BASE32 "\n12345678\n", KF_IMPORT_TYPE, 1 },
		{ BASE32 "\n\" HOTP_COUNTER 1\n12345678\n",
		  KF_IMPORT_COUNTER, 2 },
		{ BASE32 "\n" TOTP "\" HOTP_COUNTER 1\n",
		  KF_IMPORT_COUNTER, 3 },
		{ "?\n\" NEW\n\" HOTP_COUNTER 1\n\" NEW\n\" HOTP_COUNTER 1\n",
		  KF_IMPORT_COUNTER, 3 },
		{ BASE32 "\n" TOTP "\" STEP_SIZE 14\n", KF_IMPORT_PERIOD, 3 },
		{ BASE32 "\n" TOTP "\" STEP_SIZE 61\n", KF_IMPORT_PERIOD, 3 },
		{ BASE32 "\n" TOTP "\" STEP_SIZE 030\n", KF_IMPORT_PERIOD, 3 },
		{ BASE32 "\n" TOTP "\" STEP_SIZE\n", KF_IMPORT_SYNTAX, 3 },
		{ BASE32 "\n" TOTP "\" STEP_SIZE 30 30\n",
		  KF_IMPORT_SYNTAX, 3 },
		{ BASE32 "\n\" DISALLOW_REUSE 5 x\n" TOTP,
		  KF_IMPORT_SYNTAX, 2 },
		{ BASE32 "\n\" DISALLOW_REUSE -5\n" TOTP,
		  KF_IMPORT_SYNTAX, 2 },
		{ BASE32 "\n\" DISALLOW_REUSE 18446744073709551616\n" TOTP,
		  KF_IMPORT_SYNTAX, 2 },
		{ BASE32 "\n\" ALGORITHM SHA256\n" TOTP,
		  KF_IMPORT_OPTION, 2 },
		{ BASE32 "\n\" LASTING 1\n" TOTP, KF_IMPORT_OPTION, 2 },
		{ BASE32 "\n\" \n" TOTP, KF_IMPORT_SYNTAX, 2 },
		{ BASE32 "\n\"TOTP_AUTH\n", KF_IMPORT_SYNTAX, 2 },
		{ BASE32 "\n" TOTP "1234567\n", KF_IMPORT_SYNTAX, 3 },
		{ BASE32 "\n" TOTP "123456789\n", KF_IMPORT_SYNTAX, 3 },
		{ BASE32 "\n" TOTP "12345678 12345678\n",
		  KF_IMPORT_SYNTAX, 3 },
		{ BASE32 "\n" TOTP "\xff\xfe\x80\n", KF_IMPORT_SYNTAX, 3 },
		{ BASE32 "\n" TOTP "root:$6$x\n", KF_IMPORT_SYNTAX, 3 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		const struct kf_import_entry *e = google(table[i].text);

		if (e->why != table[i].why || e->line != table[i].line)
			fail_msg("%zu: %u in line %u", i, e->why, e->line);
	}
}

static void
oath_takes(void **state)
{
	static const struct {
		const char *text;
		uint32_t digits;
		uint32_t period;
		uint32_t flags;
	} table[] = {
		{ "HOTP/T30 alice - " HEX "\n", 6, 30, 0 },
		{ "HOTP/T30 alice - " HEX, 6, 30, 0 },
		{ "HOTP/T30\talice\t+\t" HEX "\t\r\n", 6, 30, 0 },
		{ "  HOTP/T30/6   alice  -  " HEX "  \n", 6, 30, 0 },
		{ "HOTP/T30/7 alice 1234 " HEX "\n", 7, 30,
		  KF_IMPORT_HAS_PIN },
		{ "HOTP/T60/8 alice - " HEX " 0\n", 8, 60, 0 },
		{ "HOTP/T15 alice - " HEX " 12 123456\n", 6, 15, 0 },
		{ "HOTP/T60\talice\t-\t" HEX "\t12\t123456\t"
		  "2026-11-21T19:40:00L\n", 6, 60, 0 },
		{ "# HOTP alice - " HEX "\n#\n\n \t\n"
		  "HOTP/T30 alice - " HEX "\n", 6, 30, 0 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		const struct kf_import_entry *e = oath(table[i].text);

		if (e->why != KF_IMPORT_TAKEN)
			fail_msg("%zu: %u", i, e->why);
		assert_int_equal(e->line, i == 8 ? 5 : 1);
		assert_string_equal(e->user, "alice");
		assert_int_equal(e->algorithm, KF_SHA1);
		assert_int_equal(e->digits, table[i].digits);
		assert_int_equal(e->period, table[i].period);
		assert_int_equal(e->flags, table[i].flags);
		assert_true(e->used == 0);
		assert_int_equal(e->seed_len, 20);
		assert_memory_equal(e->seed, "12345678901234567890", 20);
	}
	assert_memory_equal(oath("HOTP/T30 a - aAbBfF09\n")->seed,
	    "\xaa\xbb\xff\x09", 4);
}

static void
oath_refuses(void **state)
{
	static const struct {
		const char *text;
		uint32_t why;
	} table[] = {
		{ "HOTP alice - " HEX, KF_IMPORT_COUNTER },
		{ "HOTP/E alice - " HEX " 5", KF_IMPORT_COUNTER },
		{ "HOTP/E/8 alice - " HEX, KF_IMPORT_COUNTER },
		{ "HOTP alice", KF_IMPORT_COUNTER },
		{ "TOTP alice - " HEX, KF_IMPORT_TYPE },
		{ "hotp/t30 alice - " HEX, KF_IMPORT_TYPE },
		{ "HOTP/T alice - " HEX, KF_IMPORT_TYPE },
		{ "HOTP/T30/ alice - " HEX, KF_IMPORT_TYPE },
		{ "HOTP/T30/6/ alice - " HEX, KF_IMPORT_TYPE },
		{ "HOTP/T30x alice - " HEX, KF_IMPORT_TYPE },
		{ "HOTP/T-30 alice - " HEX, KF_IMPORT_TYPE },
		{ "HOTP/T4294967326 alice - " HEX, KF_IMPORT_TYPE },
		{ "HOTP/T0 alice - " HEX, KF_IMPORT_PERIOD },
		{ "HOTP/T14 alice - " HEX, KF_IMPORT_PERIOD },
		{ "HOTP/T61 alice - " HEX, KF_IMPORT_PERIOD },
		{ "HOTP/T30/5 alice - " HEX, KF_IMPORT_DIGITS },
		{ "HOTP/T30/9 alice - " HEX, KF_IMPORT_DIGITS },
		{ "HOTP/T30 alice -", KF_IMPORT_SECRET },
		{ "HOTP/T30 alice - x" HEX, KF_IMPORT_SECRET },
		{ "HOTP/T30 alice - 0" HEX, KF_IMPORT_SECRET },
		{ "HOTP/T30 alice - " BASE32, KF_IMPORT_SECRET },
		{ "HOTP/T30 alice " HEX, KF_IMPORT_SECRET },
		{ "HOTP/T30 alice - " HEX " x", KF_IMPORT_SYNTAX },
		{ "HOTP/T30 alice - " HEX " -1", KF_IMPORT_SYNTAX },
		{ "HOTP/T30 alice - " HEX " 1 2 3 4", KF_IMPORT_SYNTAX },
		{ "HOTP/T30", KF_IMPORT_SYNTAX },
		{ "x", KF_IMPORT_SYNTAX },
		{ "HOTP/T30 ali\xff" "ce - " HEX, KF_IMPORT_SYNTAX },
		{ "HOTP/T30 a\033[2Jlice - " HEX, KF_IMPORT_SYNTAX },
		{ "HOTP/T30 a\xe2\x80\xae" "lice - " HEX, KF_IMPORT_SYNTAX },
		{ "HOTP/T30 alice - " HEX "\rHOTP", KF_IMPORT_SECRET },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++)
		if (oath(table[i].text)->why != table[i].why)
			fail_msg("%zu: %u", i, taken[0].why);
}

static void
oath_users(void **state)
{
	static const char text[] = "HOTP/T30 alice - " HEX "\n"
		"what is this\nHOTP alice\nHOTP/T60 bob - " HEX "\n"
		"HOTP/T30/8 alice - " HEX "\n";

	(void)state;
	parse(KF_IMPORT_OATH, text, sizeof(text) - 1, NULL);
	assert_int_equal(count, 5);
	assert_int_equal(taken[1].why, KF_IMPORT_TYPE);
	assert_int_equal(taken[2].why, KF_IMPORT_COUNTER);
	assert_string_equal(taken[2].user, "alice");
	assert_int_equal(taken[4].line, 5);
	parse(KF_IMPORT_OATH, text, sizeof(text) - 1, "bob");
	assert_int_equal(count, 1);
	assert_int_equal(taken[0].line, 4);
	parse(KF_IMPORT_OATH, text, sizeof(text) - 1, "alice");
	assert_int_equal(count, 3);
	parse(KF_IMPORT_OATH, text, sizeof(text) - 1, "bo");
	assert_int_equal(count, 0);
	parse(KF_IMPORT_OATH, "", 0, NULL);
	assert_int_equal(count, 0);
}

/* A line that is too long is refused, never cut off. */
static void
huge_lines(void **state)
{
	static const char head[] = "HOTP/T30 alice - ";
	char *text = malloc(1 << 20);
	char user[300];

	(void)state;
	assert_non_null(text);
	/* A seed of 128 bytes fits; one of 129 is too long. */
	memset(text, 'a', 1 << 20);
	memcpy(text, head, sizeof(head) - 1);
	parse(KF_IMPORT_OATH, text, sizeof(head) - 1 + 256, NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_TAKEN);
	assert_int_equal(taken[0].seed_len, 128);
	parse(KF_IMPORT_OATH, text, sizeof(head) - 1 + 258, NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_LONG);
	parse(KF_IMPORT_OATH, text, KF_IMPORT_LINE_MAX, NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_SECRET);
	parse(KF_IMPORT_OATH, text, KF_IMPORT_LINE_MAX + 1, NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_SYNTAX);
	parse(KF_IMPORT_OATH, text, 1 << 20, NULL);
	assert_int_equal(count, 1);
	assert_int_equal(taken[0].why, KF_IMPORT_SYNTAX);
	/* The line after a line that is too long is read. */
	memcpy(text + 5000, "\nHOTP/T30 bob - " HEX "\n", 18 + sizeof(HEX) - 1);
	parse(KF_IMPORT_OATH, text, 5000 + 18 + sizeof(HEX) - 2, "bob");
	assert_int_equal(count, 1);
	assert_int_equal(taken[0].why, KF_IMPORT_TAKEN);
	/* Base32: 128 bytes, 129 bytes, and a line that is too long. */
	memset(text, 'A', 1 << 20);
	memcpy(text + 205, "\n" TOTP, sizeof(TOTP));
	parse(KF_IMPORT_GOOGLE, text, 205 + sizeof(TOTP), NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_TAKEN);
	assert_int_equal(taken[0].seed_len, 128);
	memset(text, 'A', 1 << 20);
	memcpy(text + 207, "\n" TOTP, sizeof(TOTP));
	parse(KF_IMPORT_GOOGLE, text, 207 + sizeof(TOTP), NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_LONG);
	memset(text, 'A', 1 << 20);
	parse(KF_IMPORT_GOOGLE, text, 1 << 20, NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_SYNTAX);
	free(text);
	/* A name of 255 bytes fits; one of 256 is too long. */
	memset(user, 'u', sizeof(user));
	for (size_t len = 255; len <= 256; len++) {
		char line[400] = "HOTP/T30 ";

		memcpy(line + 9, user, len);
		memcpy(line + 9 + len, " - " HEX, sizeof(HEX) + 3);
		assert_int_equal(oath(line)->why, len == 255 ?
		    KF_IMPORT_TAKEN : KF_IMPORT_SYNTAX);
	}
}

/* A line with a NUL anywhere in it is refused. */
static void
nuls(void **state)
{
	static const char good[] = "HOTP/T30 alice - " HEX;
	char text[sizeof(good)];

	(void)state;
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		memcpy(text, good, sizeof(good));
		text[i] = '\0';
		parse(KF_IMPORT_OATH, text, sizeof(good) - 1, NULL);
		assert_int_equal(count, 1);
		assert_int_equal(taken[0].why, KF_IMPORT_SYNTAX);
	}
	parse(KF_IMPORT_GOOGLE, BASE32 "\0\n" TOTP,
	    sizeof(BASE32 "\0\n" TOTP) - 1, NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_SYNTAX);
	parse(KF_IMPORT_GOOGLE, BASE32 "\n" TOTP "\0",
	    sizeof(BASE32 "\n" TOTP "\0") - 1, NULL);
	assert_int_equal(taken[0].why, KF_IMPORT_SYNTAX);
	assert_int_equal(taken[0].line, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(google_takes),
		UNIT_TEST(google_refuses),
		UNIT_TEST(oath_takes),
		UNIT_TEST(oath_refuses),
		UNIT_TEST(oath_users),
		UNIT_TEST(huge_lines),
		UNIT_TEST(nuls),
	};

	unit_start();
	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
