/*
 * Which message is legal in which state: the table of PROTOCOL.  The module and
 * the verifier each take a step through it for every message that they send or
 * receive.  A step that is not in the table ends the session with a denial.
 */
#ifndef KF_PHASE_H
#define KF_PHASE_H

#include <stdint.h>

#include "common/err.h"

enum kf_phase {
	KF_PHASE_HELLO,		/* the module speaks first */
	KF_PHASE_WELCOME,	/* the verifier answers with its version */
	KF_PHASE_REQUEST,	/* the module sends the request */
	KF_PHASE_WORK,		/* the verifier speaks next */
	KF_PHASE_ANSWER,	/* the module answers a question */
	KF_PHASE_END		/* no message may follow */
};

/*
 * Takes the step for a message of that type, sent or received.  If the message
 * is not legal now, KF_ERR_PROTOCOL, and *phase becomes KF_PHASE_END.
 */
KF_CHECKED enum kf_err
kf_phase_step(enum kf_phase *phase, uint8_t type) __attribute__((nonnull));

#endif
