/*
 * One guess: an answer becomes a code, which is charged, judged and recorded.
 * Nothing is asked or told here.
 */
#ifndef KF_GUESS_H
#define KF_GUESS_H

#include "verifier/session.h"

/* How a guess ended. */
enum kf_result {
	KF_RESULT_RIGHT,
	KF_RESULT_WRONG,
	KF_RESULT_USED,		/* a right code that was used before */
	KF_RESULT_TAKEN,	/* a right recovery code, used before */
	KF_RESULT_MALFORMED,
	KF_RESULT_WAIT,		/* not judged: the person has to wait */
	KF_RESULT_CLOCK,
	KF_RESULT_BUSY,
	KF_RESULT_BROKEN
};

/*
 * When this returns, the result is durable.  A right code leaves s->factor and
 * s->id, and a recovery code s->recovery_left.  *prepared is the monotonic time
 * of the answer, plus the time of the work that is the same for everybody.
 */
enum kf_result
kf_guess_try(struct kf_session *s, const struct kf_msg_answer *answer,
    int64_t *prepared) __attribute__((nonnull));

/*
 * How many seconds pass before a code would be judged; KF_WAIT_FOREVER; or 0.
 * It is always 0 for a stranger, who may not be told.
 */
int64_t
kf_guess_wait(struct kf_session *s) __attribute__((nonnull));

#endif
