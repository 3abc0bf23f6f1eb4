/*
 * A key of a test's, in order: softkey, asked through the real device program.
 * What happens otherwise than it should fails the test.
 */
#ifndef KF_TESTS_KEY_ONE_H
#define KF_TESTS_KEY_ONE_H

#include "tests/unit/key_device/site.h"

/* A little more than what a key may take. */
#define ONE_QUICK_MS 4000
#define ONE_PERSON_MS 45000

struct key_one {
	struct key_soft soft;
	struct kf_devices devices;	/* others may be among them */
	struct kf_device *device;	/* this one, open */
	struct kf_key_find find;	/* the credential that was made last */
	struct kf_key_made made;
	struct kf_key_asserted asserted;
};
extern struct key_one one;

/* What is signed. */
extern const unsigned char one_hash[KF_KEY_HASH_SIZE];

/* Opens one.soft, which has been started and is the only key. */
void
one_open(void);

/* A credential, ES256; the key says that it holds it. */
void
one_enrol(const char *pin);

/* All of that, with a key that knows no PIN. */
void
one_start(void);

/* Closes and stops it. */
void
one_end(void);

/* softkey's control; see key_device/site.h. */
void
one_tell(const char *line);
const char *
one_stats(void);

/* Requests, touched and answered.  A PIN that is empty is none. */
void
one_make(enum kf_key_algorithm algorithm, const char *pin);
uint32_t
one_held(void);
void
one_assert(const char *pin);

/* Requests that are not answered yet. */
void
one_ask_make(enum kf_key_algorithm algorithm, const char *pin);
void
one_ask_assert(enum kf_key_verify verify, const char *pin);
/* Without a PIN, and the key waits for the person. */
void
one_ask_touch(void);

/* The answer to the last one. */
void
one_answered(enum kf_key_msg_type type);
void
one_failed(enum kf_key_failure failure);
/* ASSERTED, into one.asserted. */
void
one_signed(void);

#endif
