/*
 * Security keys that are plugged into this machine: finds the one that holds a
 * credential of the person's, has it verify them if it must, and has it
 * touched.  What it signs is checked here, on the signed bytes.
 */
#ifndef KF_KEYS_H
#define KF_KEYS_H

#include "verifier/session.h"

enum kf_keys_end {
	KF_KEYS_NOT_ASKED = 0,	/* policy, or nothing of that kind enrolled */
	KF_KEYS_ABSENT = 1,	/* none of theirs is there */
	KF_KEYS_FAILED = 2,	/* one was there, and proved nothing */
	KF_KEYS_OVER = 3,	/* nobody is there to be asked any more */
	/* Wide; assigned in one place, behind a proof that is recorded. */
	KF_KEYS_PROVED = 0x69a53c96
};

/*
 * Looks at what is plugged in.  Whoever has no code to type is given
 * `key.insert-timeout` to plug one in; everybody else is not kept waiting.  All
 * ends but PROVED leave s->deny and s->reason.
 *
 * For a stranger (no first factor known), who may have nothing enrolled, or not
 * be anybody: takes the same time whatever there is to be found and whatever
 * the stranger does, unless a key that is there is asked for its touch.
 */
enum kf_keys_end
kf_keys_try(struct kf_session *s) __attribute__((nonnull));

#endif
