/*
 * The dialogue with security keys (verifier/keys.h), event by event: which
 * devices are asked for what, what the person is told, and how it ends.
 * Devices, module and store are played: a scenario is a list of what happens,
 * and every request, text and question is written down in the order in which
 * it came.
 */
#ifndef KF_TESTS_KEYS_SCENE_H
#define KF_TESTS_KEYS_SCENE_H

#include "tests/unit/unit.h"

#include "factors/assertion.h"
#include "verifier/key_login.h"

struct happens {
	enum kf_devices_event event;
	int device;		/* its number; -1: none */
	uint8_t answer;		/* of KF_DEVICES_ANSWER: type of the frame */
	uint32_t value;		/* found: bits; failed: why; retries: left */
	int64_t late;		/* milliseconds that passed before */
};

struct scene {
	struct kf_session s;	/* whose dialogue it is */
	const struct happens *next;
	char story[4096];
	int64_t look_begun;

	/* devices */
	size_t plugged_in;	/* at first, besides what arrives later */
	unsigned char find_hash[KF_KEY_HASH_SIZE];

	/* the module */
	const char *typed[4];	/* answers to questions; NULL: none left */
	size_t asked;
	int64_t typing;		/* milliseconds that an answer takes */
	enum kf_err cancel_err;

	/* what is signed, and the store */
	bool genuine;
	unsigned liars;		/* so many that are asked first are none */
	enum kf_assertion_verdict checked;
	struct kf_assertion_rules rules_seen;
	enum kf_err signed_err;
	int64_t signed_later;	/* than the last, in seconds */
	struct kf_signature recorded;
	const char *recorded_name;
};
extern struct scene scene;

/* First in main, in the place of unit_start. */
void
scene_start(void);

/* Another scene: somebody with keys; and with a code to type or without. */
void
scene_set_up(unsigned keys, bool code);

/* A scenario, its end and its whole story. */
void
scene_run(const struct happens *list, size_t count, enum kf_keys_end end,
    const char *expected);
#define RUN(end, expected, ...) do {					\
	const struct happens list[] = { __VA_ARGS__ };			\
	scene_run(list, UNIT_COUNT(list), end, expected);		\
} while (0)
#define RUN_EMPTY(end, expected) scene_run(NULL, 0, end, expected)

/* Goes on with the story; for those who play in it. */
void
scene_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What happens. */
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

/* The value of OPENED is these bits. */
#define FIDO2 1U
#define HAS_PIN 2U
#define HAS_UV 4U
#define ALWAYS 8U

/* Answers after which a PIN could be asked for. */
#define SCENE_PIN_LIES 4
extern const enum kf_key_failure scene_pin_lies[SCENE_PIN_LIES];

/* What the person is told. */
#define TOUCH " i[Touch your security key.]"
#define INSERT "i[Insert your security key.] "

#endif
