/*
 * Opening files that decisions rest on.  A path is walked directory by
 * directory, without following a symbolic link.  Each directory must belong to
 * the trusted owner and be writable by nobody else; only then is the file
 * opened, relative to the directory just checked.  The file must be regular,
 * have a single name, the stated owner, none of the forbidden mode bits, and a
 * bounded size.
 *
 * Callers log the path after a failure; to find the cause, run ls -ld on it and
 * on the directories above it.
 */
#ifndef KF_TRUST_H
#define KF_TRUST_H

#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"

struct kf_trust {
	uid_t owner;
	mode_t forbidden;	/* permission bits that must not be set */
	size_t max;		/* bytes */
};

/*
 * Opens a directory, given by its absolute path, as a base for *at() calls;
 * the caller closes *fd.  KF_ERR_MISSING, KF_ERR_UNTRUSTED, KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_trust_directory(const char *path, int *fd) __attribute__((nonnull));

/*
 * Opens a file in a directory with O_RDONLY or O_RDWR.  Never waits (a FIFO is
 * refused) and follows no symbolic link.  The caller closes *fd.
 */
KF_CHECKED enum kf_err
kf_trust_file(int dir, const char *name, int flags, const struct kf_trust *t,
    int *fd) __attribute__((nonnull));

/*
 * Reads a whole file, given by its absolute path, into buf.  size must be
 * greater than t->max; buf is terminated by a NUL that *len does not count.
 */
KF_CHECKED enum kf_err
kf_trust_read(const char *path, const struct kf_trust *t, char *buf,
    size_t size, size_t *len) __attribute__((nonnull));

/* The same for a file name in a directory that is open already. */
KF_CHECKED enum kf_err
kf_trust_read_at(int dir, const char *name, const struct kf_trust *t,
    char *buf, size_t size, size_t *len) __attribute__((nonnull));

#endif
