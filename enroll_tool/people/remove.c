/*
 * keyfirst remove USER ID [--last]: removes a factor.  Refuses to remove the
 * last factor that is known to work without --last.
 */
#include <string.h>

#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"
#include "factors/factor.h"

struct removal {
	const char *id;
	bool last;			/* --last */
	struct kf_state state;		/* empty if it cannot be read */
	struct kf_authenticator removed;	/* for the log */
};

static bool
is_proved(const struct kf_authenticator *a, struct kf_state *state)
{
	return kf_factor_is_proved(a, kf_state_find(state, a->tag));
}

/*
 * Does the person keep another factor?  Recovery codes do not count.  An
 * imported factor that was never used may not work: so in place of a proved
 * factor only another proved factor counts, in place of an unproved factor any
 * other factor.
 */
static bool
has_another(const struct kf_person *person, struct removal *r)
{
	if (!is_proved(&r->removed, &r->state))
		return kf_enrolment_factors(person) > 0;
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];

		if (!kf_factor_of(a->kind)->items && is_proved(a, &r->state))
			return true;
	}
	return false;
}

/* The consequence of the removal, for the message. */
static const char *
if_removed(const struct kf_person *person)
{
	if (person->count == 0)
		return "logins that ask for a factor would be refused";
	return kf_enrolment_factors(person) > 0 ?
	    "the others may not work" :
	    "only recovery codes would be left";
}

static enum kf_exit
change(struct kf_person *person, void *context)
{
	struct removal *r = context;
	struct kf_authenticator *a = kf_person_authenticator(person, r->id);

	if (a == NULL)
		return KF_EXIT_MISSING;
	r->removed = *a;
	kf_enrolment_remove(person, a);
	if (r->last || has_another(person, r))
		return KF_EXIT_DONE;
	kf_complain("%s: %s is the last factor%s, and %s: give --last to "
	    "remove it", person->name, r->id,
	    kf_enrolment_factors(person) > 0 ?
	    " that was proved" : "", if_removed(person));
	return KF_EXIT_POLICY;
}

/*
 * Deletes the state after the enrolment.  If the person was enrolled again
 * meanwhile, the new enrolment needs a state.  The state is made as by keyfirst
 * repair and not empty, because a new factor may have been used already.
 */
static enum kf_exit
drop_state(struct kf_installation *in, uint32_t uid, const char *name)
{
	struct kf_person again;
	enum kf_err err = kf_as_service_one(KF_SERVICE_DELETE, in->conf.store,
	    uid, NULL);

	if (err == KF_OK && kf_store_get(in->store, uid, kf_store_deadline(),
	    &again) == KF_OK)
		err = kf_as_service_one(KF_SERVICE_REPAIR, in->conf.store, uid,
		    NULL);
	if (err == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("%s: the factor is removed, but the state of uid %u could "
	    "not be cleared: %s", name, uid, kf_strerror(err));
	return KF_EXIT_ERROR;
}

static const char *
left(const struct kf_person *person)
{
	if (person->count == 0)
		return "  Nothing is enrolled any more.";
	return kf_enrolment_factors(person) > 0 ? "" :
	    "  Only recovery codes are left.";
}

static enum kf_exit
take_away(struct kf_installation *in, struct kf_person *person, void *context)
{
	struct removal *r = context;
	enum kf_exit status;

	if (kf_as_service_one(KF_SERVICE_READ, in->conf.store, person->uid,
	    &r->state) != KF_OK)
		r->state = (struct kf_state){ 0 };
	status = kf_person_update(in, person, change, r);
	if (status != KF_EXIT_DONE)
		return status;
	kf_audit("remove", person, &r->removed);
	if (person->count == 0)
		status = drop_state(in, person->uid, person->name);
	kf_say("Removed %s of %s.%s\n", r->id, person->name, left(person));
	return status;
}

enum kf_exit
kf_cmd_remove(const struct kf_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "last", no_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	struct removal r = { 0 };
	int c;

	while ((c = kf_option_next(command, argc, argv, options)) != -1) {
		if (c != 'l')
			return KF_EXIT_USAGE;
		r.last = true;
	}
	if (!kf_operands(command, argc, 2, 2))
		return KF_EXIT_USAGE;
	r.id = argv[optind + 1];
	return kf_person_do(argv[optind], take_away, &r);
}
