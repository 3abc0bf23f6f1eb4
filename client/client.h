/*
 * The module's side of PROTOCOL: reaches a verifier, relays its questions, and
 * reads its verdict.  pam_keyfirst.so uses it in sshd and sudo, `keyfirst test`
 * at a terminal.  It runs inside other programs, so it must not change them: it
 * sets no signal disposition and no handler, and leaves no descriptor open.
 */
#ifndef KF_CLIENT_H
#define KF_CLIENT_H

#include <stdbool.h>

#include "common/verdict.h"
#include "processes/process.h"
#include "protocol/msg.h"

/*
 * How texts and questions reach the person.  The client has filtered the texts
 * before it passes them on.
 */
struct kf_ui {
	void *context;		/* given to both functions */
	void (*show)(void *context, bool error, const char *text);
	/* Fills in kind and text of the answer, which the client wipes. */
	void (*ask)(void *context, bool echo, const char *prompt,
	    struct kf_msg_answer *answer);
};

/* How a session ended.  Without a grant or an exemption, it was denied. */
struct kf_outcome {
	struct kf_verdict verdict;	/* starts as deny */
	bool exempt;			/* the verifier sent EXEMPT */
	enum kf_deny reason;		/* of a denial */
	enum kf_err err;		/* KF_OK, or why there was no verdict */
	char factor[16];		/* of a grant */
	char id[16];			/* of a grant: the authenticator */
};

/*
 * Starts a verifier, for callers whose effective uid is 0; see
 * kf_process_start.  The caller ends it with kf_client_stop.  KF_ERR_IO when
 * no process can be made.
 */
KF_CHECKED enum kf_err
kf_client_start(const char *path, struct kf_process *v)
    __attribute__((nonnull));

/*
 * Connects to a verifier over the service's socket, for callers that are not
 * root; waits up to five seconds.  The caller ends the connection with
 * kf_client_stop.  KF_ERR_MISSING: no process listens at path.
 * KF_ERR_UNTRUSTED: the process that listens is not root's.  KF_ERR_TIMEOUT,
 * KF_ERR_RANGE, KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_client_connect(const char *path, struct kf_process *v)
    __attribute__((nonnull));

/*
 * Speaks PROTOCOL over fd until the verdict and fills in *outcome.  Each wait
 * for the verifier has a deadline.  There is none for the time that the person
 * takes to answer: the caller limits that.
 */
void
kf_client_run(int fd, const struct kf_msg_request *request,
    const struct kf_ui *ui, struct kf_outcome *outcome)
    __attribute__((nonnull));

/* Calls kf_process_stop, which gives the verifier two seconds to exit. */
void
kf_client_stop(struct kf_process *v) __attribute__((nonnull));

#endif
