/*
 * A program of ours in a process of its own, with a socket as its descriptor
 * 0.  It is started from other people's processes (sshd, sudo) too, so nothing
 * of those changes and nothing of theirs gets into it.
 */
#ifndef KF_PROCESS_H
#define KF_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "common/err.h"

struct kf_process {
	int fd;			/* our end of its socket; -1: none */
	int pidfd;		/* -1, as pid: it is no child of ours */
	pid_t pid;
};

#define KF_PROCESS_NONE { .fd = -1, .pidfd = -1, .pid = -1 }

/*
 * argv is the path alone, the environment empty; 0 is the socket, 1 and 2 are
 * /dev/null, 3 is what third is here, if that is not -1, all others are closed;
 * signals are reset.  KF_ERR_IO when it cannot be started.
 */
KF_CHECKED enum kf_err
kf_process_start(const char *path, int third, struct kf_process *p)
    __attribute__((nonnull));

/* Closes the socket, by which it knows that it has to leave. */
void
kf_process_close(struct kf_process *p) __attribute__((nonnull));

/*
 * Closes the socket and collects the process, if it is ours; one that does not
 * leave within so many milliseconds is killed.  Tolerates that the host has
 * collected it already.
 */
void
kf_process_stop(struct kf_process *p, int64_t ms) __attribute__((nonnull));

#endif
