/*
 * Requests to softkey, byte by byte: messages that libfido2 never sends, and
 * that a strict key must refuse.
 */
#include "tests/unit/softkey/reports.h"

#include <stdio.h>
#include <string.h>

#include "tests/softkey/ctap/cbor.h"
#include "tests/unit/unit.h"

static size_t
hex(const char *text, unsigned char *bytes)
{
	size_t len = 0;

	for (; *text != '\0'; text += 2) {
		unsigned value;

		while (*text == ' ')
			text++;
		assert_int_equal(sscanf(text, "%2x", &value), 1);
		bytes[len++] = (unsigned char)value;
	}
	return len;
}

static void
canonical(void **state)
{
	static const char *const good[] = {
		"00", "17", "1818", "18ff", "190100", "1a00010000",
		"1b0000000100000000", "20", "3818", "40", "60", "63e282ac",
		"80", "a0", "f4", "f5", "f6", "a20001 0102", "a2 01f5 20f5",
		"a2 6161 00 626161 00", "a2 6162 00 626161 00",
		"a1 01 a1 01 a1 01 a1 01 00", "8301 02 03",
	};
	static const char *const bad[] = {
		"", "1817", "190018", "1900ff", "1a0000ffff",
		"1b00000000ffffffff", "3817", "18", "1901", "1c", "1f",
		"41", "4201", "5f4100ff", "5801 00", "7801 61", "61ff",
		"62c080", "63eda080", "64f4908080", "61c3", "9fff", "9800",
		"bfff", "b800", "81", "a1", "a100", "a2 0102 0001",
		"a2 0101 0101", "a2 20f5 01f5", "a2 626161 00 6162 00",
		"a2 6162 00 6161 00", "c000", "d81800", "f0", "f7", "f820",
		"f90000", "fa00000000", "fb0000000000000000", "ff", "0000",
		"a1 01 a1 01 a1 01 a1 01 a0", "8181818180",
		"9bffffffffffffffff", "bbffffffffffffffff",
		"5bffffffffffffffff",
	};
	unsigned char bytes[64];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(good); i++)
		if (softkey_cbor_check(bytes, hex(good[i], bytes)) != 0)
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < UNIT_COUNT(bad); i++)
		if (softkey_cbor_check(bytes, hex(bad[i], bytes)) != 0x12)
			fail_msg("taken: %s", bad[i]);
}

#define ZEROS_16 "00000000000000000000000000000000"
#define ZEROS_64 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16
#define HASH "5820" ZEROS_16 ZEROS_16
#define RP_1 "01 64 7373683a"
#define RP_2 "02 a1 626964 64 7373683a"
#define USER "03 a1 626964 41 00"
#define PARAMS "04 81 a2 63616c67 26 6474797065 6a 7075626c69632d6b6579"

static void
statuses(void **state)
{
	static const struct {
		const char *request;
		unsigned status;
	} table[] = {
		{ "03", 0x01 }, { "0c", 0x01 }, { "7f", 0x01 },
		{ "04 a0", 0x03 }, { "0b a0", 0x03 }, { "08", 0x30 },
		{ "01", 0x12 }, { "02", 0x12 }, { "06", 0x12 },
		{ "01 80", 0x11 }, { "02 01", 0x11 }, { "06 60", 0x11 },
		{ "01 a0", 0x14 }, { "02 a0", 0x14 }, { "06 a0", 0x14 },
		{ "02 a0 00", 0x12 },
		/* getAssertion */
		{ "02 a2" RP_1 "02" HASH, 0x2e },
		{ "02 a1" RP_1, 0x14 },
		{ "02 a1 02" HASH, 0x14 },
		{ "02 a2 02" HASH RP_1, 0x12 },
		{ "02 a3" RP_1 RP_1 "02" HASH, 0x12 },
		{ "02 a2" RP_1 "02" HASH "00", 0x12 },
		{ "02 a2 01 44 7373683a 02" HASH, 0x11 },
		{ "02 a2" RP_1 "02 41 00", 0x03 },
		{ "02 a2" RP_1 "02 60", 0x11 },
		{ "02 a3" RP_1 "02" HASH "03 a0", 0x11 },
		{ "02 a3" RP_1 "02" HASH "03 81 a0", 0x14 },
		{ "02 a3" RP_1 "02" HASH "05 a1 62726b f4", 0x2b },
		{ "02 a3" RP_1 "02" HASH "05 a1 627570 00", 0x11 },
		{ "02 a3" RP_1 "02" HASH "05 a1 627576 f5", 0x2c },
		{ "02 a3" RP_1 "02" HASH "06 41 00", 0x14 },
		{ "02 a4" RP_1 "02" HASH "06 41 00 07 03", 0x02 },
		{ "02 a4" RP_1 "02" HASH "06 41 00 07 02", 0x33 },
		/* An unknown parameter is ignored. */
		{ "02 a3" RP_1 "02" HASH "18 63 00", 0x2e },
		/* makeCredential */
		{ "01 a3 01" HASH RP_2 USER, 0x14 },
		{ "01 a4 01" HASH RP_2 USER "04 80", 0x26 },
		{ "01 a4 01" HASH RP_2 USER "04 81 a2 63616c67 27 6474797065"
		    "61 78", 0x26 },
		{ "01 a4 01" HASH RP_2 USER "04 81 a1 63616c67 26", 0x14 },
		{ "01 a4 01" HASH RP_2 "03 a1 626964 60" PARAMS, 0x11 },
		{ "01 a4 01" HASH "02 a0" USER PARAMS, 0x14 },
		{ "01 a5 01" HASH RP_2 USER PARAMS "07 a1 62726b f5", 0x2b },
		{ "01 a5 01" HASH RP_2 USER PARAMS "07 a1 627570 f4", 0x2c },
		{ "01 a5 01" HASH RP_2 USER PARAMS "07 a1 627576 f5", 0x2c },
		{ "01 a5 01" HASH RP_2 USER PARAMS "05 a0", 0x11 },
		{ "01 a5 01" HASH RP_2 USER PARAMS "0a 01", 0x02 },
		{ "01 a5 01" HASH RP_2 USER PARAMS
		    "06 a1 6b6372656450726f74656374 04", 0x2c },
		{ "01 a5 01" HASH RP_2 USER PARAMS
		    "06 a1 6b6372656450726f74656374 f5", 0x11 },
		/* clientPIN */
		{ "06 a1 01 01", 0x14 }, { "06 a1 02 18 63", 0x3e },
		{ "06 a2 01 03 02 02", 0x02 }, { "06 a1 02 02", 0x14 },
		{ "06 a1 02 07", 0x3e }, { "06 a2 01 02 02 06", 0x30 },
		{ "06 a2 01 02 02 03", 0x14 },
		{ "06 a2 01 02 02 05", 0x14 },
		{ "06 a3 01 02 02 05 06 41 00", 0x35 },
		{ "06 a4 01 02 02 05 06 41 00 09 01", 0x02 },
		{ "06 a3 01 02 02 09 06 41 00", 0x14 },
		{ "06 a4 01 02 02 09 06 41 00 09 00", 0x02 },
		{ "06 a4 01 02 02 09 06 41 00 09 04", 0x40 },
		{ "06 a4 01 02 02 09 06 41 00 09 02", 0x14 },
	};
	unsigned char bytes[256];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		put_message(ours, SOFTKEY_HID_CBOR, bytes,
		    hex(table[i].request, bytes));
		if (get_message(ours, SOFTKEY_HID_CBOR) != 1 ||
		    reply[0] != table[i].status)
			fail_msg("%s: %02x", table[i].request, reply[0]);
	}
	/* Valid requests, for comparison. */
	put_message(ours, SOFTKEY_HID_CBOR, bytes,
	    hex("01 a4 01" HASH RP_2 USER PARAMS, bytes));
	get_keepalive(ours);
	assert_true(softkey_refuse(key, now));
	assert_int_equal(get_message(ours, SOFTKEY_HID_CBOR), 1);
	assert_int_equal(reply[0], 0x27);
	put_message(ours, SOFTKEY_HID_CBOR, bytes, hex("06 a1 02 01", bytes));
	assert_int_equal(get_message(ours, SOFTKEY_HID_CBOR), 6);
	assert_memory_equal(reply, "\0\xa2\3\10\4\xf4", 6);
}

static void
sizes(void **state)
{
	unsigned char bytes[2049] = { 0x02, 0xa0 };

	(void)state;
	put_message(ours, SOFTKEY_HID_CBOR, bytes, sizeof(bytes));
	assert_int_equal(get_message(ours, SOFTKEY_HID_CBOR), 1);
	assert_int_equal(reply[0], 0x39);
	put_message(ours, SOFTKEY_HID_CBOR, bytes, sizeof(bytes) - 1);
	assert_int_equal(get_message(ours, SOFTKEY_HID_CBOR), 1);
	assert_int_equal(reply[0], 0x12);
}

/* U2F */

static void
words(void **state)
{
	static const struct {
		const char *apdu;
		unsigned word;
	} table[] = {
		{ "00", 0x6700 }, { "000300", 0x6700 },
		{ "01030000", 0x6e00 }, { "80030000", 0x6e00 },
		{ "00040000", 0x6d00 }, { "00c00000", 0x6d00 },
		{ "0003000001", 0x6700 }, { "00030000 000000 00", 0x6700 },
		{ "00030000 000001", 0x9000 },
		{ "00030000 000001 00", 0x6700 },
		{ "00030000 000001 00 0000 00", 0x6700 },
		{ "00010000", 0x6700 }, { "00010000 000001 00", 0x6700 },
		{ "00020000 000001 00", 0x6a86 },
		{ "00020300 000001 00", 0x6700 },
		{ "00020300 000041" ZEROS_64 "05", 0x6700 },
		{ "00020300 000042" ZEROS_64 "00 00", 0x6700 },
		{ "00020300 000042" ZEROS_64 "01 00", 0x6a80 },
		{ "00030000", 0x9000 }, { "00030000 000000", 0x9000 },
		{ "00030000 000000 0000", 0x9000 },
	};
	unsigned char bytes[256];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		size_t len;

		put_message(ours, SOFTKEY_HID_MSG, bytes,
		    hex(table[i].apdu, bytes));
		len = get_message(ours, SOFTKEY_HID_MSG);
		if (((unsigned)reply[len - 2] << 8 | reply[len - 1]) !=
		    table[i].word)
			fail_msg("%s: %02x%02x", table[i].apdu, reply[len - 2],
			    reply[len - 1]);
		assert_int_equal(len, table[i].word == 0x9000 ? 8 : 2);
	}
}

static void
u2f(void **state)
{
	static const unsigned char head[7] = { 0, 1, 0, 0, 0, 0, 64 };
	unsigned char apdu[256] = { 0 };
	size_t len;

	(void)state;
	memcpy(apdu, head, sizeof(head));
	put_message(ours, SOFTKEY_HID_MSG, apdu, 7 + 64);
	assert_int_equal(get_message(ours, SOFTKEY_HID_MSG), 2);
	assert_memory_equal(reply, "\x69\x85", 2);
	/* It counts as waiting for a touch until the client stops asking. */
	assert_true(softkey_waits(key, now));
	now += 2000;
	assert_false(softkey_waits(key, now));
	assert_false(softkey_touch(key, now));
	put_message(ours, SOFTKEY_HID_MSG, apdu, 7 + 64);
	(void)get_message(ours, SOFTKEY_HID_MSG);
	assert_true(softkey_touch(key, now));
	/* One touch is good for one command. */
	put_message(ours, SOFTKEY_HID_MSG, apdu, 7 + 64);
	len = get_message(ours, SOFTKEY_HID_MSG);
	assert_true(len > 400);
	assert_int_equal(reply[0], 5);
	/* U2F_AUTHENTICATE with the handle that came back. */
	apdu[1] = 2;
	apdu[6] = (unsigned char)(65 + reply[66]);
	memcpy(apdu + 7 + 64, reply + 66, 1U + reply[66]);
	for (size_t i = 0; i < 3; i++) {
		static const unsigned char how[] = { 7, 3, 8 };

		apdu[2] = how[i];
		put_message(ours, SOFTKEY_HID_MSG, apdu, 7U + apdu[6]);
		len = get_message(ours, SOFTKEY_HID_MSG);
		if (how[i] != 8) {
			assert_int_equal(len, 2);
			assert_memory_equal(reply, "\x69\x85", 2);
		} else {
			/* Needs no touch: signed, with presence bit 0. */
			assert_true(len > 70);
			assert_int_equal(reply[0], 0);
		}
	}
	apdu[80] ^= 1;
	put_message(ours, SOFTKEY_HID_MSG, apdu, 7U + apdu[6]);
	assert_int_equal(get_message(ours, SOFTKEY_HID_MSG), 2);
	assert_memory_equal(reply, "\x6a\x80", 2);
}

/* Wrong commands to the control socket, and two right ones. */
static void
controls(void **state)
{
	static const char *const bad[] = { "", "touch ", "touch", "refuse",
		"expire", "auto", "auto maybe", "counter", "counter -1",
		"counter 4294967296", "flags 100", "flags", "sig", "uv",
		"pin 123", "hostile", "hostile no", "credential", "stats all",
		"authdata", "challenge", "power-cycle now", "nothing" };
	char answer[256];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		softkey_control(key, bad[i], now, answer, sizeof(answer));
		if (strncmp(answer, "error ", 6) != 0)
			fail_msg("\"%s\": %s", bad[i], answer);
	}
	softkey_control(key, "hostile short-report", now, answer,
	    sizeof(answer));
	assert_int_equal(softkey_report_size(key), 32);
	softkey_control(key, "hostile none", now, answer, sizeof(answer));
	assert_int_equal(softkey_report_size(key), 64);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, reports_before, \
	reports_after)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical),
		TEST(statuses),
		TEST(sizes),
		TEST(words),
		TEST(u2f),
		TEST(controls),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_raw", tests, NULL, NULL);
}
