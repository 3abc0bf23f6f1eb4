/* Words for enum kf_err. */
#include "common/err.h"

const char *
kf_strerror(enum kf_err err)
{
	switch (err) {
	case KF_OK:
		return "no error";
	case KF_ERR_NO_USER:
		return "not enrolled";
	case KF_ERR_CONFLICT:
		return "changed meanwhile";
	case KF_ERR_LOCKED:
		return "locked";
	case KF_ERR_EXPIRED:
		return "expired";
	case KF_ERR_UNAVAILABLE:
		return "unavailable";
	case KF_ERR_CORRUPT:
		return "damaged";
	case KF_ERR_IO:
		return "input/output error";
	case KF_ERR_TIMEOUT:
		return "timed out";
	case KF_ERR_CLOSED:
		return "connection closed";
	case KF_ERR_PROTOCOL:
		return "protocol error";
	case KF_ERR_SYNTAX:
		return "not understood";
	case KF_ERR_RANGE:
		return "out of range";
	case KF_ERR_UNTRUSTED:
		return "wrong owner, mode or kind of file";
	case KF_ERR_MISSING:
		return "no such file";
	case KF_ERR_CONVERSATION:
		return "conversation failed";
	case KF_ERR_CRYPTO:
		return "cryptographic failure";
	}
	return "unknown error";
}
