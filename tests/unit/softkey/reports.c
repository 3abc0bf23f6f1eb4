/* A CTAPHID client for tests; see reports.h. */
#include "tests/unit/softkey/reports.h"

#include <string.h>

#include "tests/unit/unit.h"

struct softkey *key;
int64_t now;
uint32_t ours, theirs;

void
put(uint32_t channel, unsigned command, size_t len, const void *bytes,
    size_t n)
{
	unsigned char report[SOFTKEY_REPORT] = {
		(unsigned char)(channel >> 24), (unsigned char)(channel >> 16),
		(unsigned char)(channel >> 8), (unsigned char)channel,
		(unsigned char)(command | 0x80), (unsigned char)(len >> 8),
		(unsigned char)len
	};

	assert_true(n <= sizeof(report) - 7);
	if (n > 0)
		memcpy(report + 7, bytes, n);
	softkey_put(key, report, now);
}

void
put_next(uint32_t channel, unsigned sequence, const void *bytes, size_t n)
{
	unsigned char report[SOFTKEY_REPORT] = {
		(unsigned char)(channel >> 24), (unsigned char)(channel >> 16),
		(unsigned char)(channel >> 8), (unsigned char)channel,
		(unsigned char)sequence
	};

	if (n > 0)
		memcpy(report + 5, bytes, n);
	softkey_put(key, report, now);
}

void
put_message(uint32_t channel, unsigned command, const unsigned char *bytes,
    size_t len)
{
	size_t done = len < 57 ? len : 57;

	put(channel, command, len, bytes, done);
	for (unsigned i = 0; done < len; i++) {
		size_t n = len - done < 59 ? len - done : 59;

		put_next(channel, i, bytes + done, n);
		done += n;
	}
}

unsigned char reply[8000];

uint32_t
channel_of(const unsigned char *report)
{
	return (uint32_t)report[0] << 24 | (uint32_t)report[1] << 16 |
	    (uint32_t)report[2] << 8 | report[3];
}

size_t
get_message(uint32_t channel, unsigned command)
{
	unsigned char report[SOFTKEY_REPORT];
	size_t len, done;

	assert_int_equal(softkey_get(key, report, now), 1);
	assert_int_equal(channel_of(report), channel);
	assert_int_equal(report[4], command | 0x80);
	len = (size_t)report[5] << 8 | report[6];
	assert_true(len <= sizeof(reply));
	memcpy(reply, report + 7, 57);
	for (done = 57; done < len; done += 59) {
		assert_int_equal(softkey_get(key, report, now), 1);
		assert_int_equal(channel_of(report), channel);
		assert_int_equal(report[4], (done - 57) / 59);
		memcpy(reply + done, report + 5,
		    len - done < 59 ? len - done : 59);
	}
	return len;
}

void
get_error(uint32_t channel, unsigned code)
{
	assert_int_equal(get_message(channel, SOFTKEY_HID_ERROR), 1);
	assert_int_equal(reply[0], code);
}

void
get_nothing(void)
{
	unsigned char report[SOFTKEY_REPORT];

	assert_int_equal(softkey_get(key, report, now), 0);
}

void
get_keepalive(uint32_t channel)
{
	assert_int_equal(get_message(channel, SOFTKEY_HID_KEEPALIVE), 1);
	assert_int_equal(reply[0], 2);
}

uint32_t
get_channel(void)
{
	put(BROADCAST, SOFTKEY_HID_INIT, 8, "12345678", 8);
	assert_int_equal(get_message(BROADCAST, SOFTKEY_HID_INIT), 17);
	assert_memory_equal(reply, "12345678", 8);
	assert_int_equal(reply[12], 2);
	assert_int_equal(reply[16], 0x05);
	return channel_of(reply + 8);
}

int
reports_before(void **state)
{
	struct softkey_config config;

	(void)state;
	softkey_config_default(&config);
	now = 5000;
	key = softkey_new(&config, now);
	assert_non_null(key);
	ours = get_channel();
	theirs = get_channel();
	assert_int_not_equal(ours, theirs);
	return 0;
}

int
reports_after(void **state)
{
	(void)state;
	get_nothing();
	softkey_free(key);
	return 0;
}
