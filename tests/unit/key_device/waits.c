/*
 * The real keyfirst-key-device while it waits for a touch or for another
 * program that uses the key, and how such a wait is cancelled.
 */
#include "tests/unit/key_device/one.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

/* Cancelling ends a wait at once, and the key takes the next request. */
static void
cancelled(const char *mode)
{
	key_soft_start(&one.soft, "a", "--mode", mode, NULL);
	one_open();
	one_enrol("");
	for (int i = 0; i < 3; i++) {
		int64_t start;

		one_ask_touch();
		start = kf_clock_monotonic();
		kf_device_cancel(&one.devices, one.device);
		one_failed(KF_KEY_FAILED_CANCELLED);
		assert_true(kf_clock_monotonic() - start < 2000);
		one_assert("");
	}
	/* A cancel that comes after the answer does no harm. */
	assert_int_equal(one_held(), 1);
	one.device->phase = KF_DEVICE_WORKING;
	kf_device_cancel(&one.devices, one.device);
	one.device->phase = KF_DEVICE_IDLE;
	one_assert("");
	one_end();
}

static void
cancel(void **state)
{
	(void)state;
	cancelled("both");
	cancelled("u2f");
}

/* Stopped during a wait: the key gets a CANCEL, and no process is left. */
static void
ended_while_waiting(void **state)
{
	(void)state;
	one_start();
	one_tell("stats reset");
	one_ask_touch();
	key_site_close(&one.devices);
	one_tell("wait idle");
	assert_non_null(strstr(one_stats(), "cancels=1"));
	one_open();
	assert_int_equal(one_held(), 1);
	one_assert("");
	one_end();
}

static void
refused_and_expired(void **state)
{
	(void)state;
	one_start();
	one_ask_touch();
	one_tell("refuse");
	one_failed(KF_KEY_FAILED_REFUSED);
	one_ask_touch();
	one_tell("expire");
	one_failed(KF_KEY_FAILED_TIMEOUT);
	one_assert("");
	one_end();
}

/*
 * Another program waits for a touch on the key, without taking the lock.  The
 * device program reports BUSY once, waits longer than it gives a key for an
 * answer otherwise, and then gets the key.
 */
static void
busy(void **state)
{
	static struct kf_devices other;
	struct kf_device *second;

	(void)state;
	one_start();
	one_ask_touch();
	kf_devices_start(&other, NULL);
	(void)key_site_expect(&other, KF_DEVICES_BUSY);
	key_site_quiet(&other, 3500);
	/* The first program was not disturbed. */
	assert_int_equal(one.device->phase, KF_DEVICE_WORKING);
	one_tell("touch");
	second = key_site_expect(&other, KF_DEVICES_OPENED);
	one_signed();
	/* The key becomes busy after it was opened. */
	one_ask_touch();
	kf_device_find(&other, second, &one.find, ONE_QUICK_MS);
	key_site_quiet(&other, 300);
	one_tell("touch");
	(void)key_site_expect(&other, KF_DEVICES_ANSWER);
	assert_int_equal(other.frame.type, KF_KEY_MSG_FOUND);
	one_signed();
	key_site_close(&other);
	one_end();
}

/*
 * A key that answers a request only after it was cancelled: this late answer
 * must not be taken for the answer to the next request.
 */
static void
late_answer(void **state)
{
	struct kf_key_found found;
	int status;

	(void)state;
	one_start();
	one_ask_touch();
	assert_int_equal(kill(one.soft.pid, SIGSTOP), 0);
	assert_int_equal(waitpid(one.soft.pid, &status, WUNTRACED),
	    one.soft.pid);
	kf_device_cancel(&one.devices, one.device);
	one_failed(KF_KEY_FAILED_CANCELLED);
	kf_device_find(&one.devices, one.device, &one.find, ONE_QUICK_MS);
	key_site_quiet(&one.devices, 200);
	assert_int_equal(kill(one.soft.pid, SIGCONT), 0);
	one_answered(KF_KEY_MSG_FOUND);
	assert_int_equal(kf_key_get_found(&one.devices.frame, &found), KF_OK);
	assert_int_equal(found.held, 1);
	one_assert("");
	one_end();
}

/* Another program has the lock: BUSY is reported once, then it waits. */
static void
locked(void **state)
{
	const char *path = unit_path("device");
	struct kf_process p;
	struct kf_frame f;
	int other, fd;
	enum kf_key_failure why;

	(void)state;
	unit_write(path, "", 0, 0600);
	other = open(path, O_RDWR | O_CLOEXEC);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX), 0);
	assert_int_equal(kf_process_start(unit_path("keyfirst-key-device"),
	    fd, &p), KF_OK);
	assert_int_equal(kf_frame_read(p.fd, &f, kf_clock_monotonic() + 5000),
	    KF_OK);
	assert_int_equal(f.type, KF_KEY_MSG_BUSY);
	assert_int_equal(kf_frame_read(p.fd, &f, kf_clock_monotonic() + 200),
	    KF_ERR_TIMEOUT);
	(void)close(other);
	assert_int_equal(kf_frame_read(p.fd, &f, kf_clock_monotonic() + 5000),
	    KF_OK);
	assert_int_equal(f.type, KF_KEY_MSG_FAILED);
	assert_int_equal(kf_key_get_failed(&f, &why), KF_OK);
	assert_int_equal(why, KF_KEY_FAILED_GONE);
	kf_process_stop(&p, 2000);
	(void)close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(cancel),
		UNIT_TEST(ended_while_waiting),
		UNIT_TEST(refused_and_expired),
		UNIT_TEST(busy),
		UNIT_TEST(late_answer),
		UNIT_TEST(locked),
	};

	key_site_start();
	return cmocka_run_group_tests_name("key_device_waits", tests, NULL,
	    NULL);
}
