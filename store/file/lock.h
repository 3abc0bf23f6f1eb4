/*
 * flock(2) with a deadline, and the holder of the lock when the deadline has
 * passed.  The lock belongs to the open file: a library that opens and closes
 * the same path does not release it, and it ends with the process.
 */
#ifndef KF_LOCK_H
#define KF_LOCK_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

/*
 * Takes an exclusive lock.  KF_ERR_TIMEOUT if the deadline passes first:
 * *holder is then the process that has the lock, or 0 if it cannot be seen from
 * here.  Installs a handler for SIGALRM, which the process must not use
 * otherwise.
 */
KF_CHECKED enum kf_err
kf_lock(int fd, int64_t deadline, pid_t *holder) __attribute__((nonnull));

#endif
