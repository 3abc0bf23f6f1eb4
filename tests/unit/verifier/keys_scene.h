/*
 * Runs a login's dialogue with security keys (verifier/keys.h) on a list of
 * events.  Functions in keys_scene*.c take the place of devices, module and
 * store.  They write each request, text and question to a story, in their
 * order, and the test compares the story and the end with what it expects.
 */
#ifndef KF_TESTS_KEYS_SCENE_H
#define KF_TESTS_KEYS_SCENE_H

#include "tests/unit/unit.h"

#include "factors/assertion.h"
#include "verifier/key_login.h"

/* One event; the macros below make them. */
struct happens {
	enum kf_devices_event event;
	int device;		/* its number; -1: none */
	uint8_t answer;		/* of KF_DEVICES_ANSWER: type of the frame */
	/* FOUND: bits; FAILED: the reason; RETRIES_LEFT: the number */
	uint32_t value;
	int64_t late;		/* milliseconds since the event before */
};

struct scene {
	struct kf_session s;	/* the login */
	const struct happens *next;
	char story[4096];	/* what has happened so far */
	int64_t look_begun;	/* monotonic milliseconds */

	/* devices */
	size_t plugged_in;	/* devices that are there at the start */
	unsigned char find_hash[KF_KEY_HASH_SIZE];	/* of the last FIND */

	/* the module */
	const char *typed[4];	/* answers to questions; NULL: none left */
	size_t asked;		/* answers given so far */
	int64_t typing;		/* milliseconds that an answer takes */
	enum kf_err cancel_err;	/* the result of kf_talk_cancel */

	/* assertions and the store */
	bool genuine;		/* silent answers are signed correctly, */
	unsigned liars;		/* except the first so many */
	enum kf_assertion_verdict checked;	/* the result of the check */
	struct kf_assertion_rules rules_seen;	/* of the last check */
	enum kf_err signed_err;	/* the result of kf_store_sign */
	int64_t signed_later;	/* seconds since the signature before */
	struct kf_signature recorded;	/* the last to be recorded */
	const char *recorded_name;	/* of the person, as stored */
};
extern struct scene scene;

/* Must be called first in main; calls unit_start. */
void
scene_start(void);

/* Starts a new scene: a known person with keys, and maybe a TOTP. */
void
scene_set_up(unsigned keys, bool code);

/* Runs the dialogue; compares its end and its whole story. */
void
scene_run(const struct happens *list, size_t count, enum kf_keys_end end,
    const char *expected);
#define RUN(end, expected, ...) do {					\
	const struct happens list[] = { __VA_ARGS__ };			\
	scene_run(list, UNIT_COUNT(list), end, expected);		\
} while (0)
#define RUN_EMPTY(end, expected) scene_run(NULL, 0, end, expected)

/* Appends to the story; for keys_scene*.c. */
void
scene_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Events. */
#define OPENED(d, bits) { KF_DEVICES_OPENED, d, 0, bits, 0 }
#define FOUND(d, bits) { KF_DEVICES_ANSWER, d, KF_KEY_MSG_FOUND, bits, 0 }
#define SIGNED(d) { KF_DEVICES_ANSWER, d, KF_KEY_MSG_ASSERTED, 0, 0 }
#define FAILED(d, why) { KF_DEVICES_ANSWER, d, KF_KEY_MSG_FAILED, why, 0 }
#define LEFT(d, n) { KF_DEVICES_ANSWER, d, KF_KEY_MSG_RETRIES_LEFT, n, 0 }
#define ARRIVED(d) { KF_DEVICES_ARRIVED, d, 0, 0, 2000 }
#define SOON(d) { KF_DEVICES_ARRIVED, d, 0, 0, 0 }
#define BUSY(d) { KF_DEVICES_BUSY, d, 0, 0, 0 }
#define BLINKS(d) { KF_DEVICES_TOUCH, d, 0, 0, 0 }
#define GONE(d) { KF_DEVICES_GONE, d, 0, 0, 0 }
#define LATE { KF_DEVICES_TIMEOUT, -1, 0, 0, 0 }
#define CALLER { KF_DEVICES_CALLER, -1, 0, 0, 0 }

/* Bits for OPENED: what the device reports. */
#define FIDO2 1U
#define HAS_PIN 2U
#define HAS_UV 4U
#define ALWAYS 8U

/* Failures that a device could report to have a PIN asked for. */
#define SCENE_PIN_LIES 4
extern const enum kf_key_failure scene_pin_lies[SCENE_PIN_LIES];

/* Texts in the story. */
#define TOUCH " i[Touch your security key.]"
#define INSERT "i[Insert your security key.] "

#endif
