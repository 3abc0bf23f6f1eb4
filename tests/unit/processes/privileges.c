/*
 * kf_privileges_confirm, for a process that systemd's socket unit has started:
 * it must already be the service user, with no other group, and then gives up
 * the rest (descriptors, limits, core dumps).  And kf_memory_protect, under a
 * small limit.  Tests that need root are in tests/e2e/login/t-socket.sh.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/secret.h"
#include "processes/privileges.h"

#define MIB (1UL << 20)

/*
 * For children, where cmocka's asserts do not work: writes the line to out, and
 * leaves.
 */
#define CHECK(what) \
	do { \
		if (!(what)) { \
			(void)dprintf(out, "line %d: %s\n", __LINE__, #what); \
			_exit(1); \
		} \
	} while (0)

static int out;		/* the parent reads it; descriptor 2 may be closed */

/* Runs work in a child; the test fails if the child does. */
static void
apart(void (*work)(void))
{
	int status, ends[2];
	char said[200] = "";
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		out = ends[1];
		work();
		_exit(0);
	}
	(void)close(ends[1]);
	(void)!read(ends[0], said, sizeof(said) - 1);
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		print_error("%s", said);
	assert_int_equal(status, 0);
}

static bool
has_other_groups(void)
{
	gid_t groups[1];
	int n = getgroups(1, groups);

	return n < 0 || (n == 1 && groups[0] != getegid());
}

static bool
is_null(int fd)
{
	struct stat st, null;

	return fstat(fd, &st) == 0 && stat("/dev/null", &null) == 0 &&
	    S_ISCHR(st.st_mode) && st.st_rdev == null.st_rdev;
}

/*
 * The exit status tells what was wrong, because kf_privileges_confirm closes
 * the pipe to the parent, too.
 */
static void
work_confirmed(void)
{
	struct rlimit limit;
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	/* The descriptors as systemd-socket-activate --inetd passes them. */
	CHECK(dup2(pair[0], 0) == 0 && dup2(pair[0], 1) == 1);
	CHECK(close(2) == 0 && dup2(pair[1], 9) == 9);
	if (kf_privileges_confirm(geteuid(), getegid()) != KF_OK)
		_exit(2);
	if (is_null(0) || !is_null(1) || !is_null(2))
		_exit(3);
	for (int fd = 3; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			_exit(4);
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || umask(0) != 077)
		_exit(5);
	if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0 ||
	    getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max > 64)
		_exit(6);
	if (getsid(0) != getpid())
		_exit(7);
}

/* A developer's own user is often in several groups: then it must refuse. */
static void
work_other_groups(void)
{
	CHECK(kf_privileges_confirm(geteuid(), getegid()) ==
	    KF_ERR_UNTRUSTED);
}

static void
confirmed(void **state)
{
	(void)state;
	apart(has_other_groups() ? work_other_groups : work_confirmed);
}

static void
work_somebody_else(void)
{
	CHECK(kf_privileges_confirm(geteuid() + 1, getegid()) ==
	    KF_ERR_UNTRUSTED);
	CHECK(kf_privileges_confirm(geteuid(), getegid() + 1) ==
	    KF_ERR_UNTRUSTED);
	CHECK(kf_privileges_confirm(0, 0) == KF_ERR_UNTRUSTED);
	/* When it refuses, it changes nothing. */
	CHECK(fcntl(out, F_GETFD) >= 0 && umask(022) == 022);
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
}

static void
somebody_else(void **state)
{
	(void)state;
	apart(work_somebody_else);
}

/* Returns the bytes of memory that this process has mapped. */
static size_t
mapped(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	CHECK(f != NULL && fscanf(f, "%lu", &pages) == 1);
	(void)fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/*
 * A limit on locked memory that fits the memory of now, but not the memory that
 * is mapped later: mapping more must still work.
 */
static void
work_with_little_to_lock(void)
{
	struct rlimit limit;
	void *more;

	CHECK(getrlimit(RLIMIT_MEMLOCK, &limit) == 0);
	if (mapped() + 2 * MIB > limit.rlim_max ||
	    mapped() + 2 * MIB > 60 * MIB)
		_exit(77);
	limit.rlim_cur = limit.rlim_max = mapped() + 2 * MIB;
	CHECK(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
	kf_memory_protect();
	more = mmap(NULL, 32 * MIB, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(more != MAP_FAILED);
	memset(more, 1, 32 * MIB);
}

static void
little_to_lock(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		out = 2;
		work_with_little_to_lock();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	/* A sanitizer maps terabytes, and then no limit fits. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		print_message("# not tested: no limit on locked memory fits\n");
	else
		assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(confirmed),
		UNIT_TEST(somebody_else),
		UNIT_TEST(little_to_lock),
	};

	unit_start();
	return cmocka_run_group_tests_name("privileges", tests, NULL, NULL);
}
