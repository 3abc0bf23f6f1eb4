/*
 * State, as the service user.  Root never opens, creates, renames or chowns
 * anything under state/: these calls run in a child (child.h), and what that
 * sends back is read by the strict parser of state.h.
 */
#ifndef KF_AS_SERVICE_H
#define KF_AS_SERVICE_H

#include "store/store.h"

enum kf_service_call {
	KF_SERVICE_READ,
	KF_SERVICE_CREATE,	/* where there is none; then as READ */
	KF_SERVICE_UNLOCK,	/* then as READ */
	KF_SERVICE_REPAIR,	/* what is missing or damaged; then as READ */
	KF_SERVICE_FIRST_USE,	/* the same, where nothing was ever there */
	KF_SERVICE_DELETE	/* gives no state */
};

/* One person's. */
struct kf_service_result {
	uint32_t uid;		/* filled in by the caller */
	enum kf_err err;
	struct kf_state state;	/* of KF_OK; not of DELETE */
};

/*
 * Does the same for each of count persons, in one child.  store is the option
 * of that name.  Errors are in the results.
 */
void
kf_as_service(enum kf_service_call call, const char *store,
    struct kf_service_result *results, size_t count) __attribute__((nonnull));

/* The same for one person; state may be NULL. */
KF_CHECKED enum kf_err
kf_as_service_one(enum kf_service_call call, const char *store, uint32_t uid,
    struct kf_state *state) __attribute__((nonnull(2)));

#endif
