/*
 * CTAPHID (CTAP 2.1, section 11.2): makes messages of reports and reports of
 * messages; there is one transaction at a time for all clients.
 */
#ifndef SOFTKEY_HID_H
#define SOFTKEY_HID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/softkey/softkey.h"

/* 57 bytes in the first report and 59 in each of 128 more. */
#define SOFTKEY_MESSAGE_MAX 7609
#define SOFTKEY_QUEUE 512
#define SOFTKEY_CHANNELS 256

enum softkey_hid_command {
	SOFTKEY_HID_PING = 0x01,
	SOFTKEY_HID_MSG = 0x03,
	SOFTKEY_HID_INIT = 0x06,
	SOFTKEY_HID_WINK = 0x08,
	SOFTKEY_HID_CBOR = 0x10,
	SOFTKEY_HID_CANCEL = 0x11,
	SOFTKEY_HID_KEEPALIVE = 0x3b,
	SOFTKEY_HID_ERROR = 0x3f,
};

/* Codes of SOFTKEY_HID_ERROR. */
enum softkey_hid_code {
	SOFTKEY_HID_INVALID_CMD = 0x01,
	SOFTKEY_HID_INVALID_LEN = 0x03,
	SOFTKEY_HID_INVALID_SEQ = 0x04,
	SOFTKEY_HID_MSG_TIMEOUT = 0x05,
	SOFTKEY_HID_CHANNEL_BUSY = 0x06,
	SOFTKEY_HID_INVALID_CHANNEL = 0x0b,
};

enum softkey_hid_state {
	SOFTKEY_HID_IDLE,
	SOFTKEY_HID_RECEIVES,
	SOFTKEY_HID_WAITS,	/* a command waits for a person */
	SOFTKEY_HID_STUCK,	/* "hostile keepalive" */
};

struct softkey_hid {
	enum softkey_hid_state state;
	/* The transaction. */
	uint32_t channel;
	unsigned command;
	size_t want;
	size_t have;
	unsigned sequence;
	unsigned char message[SOFTKEY_MESSAGE_MAX];
	int64_t last;			/* when the last report came */
	int64_t keepalive;		/* when the next keepalive is due */
	int64_t give_up;		/* when the wait for a touch ends */
	/* Channels that were given to clients; the oldest are forgotten. */
	uint32_t channels[SOFTKEY_CHANNELS];
	uint32_t given;
	/* Reports to be sent. */
	unsigned char queue[SOFTKEY_QUEUE][SOFTKEY_REPORT];
	size_t first;
	size_t count;
	int64_t not_before;		/* of a report, in "hostile slow" */
	bool vanished;
};

struct softkey;

void
softkey_hid_init(struct softkey *key);

/* Sends keepalives and ends waits that are due. */
void
softkey_hid_tick(struct softkey *key, int64_t now);

/* When the next of these is due, or SOFTKEY_NEVER. */
int64_t
softkey_hid_due(const struct softkey *key);

/* Sends a message in as many reports as it needs. */
void
softkey_hid_send(struct softkey *key, uint32_t channel, unsigned command,
    const unsigned char *bytes, size_t len);

void
softkey_hid_error(struct softkey *key, uint32_t channel, unsigned char code);

/* Runs the command of a message that is complete. */
void
softkey_hid_begin(struct softkey *key);

/* Does a command wait for a person? */
bool
softkey_hid_waits(const struct softkey *key);

/* Runs the command of the transaction, for the first time or again. */
void
softkey_hid_run(struct softkey *key);

/* From inside a command that computes for long: one keep-alive. */
void
softkey_hid_processing(struct softkey *key);

#endif
