/*
 * The table of PROTOCOL that says which message is legal when.  Both sides step
 * through it with every message that they send or receive.  A message that is
 * not in the table ends the session with a denial.
 */
#ifndef KF_PHASE_H
#define KF_PHASE_H

#include <stdint.h>

#include "common/err.h"

enum kf_phase {
	KF_PHASE_HELLO,		/* the module greets */
	KF_PHASE_WELCOME,	/* the verifier answers with its version */
	KF_PHASE_REQUEST,	/* the module sends person and place */
	KF_PHASE_WORK,		/* the verifier speaks */
	KF_PHASE_ANSWER,	/* the verifier has asked; the module answers */
	KF_PHASE_END		/* no message is legal any more */
};

/* KF_ERR_PROTOCOL when it is not legal; *phase is KF_PHASE_END then. */
KF_CHECKED enum kf_err
kf_phase_step(enum kf_phase *phase, uint8_t type) __attribute__((nonnull));

#endif
