/* The one well-behaved key of a test; see one.h. */
#include "tests/unit/key_device/one.h"

#include <string.h>

struct key_one one;

const unsigned char one_hash[KF_KEY_HASH_SIZE] =
    "not a hash, but 32 bytes long.";

void
one_open(void)
{
	one.device = key_site_open(&one.devices, 1);
}

void
one_enrol(const char *pin)
{
	one_make(KF_ES256, pin);
	assert_int_equal(one_held(), 1);
}

void
one_start(void)
{
	key_soft_start(&one.soft, "a", NULL);
	one_open();
	one_enrol("");
}

void
one_end(void)
{
	key_site_close(&one.devices);
	key_soft_stop(&one.soft);
}

void
one_tell(const char *line)
{
	key_soft_tell(&one.soft, line);
}

const char *
one_stats(void)
{
	return key_soft_ask(&one.soft, "stats");
}

void
one_ask_make(enum kf_key_algorithm algorithm, const char *pin)
{
	struct kf_key_make m = {
		.algorithm = algorithm, .protect = 2, .rp_id = "ssh:",
		.user_id = "an id", .user = "alice",
		.verify = pin[0] != '\0' ? KF_KEY_VERIFY_PIN : KF_KEY_VERIFY_NO,
	};

	memcpy(m.hash, one_hash, sizeof(one_hash));
	memcpy(m.pin, pin, strlen(pin));
	kf_device_make(&one.devices, one.device, &m, ONE_PERSON_MS);
}

void
one_ask_assert(enum kf_key_verify verify, const char *pin)
{
	struct kf_key_assert m = { .verify = verify };

	memcpy(m.hash, one_hash, sizeof(one_hash));
	memcpy(m.pin, pin, strlen(pin));
	kf_device_assert(&one.devices, one.device, &m, ONE_PERSON_MS);
}

void
one_ask_touch(void)
{
	one_ask_assert(KF_KEY_VERIFY_NO, "");
	one_tell("wait touch");
}

void
one_answered(enum kf_key_msg_type type)
{
	enum kf_key_failure why = KF_KEY_FAILED_OTHER;

	assert_ptr_equal(key_site_expect(&one.devices, KF_DEVICES_ANSWER),
	    one.device);
	if (one.devices.frame.type == type)
		return;
	(void)!kf_key_get_failed(&one.devices.frame, &why);
	fail_msg("answer 0x%02x, failure %d", one.devices.frame.type,
	    (int)why);
}

void
one_failed(enum kf_key_failure failure)
{
	enum kf_key_failure why;

	one_answered(KF_KEY_MSG_FAILED);
	assert_int_equal(kf_key_get_failed(&one.devices.frame, &why), KF_OK);
	assert_int_equal(why, failure);
}

void
one_signed(void)
{
	one_answered(KF_KEY_MSG_ASSERTED);
	assert_int_equal(kf_key_get_asserted(&one.devices.frame,
	    &one.asserted), KF_OK);
}

void
one_make(enum kf_key_algorithm algorithm, const char *pin)
{
	struct kf_key_candidate *c = &one.find.candidates[0];
	const unsigned char *data = one.made.authdata;

	one_ask_make(algorithm, pin);
	assert_int_equal(one.device->phase, KF_DEVICE_WORKING);
	one_tell("wait touch");
	one_tell("touch");
	one_answered(KF_KEY_MSG_MADE);
	assert_int_equal(kf_key_get_made(&one.devices.frame, &one.made),
	    KF_OK);
	memset(&one.find, 0, sizeof(one.find));
	one.find.count = 1;
	memcpy(c->rp_id, "ssh:", 5);
	c->credential_len = (size_t)data[53] << 8 | data[54];
	assert_in_range(c->credential_len, 1, sizeof(c->credential));
	memcpy(c->credential, data + 55, c->credential_len);
}

uint32_t
one_held(void)
{
	struct kf_key_found found;

	kf_device_find(&one.devices, one.device, &one.find, ONE_QUICK_MS);
	one_answered(KF_KEY_MSG_FOUND);
	assert_int_equal(kf_key_get_found(&one.devices.frame, &found), KF_OK);
	return found.held;
}

void
one_assert(const char *pin)
{
	one_ask_assert(pin[0] != '\0' ? KF_KEY_VERIFY_PIN : KF_KEY_VERIFY_NO,
	    pin);
	one_tell("wait touch");
	one_tell("touch");
	one_signed();
}
