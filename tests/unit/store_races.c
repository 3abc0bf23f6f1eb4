/*
 * Many at once, and trouble in the middle: the lock, writes that fail, and a
 * process that is killed at each of them.
 */
#include "tests/unit/store_site.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

/* A child that holds the lock and says so; what, when told or after ms. */
struct holder {
	pid_t pid;
	int ready;
	int release;
};

static void
replace_state_file(void)
{
	char slots[KF_STATE_SIZE], other[320];

	site_read(site_state_file, slots, sizeof(slots));
	(void)snprintf(other, sizeof(other), "%s.fresh", site_state_file);
	unit_write(other, slots, sizeof(slots), 0600);
	(void)rename(other, site_state_file);
}

/* Is that process queued for a lock? */
static bool
is_waiting(pid_t pid)
{
	FILE *locks = fopen("/proc/locks", "re");
	char line[160];
	bool found = false;

	if (locks == NULL)
		return false;
	while (fgets(line, sizeof(line), locks) != NULL) {
		int waiter = 0;

		if (sscanf(line, "%*d: -> FLOCK ADVISORY WRITE %d", &waiter) ==
			1 &&
		    waiter == pid)
			found = true;
	}
	(void)fclose(locks);
	return found;
}

static struct holder
hold(bool replace)
{
	pid_t parent = getpid();
	int ready[2], release[2];
	struct holder h;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(release, O_CLOEXEC), 0);
	h.pid = fork();
	if (h.pid == 0) {
		int fd = open(site_state_file, O_RDWR | O_CLOEXEC);

		(void)close(release[1]);
		if (fd < 0 || flock(fd, LOCK_EX) != 0 ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		if (replace) {
			/* Once the other waits; it sees the old file. */
			for (int i = 0; i < 5000 && !is_waiting(parent); i++)
				(void)poll(NULL, 0, 1);
			replace_state_file();
		} else {
			(void)!read(release[0], &byte, 1);
		}
		_exit(0);
	}
	(void)close(ready[1]);
	(void)close(release[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	h.ready = ready[0];
	h.release = release[1];
	return h;
}

static void
let_go(struct holder *h)
{
	int status = 1;

	assert_int_equal(close(h->release), 0);
	assert_int_equal(close(h->ready), 0);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	assert_int_equal(status, 0);
}

/* Another process may not see it in /proc/locks, in a container. */
static bool
holder_is_visible(const struct holder *h)
{
	FILE *locks = fopen("/proc/locks", "re");
	struct stat st;
	char line[160], want[32], inode[32];
	bool found = false;

	assert_int_equal(stat(site_state_file, &st), 0);
	(void)snprintf(want, sizeof(want), "WRITE %d ", (int)h->pid);
	(void)snprintf(inode, sizeof(inode), ":%lu ",
	    (unsigned long)st.st_ino);
	while (locks != NULL && fgets(line, sizeof(line), locks) != NULL)
		found = found || (strstr(line, want) != NULL &&
		    strstr(line, inode) != NULL);
	if (locks != NULL)
		(void)fclose(locks);
	return found;
}

static void
lock_times_out(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
	struct holder h = hold(false);
	bool visible = holder_is_visible(&h);
	int64_t start = kf_clock_monotonic();
	struct kf_state s;

	(void)state;
	guess.deadline = start + 300;
	assert_int_equal(
	    kf_store_charge(site_store, &guess), KF_ERR_UNAVAILABLE);
	assert_in_range(kf_clock_monotonic() - start, 290, 2000);
	assert_int_equal(guess.holder, visible ? h.pid : 0);
	start = kf_clock_monotonic();
	/* Reading waits for nobody. */
	assert_int_equal(kf_store_state(site_store, SITE_UID, start + 50, &s),
	    KF_OK);
	assert_int_equal(kf_store_unlock(site_store, SITE_UID, start - 1),
	    KF_ERR_UNAVAILABLE);
	assert_true(kf_clock_monotonic() - start < 2000);
	let_go(&h);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
	guess.deadline = site_soon();
	assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
	kf_store_release(site_store, &guess);
}

/* A holder that dies lets the next one in. */
static void
lock_ends_with_its_holder(void **state)
{
	struct holder h = hold(false);
	int status;

	(void)state;
	assert_int_equal(kill(h.pid, SIGKILL), 0);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	assert_int_equal(close(h.release), 0);
	assert_int_equal(close(h.ready), 0);
	assert_int_equal(waitpid(h.pid, &status, 0), h.pid);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 1);
}

/* From the charge to the release nobody else is charged. */
static void
lock_is_held_until_release(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
	pid = fork();
	if (pid == 0) {
		struct kf_guess other = site_guess(KF_POSITION_KNOWN);
		struct kf_store *own = site_open();

		other.deadline = kf_clock_monotonic() + 200;
		_exit(kf_store_charge(own, &other) != KF_ERR_UNAVAILABLE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	kf_store_release(site_store, &guess);
	kf_store_release(site_store, &guess);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
}

/*
 * A stranger whose process is stopped with the lock in hand does not stop the
 * person: not a guess, not a right one, not `status`.
 */
static void
stranger_stops_strangers_only(void **state)
{
	struct kf_guess stopped = site_guess(KF_POSITION_STRANGER);
	struct kf_guess other = site_guess(KF_POSITION_STRANGER);
	struct kf_store *own = site_open();

	(void)state;
	assert_int_equal(kf_store_charge(site_store, &stopped), KF_OK);
	other.deadline = kf_clock_monotonic() + 50;
	assert_int_equal(kf_store_charge(own, &other), KF_ERR_UNAVAILABLE);
	assert_int_equal(
	    site_guess_once(own, KF_POSITION_KNOWN, 0), KF_OK);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 1);
	assert_int_equal(
	    site_guess_once(own, KF_POSITION_KNOWN, 200), KF_OK);
	assert_int_equal(site_counter(), 200);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 1);
	/* What it had seen of the memory does not count when it goes on. */
	assert_int_equal(kf_store_consume(site_store, &stopped,
	    &stopped.person.authenticators[0], 200, 0), KF_ERR_CONFLICT);
	assert_int_equal(kf_store_consume(site_store, &stopped,
	    &stopped.person.authenticators[0], 150, 0), KF_ERR_CONFLICT);
	assert_int_equal(kf_store_consume(site_store, &stopped,
	    &stopped.person.authenticators[0], 201, 0), KF_OK);
	kf_store_release(site_store, &stopped);
	assert_int_equal(site_counter(), 201);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 0);
	kf_store_close(own);
}

/*
 * A verifier that was stopped before its turn judges by the time of its turn:
 * it cannot cut a lock that was imposed while it stood.
 */
static void
time_is_that_of_the_turn(void **state)
{
	struct kf_guess late = site_guess(KF_POSITION_KNOWN);

	(void)state;
	late.throttle = (struct kf_throttle){ 1, 60 };
	unit_set_wall(SITE_NOW);
	assert_int_equal(kf_store_charge(site_store, &late), KF_OK);
	kf_store_release(site_store, &late);
	late.now = SITE_NOW - 1000;
	unit_set_wall(SITE_NOW + 10);
	assert_int_equal(kf_store_charge(site_store, &late), KF_ERR_LOCKED);
	assert_int_equal(late.wait, 50);
	assert_int_equal(site_state().counts[KF_POSITION_KNOWN].refuse_until,
	    SITE_NOW + 60);
	/* And not at all after its deadline, though nobody is in the way. */
	late.deadline = kf_clock_monotonic() - 1;
	assert_int_equal(
	    kf_store_charge(site_store, &late), KF_ERR_UNAVAILABLE);
}

/* A sequence that cannot grow would have each later charge forgotten. */
static void
last_sequence_denies(void **state)
{
	char slots[KF_STATE_SIZE];
	struct kf_state s;

	(void)state;
	site_read(site_state_file, slots, sizeof(slots));
	assert_int_equal(kf_state_parse(slots, &s), KF_OK);
	s.sequence = UINT64_MAX - 1;
	assert_int_equal(kf_state_format(&s, slots), KF_OK);
	unit_write(site_state_file, slots, sizeof(slots), 0600);
	assert_int_not_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	assert_int_not_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 200), KF_OK);
}

/* The lock was waited for on a file that has been replaced meanwhile. */
static void
replaced_during_the_wait(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
	struct holder h = hold(true);

	(void)state;
	assert_int_equal(
	    kf_store_charge(site_store, &guess), KF_ERR_UNAVAILABLE);
	let_go(&h);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
}

/* Trouble in the middle of a write */

struct progress {
	uint32_t charged; /* calls that came back */
	uint32_t consumed;
};

/* Four wrong guesses, a right one, a wrong one. */
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
 * Killed at the n-th of those calls, with a part of it done: the state is the
 * one before or the one after, so no charge that came back is forgotten and
 * no counter falls.
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
			/* Failures since the success that is on record. */
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

/* The disk is full, broken, or takes a part: nothing is accepted. */
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
			/* Two calls belong to the charge. */
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
			/* fdatasync that fails may have written. */
			assert_in_range(site_counter(), was, was + (n == 4));
			if (n != 4)
				assert_true(
				    site_failures(KF_POSITION_KNOWN) >= count);
			assert_int_equal(
			    kf_store_unlock(site_store, SITE_UID, site_soon()),
			    KF_OK);
		}
}

/* Many at once, each a process that is let go at the same moment. */

#define MANY 50

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

/* Administrators at the same time: one change wins, none is lost. */
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

/* A state is there whole or not at all, and made once. */
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
		SITE_TEST(lock_times_out),
		SITE_TEST(lock_ends_with_its_holder),
		SITE_TEST(lock_is_held_until_release),
		SITE_TEST(stranger_stops_strangers_only),
		SITE_TEST(time_is_that_of_the_turn),
		SITE_TEST(last_sequence_denies),
		SITE_TEST(replaced_during_the_wait),
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
