/*
 * Shows texts and asks questions through the host's PAM conversation; see
 * conversation.h.  The module owns each response of the conversation, so it
 * must copy, overwrite and free it.
 */
#include "pam_module/conversation.h"

#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>

static void
show(void *context, bool error, const char *text)
{
	/* A failure to show a text must not change the decision. */
	(void)pam_prompt(context, error ? PAM_ERROR_MSG : PAM_TEXT_INFO, NULL,
	    "%s", text);
}

static void
ask(void *context, bool echo, const char *prompt,
    struct kf_msg_answer *answer)
{
	char *response = NULL;
	size_t len;
	int rc = pam_prompt(context,
	    echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, &response, "%s",
	    prompt);

	answer->kind = KF_ANSWER_FAILED;
	kf_secret_wipe(&answer->text);
	if (rc == PAM_SUCCESS && response == NULL) {
		answer->kind = KF_ANSWER_NOTHING;
	} else if (rc == PAM_SUCCESS) {
		len = strlen(response);
		answer->kind = KF_ANSWER_TOO_LONG;
		if (kf_secret_set(&answer->text, response, len) == KF_OK)
			answer->kind = KF_ANSWER_TEXT;
	}
	if (response != NULL) {
		explicit_bzero(response, strlen(response));
		free(response);
	}
}

struct kf_ui
kf_conversation(pam_handle_t *pamh)
{
	return (struct kf_ui){ .context = pamh, .show = show, .ask = ask };
}
