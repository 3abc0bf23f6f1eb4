/*
 * The lock of a person's state file: it ends with the process that holds it,
 * waiting for it ends at the deadline, and what was read before the wait must
 * not be used after it.
 */
#include "tests/unit/store/site.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

/* A child that holds the lock. */
struct holder {
	pid_t pid;
	int ready;	/* pipe on which the child said that it has the lock */
	int release;	/* pipe; the child exits when it is closed */
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

/* Whether that process waits for a lock, as /proc/locks shows. */
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

/*
 * Starts a holder, and returns when it has the lock.  With replace, it waits
 * until this process waits for the lock, replaces the state file and exits.
 */
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
			/* The parent has opened the old file by then. */
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

/*
 * Whether /proc/locks shows the holder.  In some containers it shows no other
 * process.
 */
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
	/* Reading does not need the lock. */
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

/* When the holder is killed, the next process gets the lock. */
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

/* From charge to release no other guess can be charged. */
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
 * A stranger's verifier that is stopped while it holds the lock does not make
 * the person wait: not for a wrong guess, a right one, or `keyfirst status`.
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
	/* When it goes on, the counter is read again. */
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
 * A verifier that was stopped before it got the lock must read the clock under
 * the lock.  With an older time it would shorten a lock-out that began
 * meanwhile.
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
	/* After the deadline it fails, even though the lock is free. */
	late.deadline = kf_clock_monotonic() - 1;
	assert_int_equal(
	    kf_store_charge(site_store, &late), KF_ERR_UNAVAILABLE);
}

/*
 * A sequence number that cannot grow is an error: the slots could not be told
 * apart, and later charges would be lost.
 */
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

/* The state file was replaced while the guess waited for its lock. */
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
	};

	unit_start();
	return cmocka_run_group_tests_name("store_lock", tests, NULL, NULL);
}
