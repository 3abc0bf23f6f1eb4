/*
 * CTAPHID; see hid.h.  It knows neither CTAP2 nor U2F: a complete message goes
 * to softkey_ctap2 or softkey_u2f and their reply goes back in reports.
 */
#include "tests/softkey/core.h"

#include <string.h>

#include "tests/softkey/crypto.h"
#include "tests/softkey/ctap2.h"
#include "tests/softkey/u2f.h"

enum {
	PING = 0x01,
	MSG = 0x03,
	INIT = 0x06,
	WINK = 0x08,
	CBOR = 0x10,
	CANCEL = 0x11,
	KEEPALIVE = 0x3b,
	ERROR = 0x3f,

	FIRST = 0x80,			/* bit of a first report */
	FIRST_DATA = SOFTKEY_REPORT - 7,
	NEXT_DATA = SOFTKEY_REPORT - 5,

	INVALID_CMD = 0x01,
	INVALID_LEN = 0x03,
	INVALID_SEQ = 0x04,
	MSG_TIMEOUT = 0x05,
	CHANNEL_BUSY = 0x06,
	INVALID_CHANNEL = 0x0b,

	PROCESSING = 1,
	UPNEEDED = 2,

	CAN_WINK = 0x01,
	CAN_CBOR = 0x04,
	CANNOT_MSG = 0x08,

	NEXT_REPORT = 500,		/* milliseconds */
	KEEPALIVES = 100,
	PATIENCE = 30000,

	/* Hostile replies are longer than one report, and than true ones. */
	SLOW_LENGTH = 2048,
	VANISH_LENGTH = 512,
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

static void
send_error(struct softkey *key, uint32_t channel, unsigned char code)
{
	softkey_hid_send(key, channel, ERROR, &code, 1);
}

static void
send_keepalive(struct softkey *key, unsigned char status)
{
	/* A slow key would send nothing else. */
	if (key->faults.hostile != SOFTKEY_HOSTILE_SLOW || key->hid.count == 0)
		softkey_hid_send(key, key->hid.channel, KEEPALIVE, &status, 1);
	key->hid.keepalive = key->now + KEEPALIVES;
}

void
softkey_hid_processing(struct softkey *key)
{
	send_keepalive(key, PROCESSING);
}

/* The reply to the transaction, which ends with it. */
static void
reply(struct softkey *key, unsigned char *bytes, size_t len)
{
	struct softkey_hid *hid = &key->hid;
	bool command = hid->command == CBOR || hid->command == MSG;

	hid->state = SOFTKEY_HID_IDLE;
	if (command && key->faults.hostile == SOFTKEY_HOSTILE_SLOW &&
	    len < SLOW_LENGTH) {
		memset(bytes + len, 0, SLOW_LENGTH - len);
		len = SLOW_LENGTH;
	}
	if (command && key->faults.hostile == SOFTKEY_HOSTILE_VANISH) {
		if (len < VANISH_LENGTH) {
			memset(bytes + len, 0, VANISH_LENGTH - len);
			len = VANISH_LENGTH;
		}
		hid->count = 0;
		softkey_hid_send(key, hid->channel, hid->command, bytes, len);
		hid->count = hid->count > 0 ? 1 : 0;
		hid->vanished = true;
		return;
	}
	softkey_hid_send(key, hid->channel, hid->command, bytes, len);
}

static void
run_cbor(struct softkey *key)
{
	struct softkey_hid *hid = &key->hid;
	unsigned char bytes[SOFTKEY_MESSAGE_MAX];
	struct softkey_out out = { bytes, sizeof(bytes), 0, false };

	if (softkey_ctap2(key, hid->message, hid->want, &out) == SOFTKEY_OK) {
		reply(key, bytes, out.len);
	} else if (hid->state != SOFTKEY_HID_WAITS) {
		hid->state = SOFTKEY_HID_WAITS;
		hid->give_up = key->now + PATIENCE;
		send_keepalive(key, UPNEEDED);
	}
}

static void
run_msg(struct softkey *key)
{
	unsigned char bytes[SOFTKEY_MESSAGE_MAX];
	struct softkey_out out = { bytes, sizeof(bytes), 0, false };

	softkey_u2f(key, key->hid.message, key->hid.want, &out);
	reply(key, bytes, out.len);
}

void
softkey_hid_run(struct softkey *key)
{
	struct softkey_hid *hid = &key->hid;

	switch (hid->command) {
	case PING:
	case WINK:
		reply(key, hid->message, hid->want);
		break;
	case CBOR:
		run_cbor(key);
		break;
	case MSG:
		run_msg(key);
		break;
	}
}

/* A message is complete. */
static void
begin(struct softkey *key)
{
	struct softkey_hid *hid = &key->hid;

	key->person.act = SOFTKEY_ACT_NONE;
	key->person.counted = false;
	key->person.verified = false;
	if (hid->command == CBOR)
		key->stats.cbor++;
	if (hid->command == MSG)
		key->stats.msg++;
	if (key->faults.hostile == SOFTKEY_HOSTILE_KEEPALIVE &&
	    (hid->command == CBOR || hid->command == MSG)) {
		hid->state = SOFTKEY_HID_STUCK;
		send_keepalive(key, PROCESSING);
		return;
	}
	softkey_hid_run(key);
}

static bool
known(const struct softkey_hid *hid, uint32_t channel)
{
	for (size_t i = 0; i < SOFTKEY_CHANNELS; i++)
		if (hid->channels[i] == channel)
			return channel != 0;
	return false;
}

/* INIT is answered at any time: whoever opens the device needs a channel. */
static void
take_init(struct softkey *key, uint32_t channel, const unsigned char *report)
{
	struct softkey_hid *hid = &key->hid;
	enum softkey_mode mode = key->config.mode;
	unsigned char bytes[17];
	uint32_t given = channel;

	key->stats.init++;
	if (((unsigned)report[5] << 8 | report[6]) != 8) {
		send_error(key, channel, INVALID_LEN);
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
	softkey_hid_send(key, channel, INIT, bytes, sizeof(bytes));
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
	*why = INVALID_CMD;
	switch (command) {
	case PING:
		break;
	case WINK:
		*why = INVALID_LEN;
		return len == 0;
	case MSG:
		if (key->config.mode == SOFTKEY_FIDO2_ONLY)
			return false;
		break;
	case CBOR:
		if (key->config.mode == SOFTKEY_U2F_ONLY)
			return false;
		*why = INVALID_LEN;
		return len >= 1 && len <= SOFTKEY_MESSAGE_MAX;
	default:
		return false;
	}
	*why = INVALID_LEN;
	return len <= SOFTKEY_MESSAGE_MAX;
}

static void
take_first(struct softkey *key, uint32_t channel, const unsigned char *report)
{
	struct softkey_hid *hid = &key->hid;
	unsigned command = report[4] & ~(unsigned)FIRST;
	size_t len = (size_t)report[5] << 8 | report[6];
	unsigned char why;

	if (command == INIT) {
		take_init(key, channel, report);
	} else if (channel == BROADCAST) {
		send_error(key, channel, INVALID_CHANNEL);
	} else if (command == CANCEL) {
		take_cancel(key, channel);
	} else if (hid->state == SOFTKEY_HID_RECEIVES &&
	    hid->channel == channel) {
		hid->state = SOFTKEY_HID_IDLE;
		send_error(key, channel, INVALID_SEQ);
	} else if (hid->state != SOFTKEY_HID_IDLE) {
		send_error(key, channel, CHANNEL_BUSY);
	} else if (!can(key, command, len, &why)) {
		send_error(key, channel, why);
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
			begin(key);
	}
}

static void
take_next(struct softkey *key, uint32_t channel, const unsigned char *report)
{
	struct softkey_hid *hid = &key->hid;
	size_t n = hid->want - hid->have;

	/* Those that belong to nothing are ignored. */
	if (hid->state != SOFTKEY_HID_RECEIVES || hid->channel != channel)
		return;
	if (report[4] != hid->sequence) {
		hid->state = SOFTKEY_HID_IDLE;
		send_error(key, channel, INVALID_SEQ);
		return;
	}
	hid->sequence++;
	hid->last = key->now;
	n = n < NEXT_DATA ? n : NEXT_DATA;
	memcpy(hid->message + hid->have, report + 5, n);
	hid->have += n;
	if (hid->have == hid->want)
		begin(key);
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
			send_error(key, channel, INVALID_CHANNEL);
	} else if ((report[4] & FIRST) != 0) {
		take_first(key, channel, report);
	} else {
		take_next(key, channel, report);
	}
}

void
softkey_hid_tick(struct softkey *key, int64_t now)
{
	struct softkey_hid *hid = &key->hid;

	if (now > key->now)
		key->now = now;
	now = key->now;
	if (hid->state == SOFTKEY_HID_RECEIVES &&
	    now >= hid->last + NEXT_REPORT) {
		hid->state = SOFTKEY_HID_IDLE;
		send_error(key, hid->channel, MSG_TIMEOUT);
	} else if (hid->state == SOFTKEY_HID_WAITS && now >= hid->give_up) {
		key->person.act = SOFTKEY_ACT_EXPIRE;
		softkey_hid_run(key);
	} else if (hid->state == SOFTKEY_HID_WAITS && now >= hid->keepalive) {
		send_keepalive(key, UPNEEDED);
	} else if (hid->state == SOFTKEY_HID_STUCK && now >= hid->keepalive) {
		send_keepalive(key, PROCESSING);
	}
}

bool
softkey_hid_waits(const struct softkey *key)
{
	return key->hid.state == SOFTKEY_HID_WAITS;
}

int64_t
softkey_hid_due(const struct softkey *key)
{
	const struct softkey_hid *hid = &key->hid;

	switch (hid->state) {
	case SOFTKEY_HID_IDLE:
		break;
	case SOFTKEY_HID_RECEIVES:
		return hid->last + NEXT_REPORT;
	case SOFTKEY_HID_WAITS:
		return hid->keepalive < hid->give_up ? hid->keepalive :
		    hid->give_up;
	case SOFTKEY_HID_STUCK:
		return hid->keepalive;
	}
	return SOFTKEY_NEVER;
}
