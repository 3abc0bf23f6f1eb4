/*
 * Security keys for tests: softkey processes, whose sockets are in the
 * directory of tests/softkey/hid/reader_socket.c, and the real
 * keyfirst-key-device.  Both programs are copied into the scratch directory,
 * because the test runs as user nobody (the device program refuses root), who
 * might not be able to execute them where they were built.
 */
#ifndef KF_TESTS_KEY_SITE_H
#define KF_TESTS_KEY_SITE_H

#include "tests/unit/unit.h"

#include <sys/types.h>

#include "key_dialogue/devices.h"

struct key_soft {
	char name[32];		/* of its socket */
	pid_t pid;
	int control;		/* connection to its control socket */
};

/* Must be called first in main; calls unit_start. */
void
key_site_start(void);

/* Starts softkey, plugged in, with these options; the last one is NULL. */
void
key_soft_start(struct key_soft *soft, const char *name, ...)
    __attribute__((sentinel));
void
key_soft_stop(struct key_soft *soft);

/* Sends a command to its control socket, which must answer "ok". */
void
key_soft_tell(struct key_soft *soft, const char *line);
/* Sends a command; returns the answer, valid until the next call. */
const char *
key_soft_ask(struct key_soft *soft, const char *line);

/*
 * Waits for the next event, which must be this one, and returns its device.
 * Skips arrivals and touches, unless they are the expected event.
 */
struct kf_device *
key_site_expect(struct kf_devices *devices, enum kf_devices_event event);

/* Starts, waits until count keys are open, and returns the first of them. */
struct kf_device *
key_site_open(struct kf_devices *devices, unsigned count);

/* Stops, and fails the test when a device program is left. */
void
key_site_close(struct kf_devices *devices);

/* Fails the test when an event comes within ms milliseconds. */
void
key_site_quiet(struct kf_devices *devices, int64_t ms);

#endif
