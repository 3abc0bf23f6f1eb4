/* A sample of each message of the device program; see samples.h. */
#include "tests/unit/key_protocol/samples.h"

#include <string.h>

union sample_message sample_in, sample_out;

void
sample_fill(enum sample sample)
{
	memset(&sample_in, 0, sizeof(sample_in));
	switch (sample) {
	case FIND:
		memcpy(sample_in.find.hash, "hash", 4);
		sample_in.find.count = 2;
		for (size_t i = 0; i < 2; i++) {
			memcpy(sample_in.find.candidates[i].rp_id, "ssh:", 5);
			sample_in.find.candidates[i].credential_len = 3 + i;
			memcpy(sample_in.find.candidates[i].credential,
			    "\0ab1", 4);
		}
		break;
	case ASSERT:
		sample_in.assert.candidate = 15;
		memcpy(sample_in.assert.hash, "hash", 4);
		break;
	case ASSERT_PIN:
		sample_in.assert.verify = KF_KEY_VERIFY_PIN;
		memcpy(sample_in.assert.pin, "1234", 5);
		break;
	case MAKE:
		sample_in.make.algorithm = KF_RS256;
		sample_in.make.verify = KF_KEY_VERIFY_PIN;
		sample_in.make.protect = 2;
		memcpy(sample_in.make.rp_id, "r", 2);
		memcpy(sample_in.make.user_id, "id", 2);
		memcpy(sample_in.make.user, "u", 2);
		memcpy(sample_in.make.pin, "p", 2);
		break;
	case OPENED:
		sample_in.opened = (struct kf_key_opened){ .fido2 = true,
			.has_pin = true, .has_verify = true,
			.always_verify = true, .protects = true,
			.aaguid = "123456789012345", .algorithms = 0x0e,
			.credential_max = 0xffffffff };
		break;
	case FOUND:
		sample_in.found.held = 0x8001;
		sample_in.found.shown.credential_len = 2;
		sample_in.found.shown.authdata_len = 37;
		sample_in.found.shown.signature_len = 71;
		break;
	case ASSERTED:
		sample_in.asserted.credential_len = 1;
		sample_in.asserted.authdata_len = 37;
		sample_in.asserted.signature_len = 70;
		break;
	case RETRIES:
		sample_in.retries.left = 8;
		break;
	case MADE:
		memcpy(sample_in.made.format, "packed", 7);
		sample_in.made.authdata_len = 160;
		sample_in.made.signature_len = 71;
		sample_in.made.certificate_len = 400;
		break;
	case FAILED:
		sample_in.failure = KF_KEY_FAILED_PIN_POLICY;
		break;
	case BARE:
	case OPENED_U2F:
	case SAMPLES:
		break;
	}
}

enum kf_err
sample_encode(enum sample sample, struct kf_frame *f)
{
	memset(f, 0, sizeof(*f));
	switch (sample) {
	case FIND:
		return kf_key_put_find(f, &sample_in.find);
	case ASSERT:
	case ASSERT_PIN:
		return kf_key_put_assert(f, &sample_in.assert);
	case MAKE:
		return kf_key_put_make(f, &sample_in.make);
	case BARE:
		kf_key_put_bare(f, KF_KEY_MSG_CANCEL);
		return KF_OK;
	case OPENED:
	case OPENED_U2F:
		kf_key_put_opened(f, &sample_in.opened);
		return KF_OK;
	case FOUND:
		return kf_key_put_found(f, &sample_in.found);
	case ASSERTED:
		return kf_key_put_asserted(f, &sample_in.asserted);
	case RETRIES:
		kf_key_put_retries(f, &sample_in.retries);
		return KF_OK;
	case MADE:
		return kf_key_put_made(f, &sample_in.made);
	case FAILED:
		kf_key_put_failed(f, sample_in.failure);
		return KF_OK;
	case SAMPLES:
		break;
	}
	return KF_ERR_IO;
}

enum kf_err
sample_decode(enum sample sample, const struct kf_frame *f)
{
	memset(&sample_out, 0xee, sizeof(sample_out));
	switch (sample) {
	case FIND:
		return kf_key_get_find(f, &sample_out.find);
	case ASSERT:
	case ASSERT_PIN:
		return kf_key_get_assert(f, &sample_out.assert);
	case MAKE:
		return kf_key_get_make(f, &sample_out.make);
	case BARE:
		return kf_key_get_bare(f);
	case OPENED:
	case OPENED_U2F:
		return kf_key_get_opened(f, &sample_out.opened);
	case FOUND:
		return kf_key_get_found(f, &sample_out.found);
	case ASSERTED:
		return kf_key_get_asserted(f, &sample_out.asserted);
	case RETRIES:
		return kf_key_get_retries(f, &sample_out.retries);
	case MADE:
		return kf_key_get_made(f, &sample_out.made);
	case FAILED:
		return kf_key_get_failed(f, &sample_out.failure);
	case SAMPLES:
		break;
	}
	return KF_ERR_IO;
}
