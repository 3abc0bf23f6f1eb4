/*
 * What a row of the table of subcommands is, and what all subcommands share:
 * exit statuses, options and operands.  To add a subcommand, write its function
 * kf_cmd_NAME in the folder where it belongs and add a row in main.c; help, the
 * root check and the dispatch follow from the row.
 */
#ifndef KF_COMMAND_H
#define KF_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

enum kf_exit {
	KF_EXIT_DONE = 0,
	KF_EXIT_NO = 1,		/* the answer is no */
	KF_EXIT_USAGE = 2,
	KF_EXIT_POLICY = 3,	/* refused by policy */
	KF_EXIT_MISSING = 4,	/* no such person, factor or file */
	KF_EXIT_ERROR = 5	/* not permitted, or input or output failed */
};

struct kf_command {
	const char *name;	/* one word or two: "list", "enroll totp" */
	const char *operands;	/* as a synopsis shows them */
	const char *purpose;	/* one line of help */
	const char *details;	/* the options, a line each; or NULL */
	bool for_everybody;	/* all others are root's */
	/* argv[0] is the last word of the name. */
	enum kf_exit (*run)(const struct kf_command *command, int argc,
	    char **argv);
};

/*
 * getopt_long with our words for what is wrong: '?' after a complaint, -1
 * after the last option.  GNU habits: options anywhere, abbreviations, "--".
 */
int
kf_option_next(const struct kf_command *command, int argc, char **argv,
    const struct option *options) __attribute__((nonnull));

/* After the options: min to max operands are left; else it complains. */
bool
kf_operands(const struct kf_command *command, int argc, int min, int max)
    __attribute__((nonnull));

/* Complains about how the command was called; returns KF_EXIT_USAGE. */
enum kf_exit
kf_usage(const struct kf_command *command, const char *format, ...)
    __attribute__((nonnull, format(printf, 2, 3)));

/* For commands without options: false after a complaint. */
bool
kf_operands_only(const struct kf_command *command, int argc, char **argv,
    int min, int max) __attribute__((nonnull));

/*
 * The help of all commands of the table (topic NULL), or of those whose name
 * begins with the topic.
 */
enum kf_exit
kf_help(const struct kf_command *commands, size_t count, const char *topic)
    __attribute__((nonnull(1)));

/* One function a subcommand. */
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
