/*
 * kf_client_start and kf_client_stop, which run in a host (sshd, sudo).  They
 * must work, and change nothing in the host, whichever descriptors it has
 * closed, signals it blocks or ignores, and limits it has.  When this program
 * is started as "fake-...", it is the verifier.
 */
#include "tests/unit/client/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static bool
descriptors_are_ours(void)
{
	struct stat null, st;
	int type = 0;
	socklen_t len = sizeof(type);

	if (getsockopt(0, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
	    type != SOCK_STREAM || stat("/dev/null", &null) != 0)
		return false;
	for (int fd = 1; fd <= 2; fd++)
		if (fstat(fd, &st) != 0 || st.st_rdev != null.st_rdev ||
		    !S_ISCHR(st.st_mode))
			return false;
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return false;
	return true;
}

static bool
signals_are_default(void)
{
	sigset_t mask;

	if (sigprocmask(SIG_BLOCK, NULL, &mask) != 0)
		return false;
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction action;

		if (sigismember(&mask, sig) == 1)
			return false;
		/* A sanitizer sets its own handlers for these. */
		if (sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE)
			continue;
		if (sigaction(sig, NULL, &action) == 0 &&
		    action.sa_handler != SIG_DFL)
			return false;
	}
	return true;
}

static int
be_verifier(const char *mode, int argc)
{
	struct peer p = { .fd = 0, .budget = -1 };

	/* The reason of a denial tells what was wrong. */
	p.arg = argc != 1 || environ[0] != NULL ? 1 :
	    !descriptors_are_ours() ? 2 : !signals_are_default() ? 3 : 0;
	if (p.arg != 0) {
		peer_honest_deny(&p);
		return 0;
	}
	if (strcmp(mode, "grant") == 0)
		peer_honest_grant(&p);
	if (strcmp(mode, "fail") == 0)
		peer_honest_grant(&p);
	if (strcmp(mode, "hang") == 0)
		peer_hang(&p);
	if (strcmp(mode, "killed") == 0)
		(void)kill(getpid(), SIGKILL);
	if (strcmp(mode, "stubborn") == 0) {
		for (int sig = 1; sig < NSIG; sig++)
			(void)signal(sig, SIG_IGN);
		peer_honest_grant(&p);
		(void)close(0);
		for (;;)
			(void)pause();
	}
	return strcmp(mode, "fail") == 0;
}

/* For child processes, where cmocka's asserts do not work. */
#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			print_error("%s:%d: %s\n", __FILE__, __LINE__, \
			    #condition); \
			_exit(1); \
		} \
	} while (0)

/* The state of the host that a call must not change. */
struct snapshot {
	void (*handlers[NSIG])(int);
	int flags[NSIG];
	char blocked[NSIG];
	mode_t mask_of_modes;
	char directory[256];
	char **variables;
	char first_variable[64];
	unsigned descriptors;
	pid_t group, session;
	struct rlimit core;
};

static void
take_snapshot(struct snapshot *s)
{
	sigset_t mask;

	memset(s, 0, sizeof(*s));
	(void)sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int sig = 1; sig < NSIG; sig++) {
		struct sigaction action = { .sa_flags = 0 };

		(void)sigaction(sig, NULL, &action);
		s->handlers[sig] = action.sa_handler;
		s->flags[sig] = action.sa_flags;
		s->blocked[sig] = sigismember(&mask, sig) == 1;
	}
	s->mask_of_modes = umask(0);
	(void)umask(s->mask_of_modes);
	CHECK(getcwd(s->directory, sizeof(s->directory)) != NULL);
	s->variables = environ;
	if (environ[0] != NULL)
		(void)snprintf(s->first_variable, sizeof(s->first_variable),
		    "%s", environ[0]);
	for (int fd = 0; fd < 1024; fd++)
		s->descriptors += fcntl(fd, F_GETFD) >= 0;
	s->group = getpgrp();
	s->session = getsid(0);
	(void)getrlimit(RLIMIT_CORE, &s->core);
}

/* Makes fake-MODE, a symbolic link to this program. */
static void
link_fake(const char *mode)
{
	char self[256] = "";

	CHECK(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	(void)unlink(unit_path("fake-%s", mode));
	CHECK(symlink(self, unit_path("fake-%s", mode)) == 0);
}

/* One call, as the module makes it; compares the host before and after. */
static struct kf_outcome
call(const char *path)
{
	static struct snapshot then, now;
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	const struct kf_ui ui = { &person, peer_show, peer_ask };
	struct kf_outcome outcome = { .err = KF_ERR_IO };
	struct kf_process v;

	take_snapshot(&then);
	if (kf_client_start(path, &v) == KF_OK) {
		CHECK((fcntl(v.fd, F_GETFD) & FD_CLOEXEC) != 0);
		CHECK((fcntl(v.pidfd, F_GETFD) & FD_CLOEXEC) != 0);
		kf_client_run(v.fd, &peer_request, &ui, &outcome);
		kf_client_stop(&v);
	}
	CHECK(v.fd == -1 && v.pidfd == -1 && v.pid == -1);
	take_snapshot(&now);
	CHECK(memcmp(&then, &now, sizeof(now)) == 0);
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	return outcome;
}

static bool
grants(const char *path)
{
	struct kf_outcome outcome = call(path);

	if (outcome.err == KF_OK && kf_verdict_is_grant(&outcome.verdict))
		return true;
	print_error("%s: %s, reason %d\n", path, kf_strerror(outcome.err),
	    (int)outcome.reason);
	return false;
}

static bool
denies(const char *path)
{
	struct kf_outcome outcome = call(path);

	return peer_is_denied(&outcome);
}

/* Runs work in a child, because work changes its process for good. */
static void
apart(void (*work)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		link_fake("grant");
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
work_plainly(void)
{
	static const char *const deny[] = { "hang", "killed" };

	CHECK(grants(unit_path("fake-grant")));
	/* Only the message decides, not the exit status of the verifier. */
	link_fake("fail");
	CHECK(grants(unit_path("fake-fail")));
	link_fake("stubborn");
	CHECK(denies(unit_path("fake-stubborn")) ||
	    grants(unit_path("fake-stubborn")));
	for (size_t i = 0; i < UNIT_COUNT(deny); i++) {
		link_fake(deny[i]);
		CHECK(denies(unit_path("fake-%s", deny[i])));
	}
	CHECK(denies("/nonexistent"));
	CHECK(denies("/"));
	CHECK(denies("/dev/null"));
	CHECK(denies("/bin/true"));
	CHECK(denies("/bin/false"));
	CHECK(denies(""));
}

static void
work_without_standard_descriptors(void)
{
	for (int closed = 1; closed < 8; closed++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			for (int fd = 0; fd <= 2; fd++)
				if ((closed & 1 << fd) != 0)
					(void)close(fd);
			CHECK(grants(unit_path("fake-grant")));
			CHECK(denies("/bin/false"));
			_exit(0);
		}
		CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	}
}

static void
reap(int sig)
{
	int saved = errno;

	(void)sig;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	errno = saved;
}

static void
work_with_reaping_handler(void)
{
	(void)signal(SIGCHLD, reap);
	CHECK(grants(unit_path("fake-grant")));
	CHECK(denies("/bin/false"));
}

static void
work_with_ignored_children(void)
{
	(void)signal(SIGCHLD, SIG_IGN);
	CHECK(grants(unit_path("fake-grant")));
	CHECK(denies("/bin/false"));
}

static void
work_with_signals_blocked_or_ignored(void)
{
	sigset_t all;

	(void)sigfillset(&all);
	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGCHLD)
			(void)signal(sig, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)umask(0777);
	CHECK(chdir("/") == 0);
	CHECK(grants(unit_path("fake-grant")));
	CHECK(denies("/bin/false"));
}

static volatile sig_atomic_t alarms;

static void
count_alarm(int sig)
{
	(void)sig;
	alarms++;
}

/* A host with a timer: its signals interrupt system calls, which must go on. */
static void
work_under_alarms(void)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } };
	const struct sigaction action = { .sa_handler = count_alarm };

	(void)sigaction(SIGALRM, &action, NULL);
	CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
	for (int i = 0; i < 20; i++)
		CHECK(grants(unit_path("fake-grant")));
	CHECK(denies("/bin/false"));
	CHECK(alarms > 0);
}

/* A host that can open only so many descriptors, for each number of them. */
static void
work_without_descriptors(void)
{
	bool granted = false;

	for (rlim_t n = 3; n < 40 && !granted; n++) {
		struct rlimit limit = { n, 64 };

		struct kf_outcome outcome;

		CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
		outcome = call(unit_path("fake-grant"));
		granted = outcome.err == KF_OK &&
		    kf_verdict_is_grant(&outcome.verdict);
	}
	CHECK(granted);
}

static void
as_a_program(void **state)
{
	(void)state;
	apart(work_plainly);
	apart(work_without_standard_descriptors);
	apart(work_with_signals_blocked_or_ignored);
	apart(work_under_alarms);
	apart(work_without_descriptors);
}

static void
children_of_the_host(void **state)
{
	(void)state;
	apart(work_with_reaping_handler);
	apart(work_with_ignored_children);
}

/* A child of the host that is not the verifier must not be collected. */
static void
work_with_a_child(void)
{
	static const struct timespec a_second = { .tv_sec = 1 };
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	const struct kf_ui ui = { &person, peer_show, peer_ask };
	struct kf_outcome outcome;
	struct kf_process v;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)nanosleep(&a_second, NULL);
		_exit(42);
	}
	CHECK(kf_client_start(unit_path("fake-grant"), &v) == KF_OK);
	kf_client_run(v.fd, &peer_request, &ui, &outcome);
	kf_client_stop(&v);
	CHECK(kf_verdict_is_grant(&outcome.verdict));
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 42);
}

static void
another_child_of_the_host(void **state)
{
	(void)state;
	apart(work_with_a_child);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(as_a_program),
		UNIT_TEST(children_of_the_host),
		UNIT_TEST(another_child_of_the_host),
	};
	const char *name = strrchr(argv[0], '/');

	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "fake-", 5) == 0)
		_exit(be_verifier(name + 5, argc));
	/*
	 * Not as nobody, who might not be able to execute this file where it
	 * was built.
	 */
	unit_start_as_is();
	return cmocka_run_group_tests_name("client_process", tests, NULL,
	    NULL);
}
