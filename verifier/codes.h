/*
 * Typed codes: asks for them, up to `tries` times, and has each charged before
 * it is judged.
 */
#ifndef KF_CODES_H
#define KF_CODES_H

#include "verifier/session.h"

/*
 * Enter without a code looks for a security key once more, where keys are
 * asked.  True when that proved it, or a code was right and is spent, with
 * s->factor and s->id filled in;
 * else false with s->deny and s->reason.  For somebody who is not enrolled it
 * asks the same and judges nothing.
 */
bool
kf_codes_prove(struct kf_session *s) __attribute__((nonnull));

#endif
