/* keyfirst help [COMMAND]: what the table of commands says. */
#include <string.h>

#include "enroll_tool/command.h"
#include "enroll_tool/terminal.h"

static void
show_all(void)
{
	kf_say("usage: keyfirst COMMAND [ARGUMENT...]\n\n");
	for (size_t i = 0; i < kf_command_count; i++)
		kf_say("  %-12s %s\n", kf_commands[i].name,
		    kf_commands[i].purpose);
	kf_say("\n  --help, --version\n\n"
	    "More about one: keyfirst help COMMAND, and keyfirst(1).\n");
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
 * "enroll" stands for every command that begins with that word, and "key" for
 * the one that enrols it.
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
kf_help(const char *topic)
{
	bool found = false;

	if (topic == NULL) {
		show_all();
		return KF_EXIT_DONE;
	}
	for (size_t i = 0; i < kf_command_count; i++) {
		if (!is_about(&kf_commands[i], topic))
			continue;
		if (found)
			kf_say("\n");
		show(&kf_commands[i]);
		found = true;
	}
	if (found)
		return KF_EXIT_DONE;
	kf_complain("help: no such command %s: try keyfirst help", topic);
	return KF_EXIT_USAGE;
}

enum kf_exit
kf_cmd_help(const struct kf_command *command, int argc, char **argv)
{
	char topic[64];
	size_t len;

	if (!kf_operands_only(command, argc, argv, 0, 2))
		return KF_EXIT_USAGE;
	if (argc == optind)
		return kf_help(NULL);
	if (argc == optind + 1)
		return kf_help(argv[optind]);
	len = strlen(argv[optind]);
	if (len + 1 + strlen(argv[optind + 1]) >= sizeof(topic))
		return kf_usage(command, "no such command");
	memcpy(topic, argv[optind], len);
	topic[len] = ' ';
	memcpy(topic + len + 1, argv[optind + 1],
	    strlen(argv[optind + 1]) + 1);
	return kf_help(topic);
}
