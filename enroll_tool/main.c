/*
 * keyfirst, the administrator's tool: it enrols factors, shows and ends
 * lock-outs, and sets keyfirst up.  All commands but help are for root.  The
 * tool must not decide a login, must not open anything under state/ as root
 * (see children/as_service.h), and must show a seed only while it enrols that
 * seed.
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
	  "enrol time-based codes for a person, and check one of them",
	  "  --label LABEL        a name for it, such as phone\n"
	  "  --issuer NAME        what the app shows; default: this host\n"
	  "  --algorithm HASH     sha1 (default), sha256 or sha512\n"
	  "  --digits N           6 (default), 7 or 8\n"
	  "  --period SECONDS     15 to 60; default: 30\n"
	  "  --qr HOW             utf8 (default), ansi or none\n"
	  "  --qr-png FILE        write the QR code to a new file\n"
	  "  --secret-stdin       take the secret, base32, from stdin\n"
	  "  --code CODE          the code to check, if there is no terminal\n",
	  false, kf_cmd_enroll_totp },
	{ "enroll key", "USER [OPTION...]",
	  "enrol a security key for a person, and check it",
	  "  --label LABEL        a name; default: what the key calls itself\n"
	  "  --verify             every login needs its PIN or a fingerprint\n"
	  "  --rp ID              the RP id; default: key.rp-id\n"
	  "  --device PATH        use this device, such as /dev/hidraw0\n"
	  "  --attestation-roots DIR  only a key certified by a file of DIR\n"
	  "  --ssh-key-out FILE   write an ssh key to FILE and FILE.pub\n",
	  false, kf_cmd_enroll_key },
	{ "import", "FORMAT FILE [--user USER] [--rp ID] [--dry-run]",
	  "take over the codes or keys of another PAM module",
	  "  google-authenticator a person's ~/.google_authenticator\n"
	  "  oath                 users.oath, of pam_oath\n"
	  "  pam-u2f              u2f_keys or authfile=, of pam_u2f\n\n"
	  "  --user USER          whose file it is, or the person to import\n"
	  "  --rp ID              origin= of pam_u2f; default: pam://HOSTNAME\n"
	  "  --dry-run            show what would be done, and do nothing\n",
	  false, kf_cmd_import },
	{ "recovery", "USER", "give a person ten new recovery codes", NULL,
	  false, kf_cmd_recovery },
	{ "list", "[USER] [--json]", "show the enrolled factors",
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
	  "                       copied to this machine and never used\n",
	  false, kf_cmd_repair },
	{ "test", "USER [--service NAME]",
	  "try a person's factors at this terminal; lets nobody in",
	  "  --service NAME       as for a login to this PAM service\n",
	  false, kf_cmd_test },
	{ "setup", "",
	  "make the service user, the folders and the machine key", NULL,
	  false, kf_cmd_setup },
	{ "help", "[COMMAND]", "show all commands, or more about one", NULL,
	  true, kf_cmd_help },
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

/*
 * The number of words (1 or 2) at the start of argv that are the name of the
 * command; 0 if argv does not start with that name.
 */
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
			kf_complain("%s: a second word is missing, such as in "
			    "keyfirst %s USER: try keyfirst help %s", word,
			    commands[i].name, word);
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
		kf_complain("no command was given: try keyfirst help");
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
			kf_complain("%s: not permitted: only root may run "
			    "it: try sudo", command->name);
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
	/*
	 * Our parent may have left SIGCHLD ignored; then the exit status of
	 * our children would be lost.
	 */
	(void)signal(SIGCHLD, SIG_DFL);
	kf_memory_protect();
	(void)umask(077);
	kf_crypto_start();
	openlog("keyfirst", LOG_PID, LOG_AUTHPRIV);
	return (int)kf_terminal_finish(run(argc > 0 ? argc - 1 : 0, argv + 1));
}
