/*
 * Finds and opens the security keys that are plugged into this machine.
 * reader_hidraw.c does it with Linux's hidraw devices; tests link another
 * implementation.
 *
 * A device is opened here and never read.  The process must run as user
 * keyfirst, which may open just the devices that the udev rule takes for
 * security tokens.
 */
#ifndef KF_READER_H
#define KF_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

#define KF_READERS_MAX 8		/* further devices are ignored */
#define KF_READER_PATH_SIZE 64
#define KF_READER_NAME_SIZE 65

struct kf_reader {
	char path[KF_READER_PATH_SIZE];	/* "/dev/hidraw3" */
	char name[KF_READER_NAME_SIZE];	/* maker and model as the device names
					   them, clean text; may be empty */
	int fd;				/* of an open device; else -1 */
};

/*
 * Lists the FIDO devices (HID usage page F1D0) that are plugged in, in no
 * order, and opens none of them.
 */
size_t
kf_reader_list(struct kf_reader readers[KF_READERS_MAX])
    __attribute__((nonnull));

/*
 * Opens the device at reader->path for reading and writing, close-on-exec, and
 * fills in its name.  KF_ERR_MISSING: it is not there, or is no FIDO device.
 * KF_ERR_UNTRUSTED: we may not open it, because the udev rule is missing.
 * KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_reader_open(struct kf_reader *reader) __attribute__((nonnull));

void
kf_reader_close(struct kf_reader *reader) __attribute__((nonnull));

/*
 * A descriptor that becomes readable when a device may have been plugged in or
 * pulled out, or its permissions changed; -1 when there is no way to tell.
 * kf_reader_seen reads some of the events.  True: list the devices again.
 */
int
kf_reader_watch(void);
bool
kf_reader_seen(int watch);

#endif
