/* Parses the arguments of the module's line in a PAM stack; see args.h. */
#include "pam_module/args.h"

#include <string.h>

/* Takes one argument; false if it is unknown, malformed or repeated. */
static bool
take(struct kf_args *args, const char *arg)
{
	if (strcmp(arg, "after_first_factor") == 0) {
		if (args->after_first_factor)
			return false;
		args->after_first_factor = true;
		return true;
	}
	if (strncmp(arg, "conf=/", 6) == 0) {
		if (args->conf != NULL)
			return false;
		args->conf = arg + 5;
		return true;
	}
	return false;
}

enum kf_err
kf_args_parse(int argc, const char *const *argv, struct kf_args *args,
    const char **bad)
{
	*args = (struct kf_args){ 0 };
	*bad = NULL;
	for (int i = 0; i < argc; i++) {
		if (!take(args, argv[i])) {
			*bad = argv[i];
			return KF_ERR_SYNTAX;
		}
	}
	return KF_OK;
}
