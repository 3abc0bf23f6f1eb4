/*
 * Turns the outcome of a session into a PAM code.  kf_retval_auth alone may
 * return PAM_SUCCESS for `auth`.
 */
#ifndef KF_RETVAL_H
#define KF_RETVAL_H

#include "client/client.h"
#include "common/verdict.h"

/*
 * The PAM code of `auth`.  same_user: PAM_USER is still the name for which the
 * session was started; if it is not, the code is a denial.  PAM_SUCCESS for a
 * grant, PAM_IGNORE for an exemption, the code of a denial for all else.
 */
int
kf_retval_auth(const struct kf_outcome *outcome, bool same_user)
    __attribute__((nonnull));

/* The same for `account`, where a grant has no meaning and is a denial. */
int
kf_retval_account(const struct kf_outcome *outcome, bool same_user)
    __attribute__((nonnull));

/* The PAM code of a session that could not start or had no verdict. */
int
kf_retval_error(enum kf_err err);

#endif
