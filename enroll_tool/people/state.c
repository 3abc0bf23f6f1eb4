/*
 * Enrols factors together with the person's state: the state is made before the
 * enrolment is stored, so that no enrolment is ever without a state; see
 * people.h.
 */
#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"

/*
 * Only a person who has nothing enrolled gets a new, empty state.  If a person
 * with an enrolment has no state, the state was lost, and an empty state would
 * let used codes be used again: KF_ERR_CORRUPT, for keyfirst repair.  A damaged
 * state of a uid that has nothing enrolled belongs to nobody, and is replaced.
 * The enrolment is read again here, because another command may have changed it
 * while the person typed a code.
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
 * Makes the state again if a removal of the person's last factor, just before
 * the new factors were stored, deleted it.  The state is made as by keyfirst
 * repair and not empty, because a new factor may have been used at a login
 * meanwhile.
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
	kf_complain("%s: the enrolment was stored, but the state of uid %u "
	    "cannot be used: %s: try keyfirst repair %s", person->name,
	    person->uid, kf_strerror(err), person->name);
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
