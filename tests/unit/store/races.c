/*
 * Many processes that use one store at once, writes that fail, and a process
 * that is killed at each of its writes.
 */
#include "tests/unit/store/site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

/* Writes that fail or are cut off */

/* What the child has finished; shared with the parent. */
struct progress {
	uint32_t charged; /* kf_store_charge calls that returned KF_OK */
	uint32_t consumed; /* the last counter that was accepted */
};

/* Six guesses: two wrong, a right, a wrong, a right and a wrong one. */
static void
work(struct kf_store *s, volatile struct progress *progress)
{
	static const uint64_t counters[] = { 0, 0, 300, 0, 301, 0 };

	for (size_t i = 0; i < UNIT_COUNT(counters); i++) {
		struct kf_guess guess = site_guess(KF_POSITION_KNOWN);

		if (kf_store_charge(s, &guess) != KF_OK)
			continue;
		progress->charged++;
		if (counters[i] != 0 &&
		    kf_store_consume(s, &guess, &guess.person.authenticators[0],
			counters[i], 0) == KF_OK)
			progress->consumed = (uint32_t)counters[i];
		kf_store_release(s, &guess);
	}
}

/*
 * A process is killed at its n-th pwrite or fdatasync, after a part of it was
 * done.  The state must be that before or that after the call: a charge that
 * was confirmed is not lost, and no counter falls.
 */
static void
killed_anywhere(void **state)
{
	static const size_t parts[] = { 0, 1, 9, 80, 2048, 4095, 4096 };
	char pristine[KF_STATE_SIZE];
	volatile struct progress *progress = NULL;
	bool finished = false;

	(void)state;
	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(progress != MAP_FAILED);
	site_read(site_state_file, pristine, sizeof(pristine));
	for (int n = 1; !finished; n++)
		for (size_t i = 0; i < UNIT_COUNT(parts); i++) {
			uint64_t last = 0;
			uint32_t left;
			int status;
			pid_t pid;

			unit_write(
			    site_state_file, pristine, sizeof(pristine), 0600);
			*progress = (struct progress){ 0, 0 };
			pid = fork();
			if (pid == 0) {
				site_plan(TROUBLE_KILL, n, parts[i], 0);
				work(site_open(), progress);
				_exit(0);
			}
			assert_int_equal(waitpid(pid, &status, 0), pid);
			finished = WIFEXITED(status);
			last = site_counter();
			assert_true(last >= progress->consumed);
			left = site_failures(KF_POSITION_KNOWN);
			/* Failures since the last recorded success. */
			if (last == 100)
				assert_in_range(left, progress->charged,
				    progress->charged + 1);
			else if (last == 300)
				assert_in_range(left, progress->charged - 3,
				    progress->charged - 2);
			else
				assert_in_range(left, progress->charged - 5,
				    progress->charged - 4);
		}
	assert_int_equal(progress->charged, 6);
	assert_int_equal(progress->consumed, 301);
	assert_int_equal(
	    munmap((void *)(uintptr_t)progress, sizeof(*progress)), 0);
}

/* The disk is full or broken, or writes a part: nothing is accepted. */
static void
failing_writes(void **state)
{
	static const int errors[] = { ENOSPC, EIO, EDQUOT, EFBIG, EROFS };

	(void)state;
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	for (size_t e = 0; e < UNIT_COUNT(errors); e++)
		for (int n = 1; n <= 4; n++) {
			struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
			uint64_t was = site_counter();
			uint32_t count = site_failures(KF_POSITION_KNOWN);
			enum kf_err err;

			site_plan(TROUBLE_FAIL, n, 100, errors[e]);
			err = kf_store_charge(site_store, &guess);
			/* Calls 1 and 2 are the charge, 3 and 4 consume. */
			assert_int_equal(
			    err, n <= 2 ? KF_ERR_UNAVAILABLE : KF_OK);
			if (err == KF_OK)
				assert_int_equal(
				    kf_store_consume(site_store, &guess,
					&guess.person.authenticators[0],
					was + 1, 0),
				    KF_ERR_UNAVAILABLE);
			kf_store_release(site_store, &guess);
			site_plan(TROUBLE_NONE, 0, 0, 0);
			/* When fdatasync fails, the data may be written. */
			assert_in_range(site_counter(), was, was + (n == 4));
			if (n != 4)
				assert_true(
				    site_failures(KF_POSITION_KNOWN) >= count);
			assert_int_equal(
			    kf_store_unlock(site_store, SITE_UID, site_soon()),
			    KF_OK);
		}
}

/* Many processes at once; all start at the same moment. */

#define MANY 50

/* One guess in each process; returns how many got the answer counted. */
static unsigned
run_many(uint64_t counter_or_zero, enum kf_err counted)
{
	unsigned found = 0;
	pid_t pids[MANY];
	int gate[2];

	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	for (size_t i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct kf_store *own = site_open();
			char byte;

			(void)close(gate[1]);
			(void)!read(gate[0], &byte, 1);
			site_plan(TROUBLE_SLOW, 0, 0, 0);
			_exit((int)site_guess_once(
			    own, KF_POSITION_KNOWN, counter_or_zero));
		}
		assert_true(pids[i] > 0);
	}
	assert_int_equal(close(gate[0]), 0);
	assert_int_equal(close(gate[1]), 0);
	for (size_t i = 0; i < MANY; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		found += WEXITSTATUS(status) == (int)counted;
	}
	return found;
}

static void
many_with_one_code(void **state)
{
	(void)state;
	assert_int_equal(run_many(500, KF_OK), 1);
	assert_int_equal(site_counter(), 500);
}

static void
many_wrong_codes(void **state)
{
	(void)state;
	assert_int_equal(run_many(0, KF_OK), 4);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 4);
	assert_int_equal(run_many(0, KF_ERR_LOCKED), MANY);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 4);
}

/* Several administrators at once: each change is made, none is lost. */
static void
many_puts(void **state)
{
	struct kf_person person;
	unsigned done = 0;
	uint64_t first;

	(void)state;
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &person), KF_OK);
	first = person.version;
	for (size_t i = 0; i < 8; i++)
		if (fork() == 0) {
			struct kf_store *own = site_open();
			enum kf_err err;

			do {
				err = kf_store_get(
				    own, SITE_UID, site_soon(), &person);
				if (err == KF_OK)
					err = kf_store_put(
					    own, &person, site_soon());
			} while (err == KF_ERR_CONFLICT);
			_exit(err != KF_OK);
		}
	for (size_t i = 0; i < 8; i++) {
		int status;

		assert_true(wait(&status) > 0);
		done += status == 0;
	}
	assert_int_equal(done, 8);
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &person), KF_OK);
	assert_int_equal(person.version, first + 8);
}

/* Many create a state at once: each then finds a complete one. */
static void
many_creates(void **state)
{
	unsigned done = 0;

	(void)state;
	assert_int_equal(
	    kf_store_delete_state(site_store, SITE_UID, site_soon()), KF_OK);
	for (size_t i = 0; i < MANY; i++)
		if (fork() == 0) {
			struct kf_store *own = site_open();
			struct kf_state s;
			enum kf_err err;

			site_plan(TROUBLE_SLOW, 0, 0, 0);
			err = kf_store_create_state(own, SITE_UID, site_soon());
			if (err == KF_OK)
				err = kf_store_state(
				    own, SITE_UID, site_soon(), &s);
			_exit((int)err);
		}
	for (size_t i = 0; i < MANY; i++) {
		int status;

		assert_true(wait(&status) > 0);
		done += status == 0;
	}
	assert_int_equal(done, MANY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(killed_anywhere),
		SITE_TEST(failing_writes),
		SITE_TEST(many_with_one_code),
		SITE_TEST(many_wrong_codes),
		SITE_TEST(many_puts),
		SITE_TEST(many_creates),
	};

	unit_start();
	return cmocka_run_group_tests_name("store_races", tests, NULL, NULL);
}
