/*
 * Constants shared by the encoders (msg_put.c) and the decoders (msg_get.c) of
 * the messages of msg.h.  No other file may include it.
 *
 * The fields of a payload stand in the order of the structs, written as
 * common/wire.h says; text and bytes of variable length are strings with their
 * length in front.  There is no version, because both ends are of one build.
 */
#ifndef KF_KEY_MSG_OWN_H
#define KF_KEY_MSG_OWN_H

#include "key_protocol/msg.h"

/* The highest credProtect level that MAKE may ask for. */
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
