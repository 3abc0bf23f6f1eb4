/*
 * Signatures of security keys (kf_store_sign) by several processes at once,
 * with the lock taken, with writes that fail, and with a process that is
 * killed.  In all cases a counter must be accepted at most once.
 */
#include "tests/unit/store/sign_site.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

/*
 * Starts n processes that record the same signature at the same moment.
 * Returns how many were told that the counter is higher.
 */
static int
at_once(unsigned n, uint64_t counter, bool strict)
{
	int start[2], status, good = 0;

	assert_int_equal(pipe2(start, O_CLOEXEC), 0);
	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct kf_signature s = sign_request(sign_tag, counter,
			    strict);
			struct kf_store *own = site_open();
			enum kf_err err;
			char byte;

			(void)close(start[1]);
			site_plan(TROUBLE_SLOW, 0, 0, 0);
			(void)!read(start[0], &byte, 1);
			err = kf_store_sign(own, &s);
			_exit(err == KF_OK && s.higher ? 0 :
			    err == KF_OK || err == KF_ERR_CONFLICT ? 1 : 2);
		}
	}
	/* They start when the pipe is closed. */
	assert_int_equal(close(start[0]), 0);
	assert_int_equal(close(start[1]), 0);
	for (unsigned i = 0; i < n; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		good += WEXITSTATUS(status) == 0;
	}
	return good;
}

/* A cloned key in several sessions: each counter succeeds once. */
static void
same_counter_at_once(void **state)
{
	(void)state;
	for (unsigned n = 2; n <= 20; n += 6) {
		assert_int_equal(at_once(n, 1000 + n, true), 1);
		assert_int_equal(sign_memory(sign_tag).counter, 1000 + n);
		/* With `key.counter = log`, all but one are logged. */
		assert_int_equal(at_once(n, 2000 + n, false), 1);
		assert_int_equal(sign_memory(sign_tag).counter, 2000 + n);
		assert_int_equal(sign_once(sign_tag, 2000 + n, true),
		    KF_ERR_CONFLICT);
		assert_int_equal(sign_once(sign_tag, 1000, false), KF_OK);
		/* A new state, so that the next round starts low. */
		assert_int_equal(kf_store_delete_state(site_store, SITE_UID,
		    site_soon()), KF_OK);
		assert_int_equal(kf_store_create_state(site_store, SITE_UID,
		    site_soon()), KF_OK);
	}
}

/* Guesses and signatures at the same time: none of either is lost. */
static void
beside_guesses(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct kf_store *own = site_open();
		int bad = 0;

		for (uint64_t n = 1; n <= 50; n++)
			bad += site_guess_once(own, KF_POSITION_KNOWN,
			    100 + n) != KF_OK;
		_exit(bad != 0);
	}
	for (uint64_t n = 1; n <= 50; n++)
		assert_int_equal(sign_once(sign_tag, SIGN_FIRST + n, true),
		    KF_OK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(site_counter(), 150);
	assert_int_equal(sign_memory(sign_tag).counter, SIGN_FIRST + 50);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
}

/* The lock is taken: refused at the deadline, with the pid of its holder. */
static void
lock_times_out(void **state)
{
	struct kf_signature s = sign_request(sign_tag, 100, true);
	int fd = open(site_state_file, O_RDWR | O_CLOEXEC);
	int64_t start = kf_clock_monotonic();

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	s.deadline = start + 200;
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_UNAVAILABLE);
	assert_in_range(kf_clock_monotonic() - start, 190, 2000);
	/* In some containers /proc/locks shows no process. */
	assert_true(s.holder == getpid() || s.holder == 0);
	assert_int_equal(s.last, 0);
	assert_false(s.higher);
	s.deadline = kf_clock_monotonic() - 1;
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_UNAVAILABLE);
	assert_int_equal(close(fd), 0);
	assert_int_equal(site_state().lines, 0);
	assert_int_equal(sign_once(sign_tag, 100, true), KF_OK);
}

/* A verifier stopped with the strangers' lock does not delay a key. */
static void
strangers_stop_no_key(void **state)
{
	struct kf_guess stopped = site_guess(KF_POSITION_STRANGER);

	(void)state;
	assert_int_equal(kf_store_charge(site_store, &stopped), KF_OK);
	assert_int_equal(sign_once(sign_tag, 100, true), KF_OK);
	kf_store_release(site_store, &stopped);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 1);
}

/* Writes that fail or are cut off; parts is how many bytes are written. */

static const size_t parts[] = { 0, 1, 100, KF_SLOT_SIZE - 1, KF_SLOT_SIZE };

/*
 * The process is killed at its n-th pwrite or fdatasync, after a part of it was
 * done.  A success that it had reported must be remembered, and the same
 * counter must not be accepted again.
 */
static void
killed_at(int n, size_t part)
{
	volatile uint64_t *told = mmap(NULL, sizeof(*told),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t counter;
	int status;
	pid_t pid;

	assert_true(told != MAP_FAILED);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct kf_store *own = site_open();

		site_plan(TROUBLE_KILL, n, part, 0);
		for (uint64_t c = 101; c <= 103; c++) {
			struct kf_signature s = sign_request(sign_tag, c, true);

			if (kf_store_sign(own, &s) == KF_OK)
				*told = c;
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	counter = sign_memory(sign_tag).counter;
	assert_true(counter >= *told && counter <= 103);
	/* The signature that was cut off may be recorded, but no later one. */
	assert_true(counter <= *told + 1 || *told == 0);
	if (*told != 0)
		assert_int_equal(sign_once(sign_tag, *told, true),
		    KF_ERR_CONFLICT);
	assert_int_equal(sign_once(sign_tag, 104, true), KF_OK);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
	assert_int_equal(munmap((void *)(uintptr_t)told, sizeof(*told)), 0);
}

static void
killed_anywhere(void **state)
{
	for (int n = 1; n <= 7; n++)
		for (size_t i = 0; i < UNIT_COUNT(parts); i++) {
			killed_at(n, parts[i]);
			assert_int_equal(site_after(state), 0);
			assert_int_equal(sign_before(state), 0);
		}
}

/* A full or broken disk: a signature that is not recorded is refused. */
static void
write_fails(int n, size_t part, int error)
{
	uint64_t was = sign_memory(sign_tag).counter;
	struct kf_signature s = sign_request(sign_tag, was + SIGN_FIRST + 10,
	    true);

	site_plan(TROUBLE_FAIL, n, part, error);
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_UNAVAILABLE);
	site_plan(TROUBLE_NONE, 0, 0, 0);
	/* The new counter may be on the disk; it is never lower. */
	assert_true(sign_memory(sign_tag).counter >= was);
	assert_int_equal(sign_once(sign_tag, was + SIGN_FIRST + 20, true),
	    KF_OK);
}

static void
writes_fail(void **state)
{
	static const int errors[] = { ENOSPC, EIO, EDQUOT };

	(void)state;
	for (size_t e = 0; e < UNIT_COUNT(errors); e++)
		for (size_t i = 0; i < UNIT_COUNT(parts); i++)
			for (int n = 1; n <= 2; n++)
				write_fails(n, parts[i], errors[e]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGN_TEST(same_counter_at_once),
		SIGN_TEST(beside_guesses),
		SIGN_TEST(lock_times_out),
		SIGN_TEST(strangers_stop_no_key),
		SIGN_TEST(killed_anywhere),
		SIGN_TEST(writes_fail),
	};

	unit_start();
	return cmocka_run_group_tests_name("store_sign_trouble", tests, NULL,
	    NULL);
}
