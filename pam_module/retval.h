/*
 * Turns the outcome of a session into a code of PAM; no other file does.
 * kf_retval_auth alone produces PAM_SUCCESS for `auth`.
 */
#ifndef KF_RETVAL_H
#define KF_RETVAL_H

#include "client/client.h"
#include "common/verdict.h"

/*
 * same_user: PAM_USER is still the name that the session was about.  An outcome
 * that is neither a grant nor an exemption for that name is a denial.
 */
int
kf_retval_auth(const struct kf_outcome *outcome, bool same_user)
    __attribute__((nonnull));

/* The same for `account`.  A grant has no meaning there. */
int
kf_retval_account(const struct kf_outcome *outcome, bool same_user)
    __attribute__((nonnull));

/* For an error before a session could start. */
int
kf_retval_error(enum kf_err err);

#endif
