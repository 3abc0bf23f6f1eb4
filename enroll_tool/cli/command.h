/*
 * A row of the table of subcommands, and what all subcommands share: exit
 * statuses, options and operands.  To add a subcommand, write its function
 * kf_cmd_NAME in the folder where it belongs and add a row in main.c; help, the
 * check for root and the dispatch follow from the row.
 */
#ifndef KF_COMMAND_H
#define KF_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

enum kf_exit {
	KF_EXIT_DONE = 0,
	KF_EXIT_NO = 1,		/* the answer is no: not proved, not in order */
	KF_EXIT_USAGE = 2,	/* wrong command line */
	KF_EXIT_POLICY = 3,	/* refused by policy */
	KF_EXIT_MISSING = 4,	/* no such person, factor or file */
	KF_EXIT_ERROR = 5	/* not permitted, or input or output failed */
};

struct kf_command {
	const char *name;	/* one word or two: "list", "enroll totp" */
	const char *operands;	/* the operands and options of the synopsis */
	const char *purpose;	/* what it does, in one line of help */
	const char *details;	/* the options, a line each; or NULL */
	bool for_everybody;	/* false: only root may run it */
	/* argv[0] is the last word of the command's name. */
	enum kf_exit (*run)(const struct kf_command *command, int argc,
	    char **argv);
};

/*
 * getopt_long with our own messages.  Returns the option; '?' after a complaint
 * about an unknown option or a wrong value; -1 after the last option.  As in
 * GNU programs, options may stand anywhere and be abbreviated, and "--" ends
 * them.
 */
int
kf_option_next(const struct kf_command *command, int argc, char **argv,
    const struct option *options) __attribute__((nonnull));

/*
 * Call it after the last option.  Returns true if min to max operands are left;
 * otherwise false, after a complaint.
 */
bool
kf_operands(const struct kf_command *command, int argc, int min, int max)
    __attribute__((nonnull));

/* Complains about a wrong command line; returns KF_EXIT_USAGE. */
enum kf_exit
kf_usage(const struct kf_command *command, const char *format, ...)
    __attribute__((nonnull, format(printf, 2, 3)));

/*
 * kf_operands for a command without options.  Returns false after a complaint,
 * also about any option.
 */
bool
kf_operands_only(const struct kf_command *command, int argc, char **argv,
    int min, int max) __attribute__((nonnull));

/*
 * Prints the list of all commands (topic NULL), or the help of the commands
 * that have topic as their name, as its first word or as its second word.
 * KF_EXIT_USAGE after a complaint if there is no such command.
 */
enum kf_exit
kf_help(const struct kf_command *commands, size_t count, const char *topic)
    __attribute__((nonnull(1)));

/* The function of each subcommand; main.c has their table. */
enum kf_exit
kf_cmd_enroll_totp(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_enroll_key(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_import(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_recovery(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_list(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_rename(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_remove(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_status(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_unlock(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_repair(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_test(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_setup(const struct kf_command *command, int argc, char **argv);
enum kf_exit
kf_cmd_help(const struct kf_command *command, int argc, char **argv);

#endif
