/*
 * Waits for the next event of any device, or of the caller; see devices.h.
 * Each device's process is taken to be hostile: it has a deadline for
 * everything that it does, and is ended when it says something that it was not
 * asked.
 */
#include "key_dialogue/devices_own.h"

#include <errno.h>
#include <poll.h>

#include "common/clock.h"

#define NEVER INT64_MAX

/* Told once for each request, and only for requests that need a touch. */
static bool
is_touch(const struct kf_device *device, const struct kf_frame *f)
{
	return f->type == KF_KEY_MSG_TOUCH && !device->touch &&
	    (device->asked == KF_KEY_MSG_ASSERT ||
	    device->asked == KF_KEY_MSG_MAKE) && kf_key_get_bare(f) == KF_OK;
}

/* Reads what the process says while it opens the device. */
static enum kf_devices_event
hear_opening(struct kf_devices *devices, struct kf_device *device)
{
	const struct kf_frame *f = &devices->frame;

	if (f->type == KF_KEY_MSG_BUSY && device->phase == KF_DEVICE_OPENING &&
	    kf_key_get_bare(f) == KF_OK) {
		device->phase = KF_DEVICE_BUSY;
		device->deadline = NEVER;
		return KF_DEVICES_BUSY;
	}
	if (f->type == KF_KEY_MSG_OPENED &&
	    kf_key_get_opened(f, &device->opened) == KF_OK) {
		device->phase = KF_DEVICE_IDLE;
		device->deadline = NEVER;
		return KF_DEVICES_OPENED;
	}
	kf_device_end(device);
	return KF_DEVICES_GONE;
}

static enum kf_devices_event
hear(struct kf_devices *devices, struct kf_device *device)
{
	enum kf_err err = kf_frame_read(device->process.fd, &devices->frame,
	    kf_clock_monotonic() + KF_DEVICE_FRAME_MS);

	if (err == KF_OK && (device->phase == KF_DEVICE_OPENING ||
	    device->phase == KF_DEVICE_BUSY))
		return hear_opening(devices, device);
	if (err == KF_OK && device->phase == KF_DEVICE_WORKING &&
	    is_touch(device, &devices->frame)) {
		device->touch = true;
		return KF_DEVICES_TOUCH;
	}
	if (err == KF_OK && device->phase == KF_DEVICE_WORKING &&
	    kf_device_is_answer(device, devices->frame.type)) {
		device->phase = KF_DEVICE_IDLE;
		device->deadline = NEVER;
		return KF_DEVICES_ANSWER;
	}
	kf_device_end(device);
	return KF_DEVICES_GONE;
}

/* The earliest deadline of any device, but not after the given one. */
static int64_t
next_deadline(const struct kf_devices *devices, int64_t deadline)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		const struct kf_device *d = &devices->list[i];

		if (kf_device_is_active(d) && d->deadline < deadline)
			deadline = d->deadline;
	}
	return deadline;
}

static struct kf_device *
find_late(struct kf_devices *devices)
{
	int64_t now = kf_clock_monotonic();

	for (size_t i = 0; i < KF_READERS_MAX; i++)
		if (kf_device_is_active(&devices->list[i]) &&
		    devices->list[i].deadline <= now)
			return &devices->list[i];
	return NULL;
}

/*
 * All processes of a user share a limited number of inotify watches
 * (inotify(7)), and other processes can use them up.  Without a watch the
 * devices are listed after each of these intervals.
 */
#define LOOK_MS 1000
#define OTHERS 2	/* in front of the devices: the caller and the watch */

static int
poll_all(struct kf_devices *devices, int fd, int64_t deadline,
    struct pollfd p[OTHERS + KF_READERS_MAX])
{
	int64_t left = next_deadline(devices, deadline) - kf_clock_monotonic();

	p[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = devices->watch, .events = POLLIN };
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		p[OTHERS + i] = (struct pollfd){
			.fd = kf_device_is_active(&devices->list[i]) ?
			    devices->list[i].process.fd : -1,
			.events = POLLIN,
		};
	if (left < 0)
		left = 0;
	if (devices->watch < 0 && left > LOOK_MS)
		left = LOOK_MS;
	return poll(p, OTHERS + KF_READERS_MAX,
	    left > INT32_MAX ? INT32_MAX : (int)left);
}

/* The event that poll has found; false when there is none to tell. */
static bool
tell(struct kf_devices *devices, const struct pollfd *p,
    struct kf_device **device, enum kf_devices_event *event)
{
	if (p[0].revents != 0) {
		*event = KF_DEVICES_CALLER;
		return true;
	}
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		if (p[OTHERS + i].revents != 0) {
			*device = &devices->list[i];
			*event = hear(devices, *device);
			return true;
		}
	if (p[1].revents != 0)
		devices->look = kf_reader_seen(devices->watch);
	return false;
}

enum kf_devices_event
kf_devices_wait(struct kf_devices *devices, int fd, int64_t deadline,
    struct kf_device **device)
{
	struct pollfd p[OTHERS + KF_READERS_MAX];
	enum kf_devices_event event = KF_DEVICES_TIMEOUT;

	for (;;) {
		int n;

		*device = NULL;
		if (devices->look) {
			*device = kf_devices_look(devices, &event);
			if (*device != NULL)
				return event;
			devices->look = false;
		}
		n = poll_all(devices, fd, deadline, p);
		if (n > 0 && tell(devices, p, device, &event))
			return event;
		devices->look |= n == 0 && devices->watch < 0;
		*device = find_late(devices);
		if (*device != NULL) {
			kf_device_end(*device);
			return KF_DEVICES_GONE;
		}
		if (kf_clock_monotonic() >= deadline ||
		    (n < 0 && errno != EINTR))
			return KF_DEVICES_TIMEOUT;
	}
}
