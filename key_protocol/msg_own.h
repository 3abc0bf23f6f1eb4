/*
 * What msg_put.c, which writes the messages of msg.h, and msg_get.c, which
 * reads them, have in common.  No other file includes this header.
 *
 * The fields of a message stand in the order of its struct (common/wire.h);
 * text and bytes of variable length are strings with their length in front.
 * Both ends come from one build, so there is no version.
 */
#ifndef KF_KEY_MSG_OWN_H
#define KF_KEY_MSG_OWN_H

#include "key_protocol/msg.h"

/* The highest level of credProtect that is asked for. */
#define KF_KEY_PROTECT_MAX 2

/* Bits of the first byte of OPENED. */
enum {
	KF_KEY_IS_FIDO2 = 1,
	KF_KEY_HAS_PIN = 2,
	KF_KEY_HAS_VERIFY = 4,
	KF_KEY_ALWAYS_VERIFIES = 8,
	KF_KEY_PROTECTS = 16,
	KF_KEY_ALL_BITS = 31
};

#endif
