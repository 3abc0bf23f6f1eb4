/* Passes a proof from `auth` on to `account`; see proof.h. */
#include "pam_module/proof.h"

#include <stdlib.h>
#include <string.h>

#define DATA_NAME "pam_keyfirst-proof"

struct proof {
	uint32_t uid;
	struct kf_outcome outcome;
};

/* libpam calls this when the data are replaced or the handle ends. */
static void
drop(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	free(data);
}

void
kf_proof_forget(pam_handle_t *pamh)
{
	(void)pam_set_data(pamh, DATA_NAME, NULL, NULL);
}

void
kf_proof_keep(pam_handle_t *pamh, uint32_t uid,
    const struct kf_outcome *outcome)
{
	struct proof *proof;

	if (outcome->exempt || !kf_verdict_is_grant(&outcome->verdict) ||
	    strcmp(outcome->factor, "none") == 0)
		return;
	proof = malloc(sizeof(*proof));
	if (proof == NULL)
		return;
	proof->uid = uid;
	proof->outcome = *outcome;
	if (pam_set_data(pamh, DATA_NAME, proof, drop) != PAM_SUCCESS)
		free(proof);
}

const struct kf_outcome *
kf_proof_find(pam_handle_t *pamh, uint32_t uid)
{
	const void *data = NULL;
	const struct proof *proof;

	if (pam_get_data(pamh, DATA_NAME, &data) != PAM_SUCCESS ||
	    data == NULL || uid == KF_UID_UNKNOWN)
		return NULL;
	proof = data;
	return proof->uid == uid ? &proof->outcome : NULL;
}
