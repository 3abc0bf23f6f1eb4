/* Takes the place of the devices in a scenario; see keys_scene.h. */
#include "tests/unit/verifier/keys_scene.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

static int
number(const struct kf_devices *devices, const struct kf_device *device)
{
	return (int)(device - devices->list);
}

/* Starts with the devices that are plugged in at first. */
void
kf_devices_start(struct kf_devices *devices, const char *only)
{
	assert_null(only);
	for (size_t i = 0; i < scene.plugged_in; i++)
		devices->list[i] = (struct kf_device){
			.phase = KF_DEVICE_OPENING,
		};
}

static void
fill_frame(struct kf_frame *f, const struct happens *h)
{
	const struct kf_key_found found = { .held = h->value };
	const struct kf_key_retries retries = { .left = (uint8_t)h->value };
	struct kf_key_asserted asserted = {
		.authdata_len = 37,
		.signature_len = 64,
	};

	f->type = h->answer;
	f->len = 0;
	if (h->answer == KF_KEY_MSG_FOUND)
		assert_int_equal(kf_key_put_found(f, &found), KF_OK);
	else if (h->answer == KF_KEY_MSG_RETRIES_LEFT)
		kf_key_put_retries(f, &retries);
	else if (h->answer == KF_KEY_MSG_FAILED)
		kf_key_put_failed(f, (enum kf_key_failure)h->value);
	else if (h->answer == KF_KEY_MSG_ASSERTED)
		assert_int_equal(kf_key_put_asserted(f, &asserted), KF_OK);
}

enum kf_devices_event
kf_devices_wait(struct kf_devices *devices, int fd, int64_t deadline,
    struct kf_device **device)
{
	const struct happens *h = scene.next++;

	(void)fd;
	*device = NULL;
	if (h->late > 0)
		unit_skip(h->late);
	if (h->event == KF_DEVICES_TIMEOUT) {
		int64_t left = deadline - kf_clock_monotonic();

		unit_skip(left > 0 ? left : 0);
		scene_tell("(%lld) ", (long long)(left + 500) / 1000);
		return KF_DEVICES_TIMEOUT;
	}
	/* Events without a device. */
	if (h->event == KF_DEVICES_CALLER || h->device < 0)
		return h->event;
	*device = &devices->list[h->device];
	switch (h->event) {
	case KF_DEVICES_ARRIVED:
		**device = (struct kf_device){ .phase = KF_DEVICE_OPENING };
		break;
	case KF_DEVICES_BUSY:
		(*device)->phase = KF_DEVICE_BUSY;
		break;
	case KF_DEVICES_OPENED:
		(*device)->phase = KF_DEVICE_IDLE;
		(*device)->opened.fido2 = (h->value & FIDO2) != 0;
		(*device)->opened.has_pin = (h->value & HAS_PIN) != 0;
		(*device)->opened.has_verify = (h->value & HAS_UV) != 0;
		(*device)->opened.always_verify = (h->value & ALWAYS) != 0;
		break;
	case KF_DEVICES_ANSWER:
		assert_int_equal((*device)->phase, KF_DEVICE_WORKING);
		(*device)->phase = KF_DEVICE_IDLE;
		fill_frame(&devices->frame, h);
		break;
	case KF_DEVICES_GONE:
		(*device)->phase = KF_DEVICE_NONE;
		break;
	case KF_DEVICES_TOUCH:
		assert_int_equal((*device)->phase, KF_DEVICE_WORKING);
		break;
	case KF_DEVICES_TIMEOUT:
	case KF_DEVICES_CALLER:
		break;
	}
	return h->event;
}

static void
work(struct kf_devices *devices, struct kf_device *device, const char *what)
{
	assert_int_equal(device->phase, KF_DEVICE_IDLE);
	device->phase = KF_DEVICE_WORKING;
	scene_tell("%d:%s ", number(devices, device), what);
}

void
kf_device_find(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_find *find, int64_t ms)
{
	char what[16];

	assert_in_range(ms, 100, 10000);
	memcpy(scene.find_hash, find->hash, sizeof(scene.find_hash));
	(void)snprintf(what, sizeof(what), "find%zu", find->count);
	work(devices, device, what);
}

void
kf_device_assert(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_assert *request, int64_t ms)
{
	static unsigned char last[KF_KEY_HASH_SIZE];
	char what[128];
	const char *how = "touch";

	assert_in_range(ms, 1000, 45000);
	/* Each request must have a new hash. */
	assert_memory_not_equal(request->hash, last, sizeof(last));
	memcpy(last, request->hash, sizeof(last));
	if (request->verify == KF_KEY_VERIFY_BUILT_IN)
		how = "uv";
	if (request->verify == KF_KEY_VERIFY_PIN)
		how = "pin=";
	else
		assert_string_equal(request->pin, "");
	(void)snprintf(what, sizeof(what), "%s%s", how, request->pin);
	work(devices, device, what);
}

void
kf_device_retries(struct kf_devices *devices, struct kf_device *device,
    int64_t ms)
{
	(void)ms;
	work(devices, device, "retries");
}

void
kf_device_release(struct kf_devices *devices, struct kf_device *device)
{
	device->phase = KF_DEVICE_DONE;
	scene_tell("%d:release ", number(devices, device));
}

void
kf_devices_stop(struct kf_devices *devices)
{
	(void)devices;
}

size_t
kf_reader_list(struct kf_reader readers[KF_READERS_MAX])
{
	(void)readers;
	return scene.plugged_in;
}
