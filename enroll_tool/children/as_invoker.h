/*
 * Files for the person behind sudo.  Root in somebody's directory can be led
 * anywhere, so the file is created by a child that has become that person.
 */
#ifndef KF_AS_INVOKER_H
#define KF_AS_INVOKER_H

#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"

/*
 * Creates a new file of that mode, as the caller of sudo or else as root, and
 * writes it.  KF_ERR_IO with *error, an errno; EEXIST: the name is taken.
 */
KF_CHECKED enum kf_err
kf_write_as_invoker(const char *path, const void *bytes, size_t len,
    mode_t mode, int *error) __attribute__((nonnull));

/*
 * Could it be created, as far as can be told without doing so?  The same
 * errors.
 */
KF_CHECKED enum kf_err
kf_look_as_invoker(const char *path, int *error) __attribute__((nonnull));

#endif
