/*
 * Reading the inotify events of /dev (key_dialogue/reader_hidraw.c).  Anybody
 * can cause such events, so events of other files must not be taken for a
 * security key, and reading them must not go on for ever.
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "key_dialogue/reader.h"

static int ends[2];

/*
 * Writes one event, as the kernel does, with NULs after the name.  Each event
 * has 64 bytes, so that no read of the pipe ends in the middle of one.
 */
static void
happens(const char *name)
{
	struct {
		struct inotify_event event;
		char name[48];
	} e = { .event.mask = IN_ATTRIB };

	if (name != NULL) {
		(void)snprintf(e.name, sizeof(e.name), "%s", name);
		e.event.len = sizeof(e.name);
	}
	assert_int_equal(write(ends[1], &e, sizeof(e.event) + e.event.len),
	    sizeof(e.event) + e.event.len);
}

static void
names(void **state)
{
	static const char *const others[] = { "null", "hidraw", "hidrawx",
		"hidraw1x", "xhidraw1", "tty" };

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	assert_false(kf_reader_seen(ends[0]));
	for (size_t i = 0; i < UNIT_COUNT(others); i++)
		happens(others[i]);
	assert_false(kf_reader_seen(ends[0]));
	happens("null");
	happens("hidraw12");
	happens("zero");
	assert_true(kf_reader_seen(ends[0]));
	assert_false(kf_reader_seen(ends[0]));
	/* No name: the queue was full, and any event may have been lost. */
	happens(NULL);
	assert_true(kf_reader_seen(ends[0]));
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* One call reads a part only, so that the caller can check its deadline. */
static void
flood(void **state)
{
	int left = 0;

	(void)state;
	assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
	for (size_t i = 0; i < 1000; i++)
		happens("null");
	assert_false(kf_reader_seen(ends[0]));
	assert_int_equal(ioctl(ends[0], FIONREAD, &left), 0);
	assert_true(left > 0);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(names),
		UNIT_TEST(flood),
	};

	unit_start();
	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
