/*
 * The sandbox of the device program (key_device/sandbox.h).  A device that can
 * run code in the program must be able to read and write the program's two
 * descriptors, and nothing else.  When this program is started as
 * "takeover-NAME", it enters the real sandbox and runs the payload of that
 * name, for which the kernel must kill it.  Another test checks that such a
 * program has got neither other descriptors nor memory of its parent.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "key_device/sandbox.h"
#include "processes/process.h"
#include "tests/unit/key_device/sandbox_payloads.h"

#define CANARY_SIZE 64
/* Larger mappings are a sanitizer's shadow memory: terabytes, no data. */
#define MAPPING_MAX (1UL << 30)

/*
 * Byte i of the canary.  It is computed, so that the whole canary is in memory
 * only where a test has put it.
 */
static unsigned char
canary(size_t i)
{
	return (unsigned char)((i * 37 + 11) ^ 0xa5);
}

/* ------------------------------------- in the process that is taken over */

/* What the device program needs, and the sandbox must allow. */
static void
do_its_work(void)
{
	unsigned char bytes[64];
	struct pollfd p = { .fd = 3, .events = POLLIN };
	char *big = malloc(4 << 20);

	if (big == NULL || write(3, "12345678", 8) != 8 ||
	    poll(&p, 1, 10000) != 1 || read(3, bytes, sizeof(bytes)) != 8 ||
	    getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes) ||
	    kf_clock_monotonic() == 0)
		_exit(1);
	memset(big, 1, 4 << 20);
	free(big);
}

static void
say(char c)
{
	if (send(0, &c, 1, MSG_NOSIGNAL) != 1)
		_exit(1);
}

/* Whether the canary is anywhere in this process's memory. */
static bool
holds_canary(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	static unsigned char chunk[1 << 16];
	unsigned long from, to;
	char line[512], may[8];
	bool found = false;
	size_t run = 0;

	if (maps == NULL || mem < 0)
		_exit(2);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, may) != 3 ||
		    may[0] != 'r' || strstr(line, "[v") != NULL ||
		    to - from > MAPPING_MAX)
			continue;
		run = 0;
		while (from < to) {
			size_t want = to - from < sizeof(chunk) ? to - from :
			    sizeof(chunk);
			ssize_t n = pread(mem, chunk, want, (off_t)from);

			if (n <= 0)
				break;
			for (ssize_t i = 0; i < n; i++) {
				if (chunk[i] != canary(run))
					run = 0;
				if (chunk[i] == canary(run))
					run++;
				if (run == CANARY_SIZE)
					found = true;
				run %= CANARY_SIZE;
			}
			from += (unsigned long)n;
		}
	}
	(void)fclose(maps);
	(void)close(mem);
	return found;
}

static bool
has_its_descriptors(void)
{
	struct stat null, st;

	if (stat("/dev/null", &null) != 0)
		return false;
	for (int fd = 1; fd <= 2; fd++)
		if (fstat(fd, &st) != 0 || st.st_rdev != null.st_rdev)
			return false;
	for (int fd = 4; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return false;
	return fcntl(0, F_GETFD) == 0 && fcntl(3, F_GETFD) == 0;
}

static void
plant_canary(unsigned char bytes[CANARY_SIZE])
{
	for (size_t i = 0; i < CANARY_SIZE; i++)
		bytes[i] = canary(i);
}

/*
 * Looks for things that the parent has left, before the sandbox makes looking
 * impossible.  Says 'e' for an environment, 'd' for a wrong descriptor, 'c' for
 * the canary, 'n' for none of these.
 */
static int
look_around(bool planted)
{
	static unsigned char bytes[CANARY_SIZE];

	if (planted)
		plant_canary(bytes);
	if (environ[0] != NULL)
		say('e');
	else if (!has_its_descriptors())
		say('d');
	else if (holds_canary())
		say('c');
	else
		say('n');
	return bytes[0] == 1;
}

static int
be_taken_over(const char *name)
{
	sandbox_payloads_prepare();
	if (strcmp(name, "look") == 0 || strcmp(name, "planted") == 0)
		return look_around(strcmp(name, "planted") == 0);
	if (kf_sandbox_enter() != KF_OK)
		return 3;
	say('i');
	if (strcmp(name, "work") == 0)
		do_its_work();
	for (const struct sandbox_payload *p = sandbox_payloads;
	    p->name != NULL; p++)
		if (strcmp(name, p->name) == 0)
			p->run();
	say('o');
	_exit(0);
}

/* -------------------------------------------------------------- in the test */

struct end {
	char said[8];
	int code, status;
};

/* Runs this program as "takeover-NAME"; returns what it said and its end. */
static struct end
take_over(const char *name)
{
	struct end end = { .code = 0 };
	struct kf_process p;
	siginfo_t info;
	char self[256] = "", bytes[8];
	int pair[2];
	size_t n = 0;
	ssize_t more;

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	(void)unlink(unit_path("takeover-%s", name));
	assert_int_equal(symlink(self, unit_path("takeover-%s", name)), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	assert_int_equal(kf_process_start(unit_path("takeover-%s", name),
	    pair[0], &p), KF_OK);
	(void)close(pair[0]);
	/* The device answers with the same bytes. */
	if (strcmp(name, "work") == 0) {
		assert_int_equal(read(pair[1], bytes, sizeof(bytes)), 8);
		assert_int_equal(write(pair[1], bytes, sizeof(bytes)), 8);
	}
	while (n < sizeof(end.said) - 1 &&
	    (more = read(p.fd, end.said + n, 1)) > 0)
		n += (size_t)more;
	assert_int_equal(waitid(P_PIDFD, (id_t)p.pidfd, &info,
	    WEXITED | WNOWAIT), 0);
	end.code = info.si_code;
	end.status = info.si_status;
	kf_process_stop(&p, 1000);
	(void)close(pair[1]);
	return end;
}

static void
does_its_work(void **state)
{
	struct end end = take_over("work");

	(void)state;
	assert_string_equal(end.said, "io");
	assert_int_equal(end.code, CLD_EXITED);
	assert_int_equal(end.status, 0);
}

static void
dies_of_all_else(void **state)
{
	unsigned lived = 0;

	(void)state;
	for (const struct sandbox_payload *p = sandbox_payloads;
	    p->name != NULL; p++) {
		struct end end = take_over(p->name);

		if (strcmp(end.said, "i") == 0 && end.code == CLD_KILLED &&
		    end.status == SIGSYS)
			continue;
		print_error("%s: said %s, code %d, status %d\n",
		    p->name, end.said, end.code, end.status);
		lived++;
	}
	assert_int_equal(lived, 0);
}

/*
 * The parent has the canary in static memory, on the heap and on the stack, an
 * environment, and several descriptors.
 */
static void
finds_nothing_of_its_parent(void **state)
{
	static unsigned char kept[CANARY_SIZE];
	unsigned char on_stack[CANARY_SIZE], *on_heap = malloc(CANARY_SIZE);
	int fds[3];

	(void)state;
	assert_non_null(on_heap);
	plant_canary(kept);
	plant_canary(on_stack);
	plant_canary(on_heap);
	assert_true(holds_canary());
	fds[0] = open("/etc/passwd", O_RDONLY);
	fds[1] = fcntl(fds[0], F_DUPFD, 100);
	fds[2] = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(setenv("KF_TEST", "secret", 1), 0);
	assert_string_equal(take_over("look").said, "n");
	assert_string_equal(take_over("planted").said, "c");
	for (size_t i = 0; i < UNIT_COUNT(fds); i++)
		assert_int_equal(close(fds[i]), 0);
	memset(kept, 0, sizeof(kept));
	explicit_bzero(on_stack, sizeof(on_stack));
	free(on_heap);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(does_its_work),
		UNIT_TEST(dies_of_all_else),
		UNIT_TEST(finds_nothing_of_its_parent),
	};
	const char *name = strrchr(argv[0], '/');

	(void)argc;
	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "takeover-", 9) == 0)
		_exit(be_taken_over(name + 9));
	/*
	 * Not as nobody, who might not be able to execute this file where it
	 * was built.
	 */
	unit_start_as_is();
	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
