/*
 * The table of states.  It must be the same as that of PROTOCOL, section 4,
 * which a test compares with it.
 */
#include "protocol/phase.h"

#include <stddef.h>

#include "protocol/msg.h"

static const struct {
	enum kf_phase phase;
	enum kf_msg_type type;
	enum kf_phase next;
} steps[] = {
	{ KF_PHASE_HELLO, KF_MSG_HELLO, KF_PHASE_WELCOME },
	{ KF_PHASE_WELCOME, KF_MSG_HELLO_OK, KF_PHASE_REQUEST },
	{ KF_PHASE_WELCOME, KF_MSG_DENY, KF_PHASE_END },
	{ KF_PHASE_REQUEST, KF_MSG_REQUEST, KF_PHASE_WORK },
	{ KF_PHASE_WORK, KF_MSG_INFO, KF_PHASE_WORK },
	{ KF_PHASE_WORK, KF_MSG_ERROR, KF_PHASE_WORK },
	{ KF_PHASE_WORK, KF_MSG_ASK_ECHO, KF_PHASE_ANSWER },
	{ KF_PHASE_WORK, KF_MSG_ASK_BLIND, KF_PHASE_ANSWER },
	{ KF_PHASE_WORK, KF_MSG_CANCEL, KF_PHASE_WORK },
	{ KF_PHASE_WORK, KF_MSG_GRANT, KF_PHASE_END },
	{ KF_PHASE_WORK, KF_MSG_DENY, KF_PHASE_END },
	{ KF_PHASE_WORK, KF_MSG_EXEMPT, KF_PHASE_END },
	{ KF_PHASE_ANSWER, KF_MSG_ANSWER, KF_PHASE_WORK },
	{ KF_PHASE_ANSWER, KF_MSG_CANCEL, KF_PHASE_ANSWER },
};

enum kf_err
kf_phase_step(enum kf_phase *phase, uint8_t type)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].phase == *phase && steps[i].type == type) {
			*phase = steps[i].next;
			return KF_OK;
		}
	}
	*phase = KF_PHASE_END;
	return KF_ERR_PROTOCOL;
}
