/*
 * The requests of the parent (key_protocol/msg.h); each is served in a file of
 * its own.  Each function puts its answer into *answer, or FAILED and why.
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

/*
 * Copies the assertion that the device returned to *m; false if there is not
 * exactly one, or it is beyond our limits.
 */
bool
kf_take_assertion(const fido_assert_t *a, struct kf_key_asserted *m)
    __attribute__((nonnull));

/*
 * Opens the device and serves the parent until one of the two is gone.  The
 * caller has set key->parent and key->fd.
 */
void
kf_serve(struct kf_key *key) __attribute__((nonnull));

#endif
