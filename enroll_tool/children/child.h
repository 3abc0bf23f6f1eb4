/*
 * A child of root's process that becomes user keyfirst for good, for work that
 * root must not do itself: to touch state/, and to parse files and messages
 * that others wrote.  User keyfirst controls the child from then on.  So the
 * parent must treat what the child sends as a stranger's: read a fixed size,
 * before a deadline, and check every field.
 */
#ifndef KF_CHILD_H
#define KF_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

#define KF_CHILD_START_MS 3000	/* that the child may take to become the user */

struct kf_child {
	pid_t pid;
	int fd;			/* the pipe from the child */
};

/* The work of the child, which ends when this returns. */
typedef void kf_child_work(void *context);

/*
 * Starts a child that becomes user keyfirst and runs work.  Of the caller's
 * descriptors the child has only input, as its standard input; -1: none.  On
 * KF_OK, kf_child_end must follow.
 */
KF_CHECKED enum kf_err
kf_child_start(struct kf_child *child, int input, kf_child_work *work,
    void *context) __attribute__((nonnull(1, 3)));

/* In the child: sends to the parent; false if the parent has gone. */
KF_CHECKED bool
kf_child_send(const void *bytes, size_t len) __attribute__((nonnull));

/*
 * In the parent: reads exactly len bytes.  KF_ERR_TIMEOUT at the deadline (of
 * the monotonic clock), KF_ERR_CLOSED if the child ended, or KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_child_receive(const struct kf_child *child, void *bytes, size_t len,
    int64_t deadline) __attribute__((nonnull));

/*
 * Kills the child and waits for its end.  It is killed because the parent has
 * read all that it needs, and must not wait for a child that does not end.
 */
void
kf_child_end(struct kf_child *child) __attribute__((nonnull));

#endif
