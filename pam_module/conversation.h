/*
 * The module's way to the person: a struct kf_ui that uses the PAM conversation
 * of the host.
 */
#ifndef KF_CONVERSATION_H
#define KF_CONVERSATION_H

#include <security/pam_modules.h>

#include "client/client.h"

/* Returns a kf_ui that is valid as long as the PAM handle. */
struct kf_ui
kf_conversation(pam_handle_t *pamh);

#endif
