/*
 * keyfirst recovery USER: issues ten new recovery codes, which replace the
 * former codes.
 */
#include "enroll_tool/people/people.h"
#include "enroll_tool/people/recovery_issue.h"

static enum kf_exit
issue(struct kf_installation *in, struct kf_person *person, void *context)
{
	(void)context;
	return kf_recovery_issue(in, person);
}

enum kf_exit
kf_cmd_recovery(const struct kf_command *command, int argc, char **argv)
{
	if (!kf_operands_only(command, argc, argv, 1, 1))
		return KF_EXIT_USAGE;
	return kf_person_do(argv[optind], issue, NULL);
}
