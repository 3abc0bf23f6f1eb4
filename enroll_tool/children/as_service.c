/* Calls the store as the service user; see as_service.h. */
#include "enroll_tool/children/as_service.h"

#include "common/clock.h"
#include "enroll_tool/children/child.h"
#include "factors/factor.h"

#define CALL_MS 2000		/* that the child may take for one person */

/* What the child sends for one person, with the state as text (state.h). */
struct answer {
	unsigned char err;
	char slot[KF_SLOT_SIZE];
};

/*
 * The enrolment is read here, in the child, so that root need not pass it to
 * the child.
 */
static enum kf_err
repair(struct kf_store *store, uint32_t uid, bool first_use, int64_t deadline)
{
	struct kf_person person;
	struct kf_state spent;
	enum kf_err err = kf_store_get(store, uid, deadline, &person);

	if (err != KF_OK)
		return err;
	kf_factor_spent(&person, kf_clock_wall(), first_use, &spent);
	return kf_store_repair_state(store, &spent, first_use, deadline);
}

static enum kf_err
call_store(enum kf_service_call call, struct kf_store *store, uint32_t uid,
    struct kf_state *state)
{
	int64_t deadline = kf_clock_monotonic() + CALL_MS;
	enum kf_err err = KF_OK;

	switch (call) {
	case KF_SERVICE_READ:
		break;
	case KF_SERVICE_CREATE:
		err = kf_store_create_state(store, uid, deadline);
		break;
	case KF_SERVICE_UNLOCK:
		err = kf_store_unlock(store, uid, deadline);
		break;
	case KF_SERVICE_REPAIR:
		err = repair(store, uid, false, deadline);
		break;
	case KF_SERVICE_FIRST_USE:
		err = repair(store, uid, true, deadline);
		break;
	case KF_SERVICE_DELETE:
		return kf_store_delete_state(store, uid, deadline);
	}
	return err == KF_OK ? kf_store_state(store, uid, deadline, state) :
	    err;
}

struct task {
	enum kf_service_call call;
	const char *spec;
	const struct kf_service_result *results;
	size_t count;
};

/* Runs in the child: sends an answer for each person, in order. */
static void
serve(void *context)
{
	const struct task *task = context;
	struct kf_store *store = NULL;
	enum kf_err opened = kf_store_open(task->spec, &store);

	for (size_t i = 0; i < task->count; i++) {
		struct kf_state state = { 0 };
		struct answer answer = { 0 };
		enum kf_err err = opened;

		if (err == KF_OK)
			err = call_store(task->call, store,
			    task->results[i].uid, &state);
		if (err == KF_OK && task->call != KF_SERVICE_DELETE)
			err = kf_state_format(&state, answer.slot);
		answer.err = (unsigned char)err;
		if (!kf_child_send(&answer, sizeof(answer)))
			return;
	}
}

/*
 * The error that the child claims, if it is one that a store returns; any other
 * number is KF_ERR_PROTOCOL.
 */
static enum kf_err
claimed(unsigned char err)
{
	static const enum kf_err known[] = {
		KF_OK, KF_ERR_NO_USER, KF_ERR_CONFLICT, KF_ERR_LOCKED,
		KF_ERR_EXPIRED, KF_ERR_UNAVAILABLE, KF_ERR_CORRUPT,
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (err == (unsigned char)known[i])
			return known[i];
	return KF_ERR_PROTOCOL;
}

/* Receives and checks the answer for one person. */
static enum kf_err
take(enum kf_service_call call, const struct kf_child *child,
    int64_t deadline, struct kf_service_result *result)
{
	struct answer answer;
	enum kf_err err = kf_child_receive(child, &answer, sizeof(answer),
	    deadline);

	if (err == KF_OK)
		err = claimed(answer.err);
	if (err != KF_OK || call == KF_SERVICE_DELETE)
		return err;
	err = kf_state_parse(answer.slot, &result->state);
	if (err == KF_OK && result->state.uid != result->uid)
		err = KF_ERR_CORRUPT;
	return err;
}

void
kf_as_service(enum kf_service_call call, const char *store,
    struct kf_service_result *results, size_t count)
{
	int64_t start = kf_clock_monotonic() + KF_CHILD_START_MS;
	struct task task = { call, store, results, count };
	struct kf_child child;
	enum kf_err started = kf_child_start(&child, -1, serve, &task);
	enum kf_err err = started;

	for (size_t i = 0; i < count; i++) {
		results[i].err = err;
		if (err == KF_OK)
			results[i].err = take(call, &child,
			    start + (int64_t)(i + 1) * CALL_MS, &results[i]);
		/* No answer: the child sends none for the others either. */
		if (results[i].err == KF_ERR_TIMEOUT ||
		    results[i].err == KF_ERR_CLOSED ||
		    results[i].err == KF_ERR_IO)
			err = results[i].err;
	}
	if (started == KF_OK)
		kf_child_end(&child);
}

enum kf_err
kf_as_service_one(enum kf_service_call call, const char *store, uint32_t uid,
    struct kf_state *state)
{
	struct kf_service_result result = { .uid = uid };

	kf_as_service(call, store, &result, 1);
	if (result.err == KF_OK && state != NULL)
		*state = result.state;
	return result.err;
}
