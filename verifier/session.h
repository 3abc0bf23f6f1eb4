/*
 * One call of the module: which person is asked, what is known about that
 * person, what the person proved, and the verdict.
 */
#ifndef KF_SESSION_H
#define KF_SESSION_H

#include "common/log.h"
#include "common/verdict.h"
#include "factors/factor.h"
#include "key_protocol/msg.h"
#include "policy/conf.h"
#include "verifier/talk.h"

/* What is known about the person before any question is asked. */
enum kf_standing {
	KF_STANDING_ENROLLED,
	KF_STANDING_UNKNOWN,	/* the system does not know that name */
	KF_STANDING_NOBODY,	/* nothing is enrolled that may be used */
	KF_STANDING_REUSED,	/* the enrolment has another person's name */
	KF_STANDING_BROKEN	/* the enrolment cannot be read */
};

struct kf_caller;

struct kf_session {
	const struct kf_caller *caller;	/* NULL: a process of root */
	struct kf_talk talk;
	struct kf_msg_request request;
	struct kf_conf conf;
	struct kf_store *store;
	struct kf_machine_key key;
	char txn[17];		/* names this session in the log */

	bool known;		/* a first factor has been passed */
	enum kf_standing standing;
	struct kf_person person;	/* as enrolled; see standing */

	struct kf_verdict verdict;	/* starts as deny */
	enum kf_deny deny;
	const char *reason;		/* of a denial, for the log */
	const struct kf_exempt *exempt;	/* the exemption that holds, if any */
	bool unenrolled;		/* let through until a date */
	bool is_exempt;			/* the verdict is EXEMPT */
	const char *factor;		/* of a grant */
	const char *via;		/* the way a key was reached; or NULL */
	bool insert_key;		/* a key may be asked; none is there */
	bool stronger_offered;		/* Enter asks earlier ways again */
	uint32_t questions;		/* how often a code was asked for */
	uint8_t pins[KF_KEY_CANDIDATES_MAX]; /* asked for, for each key */
	char id[KF_ID_SIZE];
	int64_t failures;		/* of the person; -1: not known */
	int recovery_left;		/* recovery codes; -1: none was used */
};

/*
 * Serves the one request that comes over fd.  caller: NULL for a process of
 * root.
 */
void
kf_session_run(int fd, const struct kf_caller *caller);

#endif
