/*
 * The security keys that are plugged in, each with a process of its own
 * (keyfirst-key-device) that talks to it.  This starts and ends them, passes
 * requests on, and waits for the next thing that happens to any of them or to
 * a descriptor of the caller's; what a key's words are worth is for others to
 * say.  Nothing here sleeps or polls.
 */
#ifndef KF_DEVICES_H
#define KF_DEVICES_H

#include <stdbool.h>

#include "key_dialogue/reader.h"
#include "key_protocol/msg.h"
#include "processes/process.h"

/* Where a device stands with its process. */
enum kf_device_phase {
	KF_DEVICE_NONE = 0,	/* this place is free */
	KF_DEVICE_OPENING,	/* started; not opened yet */
	KF_DEVICE_BUSY,		/* the same: another program has it */
	KF_DEVICE_IDLE,		/* waits for a request */
	KF_DEVICE_WORKING,	/* a request is not answered yet */
	KF_DEVICE_DONE		/* released; remembered until it is pulled out,
				   and not started again */
};

/* For devices.c alone: which node a path was of, zeros for none. */
struct kf_device_node {
	uint64_t inode;
	int64_t seconds;
	int64_t nanoseconds;
};

struct kf_device {
	enum kf_device_phase phase;
	struct kf_reader reader;
	struct kf_process process;
	struct kf_key_opened opened;	/* from KF_DEVICE_IDLE on */
	uint8_t asked;			/* the request of KF_DEVICE_WORKING */
	bool touch;			/* it has said that it waits */
	int64_t deadline;		/* of the present phase */
	struct kf_device_node node;	/* of KF_DEVICE_DONE */

	/* The caller's own notes; zeros at the start. */
	uint32_t held;			/* candidates that it holds */
	int mark;
};

/* All of them.  Large: it holds a frame. */
struct kf_devices {
	int watch;			/* see kf_reader_watch */
	bool refused;			/* one is there that we may not open */
	bool look;			/* something may have changed */
	char only[KF_READER_PATH_SIZE];	/* the one that is wanted, or empty */
	struct kf_device list[KF_READERS_MAX];
	struct kf_frame frame;		/* of the last request or answer */
};

enum kf_devices_event {
	KF_DEVICES_TIMEOUT,	/* the deadline that was given passed */
	KF_DEVICES_CALLER,	/* the caller's descriptor can be read */
	KF_DEVICES_ARRIVED,	/* a key was plugged in, and is _OPENING */
	KF_DEVICES_BUSY,	/* another program uses this one */
	KF_DEVICES_TOUCH,	/* this one waits for the person; comes once a
				   request, from keys that say so */
	KF_DEVICES_OPENED,	/* this one is KF_DEVICE_IDLE now */
	KF_DEVICES_ANSWER,	/* the frame answers its request; _IDLE again.
				   KF_KEY_MSG_FAILED is an answer too */
	KF_DEVICES_GONE		/* pulled out, broken, or too late: its process
				   is ended, its place DONE or free */
};

/*
 * Looks what is plugged in and starts a process for each.  only: this path
 * and no other, or NULL.  Errors show as devices that are not there.
 */
void
kf_devices_start(struct kf_devices *devices, const char *only)
    __attribute__((nonnull(1)));

/*
 * Waits for the next event; fd is the caller's descriptor or -1.  *device is
 * whom it is about, else NULL.  deadline: monotonic milliseconds.  An answer of
 * the wrong type, a bad frame or none by its own deadline is GONE.
 */
enum kf_devices_event
kf_devices_wait(struct kf_devices *devices, int fd, int64_t deadline,
    struct kf_device **device) __attribute__((nonnull));

/*
 * Requests to a device that is KF_DEVICE_IDLE; after one it is _WORKING, or
 * _DONE if it cannot be reached.  ms: how long the answer may take.
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

/* Asks one that is _WORKING to stop: the answer will be FAILED, cancelled. */
void
kf_device_cancel(struct kf_devices *devices, struct kf_device *device)
    __attribute__((nonnull));

/* Lets a key go that is of no use: its process is ended, its lock given up. */
void
kf_device_release(struct kf_devices *devices, struct kf_device *device)
    __attribute__((nonnull));

/* Ends all of them, side by side: cancelled, closed, and none left running. */
void
kf_devices_stop(struct kf_devices *devices) __attribute__((nonnull));

#endif
