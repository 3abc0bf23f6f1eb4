/*
 * The descriptor that kf_process_start passes to a program as its descriptor 3:
 * it must arrive there for every number that it has in the host, and for every
 * set of descriptors that the host has closed.  When this program is started as
 * "fake", it reports which descriptors it has.  The rest of process.h is tested
 * by client/process.c.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "processes/process.h"

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/*
 * In the program that was started.  Returns 't' when descriptor 3 is the file
 * with the text "third" in it, '-' when it is closed, and a digit for the
 * descriptor that is wrong.
 */
static char
look(void)
{
	char bytes[5] = "";
	struct stat null, st;

	if (stat("/dev/null", &null) != 0)
		return '1';
	for (int fd = 1; fd <= 2; fd++)
		if (fstat(fd, &st) != 0 || st.st_rdev != null.st_rdev)
			return '2';
	for (int fd = 4; fd < 1024; fd++)
		if (is_open(fd))
			return '4';
	if (!is_open(3))
		return '-';
	return pread(3, bytes, 5, 0) == 5 && memcmp(bytes, "third", 5) == 0 ?
	    't' : '3';
}

/* Starts the program; returns the result of look(), or another letter. */
static char
ask(int third)
{
	struct kf_process p;
	char said = '0';

	if (kf_process_start(unit_path("fake"), third, &p) != KF_OK)
		return 'f';
	if (read(p.fd, &said, 1) != 1)
		said = 'n';
	kf_process_close(&p);
	if (p.fd != -1)
		said = 'c';
	kf_process_stop(&p, 5000);
	return said;
}

/*
 * For each set of the descriptors 0 to 4 that the host may have closed, and
 * each number from 0 to 5 of the descriptor to pass.
 */
static void
wherever_it_is(void **state)
{
	(void)state;
	for (int closed = 0; closed < 32; closed++)
		for (int number = 0; number < 6; number++) {
			int status;
			pid_t pid = fork();

			if (pid == 0) {
				int fd = open(unit_path("third"), O_RDONLY |
				    O_CLOEXEC);
				int safe = fcntl(fd, F_DUPFD_CLOEXEC, 10);

				for (int i = 0; i < 5; i++)
					if ((closed & 1 << i) != 0)
						(void)close(i);
				if (dup3(safe, number, O_CLOEXEC) != number)
					_exit(1);
				_exit(ask(number));
			}
			assert_int_equal(waitpid(pid, &status, 0), pid);
			if (!WIFEXITED(status) || WEXITSTATUS(status) != 't')
				fail_msg("closed %x, number %d: '%c'", closed,
				    number, WEXITSTATUS(status));
		}
}

static void
none(void **state)
{
	(void)state;
	assert_int_equal(ask(-1), '-');
	/* With a descriptor that is not open, the program does not run. */
	assert_int_equal(ask(777), 'n');
}

/* Stopping twice does no harm, nor does stopping when nothing was started. */
static void
stopped_twice(void **state)
{
	struct kf_process p = KF_PROCESS_NONE;

	(void)state;
	kf_process_close(&p);
	kf_process_stop(&p, 100);
	assert_int_equal(kf_process_start(unit_path("fake"), -1, &p), KF_OK);
	kf_process_stop(&p, 5000);
	assert_int_equal(p.pid, -1);
	kf_process_close(&p);
	kf_process_stop(&p, 100);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(wherever_it_is),
		UNIT_TEST(none),
		UNIT_TEST(stopped_twice),
	};
	const char *name = strrchr(argv[0], '/');
	char self[256] = "", found;

	(void)argc;
	name = name != NULL ? name + 1 : argv[0];
	if (strcmp(name, "fake") == 0) {
		found = look();
		(void)!send(0, &found, 1, MSG_NOSIGNAL);
		/* Waits until the parent closes the socket. */
		_exit(read(0, &found, 1) != 0);
	}
	unit_start_as_is();
	unit_write(unit_path("third"), "third", 5, 0600);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0 ||
	    symlink(self, unit_path("fake")) != 0)
		return 99;
	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
