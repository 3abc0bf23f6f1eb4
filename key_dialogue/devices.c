/*
 * Finds the devices that are plugged in, and starts and ends a process for
 * each; see devices.h.  A device that was released is remembered, so that no
 * process is started for it again while it stays plugged in.
 */
#include "key_dialogue/devices_own.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/paths.h"
#include "common/text.h"

/* The process gives up by itself after three seconds, and says so. */
#define OPEN_MS 5000
/* The process stops the key within 300 ms. */
#define STOP_MS 600

/*
 * Identifies the device node that has this path now, because a key that was
 * plugged in again has a new node.  Zeros when there is none.
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
	/* A process that waits for a lock cannot hear us, and holds nothing. */
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

/* Opens the device and starts its process; false when that fails. */
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
	/* No copy stays here, so that the lock ends with the process. */
	kf_reader_close(&device->reader);
	if (err != KF_OK)
		return false;
	device->phase = KF_DEVICE_OPENING;
	device->deadline = kf_clock_monotonic() + OPEN_MS;
	return true;
}

/* First the devices that were pulled out make room in the list. */
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

	/* All processes are told before any of them is waited for. */
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
