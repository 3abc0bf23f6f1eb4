/*
 * Typed codes: asks for them, up to `tries` times in a session, and has each
 * charged before it is judged.
 */
#ifndef KF_CODES_H
#define KF_CODES_H

#include "verifier/session.h"

enum kf_codes_end {
	KF_CODES_FAILED = 0,	/* s->deny and s->reason say why */
	KF_CODES_KEY,		/* Enter was pressed, where a key is offered */
	/* Wide; only where a code was right and is spent. */
	KF_CODES_PROVED = 0x5ac36996
};

/*
 * Asks for a code until one is right, or no question is left.  PROVED leaves
 * s->factor and s->id.  After KEY it can be called once more, and goes on with
 * the questions that are left.  For somebody who is not enrolled it asks the
 * same and judges nothing.
 */
enum kf_codes_end
kf_codes_try(struct kf_session *s) __attribute__((nonnull));

/*
 * Waits until the time is over that every answer to a stranger takes, counted
 * from begun (monotonic milliseconds), or the next multiple of it on a machine
 * that is slow.
 */
void
kf_codes_equalise(int64_t begun);

#endif
