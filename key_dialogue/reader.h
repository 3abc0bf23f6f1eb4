/*
 * Where security keys are plugged in: the seam between us and the machine.
 * reader_hidraw.c finds Linux's hidraw devices; tests link another one.
 *
 * A device of our own is opened and handed on; nothing that it says is read
 * here.  It belongs to the caller, who must be user keyfirst: what that user
 * may open is what the udev rule says is a security token.
 */
#ifndef KF_READER_H
#define KF_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

#define KF_READERS_MAX 8		/* at once; more are not looked at */
#define KF_READER_PATH_SIZE 64
#define KF_READER_NAME_SIZE 65

struct kf_reader {
	char path[KF_READER_PATH_SIZE];	/* "/dev/hidraw3" */
	char name[KF_READER_NAME_SIZE];	/* maker and model by its own word,
					   clean text; may be empty */
	int fd;				/* of an open one; else -1 */
};

/*
 * What is plugged in, in no order; not opened.  Only FIDO devices (HID usage
 * page F1D0).
 */
size_t
kf_reader_list(struct kf_reader readers[KF_READERS_MAX])
    __attribute__((nonnull));

/*
 * Opens the one at reader->path for reading and writing, close-on-exec, and
 * fills in its name.  KF_ERR_MISSING: not there, or no FIDO device.
 * KF_ERR_UNTRUSTED: there, but the udev rule does not let us.  KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_reader_open(struct kf_reader *reader) __attribute__((nonnull));

void
kf_reader_close(struct kf_reader *reader) __attribute__((nonnull));

/*
 * A descriptor that becomes readable when something may have been plugged in,
 * pulled out or let us in; -1 when there is no way to tell.  kf_reader_seen
 * takes some of what is there to read; true: list again.
 */
int
kf_reader_watch(void);
bool
kf_reader_seen(int watch);

#endif
