/*
 * One call of the module: who is asked, what is known about them, what they
 * proved, and the verdict.
 */
#ifndef KF_SESSION_H
#define KF_SESSION_H

#include "common/log.h"
#include "common/verdict.h"
#include "factors/factor.h"
#include "key_protocol/msg.h"
#include "policy/conf.h"
#include "verifier/talk.h"

/* Where the person stands with us before anything was asked. */
enum kf_standing {
	KF_STANDING_ENROLLED,
	KF_STANDING_UNKNOWN,	/* the system does not know that name */
	KF_STANDING_NOBODY,	/* has nothing enrolled that may be used */
	KF_STANDING_REUSED,	/* the uid was somebody else's */
	KF_STANDING_BROKEN	/* their records cannot be read */
};

struct kf_caller;

struct kf_session {
	const struct kf_caller *caller;	/* who is not root; NULL: root */
	struct kf_talk talk;
	struct kf_msg_request request;
	struct kf_conf conf;
	struct kf_store *store;
	struct kf_machine_key key;
	char txn[17];		/* names this session in the log */

	bool known;		/* a first factor has been passed */
	enum kf_standing standing;
	struct kf_person person;	/* as of the start; see standing */

	struct kf_verdict verdict;	/* starts as deny */
	enum kf_deny deny;
	const char *reason;		/* of a denial, for the log */
	const struct kf_exempt *exempt;	/* the exemption that holds, if any */
	bool unenrolled;		/* let through until a date */
	bool is_exempt;			/* the answer is EXEMPT */
	const char *factor;		/* of a grant */
	const char *via;		/* the way a key was reached; or NULL */
	bool insert_key;		/* theirs may be asked, and is absent */
	bool stronger_offered;		/* a way before the present one is */
	uint32_t questions;		/* for a code, asked so far */
	uint8_t pins[KF_KEY_CANDIDATES_MAX]; /* typed, by the key's number */
	char id[KF_ID_SIZE];
	int64_t failures;		/* of this position; -1: not known */
	int recovery_left;		/* after one was used; else -1 */
};

/*
 * Serves the request that comes over fd, to its end.  caller is NULL for root,
 * else whom the socket shows.
 */
void
kf_session_run(int fd, const struct kf_caller *caller);

#endif
