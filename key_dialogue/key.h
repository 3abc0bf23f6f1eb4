/*
 * What a login and an enrolment have in common when they speak to a security
 * key: what it is asked for, what a PIN can be, and what it has said.
 */
#ifndef KF_FACTORS_KEY_H
#define KF_FACTORS_KEY_H

#include "factors/assertion.h"
#include "key_dialogue/dialogue.h"
#include "key_protocol/msg.h"
#include "protocol/msg.h"

/* Each wrong PIN brings the key nearer to its end (CTAP 2.1, 6.5). */
#define KF_KEY_PINS_A_CALL 2	/* how often one is asked for */
#define KF_KEY_PIN_TRIES_KEPT 1	/* are left to whoever knows the PIN */

/* Whether a key's PIN may be asked for, for a key that has `left` tries. */
enum kf_key_pin {
	KF_KEY_PIN_ASK,
	KF_KEY_PIN_ENOUGH,	/* it was asked for often enough in this call */
	KF_KEY_PIN_LAST_TRY	/* a wrong one could block the key */
};
enum kf_key_pin
kf_key_pin_may_be_asked(unsigned asked, unsigned left);

/*
 * What a key may say of itself in KF_KEY_MSG_FAILED, after it was asked in that
 * way and in that state; anything else is KF_KEY_FAILED_OTHER.  A lie would
 * have it asked again for ever, or have a stranger asked for a PIN.
 */
enum kf_key_failure
kf_key_failure_of(const struct kf_frame *answer, enum kf_key_state state,
    enum kf_key_verify verify) __attribute__((nonnull));

/* Anything else cannot be a PIN, and is not sent to the key. */
bool
kf_key_can_be_pin(const struct kf_msg_answer *answer)
    __attribute__((nonnull));

/* One more to be looked for; there must be room. */
void
kf_key_add_candidate(struct kf_key_find *find, const struct kf_key *key)
    __attribute__((nonnull));

/*
 * What was said when this credential alone was asked for: then it need not be
 * named (CTAP 2.1, 6.2.2).  It points into both.
 */
struct kf_assertion
kf_key_said(const struct kf_key *key, const struct kf_key_asserted *said)
    __attribute__((nonnull));

#endif
