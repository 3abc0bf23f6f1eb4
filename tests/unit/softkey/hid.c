/*
 * CTAPHID in softkey, tested report by report: channels, sequence numbers, time
 * limits, and the busy state.
 */
#include "tests/unit/softkey/reports.h"

#include <string.h>

#include "tests/unit/unit.h"

static const unsigned char selection[] = { 0x0b };
static const unsigned char get_info[] = { 0x04 };

/* A command that waits for a touch, on our channel. */
static void
start_waiting(void)
{
	put_message(ours, SOFTKEY_HID_CBOR, selection, 1);
	get_keepalive(ours);
}

static void
end_waiting(void)
{
	assert_true(softkey_touch(key, now));
	assert_int_equal(get_message(ours, SOFTKEY_HID_CBOR), 1);
	assert_int_equal(reply[0], 0);
}

static void
channels(void **state)
{
	(void)state;
	put(ours + 1000, SOFTKEY_HID_PING, 0, NULL, 0);
	get_error(ours + 1000, SOFTKEY_HID_INVALID_CHANNEL);
	put(ours + 1000, SOFTKEY_HID_INIT, 8, "12345678", 8);
	get_error(ours + 1000, SOFTKEY_HID_INVALID_CHANNEL);
	put(0, SOFTKEY_HID_PING, 0, NULL, 0);
	get_error(0, SOFTKEY_HID_INVALID_CHANNEL);
	put(BROADCAST, SOFTKEY_HID_PING, 0, NULL, 0);
	get_error(BROADCAST, SOFTKEY_HID_INVALID_CHANNEL);
	put(BROADCAST, SOFTKEY_HID_INIT, 7, "1234567", 7);
	get_error(BROADCAST, SOFTKEY_HID_INVALID_LEN);
	put_next(ours + 1000, 0, NULL, 0);
	put_next(ours, 0, NULL, 0);
	get_nothing();
	/* After a power cycle, old channels are invalid. */
	softkey_power_cycle(key, now);
	put(ours, SOFTKEY_HID_PING, 0, NULL, 0);
	get_error(ours, SOFTKEY_HID_INVALID_CHANNEL);
}

static void
commands(void **state)
{
	(void)state;
	put(ours, SOFTKEY_HID_WINK, 0, NULL, 0);
	assert_int_equal(get_message(ours, SOFTKEY_HID_WINK), 0);
	put(ours, SOFTKEY_HID_WINK, 1, "", 1);
	get_error(ours, SOFTKEY_HID_INVALID_LEN);
	put(ours, 0x04, 1, "", 1);
	get_error(ours, SOFTKEY_HID_INVALID_CMD);
	put(ours, 0x40, 0, NULL, 0);
	get_error(ours, SOFTKEY_HID_INVALID_CMD);
	put(ours, SOFTKEY_HID_CBOR, 0, NULL, 0);
	get_error(ours, SOFTKEY_HID_INVALID_LEN);
	put(ours, SOFTKEY_HID_PING, 7610, NULL, 0);
	get_error(ours, SOFTKEY_HID_INVALID_LEN);
	put(ours, SOFTKEY_HID_PING, 0, NULL, 0);
	assert_int_equal(get_message(ours, SOFTKEY_HID_PING), 0);
}

static void
long_messages(void **state)
{
	static const size_t lens[] = { 1, 57, 58, 116, 117, 7609 };
	unsigned char bytes[7609];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 7);
	for (size_t i = 0; i < UNIT_COUNT(lens); i++) {
		put_message(ours, SOFTKEY_HID_PING, bytes, lens[i]);
		assert_int_equal(get_message(ours, SOFTKEY_HID_PING), lens[i]);
		assert_memory_equal(reply, bytes, lens[i]);
	}
}

static void
sequence(void **state)
{
	(void)state;
	put(ours, SOFTKEY_HID_PING, 200, "", 1);
	put_next(ours, 1, NULL, 0);
	get_error(ours, SOFTKEY_HID_INVALID_SEQ);
	/* The message is dropped; further packets of it are ignored. */
	put_next(ours, 0, NULL, 0);
	put_next(ours, 1, NULL, 0);
	put_next(ours, 2, NULL, 0);
	get_nothing();
	put(ours, SOFTKEY_HID_PING, 200, "", 1);
	put_next(ours, 0, NULL, 0);
	put_next(ours, 0, NULL, 0);
	get_error(ours, SOFTKEY_HID_INVALID_SEQ);
	/* A new message before another one is complete. */
	put(ours, SOFTKEY_HID_PING, 200, "", 1);
	put(ours, SOFTKEY_HID_PING, 0, NULL, 0);
	get_error(ours, SOFTKEY_HID_INVALID_SEQ);
	put(ours, SOFTKEY_HID_PING, 0, NULL, 0);
	assert_int_equal(get_message(ours, SOFTKEY_HID_PING), 0);
}

static void
resync(void **state)
{
	(void)state;
	put(ours, SOFTKEY_HID_PING, 200, "", 1);
	put(ours, SOFTKEY_HID_INIT, 8, "abcdefgh", 8);
	assert_int_equal(get_message(ours, SOFTKEY_HID_INIT), 17);
	assert_memory_equal(reply, "abcdefgh", 8);
	assert_int_equal(channel_of(reply + 8), ours);
	put(ours, SOFTKEY_HID_PING, 0, NULL, 0);
	assert_int_equal(get_message(ours, SOFTKEY_HID_PING), 0);
	/* INIT on the same channel ends a wait for a touch, too. */
	start_waiting();
	put(ours, SOFTKEY_HID_INIT, 8, "abcdefgh", 8);
	assert_int_equal(get_message(ours, SOFTKEY_HID_INIT), 17);
	assert_false(softkey_touch(key, now));
	now += 200;
	get_nothing();
}

static void
limits(void **state)
{
	(void)state;
	put(ours, SOFTKEY_HID_PING, 200, "", 1);
	assert_int_equal(softkey_deadline(key), now + 500);
	now += 499;
	get_nothing();
	put_next(ours, 0, NULL, 0);
	now += 499;
	get_nothing();
	now += 1;
	get_error(ours, SOFTKEY_HID_MSG_TIMEOUT);
	put_next(ours, 1, NULL, 0);
	assert_int_equal(softkey_deadline(key), SOFTKEY_NEVER);
}

static void
busy(void **state)
{
	(void)state;
	put(ours, SOFTKEY_HID_PING, 60, "abc", 3);
	put(theirs, SOFTKEY_HID_PING, 0, NULL, 0);
	get_error(theirs, SOFTKEY_HID_CHANNEL_BUSY);
	put_next(theirs, 0, NULL, 0);
	put_next(ours, 0, NULL, 0);
	assert_int_equal(get_message(ours, SOFTKEY_HID_PING), 60);
	start_waiting();
	put(theirs, SOFTKEY_HID_CBOR, 1, get_info, 1);
	get_error(theirs, SOFTKEY_HID_CHANNEL_BUSY);
	put(ours, SOFTKEY_HID_CBOR, 1, get_info, 1);
	get_error(ours, SOFTKEY_HID_CHANNEL_BUSY);
	/* CANCEL and INIT on another channel do not end the wait. */
	put(theirs, SOFTKEY_HID_CANCEL, 0, NULL, 0);
	put(theirs, SOFTKEY_HID_INIT, 8, "abcdefgh", 8);
	assert_int_equal(get_message(theirs, SOFTKEY_HID_INIT), 17);
	(void)get_channel();
	end_waiting();
	put(theirs, SOFTKEY_HID_CBOR, 1, get_info, 1);
	assert_true(get_message(theirs, SOFTKEY_HID_CBOR) > 50);
}

static void
waiting(void **state)
{
	(void)state;
	start_waiting();
	assert_true(softkey_waits(key, now));
	assert_false(softkey_idle(key, now));
	for (int i = 0; i < 5; i++) {
		assert_int_equal(softkey_deadline(key), now + 100);
		now += 99;
		get_nothing();
		now += 1;
		get_keepalive(ours);
	}
	end_waiting();
	assert_true(softkey_idle(key, now));
	assert_false(softkey_touch(key, now));
	start_waiting();
	put(ours, SOFTKEY_HID_CANCEL, 0, NULL, 0);
	assert_int_equal(get_message(ours, SOFTKEY_HID_CBOR), 1);
	assert_int_equal(reply[0], 0x2d);
	put(ours, SOFTKEY_HID_CANCEL, 0, NULL, 0);
	get_nothing();
	start_waiting();
	now += 29999;
	get_keepalive(ours);
	now += 1;
	assert_int_equal(get_message(ours, SOFTKEY_HID_CBOR), 1);
	assert_int_equal(reply[0], 0x2f);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, reports_before, \
	reports_after)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(channels),
		TEST(commands),
		TEST(long_messages),
		TEST(sequence),
		TEST(resync),
		TEST(limits),
		TEST(busy),
		TEST(waiting),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_hid", tests, NULL, NULL);
}
