/* Turns outcomes and errors into PAM codes; see retval.h. */
#include "pam_module/retval.h"

#include <security/pam_modules.h>

static int
retval_deny(enum kf_deny reason)
{
	switch (reason) {
	case KF_DENY_AUTH:
	case KF_DENY_CANCELLED:
		return PAM_AUTH_ERR;
	case KF_DENY_MAXTRIES:
		return PAM_MAXTRIES;
	case KF_DENY_UNAVAILABLE:
		return PAM_AUTHINFO_UNAVAIL;
	case KF_DENY_CONFIGURATION:
		return PAM_SERVICE_ERR;
	case KF_DENY_CONVERSATION:
		return PAM_CONV_ERR;
	}
	return PAM_AUTH_ERR;
}

int
kf_retval_auth(const struct kf_outcome *outcome, bool same_user)
{
	int rc = PAM_ABORT;

	if (outcome->err != KF_OK)
		return kf_retval_error(outcome->err);
	if (!same_user)
		return PAM_AUTH_ERR;
	if (outcome->exempt)
		return PAM_IGNORE;
	if (!kf_verdict_is_grant(&outcome->verdict))
		return retval_deny(outcome->reason);
	/* Checked again, so that skipping one branch does not give success. */
	if (kf_verdict_is_grant(&outcome->verdict) && same_user)
		rc = PAM_SUCCESS;
	return rc;
}

int
kf_retval_account(const struct kf_outcome *outcome, bool same_user)
{
	if (outcome->err != KF_OK)
		return kf_retval_error(outcome->err);
	if (same_user && outcome->exempt)
		return PAM_IGNORE;
	return retval_deny(outcome->reason);
}

int
kf_retval_error(enum kf_err err)
{
	return err == KF_ERR_SYNTAX ? PAM_SERVICE_ERR : PAM_AUTHINFO_UNAVAIL;
}
