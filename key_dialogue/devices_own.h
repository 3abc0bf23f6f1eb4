/*
 * What the parts of devices.h have in common: devices.c finds, starts and ends,
 * devices_ask.c asks, devices_wait.c hears.  Nobody else includes it.
 */
#ifndef KF_DEVICES_OWN_H
#define KF_DEVICES_OWN_H

#include "key_dialogue/devices.h"

/* For one frame: both are at work, or broken. */
#define KF_DEVICE_FRAME_MS 1000

/* It has a process. */
bool
kf_device_is_active(const struct kf_device *device) __attribute__((nonnull));

/* Ends its process and leaves the place to whoever is there. */
void
kf_device_end(struct kf_device *device) __attribute__((nonnull));

/*
 * Looks what is plugged in, as far as the first thing that has changed; NULL
 * when nothing has.
 */
struct kf_device *
kf_devices_look(struct kf_devices *devices, enum kf_devices_event *event)
    __attribute__((nonnull));

/* The type of the answer that was asked for, or that there is none. */
bool
kf_device_is_answer(const struct kf_device *device, uint8_t type)
    __attribute__((nonnull));

#endif
