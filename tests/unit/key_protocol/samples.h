/*
 * A sample of each message of key_protocol/msg.h, by number, so that a test can
 * do the same with all messages.
 */
#ifndef KF_TESTS_KEY_SAMPLES_H
#define KF_TESTS_KEY_SAMPLES_H

#include "tests/unit/unit.h"

#include "key_protocol/msg.h"

enum sample {
	FIND, ASSERT, ASSERT_PIN, MAKE, BARE, OPENED, OPENED_U2F, FOUND,
	ASSERTED, RETRIES, MADE, FAILED, SAMPLES
};

union sample_message {
	struct kf_key_find find;
	struct kf_key_assert assert;
	struct kf_key_make make;
	struct kf_key_opened opened;
	struct kf_key_found found;
	struct kf_key_asserted asserted;
	struct kf_key_retries retries;
	struct kf_key_made made;
	enum kf_key_failure failure;
};

/* The message to encode, and the message that was decoded. */
extern union sample_message sample_in, sample_out;

/* Fills in sample_in with the sample. */
void
sample_fill(enum sample sample);

/* Encodes sample_in into *f; decodes *f into sample_out. */
enum kf_err
sample_encode(enum sample sample, struct kf_frame *f);
enum kf_err
sample_decode(enum sample sample, const struct kf_frame *f);

#endif
