/*
 * The person, by way of the host's PAM conversation: the struct kf_ui of the
 * module.
 */
#ifndef KF_CONVERSATION_H
#define KF_CONVERSATION_H

#include <security/pam_modules.h>

#include "client/client.h"

/* The ui lives as long as the handle. */
struct kf_ui
kf_conversation(pam_handle_t *pamh);

#endif
