/*
 * A transaction of CTAPHID from its complete message to its reply, and what
 * time does to it; see hid.h.
 */
#include "tests/softkey/core.h"

#include <string.h>

#include "tests/softkey/ctap/ctap2.h"
#include "tests/softkey/ctap/u2f.h"

enum {
	PROCESSING = 1,
	UPNEEDED = 2,

	NEXT_REPORT = 500,		/* milliseconds */
	KEEPALIVES = 100,
	PATIENCE = 30000,

	/* Hostile replies are longer than one report, and than true ones. */
	SLOW_LENGTH = 2048,
	VANISH_LENGTH = 512,
};

static void
send_keepalive(struct softkey *key, unsigned char status)
{
	/* A slow key would send nothing else. */
	if (key->faults.hostile != SOFTKEY_HOSTILE_SLOW || key->hid.count == 0)
		softkey_hid_send(key, key->hid.channel, SOFTKEY_HID_KEEPALIVE,
		    &status, 1);
	key->hid.keepalive = key->now + KEEPALIVES;
}

void
softkey_hid_processing(struct softkey *key)
{
	send_keepalive(key, PROCESSING);
}

/* What lies are told about; the rest is housekeeping. */
static bool
is_command(const struct softkey_hid *hid)
{
	return hid->command == SOFTKEY_HID_CBOR ||
	    hid->command == SOFTKEY_HID_MSG;
}

/* The reply to the transaction, which ends with it. */
static void
reply(struct softkey *key, unsigned char *bytes, size_t len)
{
	struct softkey_hid *hid = &key->hid;
	bool command = is_command(hid);

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
	case SOFTKEY_HID_PING:
	case SOFTKEY_HID_WINK:
		reply(key, hid->message, hid->want);
		break;
	case SOFTKEY_HID_CBOR:
		run_cbor(key);
		break;
	case SOFTKEY_HID_MSG:
		run_msg(key);
		break;
	}
}

void
softkey_hid_begin(struct softkey *key)
{
	struct softkey_hid *hid = &key->hid;

	key->person.act = SOFTKEY_ACT_NONE;
	key->person.counted = false;
	key->person.verified = false;
	if (hid->command == SOFTKEY_HID_CBOR)
		key->stats.cbor++;
	if (hid->command == SOFTKEY_HID_MSG)
		key->stats.msg++;
	if (key->faults.hostile == SOFTKEY_HOSTILE_KEEPALIVE &&
	    is_command(hid)) {
		hid->state = SOFTKEY_HID_STUCK;
		send_keepalive(key, PROCESSING);
		return;
	}
	softkey_hid_run(key);
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
		softkey_hid_error(key, hid->channel, SOFTKEY_HID_MSG_TIMEOUT);
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
