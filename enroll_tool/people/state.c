/*
 * The state of somebody who is given a factor: there before the enrolment, so
 * that no enrolment is without one; see people.h.
 */
#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"

/*
 * Only who has nothing enrolled begins with an empty state.  Where there is
 * none of who has, it was lost, and what it knew must not be forgotten: that is
 * for repair.  What was left behind for a uid that has nothing enrolled is
 * nobody's.  Which it is, is looked up now: while a code was typed, somebody
 * else may have enrolled or removed.
 */
static enum kf_err
prepare(struct kf_installation *in, uint32_t uid)
{
	const char *store = in->conf.store;
	struct kf_person now;
	bool is_new = kf_store_get(in->store, uid, kf_store_deadline(),
	    &now) == KF_ERR_NO_USER;
	enum kf_err err = kf_as_service_one(is_new ? KF_SERVICE_CREATE :
	    KF_SERVICE_READ, store, uid, NULL);

	if (err != KF_ERR_CORRUPT || !is_new)
		return err;
	err = kf_as_service_one(KF_SERVICE_DELETE, store, uid, NULL);
	return err != KF_OK ? err : kf_as_service_one(KF_SERVICE_CREATE,
	    store, uid, NULL);
}

static enum kf_exit
prepare_state(struct kf_installation *in, const struct kf_person *person)
{
	enum kf_err err = prepare(in, person->uid);

	if (err == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("%s: the state of uid %u: %s: nothing was stored: "
	    "try %s%s", person->name, person->uid, kf_strerror(err),
	    err == KF_ERR_CORRUPT ? "keyfirst repair " :
	    "keyfirst setup, which says what is wrong",
	    err == KF_ERR_CORRUPT ? person->name : "");
	return KF_EXIT_ERROR;
}

/*
 * Who removed the last factor just before these were stored may have taken the
 * state with it.  A login may have come in between, so it is no empty one.
 */
static enum kf_exit
keep_state(struct kf_installation *in, const struct kf_person *person,
    size_t added)
{
	const char *store = in->conf.store;
	enum kf_err err;

	if (person->count > added)
		return KF_EXIT_DONE;
	err = kf_as_service_one(KF_SERVICE_READ, store, person->uid, NULL);
	if (err == KF_ERR_CORRUPT)
		err = kf_as_service_one(KF_SERVICE_REPAIR, store, person->uid,
		    NULL);
	if (err == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("%s: stored, but the state of uid %u: %s: try keyfirst "
	    "repair %s", person->name, person->uid, kf_strerror(err),
	    person->name);
	return KF_EXIT_ERROR;
}

bool
kf_person_has_room(const struct kf_person *person)
{
	if (person->count < KF_AUTHENTICATORS_MAX)
		return true;
	kf_complain("%s: has %d factors, the most there can be: remove one "
	    "first", person->name, KF_AUTHENTICATORS_MAX);
	return false;
}

enum kf_exit
kf_person_enrol(struct kf_installation *in, struct kf_person *person,
    kf_person_change *add, void *context, size_t count, const char *event)
{
	enum kf_exit status = prepare_state(in, person);

	if (status == KF_EXIT_DONE)
		status = kf_person_update(in, person, add, context);
	if (status != KF_EXIT_DONE)
		return status;
	for (size_t i = person->count - count; i < person->count; i++)
		kf_audit(event, person, &person->authenticators[i]);
	return keep_state(in, person, count);
}
