/*
 * The parent of the device programs (key_dialogue/devices.h), when one of them
 * dies, is silent, sends what it was not asked for, or does not exit.  The
 * parent must report it as gone in time, and leave no process behind.  When
 * this program is started as "fake-NAME", it is such a device program (see
 * device_fake.h); its device is a socket on which nobody answers.  poll is that
 * of tests/unit/client/peer.c, which moves the clock, so that no time-out takes
 * long.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "key_dialogue/devices.h"
#include "tests/softkey/hid/reader_socket.h"
#include "tests/unit/key_dialogue/device_fake.h"

static struct kf_devices devices;
static struct kf_key_find find;

static int
plug(const char *name)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	const char *path = unit_path("keys/%s", name);

	memcpy(at.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void
unplug(int fd, const char *name)
{
	assert_int_equal(unlink(unit_path("keys/%s", name)), 0);
	(void)close(fd);
}

/* Starts the dialogue, with fake device programs of this mode. */
static void
start(const char *mode)
{
	char self[256] = "";

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	(void)unlink(unit_path("fake-%s", mode));
	assert_int_equal(symlink(self, unit_path("fake-%s", mode)), 0);
	unit_set_key_device(unit_path("fake-%s", mode));
	kf_devices_start(&devices, NULL);
}

static enum kf_devices_event
next(struct kf_device **d)
{
	return kf_devices_wait(&devices, -1, kf_clock_monotonic() + 60000, d);
}

/* Waits until a device is open, and sends it a request. */
static struct kf_device *
asked(int64_t ms)
{
	struct kf_device *d;

	assert_int_equal(next(&d), KF_DEVICES_OPENED);
	kf_device_find(&devices, d, &find, ms);
	assert_int_equal(d->phase, KF_DEVICE_WORKING);
	return d;
}

/* Stops, and fails the test when a device program is left. */
static void
stop(void)
{
	kf_devices_stop(&devices);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void
bad_from_the_start(void **state)
{
	static const char *const modes[] = { "silent", "dies", "garbage",
		"answers-unasked", "found-unasked", "opened-long", "failed" };
	int key = plug("a");

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(modes); i++) {
		struct kf_device *d;

		start(modes[i]);
		if (next(&d) != KF_DEVICES_GONE || d == NULL ||
		    d->phase != KF_DEVICE_DONE)
			fail_msg("%s", modes[i]);
		/* It is not started again. */
		assert_int_equal(next(&d), KF_DEVICES_TIMEOUT);
		stop();
	}
	unplug(key, "a");
}

static void
bad_when_asked(void **state)
{
	static const char *const modes[] = { "work-dies", "work-silent",
		"work-garbage", "wrong-answer", "opened-again", "echo",
		"half" };
	int key = plug("a");

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(modes); i++) {
		struct kf_device *d;

		start(modes[i]);
		(void)asked(3000);
		if (next(&d) != KF_DEVICES_GONE ||
		    d->phase != KF_DEVICE_DONE)
			fail_msg("%s", modes[i]);
		stop();
	}
	unplug(key, "a");
}

static void
bad_afterwards(void **state)
{
	static const char *const modes[] = { "twice", "idle-talks" };
	int key = plug("a");
	struct kf_device *d;

	(void)state;
	start(modes[0]);
	(void)asked(3000);
	assert_int_equal(next(&d), KF_DEVICES_ANSWER);
	assert_int_equal(next(&d), KF_DEVICES_GONE);
	stop();
	start(modes[1]);
	assert_int_equal(next(&d), KF_DEVICES_OPENED);
	assert_int_equal(next(&d), KF_DEVICES_GONE);
	stop();
	unplug(key, "a");
}

/* A device may be busy for long: only the caller's deadline ends the wait. */
static void
busy(void **state)
{
	int key = plug("a");
	struct kf_device *d;

	(void)state;
	start("busy");
	assert_int_equal(next(&d), KF_DEVICES_BUSY);
	assert_int_equal(d->phase, KF_DEVICE_BUSY);
	assert_int_equal(next(&d), KF_DEVICES_TIMEOUT);
	stop();
	start("busy-twice");
	assert_int_equal(next(&d), KF_DEVICES_BUSY);
	assert_int_equal(next(&d), KF_DEVICES_GONE);
	stop();
	unplug(key, "a");
}

/* A device program that neither cancels nor exits is killed. */
static void
stubborn(void **state)
{
	int key = plug("a"), key_b = plug("b");
	struct kf_device *d;

	(void)state;
	start("stubborn");
	(void)asked(50000);
	d = asked(50000);
	kf_device_cancel(&devices, d);
	assert_int_equal(next(&d), KF_DEVICES_GONE);
	stop();
	start("stubborn");
	(void)asked(50000);
	d = asked(50000);
	kf_device_release(&devices, d);
	assert_int_equal(d->phase, KF_DEVICE_DONE);
	stop();
	unplug(key, "a");
	unplug(key_b, "b");
}

static void
honest(void **state)
{
	int key = plug("a"), key_b, pair[2];
	struct kf_device *d, *again;
	struct kf_key_found found;

	(void)state;
	start("honest");
	assert_false(devices.refused);
	assert_int_equal(next(&d), KF_DEVICES_OPENED);
	assert_int_equal(d->phase, KF_DEVICE_IDLE);
	assert_true(d->opened.fido2);
	for (int i = 0; i < 3; i++) {
		kf_device_find(&devices, d, &find, 3000);
		assert_int_equal(next(&again), KF_DEVICES_ANSWER);
		assert_ptr_equal(again, d);
		assert_int_equal(kf_key_get_found(&devices.frame, &found),
		    KF_OK);
		assert_int_equal(d->phase, KF_DEVICE_IDLE);
	}
	/* The caller's descriptor is watched, too. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(write(pair[1], "x", 1), 1);
	assert_int_equal(kf_devices_wait(&devices, pair[0],
	    kf_clock_monotonic() + 1000, &again), KF_DEVICES_CALLER);
	assert_null(again);
	(void)close(pair[0]);
	(void)close(pair[1]);
	/* A second device is plugged in and pulled out. */
	key_b = plug("b");
	assert_int_equal(next(&again), KF_DEVICES_ARRIVED);
	assert_ptr_not_equal(again, d);
	assert_int_equal(again->phase, KF_DEVICE_OPENING);
	assert_int_equal(next(&again), KF_DEVICES_OPENED);
	unplug(key_b, "b");
	assert_int_equal(next(&again), KF_DEVICES_GONE);
	assert_int_equal(again->phase, KF_DEVICE_NONE);
	/* A second request before the answer to the first is an error. */
	kf_device_find(&devices, d, &find, 3000);
	kf_device_find(&devices, d, &find, 3000);
	assert_int_equal(d->phase, KF_DEVICE_DONE);
	stop();
	unplug(key, "a");
}

/* More devices than KF_READERS_MAX; then no device program to start. */
static void
too_many(void **state)
{
	int keys[KF_READERS_MAX + 2];
	struct kf_device *d;
	unsigned opened = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(keys); i++)
		keys[i] = plug((const char[]){ (char)('a' + (char)i), '\0' });
	start("honest");
	while (next(&d) == KF_DEVICES_OPENED)
		opened++;
	assert_int_equal(opened, KF_READERS_MAX);
	stop();
	unit_set_key_device("/nonexistent/keyfirst-key-device");
	kf_devices_start(&devices, NULL);
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		assert_int_equal(next(&d), KF_DEVICES_GONE);
	assert_int_equal(next(&d), KF_DEVICES_TIMEOUT);
	stop();
	for (size_t i = 0; i < UNIT_COUNT(keys); i++)
		unplug(keys[i], (const char[]){ (char)('a' + (char)i), '\0' });
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(honest),
		UNIT_TEST(bad_from_the_start),
		UNIT_TEST(bad_when_asked),
		UNIT_TEST(bad_afterwards),
		UNIT_TEST(busy),
		UNIT_TEST(stubborn),
		UNIT_TEST(too_many),
	};
	static char directory[128];
	const char *name = strrchr(argv[0], '/');

	(void)argc;
	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "fake-", 5) == 0)
		device_fake(name + 5);
	/*
	 * Not as nobody, who might not be able to execute this file where it
	 * was built.
	 */
	unit_start_as_is();
	(void)snprintf(directory, sizeof(directory), "%s", unit_path("keys"));
	if (mkdir(directory, 0700) != 0)
		return 99;
	softkey_directory = directory;
	return cmocka_run_group_tests_name("devices", tests, NULL, NULL);
}
