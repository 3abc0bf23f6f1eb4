/*
 * Receives reports: channels, and the reports of a message; see hid.h.
 */
#include "tests/softkey/core.h"

#include <string.h>

#include "tests/softkey/ctap/crypto.h"

enum {
	FIRST = 0x80,			/* bit of a first report */
	FIRST_DATA = SOFTKEY_REPORT - 7,
	NEXT_DATA = SOFTKEY_REPORT - 5,

	CAN_WINK = 0x01,
	CAN_CBOR = 0x04,
	CANNOT_MSG = 0x08,
};

#define BROADCAST UINT32_C(0xffffffff)

static uint32_t
be32(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	    (uint32_t)bytes[2] << 8 | bytes[3];
}

void
softkey_hid_init(struct softkey *key)
{
	struct softkey_hid *hid = &key->hid;

	memset(hid, 0, sizeof(*hid));
	softkey_random(&hid->given, sizeof(hid->given));
	hid->given &= 0x3fffffff;
}

static bool
known(const struct softkey_hid *hid, uint32_t channel)
{
	for (size_t i = 0; i < SOFTKEY_CHANNELS; i++)
		if (hid->channels[i] == channel)
			return channel != 0;
	return false;
}

/* INIT is answered at any time, because every client needs a channel. */
static void
take_init(struct softkey *key, uint32_t channel, const unsigned char *report)
{
	struct softkey_hid *hid = &key->hid;
	enum softkey_mode mode = key->config.mode;
	unsigned char bytes[17];
	uint32_t given = channel;

	key->stats.init++;
	if (((unsigned)report[5] << 8 | report[6]) != 8) {
		softkey_hid_error(key, channel, SOFTKEY_HID_INVALID_LEN);
		return;
	}
	if (channel == BROADCAST) {
		given = ++hid->given;
		hid->channels[given % SOFTKEY_CHANNELS] = given;
	} else if (hid->channel == channel) {
		hid->state = SOFTKEY_HID_IDLE;
	}
	memcpy(bytes, report + 7, 8);
	bytes[8] = (unsigned char)(given >> 24);
	bytes[9] = (unsigned char)(given >> 16);
	bytes[10] = (unsigned char)(given >> 8);
	bytes[11] = (unsigned char)given;
	memcpy(bytes + 12, "\2\1\0\0", 4);
	bytes[16] = (unsigned char)(CAN_WINK |
	    (mode == SOFTKEY_U2F_ONLY ? 0 : CAN_CBOR) |
	    (mode == SOFTKEY_FIDO2_ONLY ? CANNOT_MSG : 0));
	softkey_hid_send(key, channel, SOFTKEY_HID_INIT, bytes, sizeof(bytes));
}

static void
take_cancel(struct softkey *key, uint32_t channel)
{
	key->stats.cancels++;
	if (key->hid.state != SOFTKEY_HID_WAITS || key->hid.channel != channel)
		return;
	key->person.act = SOFTKEY_ACT_CANCEL;
	softkey_hid_run(key);
}

static bool
can(const struct softkey *key, unsigned command, size_t len, unsigned char *why)
{
	*why = SOFTKEY_HID_INVALID_CMD;
	switch (command) {
	case SOFTKEY_HID_PING:
		break;
	case SOFTKEY_HID_WINK:
		*why = SOFTKEY_HID_INVALID_LEN;
		return len == 0;
	case SOFTKEY_HID_MSG:
		if (key->config.mode == SOFTKEY_FIDO2_ONLY)
			return false;
		break;
	case SOFTKEY_HID_CBOR:
		if (key->config.mode == SOFTKEY_U2F_ONLY)
			return false;
		*why = SOFTKEY_HID_INVALID_LEN;
		return len >= 1 && len <= SOFTKEY_MESSAGE_MAX;
	default:
		return false;
	}
	*why = SOFTKEY_HID_INVALID_LEN;
	return len <= SOFTKEY_MESSAGE_MAX;
}

static void
take_first(struct softkey *key, uint32_t channel, const unsigned char *report)
{
	struct softkey_hid *hid = &key->hid;
	unsigned command = report[4] & ~(unsigned)FIRST;
	size_t len = (size_t)report[5] << 8 | report[6];
	unsigned char why;

	if (command == SOFTKEY_HID_INIT) {
		take_init(key, channel, report);
	} else if (channel == BROADCAST) {
		softkey_hid_error(key, channel, SOFTKEY_HID_INVALID_CHANNEL);
	} else if (command == SOFTKEY_HID_CANCEL) {
		take_cancel(key, channel);
	} else if (hid->state == SOFTKEY_HID_RECEIVES &&
	    hid->channel == channel) {
		hid->state = SOFTKEY_HID_IDLE;
		softkey_hid_error(key, channel, SOFTKEY_HID_INVALID_SEQ);
	} else if (hid->state != SOFTKEY_HID_IDLE) {
		softkey_hid_error(key, channel, SOFTKEY_HID_CHANNEL_BUSY);
	} else if (!can(key, command, len, &why)) {
		softkey_hid_error(key, channel, why);
	} else {
		hid->state = SOFTKEY_HID_RECEIVES;
		hid->channel = channel;
		hid->command = command;
		hid->want = len;
		hid->have = len < FIRST_DATA ? len : FIRST_DATA;
		hid->sequence = 0;
		hid->last = key->now;
		memcpy(hid->message, report + 7, hid->have);
		if (hid->have == hid->want)
			softkey_hid_begin(key);
	}
}

static void
take_next(struct softkey *key, uint32_t channel, const unsigned char *report)
{
	struct softkey_hid *hid = &key->hid;
	size_t n = hid->want - hid->have;

	/* A report that belongs to no message is ignored. */
	if (hid->state != SOFTKEY_HID_RECEIVES || hid->channel != channel)
		return;
	if (report[4] != hid->sequence) {
		hid->state = SOFTKEY_HID_IDLE;
		softkey_hid_error(key, channel, SOFTKEY_HID_INVALID_SEQ);
		return;
	}
	hid->sequence++;
	hid->last = key->now;
	n = n < NEXT_DATA ? n : NEXT_DATA;
	memcpy(hid->message + hid->have, report + 5, n);
	hid->have += n;
	if (hid->have == hid->want)
		softkey_hid_begin(key);
}

void
softkey_put(struct softkey *key, const unsigned char report[SOFTKEY_REPORT],
    int64_t now)
{
	uint32_t channel = be32(report);

	softkey_hid_tick(key, now);
	if (key->hid.vanished)
		return;
	if (channel != BROADCAST && !known(&key->hid, channel)) {
		if ((report[4] & FIRST) != 0)
			softkey_hid_error(key, channel,
			    SOFTKEY_HID_INVALID_CHANNEL);
	} else if ((report[4] & FIRST) != 0) {
		take_first(key, channel, report);
	} else {
		take_next(key, channel, report);
	}
}
