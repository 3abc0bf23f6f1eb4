/*
 * kf_store_repair_state: a new state replaces a missing or damaged one, and
 * never one that can be read.  And kf_store_once: a single-use item is accepted
 * once only.
 */
#include "tests/unit/store/site.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *
strangers_file(void)
{
	static char path[320];

	(void)snprintf(path, sizeof(path), "%s/state/strangers.%d",
	    site_place, SITE_UID);
	return path;
}

/* A state with one line: this tag, with counter 777. */
static struct kf_state
fresh(uint64_t tag)
{
	struct kf_state s = { .uid = SITE_UID };

	assert_non_null(kf_state_line(&s, tag, 777, NULL, 0));
	return s;
}

static void
assert_repaired(uint64_t tag)
{
	struct kf_state s = site_state();

	assert_int_equal(s.lines, 1);
	assert_int_equal(kf_state_find(&s, tag)->counter, 777);
	assert_int_equal(access(strangers_file(), F_OK), 0);
}

static void
good_one_stays(void **state)
{
	const struct kf_state s = fresh(5);

	(void)state;
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 300), KF_OK);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_STRANGER, 0), KF_OK);
	for (int only_missing = 0; only_missing < 2; only_missing++)
		assert_int_equal(kf_store_repair_state(site_store, &s,
		    only_missing != 0, site_soon()), KF_OK);
	assert_int_equal(site_counter(), 300);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 1);
}

static void
missing_one(void **state)
{
	const struct kf_state s = fresh(5);

	(void)state;
	for (int only_missing = 0; only_missing < 2; only_missing++) {
		assert_int_equal(unlink(site_state_file), 0);
		assert_int_equal(unlink(strangers_file()), 0);
		assert_int_equal(kf_store_repair_state(site_store, &s,
		    only_missing != 0, site_soon()), KF_OK);
		assert_repaired(5);
	}
}

/*
 * Another kind of file in the place of the state is replaced, and the file that
 * a link leads to is left alone.
 */
static void
planted(void **state)
{
	const struct kf_state s = fresh(5);
	char other[320], kept[64] = "";
	struct stat st;

	(void)state;
	(void)snprintf(other, sizeof(other), "%s/other", site_place);
	for (int how = 0; how < 6; how++) {
		unit_write(other, "precious", 8, 0600);
		(void)unlink(site_state_file);
		switch (how) {
		case 0:
			assert_int_equal(symlink(other, site_state_file), 0);
			break;
		case 1:
			assert_int_equal(link(other, site_state_file), 0);
			break;
		case 2:
			assert_int_equal(mkfifo(site_state_file, 0600), 0);
			break;
		case 3:
			unit_write(site_state_file, "", 0, 0600);
			break;
		case 4:
			unit_write(site_state_file, "x", 1, 0000);
			break;
		case 5:
			assert_int_equal(symlink("/nowhere", site_state_file),
			    0);
			break;
		}
		/* With only_missing, a damaged state is left alone. */
		assert_int_equal(kf_store_repair_state(site_store, &s, true,
		    site_soon()), KF_ERR_CONFLICT);
		assert_int_equal(kf_store_repair_state(site_store, &s, false,
		    site_soon()), KF_OK);
		assert_repaired(5);
		assert_int_equal(lstat(site_state_file, &st), 0);
		assert_true(S_ISREG(st.st_mode) && st.st_nlink == 1);
		site_read(other, kept, 8);
		assert_string_equal(kept, "precious");
	}
	/* A directory is not deleted. */
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(mkdir(site_state_file, 0700), 0);
	assert_int_equal(kf_store_repair_state(site_store, &s, false,
	    site_soon()), KF_ERR_UNAVAILABLE);
	assert_int_equal(rmdir(site_state_file), 0);
}

/* One of the two state files is missing: the other one is left alone. */
static void
one_of_two(void **state)
{
	const struct kf_state s = fresh(5);

	(void)state;
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 300), KF_OK);
	assert_int_equal(unlink(strangers_file()), 0);
	assert_int_equal(kf_store_repair_state(site_store, &s, true,
	    site_soon()), KF_ERR_CONFLICT);
	assert_int_equal(kf_store_repair_state(site_store, &s, false,
	    site_soon()), KF_OK);
	assert_int_equal(site_counter(), 300);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_STRANGER, 0), KF_OK);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(kf_store_repair_state(site_store, &s, true,
	    site_soon()), KF_ERR_CONFLICT);
	assert_int_equal(kf_store_repair_state(site_store, &s, false,
	    site_soon()), KF_OK);
	assert_repaired(5);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 1);
}

/*
 * A write of the repair fails: no state can be read afterwards, and the repair
 * can be repeated.
 */
static void
repair_that_fails(void **state)
{
	const struct kf_state s = fresh(5);

	(void)state;
	for (int n = 1; n <= 4; n++) {
		struct kf_state got;

		(void)unlink(site_state_file);
		(void)unlink(strangers_file());
		site_plan(TROUBLE_FAIL, n, 100, ENOSPC);
		assert_int_equal(kf_store_repair_state(site_store, &s, false,
		    site_soon()), KF_ERR_UNAVAILABLE);
		site_plan(TROUBLE_NONE, 0, 0, 0);
		assert_int_not_equal(kf_store_state(site_store, SITE_UID,
		    site_soon(), &got), KF_OK);
		assert_int_equal(kf_store_repair_state(site_store, &s, false,
		    site_soon()), KF_OK);
		assert_repaired(5);
	}
}

/*
 * Charges a guess and takes an item of the second authenticator.  Its counter
 * at enrolment is 100, which means that items 2, 5 and 6 are taken.
 */
static enum kf_err
take(enum kf_position position, unsigned item)
{
	struct kf_guess guess = site_guess(position);
	enum kf_err err = kf_store_charge(site_store, &guess);

	if (err == KF_OK)
		err = kf_store_once(site_store, &guess,
		    &guess.person.authenticators[1], item);
	if (err == KF_OK)
		assert_true(kf_guess_counter(&guess,
		    &guess.person.authenticators[1]) >> item & 1);
	kf_store_release(site_store, &guess);
	return err;
}

static void
items_are_taken_once(void **state)
{
	(void)state;
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	assert_int_equal(take(KF_POSITION_KNOWN, 9), KF_OK);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
	/* A lower item after a higher one: items are a set. */
	assert_int_equal(take(KF_POSITION_STRANGER, 3), KF_OK);
	assert_int_equal(take(KF_POSITION_KNOWN, 3), KF_ERR_CONFLICT);
	assert_int_equal(take(KF_POSITION_STRANGER, 9), KF_ERR_CONFLICT);
	assert_int_equal(take(KF_POSITION_KNOWN, 0), KF_OK);
	assert_int_equal(take(KF_POSITION_KNOWN, 62), KF_OK);
	assert_int_equal(take(KF_POSITION_KNOWN, 63), KF_ERR_CORRUPT);
	assert_int_equal(take(KF_POSITION_KNOWN, 64), KF_ERR_CORRUPT);
	/* The other authenticator's counter has not changed. */
	assert_int_equal(site_counter(), 100);
}

/* The owner takes items between a stranger's charge and its kf_store_once. */
static void
taken_since_the_charge(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_STRANGER);
	const struct kf_authenticator *a = &guess.person.authenticators[1];

	(void)state;
	assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
	assert_int_equal(take(KF_POSITION_KNOWN, 4), KF_OK);
	assert_int_equal(take(KF_POSITION_KNOWN, 7), KF_OK);
	assert_int_equal(kf_store_once(site_store, &guess, a, 4),
	    KF_ERR_CONFLICT);
	/* Another item is accepted, and the owner's stay taken. */
	assert_int_equal(kf_store_once(site_store, &guess, a, 8), KF_OK);
	kf_store_release(site_store, &guess);
	assert_int_equal(take(KF_POSITION_KNOWN, 4), KF_ERR_CONFLICT);
	assert_int_equal(take(KF_POSITION_KNOWN, 7), KF_ERR_CONFLICT);
	assert_int_equal(take(KF_POSITION_KNOWN, 8), KF_ERR_CONFLICT);
}

/* An item that cannot be recorded is not accepted, and is not taken. */
static void
item_on_a_full_disk(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);

	(void)state;
	assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
	site_plan(TROUBLE_FAIL, 1, 100, ENOSPC);
	assert_int_equal(kf_store_once(site_store, &guess,
	    &guess.person.authenticators[1], 3), KF_ERR_UNAVAILABLE);
	site_plan(TROUBLE_NONE, 0, 0, 0);
	kf_store_release(site_store, &guess);
	assert_int_equal(take(KF_POSITION_KNOWN, 3), KF_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(good_one_stays),
		SITE_TEST(missing_one),
		SITE_TEST(planted),
		SITE_TEST(one_of_two),
		SITE_TEST(repair_that_fails),
		SITE_TEST(items_are_taken_once),
		SITE_TEST(taken_since_the_charge),
		SITE_TEST(item_on_a_full_disk),
	};

	unit_start();
	return cmocka_run_group_tests_name("store_repair", tests, NULL, NULL);
}
