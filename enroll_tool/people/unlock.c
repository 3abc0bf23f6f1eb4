/*
 * keyfirst unlock USER: clears failures, waits, lock-outs and disabling, and
 * nothing else.
 */
#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"

static enum kf_exit
unlock(struct kf_installation *in, struct kf_person *person, void *context)
{
	enum kf_err err = kf_as_service_one(KF_SERVICE_UNLOCK, in->conf.store,
	    person->uid, NULL);

	(void)context;
	/* The strangers' count is cleared last, and may alone be left. */
	if (err != KF_OK) {
		kf_audit("unlock-incomplete", person, NULL);
		kf_complain("%s: the state of uid %u: %s: logins before a "
		    "first factor, or all, may still be locked out: try %s%s",
		    person->name, person->uid, kf_strerror(err),
		    err == KF_ERR_CORRUPT ?
		    "keyfirst repair " : "again",
		    err == KF_ERR_CORRUPT ? person->name : "");
		return KF_EXIT_ERROR;
	}
	kf_audit("unlock", person, NULL);
	kf_say("Codes of %s are accepted again.\n", person->name);
	return KF_EXIT_DONE;
}

enum kf_exit
kf_cmd_unlock(const struct kf_command *command, int argc, char **argv)
{
	if (!kf_operands_only(command, argc, argv, 1, 1))
		return KF_EXIT_USAGE;
	return kf_person_do(argv[optind], unlock, NULL);
}
