/*
 * keyfirst, the administrator's tool: enrols factors, shows and ends
 * lock-outs, sets things up.  It is root's.  It decides no login, never opens
 * anything under state/ as root (see as_service.h), and shows a seed only when
 * it makes one.
 */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "common/secret.h"
#include "enroll_tool/cli/command.h"
#include "enroll_tool/cli/terminal.h"
#include "store/seal.h"

static const struct kf_command commands[] = {
	{ "enroll totp", "USER [OPTION...]",
	  "give a person time-based codes, proved by one of them",
	  "  --label LABEL        a name for it, such as phone\n"
	  "  --issuer NAME        what the app shows; default: this host\n"
	  "  --algorithm HASH     sha1 (default), sha256 or sha512\n"
	  "  --digits N           6 (default), 7 or 8\n"
	  "  --period SECONDS     15 to 60; default: 30\n"
	  "  --qr HOW             utf8 (default), ansi or none\n"
	  "  --qr-png FILE        write the QR code to a new file\n"
	  "  --secret-stdin       take the secret, base32, from stdin\n"
	  "  --code CODE          the code, for use without a terminal\n",
	  false, kf_cmd_enroll_totp },
	{ "enroll key", "USER [OPTION...]",
	  "give a person a security key, proved by a touch",
	  "  --label LABEL        a name; default: what it calls itself\n"
	  "  --verify             always with its PIN or a fingerprint\n"
	  "  --rp ID              the RP id; default: key.rp-id\n"
	  "  --device PATH        this one, such as /dev/hidraw0\n"
	  "  --attestation-roots DIR  certified by one of these, PEM\n"
	  "  --ssh-key-out FILE   an ssh key of it, to FILE and FILE.pub\n",
	  false, kf_cmd_enroll_key },
	{ "import", "FORMAT FILE [--user USER] [--rp ID] [--dry-run]",
	  "take over the codes or keys of another PAM module",
	  "  google-authenticator a person's ~/.google_authenticator\n"
	  "  oath                 users.oath, of pam_oath\n"
	  "  pam-u2f              u2f_keys or authfile=, of pam_u2f\n\n"
	  "  --user USER          whose it is, or this one of many\n"
	  "  --rp ID              origin= of pam_u2f; default: pam://HOSTNAME\n"
	  "  --dry-run            say what would be done, and do nothing\n",
	  false, kf_cmd_import },
	{ "recovery", "USER", "give a person ten new recovery codes", NULL,
	  false, kf_cmd_recovery },
	{ "list", "[USER] [--json]", "show what is enrolled",
	  "  --json               an object for programs: keyfirst-json(5)\n",
	  false, kf_cmd_list },
	{ "rename", "USER ID LABEL", "give a factor another label", NULL,
	  false, kf_cmd_rename },
	{ "remove", "USER ID [--last]", "take a factor away",
	  "  --last               even if it is the person's last one\n",
	  false, kf_cmd_remove },
	{ "status", "USER [--json]",
	  "show failures, waits, lock-outs and clocks",
	  "  --json               an object for programs: keyfirst-json(5)\n",
	  false, kf_cmd_status },
	{ "unlock", "USER", "forget a person's failures", NULL, false,
	  kf_cmd_unlock },
	{ "repair", "USER [--first-use]",
	  "make a new state where it is missing or damaged",
	  "  --first-use          recovery codes stay valid: for enrolments\n"
	  "                       that were brought here, and never used\n",
	  false, kf_cmd_repair },
	{ "test", "USER [--service NAME]",
	  "try a person's factors at this terminal; lets nobody in",
	  "  --service NAME       as if for this PAM service\n",
	  false, kf_cmd_test },
	{ "setup", "", "make the service user, its folders and the key", NULL,
	  false, kf_cmd_setup },
	{ "help", "[COMMAND]", "show this, or more about a command", NULL, true,
	  kf_cmd_help },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static enum kf_exit
help(const char *topic)
{
	return kf_help(commands, COMMANDS, topic);
}

enum kf_exit
kf_cmd_help(const struct kf_command *command, int argc, char **argv)
{
	char topic[64];
	size_t len;

	if (!kf_operands_only(command, argc, argv, 0, 2))
		return KF_EXIT_USAGE;
	if (argc == optind)
		return help(NULL);
	if (argc == optind + 1)
		return help(argv[optind]);
	len = strlen(argv[optind]);
	if (len + 1 + strlen(argv[optind + 1]) >= sizeof(topic))
		return kf_usage(command, "no such command");
	memcpy(topic, argv[optind], len);
	topic[len] = ' ';
	memcpy(topic + len + 1, argv[optind + 1],
	    strlen(argv[optind + 1]) + 1);
	return help(topic);
}

/* How many words of argv are the command's name: 0, 1 or 2. */
static int
match(const char *name, int argc, char **argv)
{
	size_t len = strcspn(name, " ");

	if (strlen(argv[0]) != len || memcmp(argv[0], name, len) != 0)
		return 0;
	if (name[len] == '\0')
		return 1;
	return argc > 1 && strcmp(argv[1], name + len + 1) == 0 ? 2 : 0;
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

static enum kf_exit
unknown_command(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		size_t len = strcspn(commands[i].name, " ");

		if (strlen(word) == len &&
		    memcmp(commands[i].name, word, len) == 0) {
			kf_complain("%s: say what, such as keyfirst %s USER: "
			    "try keyfirst help %s", word, commands[i].name,
			    word);
			return KF_EXIT_USAGE;
		}
	}
	kf_complain("%s: no such command: try keyfirst help", word);
	return KF_EXIT_USAGE;
}

static enum kf_exit
run(int argc, char **argv)
{
	if (argc == 0) {
		kf_complain("say what to do: try keyfirst help");
		return KF_EXIT_USAGE;
	}
	if (strcmp(argv[0], "--version") == 0) {
		kf_say("keyfirst %s\n", PACKAGE_VERSION);
		return KF_EXIT_DONE;
	}
	if (is_help(argv[0]))
		return help(NULL);
	for (size_t i = 0; i < COMMANDS; i++) {
		const struct kf_command *command = &commands[i];
		int words = match(command->name, argc, argv);

		if (words == 0)
			continue;
		if (asks_for_help(argc - words, argv + words))
			return help(command->name);
		if (!command->for_everybody && geteuid() != 0) {
			kf_complain("%s: not permitted: only root may: "
			    "try sudo", command->name);
			return KF_EXIT_ERROR;
		}
		return command->run(command, argc - words + 1,
		    argv + words - 1);
	}
	if (asks_for_help(argc, argv))
		return help(argv[0]);
	return unknown_command(argv[0]);
}

int
main(int argc, char **argv)
{
	kf_terminal_start();
	/* Inherited as ignored, it would hide how our children end. */
	(void)signal(SIGCHLD, SIG_DFL);
	kf_memory_protect();
	(void)umask(077);
	kf_crypto_start();
	openlog("keyfirst", LOG_PID, LOG_AUTHPRIV);
	return (int)kf_terminal_finish(run(argc > 0 ? argc - 1 : 0, argv + 1));
}
