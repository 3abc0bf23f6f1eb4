/*
 * The module's side of PROTOCOL: starts a verifier, relays its questions, and
 * reads its verdict.  pam_keyfirst.so uses it in sshd and sudo, `keyfirst test`
 * at a terminal.  It lives in other people's processes, so it changes
 * nothing there: no signal disposition, no handler, no descriptor left open.
 */
#ifndef KF_CLIENT_H
#define KF_CLIENT_H

#include <stdbool.h>

#include "common/verdict.h"
#include "processes/process.h"
#include "protocol/msg.h"

/* How the person is reached.  Texts are filtered before they come here. */
struct kf_ui {
	void *context;
	void (*show)(void *context, bool error, const char *text);
	/* Fills in kind and text; whoever called wipes the answer. */
	void (*ask)(void *context, bool echo, const char *prompt,
	    struct kf_msg_answer *answer);
};

/* What came of it.  Without a grant and not exempt, it is a denial. */
struct kf_outcome {
	struct kf_verdict verdict;	/* starts as deny */
	bool exempt;
	enum kf_deny reason;		/* of a denial */
	enum kf_err err;		/* KF_OK, or why there was no verdict */
	char factor[16];
	char id[16];
};

/*
 * By exec, for callers whose effective uid is 0; see kf_process_start.
 * KF_ERR_IO when it cannot be started.
 */
KF_CHECKED enum kf_err
kf_client_start(const char *path, struct kf_process *v)
    __attribute__((nonnull));

/*
 * Over the service's socket, for callers that are not root; waits up to five
 * seconds.  KF_ERR_MISSING: nobody listens there.  KF_ERR_UNTRUSTED: somebody
 * listens who is not root.  KF_ERR_TIMEOUT, KF_ERR_RANGE, KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_client_connect(const char *path, struct kf_process *v)
    __attribute__((nonnull));

/*
 * Speaks the protocol over fd until the verdict.  Each wait for the verifier
 * is limited; what the person takes to answer is the caller's to limit.
 */
void
kf_client_run(int fd, const struct kf_msg_request *request,
    const struct kf_ui *ui, struct kf_outcome *outcome)
    __attribute__((nonnull));

/* kf_process_stop, with two seconds to leave. */
void
kf_client_stop(struct kf_process *v) __attribute__((nonnull));

#endif
