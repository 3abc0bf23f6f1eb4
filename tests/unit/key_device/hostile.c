/*
 * The real keyfirst-key-device with devices that are broken or hostile.  Each
 * request to one must fail within its time limit, and without any effect on the
 * other devices.
 */
#include "tests/unit/key_device/one.h"

#include <stdio.h>

#include "common/clock.h"

static const char *const ways[] = {
	"silent", "slow", "keepalive", "vanish", "short-report", "long-report",
	"garbage",
};
#define WAYS UNIT_COUNT(ways)

static void
become_hostile(struct key_soft *soft, const char *way)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "hostile %s", way);
	key_soft_tell(soft, line);
}

/*
 * Whether the answer is a failure, or that the key holds no candidate.  Garbage
 * may happen to read as the error code for the latter.
 */
static bool
is_of_no_use(void)
{
	struct kf_key_found found;

	return one.devices.frame.type == KF_KEY_MSG_FAILED ||
	    (one.devices.frame.type == KF_KEY_MSG_FOUND &&
	    kf_key_get_found(&one.devices.frame, &found) == KF_OK &&
	    found.held == 0);
}

/*
 * Seven hostile keys and a good one, all asked at once: the good one works, and
 * the others fail within the limit.
 */
static void
hostile_when_asked(void **state)
{
	struct key_soft soft[WAYS];
	struct kf_device *d;
	unsigned failed = 0;
	int64_t start;

	(void)state;
	one_start();
	for (size_t i = 0; i < WAYS; i++)
		key_soft_start(&soft[i], ways[i], NULL);
	for (size_t i = 0; i < WAYS; i++)
		(void)key_site_expect(&one.devices, KF_DEVICES_OPENED);
	for (size_t i = 0; i < WAYS; i++)
		become_hostile(&soft[i], ways[i]);
	start = kf_clock_monotonic();
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		if (&one.devices.list[i] != one.device)
			kf_device_find(&one.devices, &one.devices.list[i],
			    &one.find, ONE_QUICK_MS);
	kf_device_find(&one.devices, one.device, &one.find, ONE_QUICK_MS);
	while (failed < WAYS) {
		enum kf_devices_event e = kf_devices_wait(&one.devices, -1,
		    start + 10000, &d);

		assert_true(e == KF_DEVICES_ANSWER || e == KF_DEVICES_GONE);
		if (d == one.device) {
			assert_int_equal(one.devices.frame.type,
			    KF_KEY_MSG_FOUND);
			continue;
		}
		if (e == KF_DEVICES_ANSWER && !is_of_no_use())
			fail_msg("%s: 0x%02x", d->reader.name,
			    one.devices.frame.type);
		/* A key may fail first and be gone then: counted once. */
		failed += d->mark++ == 0;
	}
	assert_true(kf_clock_monotonic() - start < 2 * ONE_QUICK_MS);
	assert_int_equal(one.device->phase, KF_DEVICE_IDLE);
	one_assert("");
	one_end();
	for (size_t i = 0; i < WAYS; i++)
		key_soft_stop(&soft[i]);
}

static bool
are_active(void)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		if (one.devices.list[i].phase != KF_DEVICE_NONE &&
		    one.devices.list[i].phase != KF_DEVICE_DONE)
			return true;
	return false;
}

/* Keys that are hostile already while they are opened. */
static void
hostile_from_the_start(void **state)
{
	struct key_soft soft[WAYS];
	int64_t start;

	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		key_soft_start(&soft[i], ways[i], NULL);
		become_hostile(&soft[i], ways[i]);
	}
	start = kf_clock_monotonic();
	kf_devices_start(&one.devices, NULL);
	/* The key that vanishes may be gone already. */
	while (are_active())
		(void)key_site_expect(&one.devices, KF_DEVICES_GONE);
	assert_true(kf_clock_monotonic() - start < 2 * ONE_QUICK_MS);
	/* No key is opened again. */
	key_site_quiet(&one.devices, 100);
	key_site_close(&one.devices);
	for (size_t i = 0; i < WAYS; i++)
		key_soft_stop(&soft[i]);
}

/* A request is cancelled while a hostile key makes it wait for ever. */
static void
hostile_and_cancelled(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		int64_t start;

		one_start();
		become_hostile(&one.soft, ways[i]);
		one_ask_assert(KF_KEY_VERIFY_NO, "");
		start = kf_clock_monotonic();
		kf_device_cancel(&one.devices, one.device);
		one_failed(KF_KEY_FAILED_CANCELLED);
		assert_true(kf_clock_monotonic() - start < ONE_QUICK_MS);
		/* When the key behaves again, it can be used again. */
		one_tell("hostile none");
		one_assert("");
		one_end();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(hostile_when_asked),
		UNIT_TEST(hostile_from_the_start),
		UNIT_TEST(hostile_and_cancelled),
	};

	key_site_start();
	return cmocka_run_group_tests_name("key_device_hostile", tests, NULL,
	    NULL);
}
