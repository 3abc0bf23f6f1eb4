/*
 * Requests to a key's process, one at a time, and which answer is theirs; see
 * devices.h.  What is in an answer is not looked at here.
 */
#include "key_dialogue/devices_own.h"

#include "common/clock.h"

/* Stopping the key takes 300 ms of it. */
#define CANCEL_MS 2000

bool
kf_device_is_answer(const struct kf_device *device, uint8_t type)
{
	if (type == KF_KEY_MSG_FAILED)
		return true;
	switch ((enum kf_key_msg_type)device->asked) {
	case KF_KEY_MSG_FIND:
		return type == KF_KEY_MSG_FOUND;
	case KF_KEY_MSG_ASSERT:
		return type == KF_KEY_MSG_ASSERTED;
	case KF_KEY_MSG_RETRIES:
		return type == KF_KEY_MSG_RETRIES_LEFT;
	case KF_KEY_MSG_MAKE:
		return type == KF_KEY_MSG_MADE;
	case KF_KEY_MSG_CANCEL:
	case KF_KEY_MSG_BUSY:
	case KF_KEY_MSG_OPENED:
	case KF_KEY_MSG_FOUND:
	case KF_KEY_MSG_ASSERTED:
	case KF_KEY_MSG_RETRIES_LEFT:
	case KF_KEY_MSG_MADE:
	case KF_KEY_MSG_FAILED:
	case KF_KEY_MSG_TOUCH:
		break;
	}
	return false;
}

/* The frame is full, if err is KF_OK; a PIN does not stay in it. */
static void
ask(struct kf_devices *devices, struct kf_device *device, enum kf_err err,
    int64_t ms)
{
	if (device->phase != KF_DEVICE_IDLE)
		err = KF_ERR_CONFLICT;
	if (err == KF_OK)
		err = kf_frame_write(device->process.fd, &devices->frame,
		    kf_clock_monotonic() + KF_DEVICE_FRAME_MS);
	device->asked = devices->frame.type;
	device->touch = false;
	kf_frame_wipe(&devices->frame);
	if (err == KF_OK) {
		device->phase = KF_DEVICE_WORKING;
		device->deadline = kf_clock_monotonic() + ms;
	} else if (kf_device_is_active(device)) {
		kf_device_end(device);
	}
}

void
kf_device_find(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_find *find, int64_t ms)
{
	ask(devices, device, kf_key_put_find(&devices->frame, find), ms);
}

void
kf_device_assert(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_assert *assert, int64_t ms)
{
	ask(devices, device, kf_key_put_assert(&devices->frame, assert), ms);
}

void
kf_device_retries(struct kf_devices *devices, struct kf_device *device,
    int64_t ms)
{
	kf_key_put_bare(&devices->frame, KF_KEY_MSG_RETRIES);
	ask(devices, device, KF_OK, ms);
}

void
kf_device_make(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_make *make, int64_t ms)
{
	ask(devices, device, kf_key_put_make(&devices->frame, make), ms);
}

void
kf_device_cancel(struct kf_devices *devices, struct kf_device *device)
{
	int64_t now = kf_clock_monotonic();

	if (device->phase != KF_DEVICE_WORKING)
		return;
	kf_key_put_bare(&devices->frame, KF_KEY_MSG_CANCEL);
	/* Who cannot be told is late, or gone, by the next wait. */
	if (kf_frame_write(device->process.fd, &devices->frame,
	    now + KF_DEVICE_FRAME_MS) != KF_OK)
		device->deadline = now;
	else if (device->deadline > now + CANCEL_MS)
		device->deadline = now + CANCEL_MS;
}
