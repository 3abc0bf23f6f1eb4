/* Parses options and operands for every subcommand; see command.h. */
#include "enroll_tool/cli/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "enroll_tool/cli/terminal.h"

enum kf_exit
kf_usage(const struct kf_command *command, const char *format, ...)
{
	size_t first = strcspn(command->name, " ");
	char why[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	kf_complain("%s: %s: try keyfirst help %.*s", command->name, why,
	    (int)first, command->name);
	return KF_EXIT_USAGE;
}

int
kf_option_next(const struct kf_command *command, int argc, char **argv,
    const struct option *options)
{
	const char *what;
	int before = optind;
	int c;

	opterr = 0;
	c = getopt_long(argc, argv, ":", options, NULL);
	if (c != '?' && c != ':')
		return c;
	/*
	 * getopt_long has passed a bad long option, but maybe not yet a bad
	 * short option, which can stand with others in one word.
	 */
	what = optind > before && optind <= argc ? argv[optind - 1] :
	    argv[before];
	if (c == ':')
		(void)kf_usage(command, "%s needs a value", what);
	else if (optopt != 0 && strncmp(what, "--", 2) == 0)
		(void)kf_usage(command, "%s takes no value", what);
	else if (optopt != 0)
		(void)kf_usage(command, "unknown option -%c", optopt);
	else
		(void)kf_usage(command, "unknown or ambiguous option %s", what);
	return '?';
}

bool
kf_operands(const struct kf_command *command, int argc, int min, int max)
{
	int left = argc - optind;

	if (left < min)
		(void)kf_usage(command, "%s", left == 0 && min == 1 ?
		    "the name of a person is missing" :
		    "a word is missing, such as the id that keyfirst list "
		    "shows");
	else if (left > max)
		(void)kf_usage(command, "too many operands");
	return left >= min && left <= max;
}

bool
kf_operands_only(const struct kf_command *command, int argc, char **argv,
    int min, int max)
{
	static const struct option none[] = { { NULL, 0, NULL, 0 } };

	return kf_option_next(command, argc, argv, none) == -1 &&
	    kf_operands(command, argc, min, max);
}
