/*
 * The requests of the parent (key_protocol/msg.h), one file each.  Every one
 * leaves its answer, or why there is none, in the frame.
 */
#ifndef KF_REQUEST_H
#define KF_REQUEST_H

#include "key_device/key.h"

void
kf_request_find(struct kf_key *key, const struct kf_key_find *find,
    struct kf_frame *answer) __attribute__((nonnull));
void
kf_request_assert(struct kf_key *key, const struct kf_key_assert *assert,
    struct kf_frame *answer) __attribute__((nonnull));
void
kf_request_retries(struct kf_key *key, struct kf_frame *answer)
    __attribute__((nonnull));
void
kf_request_make(struct kf_key *key, const struct kf_key_make *make,
    struct kf_frame *answer) __attribute__((nonnull));

/* What the device gave, in our limits; false when it does not fit them. */
bool
kf_take_assertion(const fido_assert_t *a, struct kf_key_asserted *m)
    __attribute__((nonnull));

/*
 * Opens the device and serves the parent until one of the two is gone.  What
 * the descriptors are has been settled.
 */
void
kf_serve(struct kf_key *key) __attribute__((nonnull));

#endif
