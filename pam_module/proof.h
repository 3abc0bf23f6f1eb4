/*
 * The proof that `auth` leaves for `account` on the same PAM handle: this uid
 * has proved a factor.  An exemption must not be kept as a proof, because the
 * configuration of `account` decides about exemptions anew.  sshd runs `auth`
 * and `account` in one process for keyboard-interactive; an `account` in
 * another process finds no proof.
 */
#ifndef KF_PROOF_H
#define KF_PROOF_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"

/* Removes a proof; called at the start of every `auth`. */
void
kf_proof_forget(pam_handle_t *pamh);

/*
 * Keeps a copy of the outcome, which belongs to the handle, if it is a grant by
 * a factor; any other outcome is ignored.  Without memory nothing is kept, and
 * `account` finds no proof.
 */
void
kf_proof_keep(pam_handle_t *pamh, uint32_t uid,
    const struct kf_outcome *outcome);

/* The grant that was kept for that uid, which the handle owns; or NULL. */
const struct kf_outcome *
kf_proof_find(pam_handle_t *pamh, uint32_t uid);

#endif
