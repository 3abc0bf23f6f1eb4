/*
 * keyfirst repair USER: makes a new state if the state is missing or damaged.
 * It must not let a code be used twice: every code that may have been used
 * counts as used in the new state.
 */
#include <inttypes.h>

#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"
#include "factors/recovery.h"

static enum kf_exit
complain(const struct kf_person *person, enum kf_err err)
{
	/* Only --first-use: a state is there, so it was not the first use. */
	if (err == KF_ERR_CONFLICT) {
		kf_complain("%s: the state of uid %" PRIu32 " is damaged, not "
		    "missing, so this is no first use: try keyfirst repair %s",
		    person->name, person->uid, person->name);
		return KF_EXIT_POLICY;
	}
	kf_complain("%s: the state of uid %" PRIu32 " cannot be repaired: %s: "
	    "try again, or look at what is in its place under state/",
	    person->name, person->uid, kf_strerror(err));
	return KF_EXIT_ERROR;
}

static enum kf_exit
in_order(const struct kf_person *person, bool first_use)
{
	if (first_use) {
		kf_complain("%s: has a state already: --first-use is only for "
		    "a person without a state", person->name);
		return KF_EXIT_POLICY;
	}
	kf_say("The state of %s is in order; nothing was changed.\n",
	    person->name);
	return KF_EXIT_DONE;
}

/*
 * Do all recovery codes count as used?  They do not if only the strangers' file
 * was missing: then the repair leaves them as they were.
 */
static bool
has_no_recovery_code(struct kf_person *person, struct kf_state *state)
{
	const struct kf_authenticator *a = kf_enrolment_find(person, "R");
	const struct kf_memory *memory = a == NULL ? NULL :
	    kf_state_find(state, a->tag);

	return memory != NULL && kf_recovery_left(memory->counter) == 0;
}

static enum kf_exit
repair(struct kf_installation *in, struct kf_person *person, void *context)
{
	const bool first_use = *(const bool *)context;
	struct kf_state state;
	enum kf_err err;

	if (kf_as_service_one(KF_SERVICE_READ, in->conf.store, person->uid,
	    NULL) == KF_OK)
		return in_order(person, first_use);
	/* By a clock that is behind, used codes would count as unused. */
	if (!kf_clock_is_usable("repair"))
		return KF_EXIT_ERROR;
	err = kf_as_service_one(first_use ? KF_SERVICE_FIRST_USE :
	    KF_SERVICE_REPAIR, in->conf.store, person->uid, &state);
	if (err != KF_OK)
		return complain(person, err);
	kf_audit(first_use ? "first-use" : "repair", person, NULL);
	kf_say("The state of %s is in order again.  If the old state of a "
	    "factor was lost, its codes up to now and those of the next two "
	    "periods count as used.\n", person->name);
	if (has_no_recovery_code(person, &state))
		kf_say("All recovery codes count as used, too.  For new codes: "
		    "keyfirst recovery %s\n", person->name);
	return KF_EXIT_DONE;
}

enum kf_exit
kf_cmd_repair(const struct kf_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "first-use", no_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	bool first_use = false;
	int c;

	while ((c = kf_option_next(command, argc, argv, options)) != -1) {
		if (c != 'f')
			return KF_EXIT_USAGE;
		first_use = true;
	}
	if (!kf_operands(command, argc, 1, 1))
		return KF_EXIT_USAGE;
	return kf_person_do(argv[optind], repair, &first_use);
}
