/*
 * keyfirst setup: makes the parts of the installation that are missing, and
 * complains about those that are wrong.  It must not change a part that exists.
 * It may be run again at any time.
 */
#include <string.h>

#include "common/paths.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/setup/setup.h"
#include "policy/conf.h"

#define FILE_BACKEND "file:"

/* Sets up the store of the option store, if it is not the default store. */
static enum kf_exit
set_up_other_store(struct kf_setup *s)
{
	struct kf_ini_error error;
	struct kf_conf conf;
	const char *path = conf.store + strlen(FILE_BACKEND);

	if (kf_conf_load(kf_path_conf, "keyfirst", &conf, &error) != KF_OK ||
	    strncmp(conf.store, FILE_BACKEND, strlen(FILE_BACKEND)) != 0 ||
	    strcmp(path, kf_path_store) == 0)
		return KF_EXIT_DONE;
	return kf_setup_store(s, path);
}

enum kf_exit
kf_cmd_setup(const struct kf_command *command, int argc, char **argv)
{
	struct kf_setup s = { 0 };
	bool new_user;
	enum kf_exit status;

	if (!kf_operands_only(command, argc, argv, 0, 0))
		return KF_EXIT_USAGE;
	status = kf_setup_user(&s);
	new_user = s.changed;
	if (status == KF_EXIT_DONE)
		status = kf_setup_conf(&s);
	if (status == KF_EXIT_DONE)
		status = kf_setup_store(&s, kf_path_store);
	if (status == KF_EXIT_DONE)
		status = set_up_other_store(&s);
	if (status == KF_EXIT_DONE) {
		kf_setup_check_programs(&s);
		kf_setup_check_rule(&s, new_user);
	}
	if (s.changed)
		kf_audit("setup", NULL, NULL);
	if (status != KF_EXIT_DONE)
		return status;
	if (s.wrong)
		return KF_EXIT_NO;
	if (!s.changed)
		kf_say("Everything is there.\n");
	return KF_EXIT_DONE;
}
