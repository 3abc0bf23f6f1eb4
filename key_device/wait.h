/*
 * While libfido2 works on a request the parent is heard, who may say stop, and
 * told what it waits for.  Nothing here reads what a device says.
 */
#ifndef KF_WAIT_H
#define KF_WAIT_H

#include "key_device/key.h"

/* Waits for a report.  False: there will be none. */
KF_CHECKED bool
kf_wait_for_report(struct kf_key *key) __attribute__((nonnull));

/* Until that time, monotonic.  False: the request has ended. */
KF_CHECKED bool
kf_wait_until(struct kf_key *key, int64_t until) __attribute__((nonnull));

/* The same, until the pause is over that libfido2 wanted between questions. */
KF_CHECKED bool
kf_wait_paused(struct kf_key *key) __attribute__((nonnull));

/*
 * While it is being opened, a key that is busy is waited for as one that is
 * locked: for as long as the parent likes, who is told once.
 */
void
kf_wait_longer(struct kf_key *key) __attribute__((nonnull));

/* The person is told when there is something to touch, once a request. */
void
kf_tell_touch(struct kf_key *key) __attribute__((nonnull));

#endif
