/*
 * The one well-behaved key of a test: softkey, used through the real
 * keyfirst-key-device.  Each function fails the test when the key or the
 * program answers otherwise than expected.
 */
#ifndef KF_TESTS_KEY_ONE_H
#define KF_TESTS_KEY_ONE_H

#include "tests/unit/key_device/site.h"

/* A little more than the limit for an answer without a touch. */
#define ONE_QUICK_MS 4000
#define ONE_PERSON_MS 45000

struct key_one {
	struct key_soft soft;
	struct kf_devices devices;	/* this key, and maybe others */
	struct kf_device *device;	/* this key, open */
	struct kf_key_find find;	/* the credential that was made last */
	struct kf_key_made made;	/* from the last MADE */
	struct kf_key_asserted asserted; /* from the last ASSERTED */
};
extern struct key_one one;

/* The client data hash of all requests. */
extern const unsigned char one_hash[KF_KEY_HASH_SIZE];

/* Opens one.soft, which has been started and is the only key. */
void
one_open(void);

/* Makes an ES256 credential, which the key must then say that it holds. */
void
one_enrol(const char *pin);

/* Starts softkey without a PIN, opens it, and makes a credential. */
void
one_start(void);

/* Closes the devices and stops softkey. */
void
one_end(void);

/* Commands to softkey's control socket; see key_soft_tell in site.h. */
void
one_tell(const char *line);
const char *
one_stats(void);

/*
 * Make a request, touch the key, and wait for the answer.  An empty pin means
 * no PIN.  The credential of one_make becomes the only candidate of one.find;
 * one_held returns which candidates the key says that it holds, as bits.
 */
void
one_make(enum kf_key_algorithm algorithm, const char *pin);
uint32_t
one_held(void);
void
one_assert(const char *pin);

/* Make a request, and do not wait for the answer. */
void
one_ask_make(enum kf_key_algorithm algorithm, const char *pin);
void
one_ask_assert(enum kf_key_verify verify, const char *pin);
/* An assertion without a PIN; returns when the key waits for a touch. */
void
one_ask_touch(void);

/* Wait for the answer to the last request, which must be this one. */
void
one_answered(enum kf_key_msg_type type);
void
one_failed(enum kf_key_failure failure);
/* Waits for ASSERTED, and stores it in one.asserted. */
void
one_signed(void);

#endif
