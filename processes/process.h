/*
 * One of our programs in a process of its own, with a socket as its descriptor
 * 0.  It can be started from inside other programs, such as sshd and sudo:
 * nothing changes in those, and nothing of them reaches the new process.
 */
#ifndef KF_PROCESS_H
#define KF_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

struct kf_process {
	int fd;			/* our end of its socket; -1: none */
	int pidfd;		/* -1, like pid: it is not our child */
	pid_t pid;
};

#define KF_PROCESS_NONE { .fd = -1, .pidfd = -1, .pid = -1 }

/*
 * Starts the program. argv is the path alone and the environment is empty.
 * Descriptor 0 is the socket, 1 and 2 are /dev/null, 3 is a copy of third
 * unless that is -1, and all others are closed.  Signals are reset.  KF_ERR_IO
 * when it cannot be started.
 */
KF_CHECKED enum kf_err
kf_process_start(const char *path, int third, struct kf_process *p)
    __attribute__((nonnull));

/* Closes the socket, which tells the process to leave. */
void
kf_process_close(struct kf_process *p) __attribute__((nonnull));

/*
 * Closes the socket and collects the process, if it is our child; kills it when
 * it does not leave within so many milliseconds.  The host may have collected
 * it already.
 */
void
kf_process_stop(struct kf_process *p, int64_t ms) __attribute__((nonnull));

#endif
