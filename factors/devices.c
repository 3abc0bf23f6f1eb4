/*
 * The processes of the keys that are plugged in; see devices.h.  Each of them
 * is taken to be hostile: it has a deadline for whatever it does, and one that
 * says what it was not asked is ended.
 */
#include "factors/devices.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/text.h"

/* It gives up by itself after three seconds, and says so. */
#define OPEN_MS 5000
/* Both are at work, or broken. */
#define FRAME_MS 1000
/* It stops the key within 300 ms. */
#define STOP_MS 600
#define CANCEL_MS 2000

#define NEVER INT64_MAX

/*
 * Which of the nodes that had this path it is: a key that was put in again is
 * another.  Zeros when there is none.
 */
static void
identify(const char *path, struct kf_device_node *node)
{
	struct stat st;

	memset(node, 0, sizeof(*node));
	if (lstat(path, &st) != 0)
		return;
	node->inode = st.st_ino;
	node->seconds = st.st_ctim.tv_sec;
	node->nanoseconds = st.st_ctim.tv_nsec;
}

/* Ends its process and leaves the place to whoever is there. */
static void
end(struct kf_device *device)
{
	/* Who waits for a lock does not hear us, and holds nothing. */
	kf_process_stop(&device->process,
	    device->phase == KF_DEVICE_BUSY ? 0 : STOP_MS);
	device->phase = KF_DEVICE_DONE;
	identify(device->reader.path, &device->node);
}

static bool
is_active(const struct kf_device *device)
{
	return device->phase != KF_DEVICE_NONE &&
	    device->phase != KF_DEVICE_DONE;
}

static bool
is_listed(const struct kf_device *device, const struct kf_reader *readers,
    size_t count)
{
	struct kf_device_node node;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(readers[i].path, device->reader.path) != 0)
			continue;
		if (is_active(device))
			return true;
		identify(readers[i].path, &node);
		return memcmp(&node, &device->node, sizeof(node)) == 0;
	}
	return false;
}

static struct kf_device *
find_place(struct kf_devices *devices, const char *path)
{
	struct kf_device *free_one = NULL;

	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *d = &devices->list[i];

		if (d->phase == KF_DEVICE_NONE && free_one == NULL)
			free_one = d;
		if (d->phase != KF_DEVICE_NONE &&
		    strcmp(d->reader.path, path) == 0)
			return NULL;
	}
	return free_one;
}

static void
clear(struct kf_device *device)
{
	memset(device, 0, sizeof(*device));
	device->process = (struct kf_process)KF_PROCESS_NONE;
	device->reader.fd = -1;
}

/* Opens the key and starts its process; false when it cannot be had. */
static bool
start(struct kf_devices *devices, struct kf_device *device,
    const struct kf_reader *reader)
{
	enum kf_err err;

	clear(device);
	device->reader = *reader;
	err = kf_reader_open(&device->reader);
	if (err == KF_ERR_UNTRUSTED)
		devices->refused = true;
	if (err != KF_OK)
		return false;
	err = kf_process_start(kf_path_key_device, device->reader.fd,
	    &device->process);
	/* The lock on it ends with the process: no copy stays here. */
	kf_reader_close(&device->reader);
	if (err != KF_OK)
		return false;
	device->phase = KF_DEVICE_OPENING;
	device->deadline = kf_clock_monotonic() + OPEN_MS;
	return true;
}

/*
 * Looks what is plugged in, as far as the first thing that has changed.  That
 * which was pulled out makes room first.
 */
static struct kf_device *
look(struct kf_devices *devices, enum kf_devices_event *event)
{
	struct kf_reader readers[KF_READERS_MAX];
	size_t count = kf_reader_list(readers);

	devices->refused = false;
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *d = &devices->list[i];
		bool was_active = is_active(d);

		if (d->phase == KF_DEVICE_NONE || is_listed(d, readers, count))
			continue;
		if (was_active)
			end(d);
		d->phase = KF_DEVICE_NONE;
		*event = KF_DEVICES_GONE;
		if (was_active)
			return d;
	}
	for (size_t i = 0; i < count; i++) {
		struct kf_device *d;

		if (devices->only[0] != '\0' &&
		    strcmp(devices->only, readers[i].path) != 0)
			continue;
		d = find_place(devices, readers[i].path);
		if (d == NULL)
			continue;
		*event = KF_DEVICES_ARRIVED;
		if (start(devices, d, &readers[i]))
			return d;
		d->phase = KF_DEVICE_NONE;
	}
	return NULL;
}

void
kf_devices_start(struct kf_devices *devices, const char *only)
{
	enum kf_devices_event event;

	memset(devices, 0, sizeof(*devices));
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		clear(&devices->list[i]);
	if (only != NULL)
		(void)!kf_text_format(devices->only, sizeof(devices->only),
		    "%s", only);
	devices->watch = kf_reader_watch();
	while (look(devices, &event) != NULL)
		continue;
}

/* The answer that was asked for, or that there is none. */
static bool
is_answer(const struct kf_device *device, uint8_t type)
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

/* Once a request, and only where there is something to touch. */
static bool
is_touch(const struct kf_device *device, const struct kf_frame *f)
{
	return f->type == KF_KEY_MSG_TOUCH && !device->touch &&
	    (device->asked == KF_KEY_MSG_ASSERT ||
	    device->asked == KF_KEY_MSG_MAKE) && kf_key_get_bare(f) == KF_OK;
}

/* What it says while it opens the key. */
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
	end(device);
	return KF_DEVICES_GONE;
}

static enum kf_devices_event
hear(struct kf_devices *devices, struct kf_device *device)
{
	enum kf_err err = kf_frame_read(device->process.fd, &devices->frame,
	    kf_clock_monotonic() + FRAME_MS);

	if (err == KF_OK && (device->phase == KF_DEVICE_OPENING ||
	    device->phase == KF_DEVICE_BUSY))
		return hear_opening(devices, device);
	if (err == KF_OK && device->phase == KF_DEVICE_WORKING &&
	    is_touch(device, &devices->frame)) {
		device->touch = true;
		return KF_DEVICES_TOUCH;
	}
	if (err == KF_OK && device->phase == KF_DEVICE_WORKING &&
	    is_answer(device, devices->frame.type)) {
		device->phase = KF_DEVICE_IDLE;
		device->deadline = NEVER;
		return KF_DEVICES_ANSWER;
	}
	end(device);
	return KF_DEVICES_GONE;
}

/* The next time at which something is late, at most this. */
static int64_t
next_deadline(const struct kf_devices *devices, int64_t deadline)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		const struct kf_device *d = &devices->list[i];

		if (is_active(d) && d->deadline < deadline)
			deadline = d->deadline;
	}
	return deadline;
}

static struct kf_device *
find_late(struct kf_devices *devices)
{
	int64_t now = kf_clock_monotonic();

	for (size_t i = 0; i < KF_READERS_MAX; i++)
		if (is_active(&devices->list[i]) &&
		    devices->list[i].deadline <= now)
			return &devices->list[i];
	return NULL;
}

#define OTHERS 2	/* in front of the keys: the caller's, and the watch */

static int
poll_all(struct kf_devices *devices, int fd, int64_t deadline,
    struct pollfd p[OTHERS + KF_READERS_MAX])
{
	int64_t left = next_deadline(devices, deadline) - kf_clock_monotonic();

	p[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	p[1] = (struct pollfd){ .fd = devices->watch, .events = POLLIN };
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		p[OTHERS + i] = (struct pollfd){
			.fd = is_active(&devices->list[i]) ?
			    devices->list[i].process.fd : -1,
			.events = POLLIN,
		};
	if (left < 0)
		left = 0;
	return poll(p, OTHERS + KF_READERS_MAX,
	    left > INT32_MAX ? INT32_MAX : (int)left);
}

/* What poll has found; false when it was nothing to tell. */
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
			*device = look(devices, &event);
			if (*device != NULL)
				return event;
			devices->look = false;
		}
		n = poll_all(devices, fd, deadline, p);
		if (n > 0 && tell(devices, p, device, &event))
			return event;
		*device = find_late(devices);
		if (*device != NULL) {
			end(*device);
			return KF_DEVICES_GONE;
		}
		if (kf_clock_monotonic() >= deadline ||
		    (n < 0 && errno != EINTR))
			return KF_DEVICES_TIMEOUT;
	}
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
		    kf_clock_monotonic() + FRAME_MS);
	device->asked = devices->frame.type;
	device->touch = false;
	kf_frame_wipe(&devices->frame);
	if (err == KF_OK) {
		device->phase = KF_DEVICE_WORKING;
		device->deadline = kf_clock_monotonic() + ms;
	} else if (is_active(device)) {
		end(device);
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
	    now + FRAME_MS) != KF_OK)
		device->deadline = now;
	else if (device->deadline > now + CANCEL_MS)
		device->deadline = now + CANCEL_MS;
}

void
kf_device_release(struct kf_devices *devices, struct kf_device *device)
{
	(void)devices;
	if (is_active(device))
		end(device);
}

void
kf_devices_stop(struct kf_devices *devices)
{
	int64_t deadline = kf_clock_monotonic() + STOP_MS;

	/* All of them are told before one is waited for. */
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		kf_process_close(&devices->list[i].process);
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *d = &devices->list[i];
		int64_t left = deadline - kf_clock_monotonic();

		if (d->phase == KF_DEVICE_BUSY || left < 0)
			left = 0;
		kf_process_stop(&d->process, left);
		d->phase = KF_DEVICE_NONE;
	}
	if (devices->watch >= 0)
		(void)close(devices->watch);
	devices->watch = -1;
	kf_frame_wipe(&devices->frame);
}
