/* keyfirst recovery USER: ten new recovery codes; the old ones die. */
#include "enroll_tool/people.h"
#include "enroll_tool/recovery_issue.h"

enum kf_exit
kf_cmd_recovery(const struct kf_command *command, int argc, char **argv)
{
	struct kf_installation in;
	struct kf_person person;
	enum kf_exit status;

	if (!kf_operands_only(command, argc, argv, 1, 1))
		return KF_EXIT_USAGE;
	status = kf_installation_open(&in, false);
	if (status != KF_EXIT_DONE)
		return status;
	status = kf_person_enrolled(&in, argv[optind], &person);
	if (status == KF_EXIT_DONE)
		status = kf_recovery_issue(&in, &person);
	kf_installation_close(&in);
	return status;
}
