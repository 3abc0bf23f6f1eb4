/*
 * The real keyfirst-key-device with a key that is plugged in and pulled out,
 * may not be opened, or is not the wanted one; and how the program confines
 * itself and refuses to start.
 */
#include "tests/unit/key_device/one.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"

#define PATIENCE_MS 60000

/*
 * The key was pulled out during a request.  Its process may answer that it is
 * gone before the watch of the devices notices it.
 */
static void
expect_gone(void)
{
	struct kf_device *who;
	enum kf_key_failure why;
	enum kf_devices_event e;

	do
		e = kf_devices_wait(&one.devices, -1, kf_clock_monotonic() +
		    PATIENCE_MS, &who);
	while (e == KF_DEVICES_TOUCH);
	assert_ptr_equal(who, one.device);
	if (e == KF_DEVICES_GONE)
		return;
	assert_int_equal(e, KF_DEVICES_ANSWER);
	assert_int_equal(kf_key_get_failed(&one.devices.frame, &why), KF_OK);
	assert_int_equal(why, KF_KEY_FAILED_GONE);
	assert_ptr_equal(key_site_expect(&one.devices, KF_DEVICES_GONE),
	    one.device);
}

static void
plugged_in_and_out(void **state)
{
	(void)state;
	kf_devices_start(&one.devices, NULL);
	key_soft_start(&one.soft, "a", NULL);
	one.device = key_site_expect(&one.devices, KF_DEVICES_ARRIVED);
	assert_ptr_equal(key_site_expect(&one.devices, KF_DEVICES_OPENED),
	    one.device);
	one_tell("unplug");
	assert_ptr_equal(key_site_expect(&one.devices, KF_DEVICES_GONE),
	    one.device);
	one_tell("plug");
	one.device = key_site_expect(&one.devices, KF_DEVICES_OPENED);
	/* Pulled out while it waits for a touch. */
	one_enrol("");
	one_ask_touch();
	one_tell("unplug");
	expect_gone();
	/* A released key is not opened again before it is pulled out. */
	one_tell("plug");
	one.device = key_site_expect(&one.devices, KF_DEVICES_OPENED);
	kf_device_release(&one.devices, one.device);
	assert_int_equal(one.device->phase, KF_DEVICE_DONE);
	one.devices.look = true;
	key_site_quiet(&one.devices, 100);
	one_tell("unplug");
	one_tell("plug");
	(void)key_site_expect(&one.devices, KF_DEVICES_OPENED);
	one_end();
}

/*
 * Other processes can use up all inotify watches.  Without a watch, a key is
 * still noticed, a second later.
 */
static void
without_a_watch(void **state)
{
	(void)state;
	kf_devices_start(&one.devices, NULL);
	assert_int_equal(close(one.devices.watch), 0);
	one.devices.watch = -1;
	key_soft_start(&one.soft, "a", NULL);
	one.device = key_site_expect(&one.devices, KF_DEVICES_ARRIVED);
	assert_ptr_equal(key_site_expect(&one.devices, KF_DEVICES_OPENED),
	    one.device);
	one_tell("unplug");
	assert_ptr_equal(key_site_expect(&one.devices, KF_DEVICES_GONE),
	    one.device);
	one_end();
}

/* A key that may not be opened is reported; it arrives when it may. */
static void
refused(void **state)
{
	(void)state;
	key_soft_start(&one.soft, "a", "--permissions", "0", NULL);
	kf_devices_start(&one.devices, NULL);
	assert_true(one.devices.refused);
	key_site_quiet(&one.devices, 100);
	/* As udev does, when it gives the device to user keyfirst. */
	assert_int_equal(chmod(unit_path("keys/a"), 0600), 0);
	(void)key_site_expect(&one.devices, KF_DEVICES_ARRIVED);
	assert_false(one.devices.refused);
	(void)key_site_expect(&one.devices, KF_DEVICES_OPENED);
	one_end();
}

/* Only the device at the path that was asked for is opened. */
static void
one_path(void **state)
{
	struct key_soft other;
	struct kf_device *d;

	(void)state;
	key_soft_start(&one.soft, "a", NULL);
	key_soft_start(&other, "b", NULL);
	kf_devices_start(&one.devices, unit_path("keys/b"));
	d = key_site_expect(&one.devices, KF_DEVICES_OPENED);
	assert_string_equal(d->reader.name, "softkey b");
	key_site_quiet(&one.devices, 100);
	one_end();
	key_soft_stop(&other);
}

/* The kernel's view of a device program that has a key open. */
static void
shut_in(void **state)
{
	char path[64], line[256];
	unsigned right = 0;
	FILE *file;

	(void)state;
	key_soft_start(&one.soft, "a", NULL);
	one_open();
	(void)snprintf(path, sizeof(path), "/proc/%d/status",
	    (int)one.device->process.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		right += strcmp(line, "Seccomp:\t2\n") == 0 ||
		    strcmp(line, "NoNewPrivs:\t1\n") == 0 ||
		    strcmp(line, "CapEff:\t0000000000000000\n") == 0;
	(void)fclose(file);
	assert_int_equal(right, 3);
	one_end();
}

/* Without a device on descriptor 3, the program exits. */
static void
started_wrongly(void **state)
{
	const char *path = unit_path("keyfirst-key-device");
	struct kf_process p;
	struct kf_frame f;

	(void)state;
	assert_int_equal(kf_process_start(path, -1, &p), KF_OK);
	assert_int_equal(kf_frame_read(p.fd, &f, kf_clock_monotonic() + 5000),
	    KF_ERR_CLOSED);
	kf_process_stop(&p, 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(plugged_in_and_out),
		UNIT_TEST(without_a_watch),
		UNIT_TEST(refused),
		UNIT_TEST(one_path),
		UNIT_TEST(shut_in),
		UNIT_TEST(started_wrongly),
	};

	key_site_start();
	return cmocka_run_group_tests_name("key_device_plug", tests, NULL,
	    NULL);
}
