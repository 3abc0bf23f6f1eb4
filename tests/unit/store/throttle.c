/* How long a person must wait after failures (store/throttle.h). */
#include "tests/unit/unit.h"

#include "store/throttle.h"

static const struct kf_throttle usual = { 10, 1800 };

static int64_t
expected_wait(uint32_t failures)
{
	static const int64_t waits[] = { 0, 0, 0, 0, 5, 10, 20, 40, 80, 160 };

	if (failures >= 100)
		return KF_WAIT_FOREVER;
	return failures < 10 ? waits[failures] : 1800;
}

static void
throttle_table(void **state)
{
	struct kf_count count = { 0 };
	int64_t now = 1000;

	(void)state;
	for (uint32_t n = 0; n <= 101; n++) {
		int64_t wait = expected_wait(n);

		assert_int_equal(count.failures, n);
		assert_int_equal(kf_throttle_wait(&count, &usual, now), wait);
		if (n > 0 && n < 100 && wait > 0) {
			/* It ends at that second, and not before. */
			assert_int_equal(kf_throttle_wait(&count, &usual,
			    now + wait - 1), 1);
			assert_int_equal(kf_throttle_wait(&count, &usual,
			    now + wait), 0);
			now += wait;
		}
		if (n >= 100)
			assert_int_equal(kf_throttle_wait(&count, &usual,
			    INT64_MAX), KF_WAIT_FOREVER);
		kf_throttle_charge(&count, &usual, now);
	}
	count.failures = UINT32_MAX;
	kf_throttle_charge(&count, &usual, now);
	assert_int_equal(count.failures, UINT32_MAX);
	assert_int_equal(kf_throttle_wait(&count, &usual, now),
	    KF_WAIT_FOREVER);
}

static void
throttle_options(void **state)
{
	static const struct kf_throttle soon = { 1, 60 }, fifth = { 5, 90 };
	struct kf_count count = { 0 };

	(void)state;
	kf_throttle_charge(&count, &soon, 1000);
	assert_int_equal(kf_throttle_wait(&count, &soon, 1000), 60);
	count = (struct kf_count){ .failures = 3 };
	kf_throttle_charge(&count, &fifth, 1000);
	assert_int_equal(kf_throttle_wait(&count, &fifth, 1000), 5);
	kf_throttle_charge(&count, &fifth, 1005);
	assert_int_equal(kf_throttle_wait(&count, &fifth, 1005), 90);
}

/* When the clock was set back, a wait is not longer than its own length. */
static void
throttle_clock_set_back(void **state)
{
	(void)state;
	for (uint32_t n = 4; n < 100; n++) {
		struct kf_count count = { n, INT64_C(1800000000) };
		int64_t length = expected_wait(n);

		assert_int_equal(kf_throttle_wait(&count, &usual, 1000),
		    length);
		/* The stored end was corrected to the new clock. */
		assert_int_equal(count.refuse_until, 1000 + length);
		assert_int_equal(kf_throttle_wait(&count, &usual,
		    1000 + length - 1), 1);
		assert_int_equal(kf_throttle_wait(&count, &usual,
		    1000 + length), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(throttle_table),
		UNIT_TEST(throttle_options),
		UNIT_TEST(throttle_clock_set_back),
	};

	unit_start();
	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
