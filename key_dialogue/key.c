/* What logins and enrolments share about security keys; see key.h. */
#include "key_dialogue/key.h"

#include <string.h>

#define PIN_MIN 4			/* CTAP 2.1, 6.5.1 */

bool
kf_key_can_be_pin(const struct kf_msg_answer *answer)
{
	return answer->kind == KF_ANSWER_TEXT &&
	    answer->text.len >= PIN_MIN &&
	    answer->text.len < KF_KEY_PIN_SIZE &&
	    memchr(answer->text.bytes, '\0', answer->text.len) == NULL;
}

enum kf_key_pin
kf_key_pin_may_be_asked(unsigned asked, unsigned left)
{
	if (asked >= KF_KEY_PINS_A_CALL)
		return KF_KEY_PIN_ENOUGH;
	return left <= KF_KEY_PIN_TRIES_KEPT ? KF_KEY_PIN_LAST_TRY :
	    KF_KEY_PIN_ASK;
}

enum kf_key_failure
kf_key_failure_of(const struct kf_frame *answer, enum kf_key_state state,
    enum kf_key_verify verify)
{
	bool counting = state == KF_KEY_COUNTING;
	enum kf_key_failure failure;

	if (kf_key_get_failed(answer, &failure) != KF_OK)
		return KF_KEY_FAILED_OTHER;
	if (failure == KF_KEY_FAILED_PIN_WRONG &&
	    (counting || verify != KF_KEY_VERIFY_PIN))
		return KF_KEY_FAILED_OTHER;
	if (counting && (failure == KF_KEY_FAILED_PIN_NEEDED ||
	    failure == KF_KEY_FAILED_UV_WRONG ||
	    failure == KF_KEY_FAILED_UV_BLOCKED))
		return KF_KEY_FAILED_OTHER;
	return failure;
}

void
kf_key_add_candidate(struct kf_key_find *find, const struct kf_key *key)
{
	struct kf_key_candidate *c = &find->candidates[find->count++];

	memcpy(c->rp_id, key->rp_id, sizeof(c->rp_id));
	memcpy(c->credential, key->credential, key->credential_len);
	c->credential_len = key->credential_len;
}

struct kf_assertion
kf_key_said(const struct kf_key *key, const struct kf_key_asserted *said)
{
	bool named = said->credential_len > 0;

	return (struct kf_assertion){
		.credential = named ? said->credential : key->credential,
		.credential_len = named ? said->credential_len :
		    key->credential_len,
		.authdata = said->authdata,
		.authdata_len = said->authdata_len,
		.signature = said->signature,
		.signature_len = said->signature_len,
	};
}
