/*
 * `auth` keeps on the PAM handle, for `account`, that this uid has proved a
 * factor.  An exemption is no proof: `account` decides about it anew, by its
 * own configuration.  For keyboard-interactive sshd runs both in one process;
 * in another process `account` does not see the proof.
 */
#ifndef KF_PROOF_H
#define KF_PROOF_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"

/* Forgets a proof; called at the start of every `auth`. */
void
kf_proof_forget(pam_handle_t *pamh);

/* Keeps the outcome if it is a grant by a factor. */
void
kf_proof_keep(pam_handle_t *pamh, uint32_t uid,
    const struct kf_outcome *outcome);

/* The grant that was kept for that uid, or NULL. */
const struct kf_outcome *
kf_proof_find(pam_handle_t *pamh, uint32_t uid);

#endif
