/*
 * What the files behind devices.h share: devices.c finds, starts and ends the
 * processes, devices_ask.c sends requests, devices_wait.c reads answers.  No
 * other file includes this header.
 */
#ifndef KF_DEVICES_OWN_H
#define KF_DEVICES_OWN_H

#include "key_dialogue/devices.h"

/* How long one frame may take: the process is there, or is broken. */
#define KF_DEVICE_FRAME_MS 1000

/* Does the device have a process? */
bool
kf_device_is_active(const struct kf_device *device) __attribute__((nonnull));

/* Ends the process.  The device is KF_DEVICE_DONE then. */
void
kf_device_end(struct kf_device *device) __attribute__((nonnull));

/*
 * Lists the devices, as far as the first change.  Returns the device that came
 * or went, or NULL when nothing has changed.
 */
struct kf_device *
kf_devices_look(struct kf_devices *devices, enum kf_devices_event *event)
    __attribute__((nonnull));

/* Is the type that of the answer to the request, or KF_KEY_MSG_FAILED? */
bool
kf_device_is_answer(const struct kf_device *device, uint8_t type)
    __attribute__((nonnull));

#endif
