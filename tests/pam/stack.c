/*
 * The module in a PAM stack: wrong arguments and configurations, a missing
 * verifier or store, a PAM_USER that changes, several calls and handles, a full
 * disk; and that it leaves the process of its host unchanged.
 */
#include "tests/pam/people.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/paths.h"
#include "policy/conf.h"

/* Makes a stack of that line, and logs in with a right code. */
static int
try_line(const struct person *p, const char *line, struct script *script)
{
	static char code[9];

	people_code(p, 0, code);
	memset(script, 0, sizeof(*script));
	for (int i = 0; i < 3; i++)
		script->answers[i] = code;
	people_service("tried", line);
	return people_authenticate("tried", p->name, script);
}

static void
wrong_arguments(void **state)
{
	static const char *const arguments[] = { "debug", "nullok",
		"after_first_factor after_first_factor",
		"conf=" PEOPLE_DIR "/conf conf=" PEOPLE_DIR "/conf",
		"conf=conf", "conf=", "conf", "conf=./conf",
		"conf=" PEOPLE_DIR "/conf 1", "after_first_factor=yes",
		"AFTER_FIRST_FACTOR", "try_first_pass", "use_first_pass",
		"no_warn" };
	const struct person *p = people_next();

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(arguments); i++) {
		struct script script;
		char line[300];

		(void)snprintf(line, sizeof(line), "auth required @ %s\n",
		    arguments[i]);
		assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
		assert_int_equal(script.prompts, 0);
		assert_int_equal(script.delay, 2000000);
	}
	assert_int_equal(people_state(p).lines, 0);
}

/*
 * A configuration that is wrong, missing or not trusted denies before anything
 * is asked; once it is right again, the next login succeeds.
 */
static void
wrong_configurations(void **state)
{
	static const char *const texts[] = {
		"[default]\ntotp.window = -1\n", "[default]\ntotp.windw = 1\n",
		"[default]\ntotp.window = 1x\n",
		"[default]\ntries = 3\ntries = 3\n",
		"[default]\n[service tried] junk\n",
		"[service other]\nbroken\n", "tries = 3\n",
		"[default]\nstore = file:relative\n",
	};
	static const char line[] = "auth required @ conf=" PEOPLE_DIR
	    "/tried.conf\n";
	const struct person *p = people_next();
	struct script script;

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(texts); i++) {
		people_write("tried.conf", texts[i]);
		assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
		assert_int_equal(script.prompts, 0);
	}
	people_write("tried.conf", "[default]\n");
	assert_int_equal(chmod(PEOPLE_DIR "/tried.conf", 0666), 0);
	assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
	assert_int_equal(chmod(PEOPLE_DIR "/tried.conf", 0644), 0);
	assert_int_equal(chmod(PEOPLE_DIR, 0777), 0);
	assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
	assert_int_equal(chmod(PEOPLE_DIR, 0755), 0);
	assert_int_equal(chown(PEOPLE_DIR "/tried.conf", p->uid, p->uid), 0);
	assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
	assert_int_equal(unlink(PEOPLE_DIR "/tried.conf"), 0);
	assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
	assert_int_equal(symlink("conf", PEOPLE_DIR "/tried.conf"), 0);
	assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
	assert_int_equal(unlink(PEOPLE_DIR "/tried.conf"), 0);
	assert_int_equal(mkfifo(PEOPLE_DIR "/tried.conf", 0644), 0);
	assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
	assert_int_equal(unlink(PEOPLE_DIR "/tried.conf"), 0);
	people_write("tried.conf", "[default]\nstore = file:/nonexistent\n");
	assert_int_equal(try_line(p, line, &script), PAM_AUTHINFO_UNAVAIL);
	people_write("tried.conf", "[default]\n");
	assert_int_equal(try_line(p, line, &script), PAM_SUCCESS);
}

/* A path of the configuration that is too long for a REQUEST. */
static void
long_configuration_path(void **state)
{
	char line[2000] = "auth required @ conf=";
	const struct person *p = people_next();
	struct script script;
	size_t len = strlen(line);

	(void)state;
	memset(line + len, '/', 900);
	(void)snprintf(line + len + 900, sizeof(line) - len - 900, "%s",
	    PEOPLE_DIR "/conf\n");
	assert_int_equal(try_line(p, line, &script), PAM_SERVICE_ERR);
	assert_int_equal(script.prompts, 0);
}

/*
 * The file that is moved away now, and where it is.  When a test fails, its
 * teardown moves the file back.
 */
static char moved[300], away[320];

static int
put_back(void **state)
{
	(void)state;
	if (moved[0] == '\0')
		return 0;
	(void)remove(moved);
	if (rename(away, moved) != 0)
		return -1;
	moved[0] = '\0';
	return 0;
}

/* Calls work while a file of the installation is moved away. */
static void
without(const char *path, void (*work)(const struct person *),
    const struct person *p)
{
	(void)snprintf(moved, sizeof(moved), "%s", path);
	(void)snprintf(away, sizeof(away), "%s.away", path);
	assert_int_equal(rename(path, away), 0);
	work(p);
	assert_int_equal(put_back(NULL), 0);
}

static void
is_unavailable(const struct person *p)
{
	struct script script;

	assert_int_equal(try_line(p, "auth required @ conf=" PEOPLE_DIR
	    "/conf\n", &script), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(script.prompts, 0);
	assert_int_equal(script.delay, 2000000);
}

static void
broken_verifier(const struct person *p)
{
	static const char *const programs[] = { "/bin/true", "/bin/false",
		"/dev/null", "/etc" };

	is_unavailable(p);
	for (size_t i = 0; i < PEOPLE_COUNT(programs); i++) {
		assert_int_equal(symlink(programs[i], kf_path_verify), 0);
		is_unavailable(p);
		assert_int_equal(unlink(kf_path_verify), 0);
	}
}

static void
missing_parts(void **state)
{
	const struct person *p = people_next();
	struct script script;
	char path[300];

	(void)state;
	without(kf_path_verify, broken_verifier, p);
	without(kf_path_machine_key, is_unavailable, p);
	without(kf_path_store, is_unavailable, p);
	(void)snprintf(path, sizeof(path), "%s/state", kf_path_store);
	without(path, is_unavailable, p);
	(void)snprintf(path, sizeof(path), "%s/enrolled", kf_path_store);
	without(path, is_unavailable, p);
	assert_int_equal(people_state(p).lines, 0);
	/* Wrong modes. */
	(void)snprintf(path, sizeof(path), "%s/state", kf_path_store);
	assert_int_equal(chmod(path, 0777), 0);
	is_unavailable(p);
	assert_int_equal(chmod(path, 0700), 0);
	assert_int_equal(chmod(kf_path_machine_key, 0644), 0);
	is_unavailable(p);
	assert_int_equal(chmod(kf_path_machine_key, 0640), 0);
	assert_int_equal(try_line(p, "auth required @\n", &script),
	    PAM_SUCCESS);
}

/* A damaged state or enrolment denies, in both positions. */
static void
spoilt_records(void **state)
{
	static const char *const folders[] = { "state", "enrolled" };

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(folders); i++) {
		const struct person *p = people_next();
		struct script script;
		char path[300];
		int fd;

		(void)snprintf(path, sizeof(path), "%s/%s/%u", kf_path_store,
		    folders[i], p->uid);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		for (off_t at = 20; at < 8192; at += 200)
			(void)!pwrite(fd, "\0", 1, at);
		assert_int_equal(close(fd), 0);
		assert_int_equal(try_line(p, "auth required @\n", &script),
		    PAM_AUTH_ERR);
		assert_int_equal(script.prompts, 3);
		assert_int_equal(try_line(p, "auth required @ "
		    "after_first_factor\n", &script), PAM_AUTHINFO_UNAVAIL);
		assert_int_equal(unlink(path), 0);
		assert_int_not_equal(try_line(p, "auth required @ "
		    "after_first_factor\n", &script), PAM_SUCCESS);
	}
}

/* Logs in as a caller that is not root, in a child; returns the PAM code. */
static int
try_unprivileged(const char *service, const struct person *p)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		char code[9];
		struct script script = { .answers = { code, code, code } };

		people_code(p, 0, code);
		if (setegid(65534) != 0 || seteuid(65534) != 0)
			_exit(99);
		_exit(people_authenticate(service, p->name, &script));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/*
 * A caller that is not root needs the service's socket, which does not exist
 * here, so it is denied.  With the argument conf= it is refused before that.
 */
static void
not_root(void **state)
{
	const struct person *p = people_next();

	(void)state;
	people_service("plain", "auth required @\n");
	assert_int_equal(try_unprivileged("plain", p), PAM_AUTHINFO_UNAVAIL);
	assert_int_equal(try_unprivileged("known", p), PAM_SERVICE_ERR);
	assert_int_equal(people_state(p).lines, 0);
}

/* The user */

static void
change_user(void *context, pam_handle_t *pamh)
{
	assert_int_equal(pam_set_item(pamh, PAM_USER, context), PAM_SUCCESS);
}

/* PAM_USER is changed, or removed, before the grant: denied. */
static void
user_changes(void **state)
{
	static char root[] = "root", empty[] = "";
	const struct person *p = people_next(), *other = people_next();
	char *const users[] = { root, (char *)(uintptr_t)other->name, empty,
		NULL };

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(users); i++) {
		char code[9];
		struct script script = { .answers = { code },
			.prompted = change_user, .context = users[i] };
		int rc;

		people_code(p, (int)i - 2, code);
		rc = people_authenticate("known1", p->name, &script);
		assert_int_equal(rc, PAM_AUTH_ERR);
		assert_int_equal(script.prompts, 1);
	}
}

/* PAM_USER is changed before the call: the new user's code is needed. */
static void
user_is_who_it_is_now(void **state)
{
	const struct person *p = people_next(), *other = people_next();
	char code[9];
	struct script script = { .answers = { code } };
	pam_handle_t *pamh;
	int rc;

	(void)state;
	people_code(p, 0, code);
	pamh = people_open("known1", p->name, &script);
	assert_int_equal(pam_set_item(pamh, PAM_USER, other->name),
	    PAM_SUCCESS);
	rc = pam_authenticate(pamh, 0);
	assert_int_equal(rc, PAM_AUTH_ERR);
	people_close(pamh, rc);
	assert_int_equal(people_state(other).counts[KF_POSITION_KNOWN].failures,
	    1);
	assert_int_equal(people_state(p).counts[KF_POSITION_KNOWN].failures,
	    0);
}

/* Calls and handles */

static void
other_entries(void **state)
{
	const struct person *p = people_next();
	struct script script = { .answers = { NULL } };
	pam_handle_t *pamh;

	(void)state;
	people_service("all", "auth required @\nsession required @\n");
	/* Without pam_authenticate, as sshd calls it after a public key. */
	pamh = people_open("all", p->name, &script);
	assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_setcred(pamh, PAM_REINITIALIZE_CRED),
	    PAM_SUCCESS);
	assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_setcred(pamh, PAM_DELETE_CRED), PAM_SUCCESS);
	people_close(pamh, PAM_SUCCESS);
	assert_int_equal(script.prompts, 0);
	assert_string_equal(script.transcript, "");
}

/* sudo calls several times on one handle: no call depends on another. */
static void
repeated_calls(void **state)
{
	const struct person *p = people_next();
	char right[9], wrong[9];
	struct script script = { .answers = { wrong, right, right, right } };
	pam_handle_t *pamh;

	(void)state;
	people_wrong(p, wrong);
	people_code(p, 0, right);
	pamh = people_open("known1", p->name, &script);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
	assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
	/* An earlier success does not help a later call. */
	assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
	assert_int_equal(pam_authenticate(pamh, 0), PAM_AUTH_ERR);
	people_close(pamh, PAM_AUTH_ERR);
	assert_int_equal(script.prompts, 4);
}

/* A second PAM transaction while the first shows its prompt. */
struct inner {
	const struct person *p;
	char code[9];
	int rc;
};

static void
log_in_inside(void *context, pam_handle_t *pamh)
{
	struct inner *inner = context;
	struct script script = { .answers = { inner->code } };

	(void)pamh;
	inner->rc = people_authenticate("known1", inner->p->name, &script);
}

static void
two_handles(void **state)
{
	struct inner inner = { .p = people_next() };
	const struct person *p = people_next();
	char code[9];
	struct script script = { .answers = { code },
		.prompted = log_in_inside, .context = &inner };

	(void)state;
	people_code(p, 0, code);
	people_code(inner.p, 0, inner.code);
	assert_int_equal(people_authenticate("known1", p->name, &script),
	    PAM_SUCCESS);
	assert_int_equal(inner.rc, PAM_SUCCESS);
	/* The same person and code in both: only one succeeds. */
	inner.p = p;
	people_code(p, 1, code);
	memcpy(inner.code, code, sizeof(code));
	memset(&script.prompts, 0, sizeof(script.prompts));
	assert_int_equal(people_authenticate("known1", p->name, &script),
	    PAM_AUTH_ERR);
	assert_int_equal(inner.rc, PAM_SUCCESS);
}

/* The success of another module in the stack does not replace ours. */
static void
neighbours(void **state)
{
	const struct person *p = people_next();
	struct script script = { .answers = { "", "", "" } };

	(void)state;
	people_service("tried", "auth required pam_permit.so\n"
	    "auth required @\nauth required pam_permit.so\n");
	assert_int_equal(people_authenticate("tried", p->name, &script),
	    PAM_AUTH_ERR);
	people_service("tried", "auth [success=ok default=bad] @ bad\n"
	    "auth required pam_permit.so\n");
	assert_int_equal(people_authenticate("tried", p->name, &script),
	    PAM_SERVICE_ERR);
	people_service("tried", "auth required pam_deny.so\n"
	    "auth required @\n");
	assert_int_not_equal(try_line(p, "auth required pam_deny.so\n"
	    "auth required @\n", &script), PAM_SUCCESS);
}

/* The process */

/* What the module must not change in its host. */
struct process {
	void (*handlers[NSIG])(int);
	char blocked[NSIG];
	char open[256];
	char directory[256];
	mode_t mask;
	uid_t uids[3];
	gid_t gids[3];
	pid_t group, session;
	char **variables;
	char first[64];
};

static void
look(struct process *now)
{
	sigset_t mask;

	memset(now, 0, sizeof(*now));
	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction action = { .sa_flags = 0 };

		(void)sigaction(sig, NULL, &action);
		now->handlers[sig] = action.sa_handler;
		now->blocked[sig] = sigismember(&mask, sig) == 1;
	}
	for (int fd = 0; fd < 256; fd++)
		now->open[fd] = fcntl(fd, F_GETFD) >= 0;
	assert_non_null(getcwd(now->directory, sizeof(now->directory)));
	now->mask = umask(0);
	(void)umask(now->mask);
	(void)getresuid(&now->uids[0], &now->uids[1], &now->uids[2]);
	(void)getresgid(&now->gids[0], &now->gids[1], &now->gids[2]);
	now->group = getpgrp();
	now->session = getsid(0);
	now->variables = environ;
	(void)snprintf(now->first, sizeof(now->first), "%s",
	    environ[0] != NULL ? environ[0] : "");
}

static void
process_is_unchanged(void **state)
{
	static struct process before, after;
	const struct person *p = people_next();
	struct script script;

	(void)state;
	/* libc opens descriptors of its own at the first call. */
	(void)try_line(p, "auth required @ bad\n", &script);
	look(&before);
	assert_int_equal(try_line(p, "auth required @ bad\n", &script),
	    PAM_SERVICE_ERR);
	assert_int_equal(try_line(p, "auth required @\n", &script),
	    PAM_SUCCESS);
	assert_int_equal(try_line(p, "auth required @\n", &script),
	    PAM_AUTH_ERR);
	assert_int_equal(try_line(p, "auth required @ conf=/nonexistent\n",
	    &script), PAM_SERVICE_ERR);
	look(&after);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/*
 * Resource limits that a hostile caller of sudo may set.  Each login is either
 * recorded and succeeds, or is denied.
 */
static void
hostile_limits(void **state)
{
	static const struct {
		__rlimit_resource_t resource;
		rlim_t value;
	} limits[] = {
		{ RLIMIT_FSIZE, 0 }, { RLIMIT_FSIZE, 100 },
		{ RLIMIT_NOFILE, 12 }, { RLIMIT_CPU, 1 },
		{ RLIMIT_STACK, 64 << 10 }, { RLIMIT_MEMLOCK, 0 },
		{ RLIMIT_DATA, 1 << 20 }, { RLIMIT_CORE, RLIM_INFINITY },
		{ RLIMIT_NPROC, 1 }, { RLIMIT_SIGPENDING, 0 },
		{ RLIMIT_AS, 100 << 20 },
	};

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(limits); i++) {
		const struct person *p = people_next();
		struct kf_state s;
		int status, rc;
		pid_t pid = fork();

		if (pid == 0) {
			struct rlimit limit = { limits[i].value,
				RLIM_INFINITY };
			char code[9];
			struct script script = { .answers = { code } };

			people_code(p, 0, code);
			(void)getrlimit(limits[i].resource, &limit);
			limit.rlim_cur = limits[i].value;
			(void)setrlimit(limits[i].resource, &limit);
			_exit(people_authenticate("known1", p->name,
			    &script));
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		rc = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		/* A success is recorded; any other code is a denial. */
		s = people_state(p);
		assert_int_not_equal(rc, PAM_IGNORE);
		if (rc == PAM_SUCCESS)
			assert_int_equal(s.lines, 1);
		printf("# limit %zu: %s\n", i, rc >= 0 ?
		    pam_strerror(NULL, rc) : "killed");
	}
}

/* A full disk */

static void
shell(const char *command)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
full_disk(void **state)
{
	static const char place[] = PEOPLE_DIR "/full";
	const struct person *p = people_next();
	struct script script;
	char command[1200];

	(void)state;
	assert_true(mkdir(place, 0755) == 0 || errno == EEXIST);
	assert_int_equal(mount("tmpfs", place, "tmpfs", 0,
	    "size=16m,mode=0755"), 0);
	(void)snprintf(command, sizeof(command),
	    "set -e; cp -a %s %s/store; chmod 0755 %s/store; "
	    "cat /dev/zero >%s/fill 2>/dev/null || :; "
	    "cat /dev/zero >>%s/fill 2>/dev/null || :; "
	    "! echo x >%s/more 2>/dev/null", kf_path_store, place, place,
	    place, place, place);
	shell(command);
	people_write("tried.conf", "[default]\nstore = file:" PEOPLE_DIR
	    "/full/store\n");
	assert_int_equal(try_line(p, "auth required @ conf=" PEOPLE_DIR
	    "/tried.conf\n", &script), PAM_SUCCESS);
	/* It was recorded: the same code counts as used. */
	assert_int_equal(try_line(p, "auth required @ after_first_factor "
	    "conf=" PEOPLE_DIR "/tried.conf\n", &script), PAM_AUTH_ERR);
	assert_non_null(strstr(script.transcript, "already used"));
	assert_int_equal(umount(place), 0);
	assert_int_equal(rmdir(place), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_arguments),
		cmocka_unit_test(wrong_configurations),
		cmocka_unit_test(long_configuration_path),
		cmocka_unit_test_teardown(missing_parts, put_back),
		cmocka_unit_test(spoilt_records),
		cmocka_unit_test(not_root),
		cmocka_unit_test(user_changes),
		cmocka_unit_test(user_is_who_it_is_now),
		cmocka_unit_test(other_entries),
		cmocka_unit_test(repeated_calls),
		cmocka_unit_test(two_handles),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(process_is_unchanged),
		cmocka_unit_test(hostile_limits),
		cmocka_unit_test(full_disk),
	};

	people_start(40);
	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
