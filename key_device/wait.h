/*
 * Waits for the device while libfido2 works on a request.  Meanwhile it reads
 * messages of the parent, which may cancel the request, and tells the parent
 * what is waited for.  Nothing here reads from the device.
 */
#ifndef KF_WAIT_H
#define KF_WAIT_H

#include "key_device/key.h"

/* Waits until a report can be read.  False: there will be none. */
KF_CHECKED bool
kf_wait_for_report(struct kf_key *key) __attribute__((nonnull));

/* Waits until that monotonic time.  False: the request has ended. */
KF_CHECKED bool
kf_wait_until(struct kf_key *key, int64_t until) __attribute__((nonnull));

/* The same, until the pause is over that libfido2 makes between questions. */
KF_CHECKED bool
kf_wait_paused(struct kf_key *key) __attribute__((nonnull));

/*
 * Called while a device is opened that is busy for another program.  Puts off
 * the deadline, so that the wait has no limit but the parent's, as with a
 * device that another program has locked, and sends BUSY once.
 */
void
kf_wait_longer(struct kf_key *key) __attribute__((nonnull));

/* Sends TOUCH, once a request, when the device waits for a touch. */
void
kf_tell_touch(struct kf_key *key) __attribute__((nonnull));

#endif
