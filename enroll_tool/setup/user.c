/*
 * Makes or checks the service user: a system user without a home, a login shell
 * or a password, made by the distribution's own programs; see setup.h.  An
 * account that exists must not be changed.
 */
#include "enroll_tool/setup/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "enroll_tool/cli/terminal.h"

#define GROUPADD "/usr/sbin/groupadd"
#define USERADD "/usr/sbin/useradd"

/*
 * The service user owns state/ and can read the machine key.  So nobody may log
 * in as that user, and an account that existed before may be a person's.
 */
static enum kf_exit
refuse(const char *why)
{
	kf_complain("setup: %s: user and group %s must be keyfirst's alone",
	    why, KF_SERVICE_NAME);
	return KF_EXIT_POLICY;
}

static enum kf_exit
check_group(const struct group *gr)
{
	if (gr->gr_gid == 0)
		return refuse("group " KF_SERVICE_NAME " is root's");
	for (char **member = gr->gr_mem; *member != NULL; member++)
		if (strcmp(*member, KF_SERVICE_NAME) != 0)
			return refuse("group " KF_SERVICE_NAME
			    " has other members");
	return KF_EXIT_DONE;
}

static enum kf_exit
check_user(const struct passwd *pw, gid_t gid)
{
	const char *slash = strrchr(pw->pw_shell, '/');
	const char *shell = slash != NULL ? slash + 1 : pw->pw_shell;

	if (pw->pw_uid == 0)
		return refuse("user " KF_SERVICE_NAME " is root");
	if (pw->pw_gid != gid)
		return refuse("the group of user " KF_SERVICE_NAME
		    " is another");
	if (strcmp(shell, "nologin") != 0 && strcmp(shell, "false") != 0)
		return refuse("user " KF_SERVICE_NAME " is an ordinary account"
		    " with a login shell");
	return KF_EXIT_DONE;
}

/*
 * Runs a program with an empty environment and all its output on standard
 * error.  Returns false after a complaint if it fails.
 */
static bool
run_program(char *const argv[])
{
	char *const envp[] = { NULL };
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		(void)umask(022);
		if (null >= 0 && dup2(null, 0) == 0 && dup2(2, 1) == 1)
			(void)execve(argv[0], argv, envp);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	if (pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	kf_complain("setup: %s failed: make the system user and group %s "
	    "by hand", argv[0], KF_SERVICE_NAME);
	return false;
}

static enum kf_exit
make_group(struct kf_setup *s)
{
	static char program[] = GROUPADD;
	static char system[] = "--system";
	static char name[] = KF_SERVICE_NAME;
	char *const argv[] = { program, system, name, NULL };
	const struct group *gr = getgrnam(KF_SERVICE_NAME);

	if (gr == NULL) {
		if (!run_program(argv))
			return KF_EXIT_ERROR;
		gr = getgrnam(KF_SERVICE_NAME);
		if (gr == NULL) {
			kf_complain("setup: group %s was made, but is not "
			    "found: try getent group", KF_SERVICE_NAME);
			return KF_EXIT_ERROR;
		}
		kf_say("Made group %s.\n", KF_SERVICE_NAME);
		s->changed = true;
	}
	s->gid = gr->gr_gid;
	return check_group(gr);
}

static enum kf_exit
make_user(struct kf_setup *s)
{
	static char words[][24] = {
		USERADD, "--system", "--gid", KF_SERVICE_NAME,
		"--home-dir", "/nonexistent", "--no-create-home",
		"--shell", "/usr/sbin/nologin", "--comment", "keyfirst",
		KF_SERVICE_NAME,
	};
	char *argv[sizeof(words) / sizeof(words[0]) + 1] = { NULL };
	const struct passwd *pw = getpwnam(KF_SERVICE_NAME);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		argv[i] = words[i];
	if (pw == NULL) {
		if (!run_program(argv))
			return KF_EXIT_ERROR;
		pw = getpwnam(KF_SERVICE_NAME);
		if (pw == NULL) {
			kf_complain("setup: user %s was made, but is not "
			    "found: try getent passwd", KF_SERVICE_NAME);
			return KF_EXIT_ERROR;
		}
		kf_say("Made user %s.\n", KF_SERVICE_NAME);
		s->changed = true;
	}
	s->uid = pw->pw_uid;
	return check_user(pw, s->gid);
}

enum kf_exit
kf_setup_user(struct kf_setup *s)
{
	enum kf_exit status = make_group(s);

	return status == KF_EXIT_DONE ? make_user(s) : status;
}
