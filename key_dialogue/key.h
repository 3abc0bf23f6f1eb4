/*
 * What logins and enrolments share when they speak to a security key: the
 * candidates that it is asked for, the rules for its PIN, and what its answers
 * mean.
 */
#ifndef KF_FACTORS_KEY_H
#define KF_FACTORS_KEY_H

#include "factors/assertion.h"
#include "key_dialogue/dialogue.h"
#include "key_protocol/msg.h"
#include "protocol/msg.h"

/* Each wrong PIN brings the key nearer to being blocked (CTAP 2.1, 6.5). */
#define KF_KEY_PINS_A_CALL 2	/* how often a PIN is asked for */
#define KF_KEY_PIN_TRIES_KEPT 1	/* tries that are left to the owner */

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

/* Could it be a PIN?  Anything else is not sent to the key. */
bool
kf_key_can_be_pin(const struct kf_msg_answer *answer)
    __attribute__((nonnull));

/* Adds a credential to a FIND request, which must have room. */
void
kf_key_add_candidate(struct kf_key_find *find, const struct kf_key *key)
    __attribute__((nonnull));

/*
 * The assertion in an answer to a request for this credential alone, which the
 * key then need not name (CTAP 2.1, 6.2.2).  It points into both arguments.
 */
struct kf_assertion
kf_key_said(const struct kf_key *key, const struct kf_key_asserted *said)
    __attribute__((nonnull));

#endif
