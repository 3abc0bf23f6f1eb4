/*
 * flock(2) with a deadline, and who holds it when it passes.  flock belongs to
 * the open file: a library that opens and closes the same path cannot drop it,
 * and it ends with the process.
 */
#ifndef KF_LOCK_H
#define KF_LOCK_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

/*
 * KF_ERR_TIMEOUT with *holder (0: not to be seen from here).  Takes SIGALRM
 * for this process, which must not use it otherwise.
 */
KF_CHECKED enum kf_err
kf_lock(int fd, int64_t deadline, pid_t *holder) __attribute__((nonnull));

#endif
