/*
 * The one error domain inside keyfirst.  Errors are translated to PAM's codes
 * in pam_module/retval.c; errors of OpenSSL and liboath are translated in the
 * file that calls them.  An error is never a verdict: see verdict.h.
 */
#ifndef KF_ERR_H
#define KF_ERR_H

#define KF_CHECKED __attribute__((warn_unused_result))

enum kf_err {
	KF_OK = 0,

	/* answers of a store; see store/store.h */
	KF_ERR_NO_USER,		/* nobody is enrolled under that uid */
	KF_ERR_CONFLICT,	/* version, counter or id is not as expected */
	KF_ERR_LOCKED,		/* guesses or sessions are refused for now */
	KF_ERR_EXPIRED,		/* a single-use item is past its life span */
	KF_ERR_UNAVAILABLE,	/* the store is not reachable in time */
	KF_ERR_CORRUPT,		/* the data are not as FILEFORMAT says */

	KF_ERR_IO,		/* a system call failed; see errno */
	KF_ERR_TIMEOUT,		/* the deadline passed */
	KF_ERR_CLOSED,		/* the peer has closed the connection */
	KF_ERR_PROTOCOL,	/* the peer broke PROTOCOL */
	KF_ERR_SYNTAX,		/* the text is not understood */
	KF_ERR_RANGE,		/* a number or a length is out of range */
	KF_ERR_UNTRUSTED,	/* wrong owner, mode or kind of a file */
	KF_ERR_MISSING,		/* no such file */
	KF_ERR_CONVERSATION,	/* the person could not be asked */
	KF_ERR_CRYPTO		/* a library failed, or data were forged */
};

/*
 * The error in lower-case words, for a log line or a message.  Never NULL; the
 * string is static.
 */
const char *
kf_strerror(enum kf_err err);

#endif
