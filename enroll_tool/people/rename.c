/* keyfirst rename USER ID LABEL: gives a factor another label. */
#include <string.h>

#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"

struct rename {
	const char *id;
	char label[KF_LABEL_SIZE];
};

static enum kf_exit
change(struct kf_person *person, void *context)
{
	const struct rename *r = context;
	struct kf_authenticator *a = kf_person_authenticator(person, r->id);

	if (a == NULL)
		return KF_EXIT_MISSING;
	memcpy(a->label, r->label, sizeof(a->label));
	return KF_EXIT_DONE;
}

static enum kf_exit
rename_one(struct kf_installation *in, struct kf_person *person, void *context)
{
	struct rename *r = context;
	enum kf_exit status = kf_person_update(in, person, change, r);

	if (status != KF_EXIT_DONE)
		return status;
	kf_audit("rename", person, kf_enrolment_find(person, r->id));
	kf_say("%s of %s is now called %s.\n", r->id, person->name,
	    r->label[0] != '\0' ? r->label : "nothing");
	return KF_EXIT_DONE;
}

enum kf_exit
kf_cmd_rename(const struct kf_command *command, int argc, char **argv)
{
	struct rename r = { 0 };

	if (!kf_operands_only(command, argc, argv, 3, 3) ||
	    !kf_person_label(command, argv[optind + 2], r.label))
		return KF_EXIT_USAGE;
	r.id = argv[optind + 1];
	return kf_person_do(argv[optind], rename_one, &r);
}
