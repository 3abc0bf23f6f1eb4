/*
 * Starts one of our programs in a process of its own, with a socket as its
 * descriptor 0.  The module does this inside a host such as sshd or sudo, so
 * nothing in the host may change, and the program must inherit nothing from it:
 * no environment, no signal state and no other descriptor.
 */
#ifndef KF_PROCESS_H
#define KF_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

struct kf_process {
	int fd;			/* our end of the socket; -1: closed */
	int pidfd;		/* of the child; -1: there is no child */
	pid_t pid;		/* of the child; -1: there is no child */
};

#define KF_PROCESS_NONE { .fd = -1, .pidfd = -1, .pid = -1 }

/*
 * Starts the program at path.  Its argv is the path alone and its environment
 * is empty.  Its descriptor 0 is the socket, 1 and 2 are /dev/null, 3 is a copy
 * of third unless third is -1; all others are closed.  Signals have their
 * default dispositions and none is blocked.  third stays the caller's to close.
 * KF_ERR_IO when no process can be made; if the program cannot be executed, the
 * socket just closes.
 */
KF_CHECKED enum kf_err
kf_process_start(const char *path, int third, struct kf_process *p)
    __attribute__((nonnull));

/* Closes the socket, which tells the program to exit. */
void
kf_process_close(struct kf_process *p) __attribute__((nonnull));

/*
 * Closes the socket and waits for the child, if there is one.  A child that
 * does not exit within ms milliseconds is killed.  It is no error if the host
 * has collected the child already.
 */
void
kf_process_stop(struct kf_process *p, int64_t ms) __attribute__((nonnull));

#endif
