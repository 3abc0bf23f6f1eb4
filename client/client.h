/*
 * The module's side of PROTOCOL: starts a verifier or connects to one, relays
 * its questions to the person, and reads its verdict. pam_keyfirst.so uses it
 * in sshd and sudo, `keyfirst test` at a terminal.  Because it runs in
 * processes of other programs, it changes nothing there: it sets no signal
 * disposition and no handler, and leaves no descriptor open.
 */
#ifndef KF_CLIENT_H
#define KF_CLIENT_H

#include <stdbool.h>

#include "common/verdict.h"
#include "processes/process.h"
#include "protocol/msg.h"

/* How the person is shown text and asked.  All texts are filtered before. */
struct kf_ui {
	void *context;
	void (*show)(void *context, bool error, const char *text);
	/* Fills in kind and text; the caller wipes the answer. */
	void (*ask)(void *context, bool echo, const char *prompt,
	    struct kf_msg_answer *answer);
};

/* How the session ended.  It is a denial unless it is a grant or exempt. */
struct kf_outcome {
	struct kf_verdict verdict;	/* starts as deny */
	bool exempt;
	enum kf_deny reason;		/* of a denial */
	enum kf_err err;		/* KF_OK, or why there was no verdict */
	char factor[16];
	char id[16];
};

/*
 * Starts a verifier by exec, for callers whose effective uid is 0; see
 * kf_process_start.  KF_ERR_IO when it cannot be started.
 */
KF_CHECKED enum kf_err
kf_client_start(const char *path, struct kf_process *v)
    __attribute__((nonnull));

/*
 * Connects to the service's socket, for callers that are not root; waits up to
 * five seconds.  KF_ERR_MISSING: no process listens there.  KF_ERR_UNTRUSTED:
 * the process that listens is not root's.  KF_ERR_TIMEOUT, KF_ERR_RANGE,
 * KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_client_connect(const char *path, struct kf_process *v)
    __attribute__((nonnull));

/*
 * Speaks the protocol over fd until the verdict.  Each wait for the verifier is
 * limited.  The calling program limits how long the person may take to answer.
 */
void
kf_client_run(int fd, const struct kf_msg_request *request,
    const struct kf_ui *ui, struct kf_outcome *outcome)
    __attribute__((nonnull));

/* Ends the verifier; it has two seconds to leave before it is killed. */
void
kf_client_stop(struct kf_process *v) __attribute__((nonnull));

#endif
