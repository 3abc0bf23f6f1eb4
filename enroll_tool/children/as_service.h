/*
 * Reads and changes persons' states as the service user.  Root must not open,
 * create, rename or chown anything under state/: these calls run in a child
 * (child.h), and the states that the child sends back go through the strict
 * parser of state.h.
 */
#ifndef KF_AS_SERVICE_H
#define KF_AS_SERVICE_H

#include "store/store.h"

/* The calls; all but DELETE return the state as it is afterwards. */
enum kf_service_call {
	KF_SERVICE_READ,
	KF_SERVICE_CREATE,	/* makes a state if there is none */
	KF_SERVICE_UNLOCK,	/* clears failures, waits and lock-outs */
	KF_SERVICE_REPAIR,	/* replaces a missing or damaged state */
	KF_SERVICE_FIRST_USE,	/* replaces a missing state only */
	KF_SERVICE_DELETE
};

/* The result of a call for one person. */
struct kf_service_result {
	uint32_t uid;		/* filled in by the caller */
	enum kf_err err;
	struct kf_state state;	/* set if err is KF_OK, not by DELETE */
};

/*
 * Makes the same call for each of count persons, in one child.  store is the
 * value of the option store.  The errors are in the results.
 */
void
kf_as_service(enum kf_service_call call, const char *store,
    struct kf_service_result *results, size_t count) __attribute__((nonnull));

/* The same for one person.  The state is set on KF_OK; it may be NULL. */
KF_CHECKED enum kf_err
kf_as_service_one(enum kf_service_call call, const char *store, uint32_t uid,
    struct kf_state *state) __attribute__((nonnull(2)));

#endif
