/*
 * One guess: what was typed becomes a code, is charged, judged and recorded.
 * Nothing is asked or told here.
 */
#ifndef KF_GUESS_H
#define KF_GUESS_H

#include "verifier/session.h"

/* How a try ended. */
enum kf_result {
	KF_RESULT_RIGHT,
	KF_RESULT_WRONG,
	KF_RESULT_USED,
	KF_RESULT_TAKEN,	/* the same of a recovery code */
	KF_RESULT_MALFORMED,
	KF_RESULT_WAIT,		/* refused, not judged */
	KF_RESULT_CLOCK,
	KF_RESULT_BUSY,
	KF_RESULT_BROKEN
};

/*
 * By the return all of it is durable.  A right one leaves s->factor and s->id,
 * and s->recovery_left when it was a recovery code.  *prepared is the monotonic
 * time of the answer, and on top what that work took which is the same for
 * everybody.
 */
enum kf_result
kf_guess_try(struct kf_session *s, const struct kf_msg_answer *answer,
    int64_t *prepared) __attribute__((nonnull));

/*
 * Seconds before a code would be judged, KF_WAIT_FOREVER, or 0; also 0 for who
 * may not be told.
 */
int64_t
kf_guess_wait(struct kf_session *s) __attribute__((nonnull));

#endif
