/*
 * What may be said when: the state table of PROTOCOL.  Both sides step through
 * it with every message that they send or receive; a step that is not in the
 * table ends the session with a denial.
 */
#ifndef KF_PHASE_H
#define KF_PHASE_H

#include <stdint.h>

#include "common/err.h"

enum kf_phase {
	KF_PHASE_HELLO,		/* the module speaks first */
	KF_PHASE_WELCOME,	/* the verifier answers the version */
	KF_PHASE_REQUEST,	/* the module says who and where */
	KF_PHASE_WORK,		/* the verifier's turn */
	KF_PHASE_ANSWER,	/* a question stands: the module's turn */
	KF_PHASE_END		/* nothing more may be said */
};

/* KF_ERR_PROTOCOL, and *phase becomes KF_PHASE_END, when it is not legal. */
KF_CHECKED enum kf_err
kf_phase_step(enum kf_phase *phase, uint8_t type) __attribute__((nonnull));

#endif
