/*
 * The module's struct kf_ui: it shows and asks by the PAM conversation of the
 * host.
 */
#ifndef KF_CONVERSATION_H
#define KF_CONVERSATION_H

#include <security/pam_modules.h>

#include "client/client.h"

/* The result is valid as long as the handle. */
struct kf_ui
kf_conversation(pam_handle_t *pamh);

#endif
