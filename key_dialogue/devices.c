/*
 * Which keys are plugged in, and a process for each: found, started, ended; see
 * devices.h.  A key that was let go is remembered, so that it is not started
 * again as long as it stays where it is.
 */
#include "key_dialogue/devices_own.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/text.h"

/* It gives up by itself after three seconds, and says so. */
#define OPEN_MS 5000
/* It stops the key within 300 ms. */
#define STOP_MS 600

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

void
kf_device_end(struct kf_device *device)
{
	/* Who waits for a lock does not hear us, and holds nothing. */
	kf_process_stop(&device->process,
	    device->phase == KF_DEVICE_BUSY ? 0 : STOP_MS);
	device->phase = KF_DEVICE_DONE;
	identify(device->reader.path, &device->node);
}

bool
kf_device_is_active(const struct kf_device *device)
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
		if (kf_device_is_active(device))
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

/* That which was pulled out makes room first. */
struct kf_device *
kf_devices_look(struct kf_devices *devices, enum kf_devices_event *event)
{
	struct kf_reader readers[KF_READERS_MAX];
	size_t count = kf_reader_list(readers);

	devices->refused = false;
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *d = &devices->list[i];
		bool was_active = kf_device_is_active(d);

		if (d->phase == KF_DEVICE_NONE || is_listed(d, readers, count))
			continue;
		if (was_active)
			kf_device_end(d);
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
	while (kf_devices_look(devices, &event) != NULL)
		continue;
}

void
kf_device_release(struct kf_devices *devices, struct kf_device *device)
{
	(void)devices;
	if (kf_device_is_active(device))
		kf_device_end(device);
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
