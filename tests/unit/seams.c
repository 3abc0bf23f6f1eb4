/*
 * The seams of the unit tests; see unit.h.  This file is linked before the
 * libraries, so that the linker never takes their own paths.o and clock.o.
 */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/paths.h"

#define NOBODY 65534

const char kf_path_conf[] = "/nonexistent/keyfirst.conf";
const char kf_path_machine_key[] = "/nonexistent/machine.key";
const char kf_path_socket[] = "/nonexistent/verify.socket";
const char kf_path_store[] = "/nonexistent/store";
const char kf_path_udev_rule[] = "";
const char kf_path_verify[] = "/nonexistent/keyfirst-verify";
const int64_t kf_release_time = UNIT_RELEASE_TIME;

char unit_top[64];
static pid_t owner;
static int64_t wall;
static int64_t ahead;
static int64_t leap;

uid_t
kf_trusted_uid(void)
{
	return geteuid();
}

const char *
kf_trusted_top(void)
{
	return unit_top;
}

static int64_t
milliseconds(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		abort();
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
kf_clock_monotonic(void)
{
	ahead += leap;
	return milliseconds(CLOCK_MONOTONIC) + ahead;
}

int64_t
kf_clock_wall(void)
{
	return wall != 0 ? wall : milliseconds(CLOCK_REALTIME) / 1000;
}

void
unit_set_wall(int64_t seconds)
{
	wall = seconds;
}

void
unit_skip(int64_t more)
{
	ahead += more;
}

void
unit_set_leap(int64_t each)
{
	leap = each;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	(void)remove(path);
	return 0;
}

static void
remove_scratch(void)
{
	/* A child that ends with exit() instead of _exit() removes nothing. */
	if (getpid() == owner)
		(void)nftw(unit_top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void
unit_start_as_is(void)
{
	(void)umask(022);
	(void)snprintf(unit_top, sizeof(unit_top), "/tmp/kf-unit.XXXXXX");
	if (mkdtemp(unit_top) == NULL || atexit(remove_scratch) != 0) {
		perror(unit_top);
		exit(99);
	}
	owner = getpid();
}

void
unit_start(void)
{
	if (geteuid() == 0 && (setgroups(0, NULL) != 0 ||
	    setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0)) {
		perror("cannot become nobody");
		exit(99);
	}
	unit_start_as_is();
}

const char *
unit_path(const char *format, ...)
{
	static char paths[8][512];
	static unsigned next;
	char name[256];
	char *path = paths[next++ % 8];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(name, sizeof(name), format, args);
	va_end(args);
	(void)snprintf(path, sizeof(paths[0]), "%s/%s", unit_top, name);
	return path;
}

void
unit_write(const char *path, const void *bytes, size_t len, unsigned mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, (mode_t)mode), 0);
	assert_int_equal(close(fd), 0);
}

unsigned
unit_descriptors(void)
{
	unsigned count = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count - 3;	/* ".", ".." and the descriptor of dir */
}

static unsigned descriptors_before;

int
unit_before(void **state)
{
	(void)state;
	descriptors_before = unit_descriptors();
	return 0;
}

int
unit_after(void **state)
{
	unsigned now = unit_descriptors();

	(void)state;
	wall = 0;
	leap = 0;
	if (now == descriptors_before)
		return 0;
	print_error("%u descriptors before, %u after\n", descriptors_before,
	    now);
	return -1;
}
