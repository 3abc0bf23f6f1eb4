/* Prints help from the table of commands; see command.h. */
#include "enroll_tool/cli/command.h"

#include <string.h>

#include "enroll_tool/cli/terminal.h"

static void
show_all(const struct kf_command *commands, size_t count)
{
	kf_say("usage: keyfirst COMMAND [ARGUMENT...]\n\n");
	for (size_t i = 0; i < count; i++)
		kf_say("  %-12s %s\n", commands[i].name,
		    commands[i].purpose);
	kf_say("\n  --help, --version\n\n"
	    "More about a command: keyfirst help COMMAND; keyfirst(1)\n");
}

static void
show(const struct kf_command *command)
{
	kf_say("usage: keyfirst %s%s%s\n       %s\n", command->name,
	    *command->operands != '\0' ? " " : "", command->operands,
	    command->purpose);
	if (command->details != NULL)
		kf_say("\n%s", command->details);
}

/*
 * Does help TOPIC include this command?  The topic "enroll" includes every
 * command that begins with that word, and "key" the command "enroll key".
 */
static bool
is_about(const struct kf_command *command, const char *topic)
{
	size_t len = strlen(topic);
	const char *second = strchr(command->name, ' ');

	return (strncmp(command->name, topic, len) == 0 &&
	    (command->name[len] == '\0' || command->name[len] == ' ')) ||
	    (second != NULL && strcmp(second + 1, topic) == 0);
}

enum kf_exit
kf_help(const struct kf_command *commands, size_t count,
    const char *topic)
{
	bool found = false;

	if (topic == NULL) {
		show_all(commands, count);
		return KF_EXIT_DONE;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_about(&commands[i], topic))
			continue;
		if (found)
			kf_say("\n");
		show(&commands[i]);
		found = true;
	}
	if (found)
		return KF_EXIT_DONE;
	kf_complain("help: no such command %s: try keyfirst help", topic);
	return KF_EXIT_USAGE;
}
