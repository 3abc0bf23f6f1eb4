/*
 * What `auth` leaves for `account` on the same PAM handle: that this uid has
 * proved a factor.  An exemption is no proof: `account` decides about it anew,
 * by its own configuration.  sshd runs both in one process for
 * keyboard-interactive; what it runs elsewhere does not see this.
 */
#ifndef KF_PROOF_H
#define KF_PROOF_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"

/* At the start of every `auth`. */
void
kf_proof_forget(pam_handle_t *pamh);

/* Keeps a grant by a factor; anything else is not kept. */
void
kf_proof_keep(pam_handle_t *pamh, uint32_t uid,
    const struct kf_outcome *outcome);

/* The grant that was kept for that uid, or NULL. */
const struct kf_outcome *
kf_proof_find(pam_handle_t *pamh, uint32_t uid);

#endif
