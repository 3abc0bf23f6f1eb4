/*
 * The one file that turns what came of a session into a code of PAM.
 * PAM_SUCCESS of `auth` is produced by kf_retval_auth and nowhere else.
 */
#ifndef KF_RETVAL_H
#define KF_RETVAL_H

#include "client/client.h"
#include "common/verdict.h"

/*
 * same_user: PAM_USER is still the name that the session was about.  Whatever
 * is neither a grant nor an exemption for that name is a denial.
 */
int
kf_retval_auth(const struct kf_outcome *outcome, bool same_user)
    __attribute__((nonnull));

/* The same for `account`, where a grant has no meaning. */
int
kf_retval_account(const struct kf_outcome *outcome, bool same_user)
    __attribute__((nonnull));

/* For what happens before a session could start. */
int
kf_retval_error(enum kf_err err);

#endif
