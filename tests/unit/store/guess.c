/*
 * Guesses: a charge stays until a success or a refund, a counter only rises,
 * and the two positions are counted apart (see HACKING.md, "Two counts").
 */
#include "tests/unit/store/site.h"

static void
wrong_guesses_are_counted(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);

	(void)state;
	for (uint32_t n = 1; n <= 4; n++) {
		assert_int_equal(
		    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
		assert_int_equal(site_failures(KF_POSITION_KNOWN), n);
	}
	/* The next guess is refused, and not counted. */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
		    kf_store_charge(site_store, &guess), KF_ERR_LOCKED);
		assert_int_equal(guess.wait, 5);
		assert_int_equal(site_failures(KF_POSITION_KNOWN), 4);
	}
	/* The other position is not affected. */
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 0);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_STRANGER, 0), KF_OK);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 1);
	unit_set_wall(SITE_NOW + 5);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
	kf_store_release(site_store, &guess);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 5);
}

/* A hundred wrong guesses of strangers lock out strangers, not the person. */
static void
positions_are_apart(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_STRANGER);

	(void)state;
	for (int n = 0; n < 100; n++) {
		unit_set_wall(SITE_NOW + 2000 * (n + 1));
		assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
		kf_store_release(site_store, &guess);
	}
	unit_set_wall(SITE_NOW + 1000000);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_LOCKED);
	assert_true(guess.wait == KF_WAIT_FOREVER);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 200), KF_OK);
	/* A success in one position does not clear the other. */
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 100);
}

/* The clock was set back: the wait lasts its own length from the new time. */
static void
wait_is_cut_for_good(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);

	(void)state;
	for (int n = 0; n < 4; n++)
		assert_int_equal(
		    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	unit_set_wall(SITE_NOW - 31536000);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_LOCKED);
	assert_int_equal(guess.wait, 5);
	unit_set_wall(SITE_NOW - 31536000 + 4);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_LOCKED);
	assert_int_equal(guess.wait, 1);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 4);
	unit_set_wall(SITE_NOW - 31536000 + 5);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
	kf_store_release(site_store, &guess);
}

static void
right_guess_clears_and_sets(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_STRANGER, 0), KF_OK);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 200), KF_OK);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 1);
	assert_int_equal(site_counter(), 200);
	/* A store that is opened again reads the same. */
	kf_store_close(site_store);
	site_store = site_open();
	assert_int_equal(site_counter(), 200);
}

static void
counter_only_rises(void **state)
{
	static const struct {
		uint64_t counter;
		enum kf_err err;
	} table[] = {
		{ 99, KF_ERR_CONFLICT },
		{ 100, KF_ERR_CONFLICT },
		{ 101, KF_OK },
		{ 101, KF_ERR_CONFLICT },
		{ 100, KF_ERR_CONFLICT },
		{ 1, KF_ERR_CONFLICT },
		{ 103, KF_OK },
		{ 102, KF_ERR_CONFLICT },
		{ 104, KF_OK },
	};
	uint64_t highest = 100;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		assert_int_equal(
		    kf_store_unlock(site_store, SITE_UID, site_soon()), KF_OK);
		assert_int_equal(site_guess_once(site_store, KF_POSITION_KNOWN,
				     table[i].counter),
		    table[i].err);
		if (table[i].err == KF_OK)
			highest = table[i].counter;
		assert_int_equal(site_counter(), highest);
		/* After a conflict the charge stays. */
		assert_int_equal(
		    site_failures(KF_POSITION_KNOWN), table[i].err != KF_OK);
	}
}

static void
refund_takes_one_charge_back(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);

	(void)state;
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
		assert_int_equal(kf_store_refund(site_store, &guess), KF_OK);
		kf_store_release(site_store, &guess);
	}
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 2);
	assert_int_equal(site_counter(), 100);
}

static void
unlock_forgets_failures_only(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_STRANGER);

	(void)state;
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 300), KF_OK);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(
		    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
		assert_int_equal(
		    site_guess_once(site_store, KF_POSITION_STRANGER, 0),
		    KF_OK);
	}
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_LOCKED);
	assert_int_equal(
	    kf_store_unlock(site_store, SITE_UID, site_soon()), KF_OK);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 0);
	assert_int_equal(site_counter(), 300);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
	kf_store_release(site_store, &guess);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(wrong_guesses_are_counted),
		SITE_TEST(positions_are_apart),
		SITE_TEST(wait_is_cut_for_good),
		SITE_TEST(right_guess_clears_and_sets),
		SITE_TEST(counter_only_rises),
		SITE_TEST(refund_takes_one_charge_back),
		SITE_TEST(unlock_forgets_failures_only),
	};

	unit_start();
	return cmocka_run_group_tests_name("store_guess", tests, NULL, NULL);
}
