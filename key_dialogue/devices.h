/*
 * The security keys that are plugged in, each with a process of its own
 * (keyfirst-key-device) that talks to it.  These functions start and end the
 * processes, pass requests to them, and wait for the next event of any device
 * or of a descriptor of the caller's.  They do not judge what a key says.
 */
#ifndef KF_DEVICES_H
#define KF_DEVICES_H

#include <stdbool.h>

#include "key_dialogue/reader.h"
#include "key_protocol/msg.h"
#include "processes/process.h"

/* What the process of a device is doing. */
enum kf_device_phase {
	KF_DEVICE_NONE = 0,	/* no device is in this place of the list */
	KF_DEVICE_OPENING,	/* the process has not opened the device yet */
	KF_DEVICE_BUSY,		/* it waits, because another program has it */
	KF_DEVICE_IDLE,		/* it waits for a request */
	KF_DEVICE_WORKING,	/* it has not answered a request yet */
	KF_DEVICE_DONE		/* it has ended; the device is remembered until
				   it is pulled out, and not started again */
};

/* For devices.c alone: which device node had the path; zeros for none. */
struct kf_device_node {
	uint64_t inode;
	int64_t seconds;
	int64_t nanoseconds;
};

struct kf_device {
	enum kf_device_phase phase;
	struct kf_reader reader;
	struct kf_process process;
	struct kf_key_opened opened;	/* valid from KF_DEVICE_IDLE on */
	uint8_t asked;			/* type of the request, in _WORKING */
	bool touch;			/* it has said that it waits for one */
	int64_t deadline;		/* of the present phase */
	struct kf_device_node node;	/* valid in KF_DEVICE_DONE */

	/* For the caller; zeros at the start. */
	uint32_t held;			/* bit n: it holds candidate n */
	int mark;
};

/* All devices.  Large, because it holds a frame. */
struct kf_devices {
	int watch;			/* see kf_reader_watch */
	bool refused;			/* we may not open one of the devices */
	bool look;			/* the devices have to be listed anew */
	char only[KF_READER_PATH_SIZE];	/* no other device; or empty */
	struct kf_device list[KF_READERS_MAX];
	struct kf_frame frame;		/* of the last request or answer */
};

enum kf_devices_event {
	KF_DEVICES_TIMEOUT,	/* the deadline of this wait has passed */
	KF_DEVICES_CALLER,	/* the caller's descriptor can be read */
	KF_DEVICES_ARRIVED,	/* the device was plugged in; now _OPENING */
	KF_DEVICES_BUSY,	/* another program is using the device */
	KF_DEVICES_TOUCH,	/* the device waits for a touch; told once for a
				   request, by keys that say so */
	KF_DEVICES_OPENED,	/* the device is KF_DEVICE_IDLE now */
	KF_DEVICES_ANSWER,	/* the frame is the answer, which may be
				   KF_KEY_MSG_FAILED; now _IDLE again */
	KF_DEVICES_GONE		/* pulled out, broken, or too late: its process
				   has ended; now _DONE or _NONE */
};

/*
 * Lists the devices that are plugged in and starts a process for each.  only:
 * the path of the one device that is wanted, or NULL.  A device that cannot be
 * started is treated as absent.
 */
void
kf_devices_start(struct kf_devices *devices, const char *only)
    __attribute__((nonnull(1)));

/*
 * Waits for the next event; fd is the caller's descriptor or -1.  *device is
 * the device of the event, or NULL. deadline: monotonic milliseconds.  A device
 * that sends an answer of the wrong type or a bad frame, or no answer by its
 * own deadline, is ended and reported as GONE.
 */
enum kf_devices_event
kf_devices_wait(struct kf_devices *devices, int fd, int64_t deadline,
    struct kf_device **device) __attribute__((nonnull));

/*
 * Requests to a device that is KF_DEVICE_IDLE.  Afterwards it is _WORKING, or
 * _DONE if its process cannot be reached.  ms: how long the answer may take.
 */
void
kf_device_find(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_find *find, int64_t ms) __attribute__((nonnull));
void
kf_device_assert(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_assert *assert, int64_t ms) __attribute__((nonnull));
void
kf_device_retries(struct kf_devices *devices, struct kf_device *device,
    int64_t ms) __attribute__((nonnull));
void
kf_device_make(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_make *make, int64_t ms) __attribute__((nonnull));

/* Tells a device that is _WORKING to stop: it answers FAILED (cancelled). */
void
kf_device_cancel(struct kf_devices *devices, struct kf_device *device)
    __attribute__((nonnull));

/* Ends the device's process, which gives up its lock on the device. */
void
kf_device_release(struct kf_devices *devices, struct kf_device *device)
    __attribute__((nonnull));

/* Ends all processes at the same time; afterwards none is left running. */
void
kf_devices_stop(struct kf_devices *devices) __attribute__((nonnull));

#endif
