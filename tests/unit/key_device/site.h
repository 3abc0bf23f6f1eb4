/*
 * Keys for tests: softkey's sockets in the directory of reader_socket.c, and
 * the real keyfirst-key-device.  Both programs are copied into the scratch
 * directory, since the test becomes nobody and the device program refuses root.
 */
#ifndef KF_TESTS_KEY_SITE_H
#define KF_TESTS_KEY_SITE_H

#include "tests/unit/unit.h"

#include <sys/types.h>

#include "key_dialogue/devices.h"

struct key_soft {
	char name[32];
	pid_t pid;
	int control;
};

/* In main: unit_start and all that is needed before a test. */
void
key_site_start(void);

/* A key that is plugged in; options of softkey, up to a NULL. */
void
key_soft_start(struct key_soft *soft, const char *name, ...)
    __attribute__((sentinel));
void
key_soft_stop(struct key_soft *soft);

/* Says a line of softkey's control; the test fails unless it is "ok". */
void
key_soft_tell(struct key_soft *soft, const char *line);
/* The same; the answer, until the next. */
const char *
key_soft_ask(struct key_soft *soft, const char *line);

/*
 * The next event, which must be this one; whose it is.  Arrivals and touches
 * are passed over unless they are what is waited for.
 */
struct kf_device *
key_site_expect(struct kf_devices *devices, enum kf_devices_event event);

/* Starts, and waits until so many keys are open; the first of them. */
struct kf_device *
key_site_open(struct kf_devices *devices, unsigned count);

/* Stops, and fails the test when one of their processes is left. */
void
key_site_close(struct kf_devices *devices);

/* Nothing may happen for so long. */
void
key_site_quiet(struct kf_devices *devices, int64_t ms);

#endif
