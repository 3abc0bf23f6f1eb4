/*
 * A child that has become user keyfirst for good, for what root must not do
 * itself: touch state/, parse what others wrote.  From then on it is in that
 * user's hands, so whoever reads what it sends takes it as a stranger's: of a
 * fixed size, before a deadline, and every field checked.
 */
#ifndef KF_CHILD_H
#define KF_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

#define KF_CHILD_START_MS 3000	/* what it may take to become that user */

struct kf_child {
	pid_t pid;
	int fd;
};

/* Runs in the child; when it returns, the child ends. */
typedef void kf_child_work(void *context);

/*
 * Nothing of the caller's is open in the child but input, as its standard
 * input, if it is not -1.  On KF_OK, kf_child_end must follow.
 */
KF_CHECKED enum kf_err
kf_child_start(struct kf_child *child, int input, kf_child_work *work,
    void *context) __attribute__((nonnull(1, 3)));

/* In the child: false when nobody listens any more. */
KF_CHECKED bool
kf_child_send(const void *bytes, size_t len) __attribute__((nonnull));

/* All of len bytes, or KF_ERR_TIMEOUT, KF_ERR_CLOSED, KF_ERR_IO. */
KF_CHECKED enum kf_err
kf_child_receive(const struct kf_child *child, void *bytes, size_t len,
    int64_t deadline) __attribute__((nonnull));

/* Kills it: it has said all, and what it still does is nothing to wait for. */
void
kf_child_end(struct kf_child *child) __attribute__((nonnull));

#endif
