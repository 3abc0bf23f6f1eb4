/*
 * The one error domain inside keyfirst.  PAM's codes appear in
 * pam_module/retval.c alone, OpenSSL's and liboath's in the file that calls
 * them.  An error is never a verdict: see verdict.h.
 */
#ifndef KF_ERR_H
#define KF_ERR_H

#define KF_CHECKED __attribute__((warn_unused_result))

enum kf_err {
	KF_OK = 0,

	/* the answers of a store; see store/store.h */
	KF_ERR_NO_USER,		/* nobody is enrolled under that uid */
	KF_ERR_CONFLICT,	/* version, counter or id is not as expected */
	KF_ERR_LOCKED,		/* guesses are refused at present */
	KF_ERR_EXPIRED,		/* a single-use item is past its life span */
	KF_ERR_UNAVAILABLE,	/* it cannot be reached, or not in time */
	KF_ERR_CORRUPT,		/* a record differs from FILEFORMAT */

	KF_ERR_IO,		/* a system call failed; see errno */
	KF_ERR_TIMEOUT,		/* the deadline passed */
	KF_ERR_CLOSED,		/* the peer is gone */
	KF_ERR_PROTOCOL,	/* the peer broke PROTOCOL */
	KF_ERR_SYNTAX,		/* a text is not understood */
	KF_ERR_RANGE,		/* a number or a length is out of its range */
	KF_ERR_UNTRUSTED,	/* wrong owner, mode or kind of a file */
	KF_ERR_MISSING,		/* no such file */
	KF_ERR_CONVERSATION,	/* the person could not be asked */
	KF_ERR_CRYPTO		/* a library refused, or data were forged */
};

/* Lower-case words for a log line or a message; never NULL, not owned. */
const char *
kf_strerror(enum kf_err err);

#endif
