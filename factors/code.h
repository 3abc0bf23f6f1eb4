/*
 * What somebody typed at "Verification code: ", as a shape.  Whatever is not
 * the shape of a code is refused here, before a library, a lock or a count has
 * seen it.
 */
#ifndef KF_CODE_H
#define KF_CODE_H

#include "common/secret.h"

#define KF_CODE_MIN 6
#define KF_CODE_MAX 8

struct kf_code {
	size_t len;
	char digits[KF_CODE_MAX + 1];
};

/*
 * Six to eight ASCII digits; one space between the halves, as apps show it,
 * is the only leniency.  KF_ERR_SYNTAX otherwise.  The caller wipes the code.
 */
KF_CHECKED enum kf_err
kf_code_parse(const struct kf_secret *answer, struct kf_code *code)
    __attribute__((nonnull));

void
kf_code_wipe(struct kf_code *code) __attribute__((nonnull));

#endif
