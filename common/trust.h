/*
 * Opens files that decide about logins, which nobody but the trusted owner may
 * have changed.  A path is walked directory by directory, without following
 * symbolic links.  Each directory must belong to the trusted owner and be
 * writable by nobody else.  Only then is the file opened, relative to the
 * directory just checked.  The file must be a regular file with one name, the
 * stated owner, none of the forbidden mode bits, and a bounded size.
 *
 * The log line that follows a failure names the path: run ls -ld on it and on
 * the directories above it.
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
 * Opens the absolute path of a directory for use as a base of *at() calls;
 * the caller closes *fd.  KF_ERR_MISSING, KF_ERR_UNTRUSTED, KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_trust_directory(const char *path, int *fd) __attribute__((nonnull));

/*
 * Opens a file in a directory with O_RDONLY or O_RDWR; never waits (a FIFO is
 * refused), never follows.  The caller closes *fd.
 */
KF_CHECKED enum kf_err
kf_trust_file(int dir, const char *name, int flags, const struct kf_trust *t,
    int *fd) __attribute__((nonnull));

/*
 * Reads the whole file of an absolute path into buf (size > max, terminated by
 * a NUL that *len does not count).
 */
KF_CHECKED enum kf_err
kf_trust_read(const char *path, const struct kf_trust *t, char *buf,
    size_t size, size_t *len) __attribute__((nonnull));

/* The same for a name in a directory that was opened before. */
KF_CHECKED enum kf_err
kf_trust_read_at(int dir, const char *name, const struct kf_trust *t,
    char *buf, size_t size, size_t *len) __attribute__((nonnull));

#endif
