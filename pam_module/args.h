/*
 * The arguments of the module's line in a PAM stack: conf=FILE and
 * after_first_factor.  An unknown, repeated or malformed argument is an error,
 * and the module must deny.
 */
#ifndef KF_ARGS_H
#define KF_ARGS_H

#include <stdbool.h>

#include "common/err.h"

struct kf_args {
	const char *conf;	/* absolute path, part of argv; or NULL */
	bool after_first_factor;
};

/* KF_ERR_SYNTAX: *bad is the argument that was not understood, in argv. */
KF_CHECKED enum kf_err
kf_args_parse(int argc, const char *const *argv, struct kf_args *args,
    const char **bad) __attribute__((nonnull(3, 4)));

#endif
