/*
 * Creates files for the person who called sudo.  Root must not create a file in
 * a directory of another person, who could lead it elsewhere by a symbolic link
 * or a rename; so the file is created by a child that has become that person.
 */
#ifndef KF_AS_INVOKER_H
#define KF_AS_INVOKER_H

#include <stddef.h>
#include <sys/types.h>

#include "common/err.h"

/*
 * Creates a new file of that mode and writes it, as the caller of sudo, or as
 * root if sudo was not used.  On KF_ERR_IO, *error is an errno; EEXIST: a file
 * of that name exists.
 */
KF_CHECKED enum kf_err
kf_write_as_invoker(const char *path, const void *bytes, size_t len,
    mode_t mode, int *error) __attribute__((nonnull));

/*
 * Checks that kf_write_as_invoker could create the file, as far as this can be
 * told without creating it.  Returns the same errors.
 */
KF_CHECKED enum kf_err
kf_look_as_invoker(const char *path, int *error) __attribute__((nonnull));

#endif
