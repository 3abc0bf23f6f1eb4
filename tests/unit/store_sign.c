/*
 * Signatures of security keys: a counter passes once, whatever happens in the
 * middle, and guesses and signatures leave one another alone.
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
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

#define FIRST 7			/* counter at enrolment, of the first key */

static uint64_t tag;		/* of the first key */
static uint64_t quiet;		/* of one that does not count */

static void
fill_key(struct kf_authenticator *a, unsigned char n, uint64_t first)
{
	struct kf_key *key = &a->key;

	key->algorithm = KF_EDDSA;
	(void)snprintf(key->rp_id, sizeof(key->rp_id), "ssh:");
	key->credential_len = KF_KEY_CREDENTIAL_MIN;
	memset(key->credential, n, key->credential_len);
	key->public_key_len = kf_public_key_size(key->algorithm);
	key->attestation = KF_ATTESTATION_NONE;
	key->aaguid_len = KF_KEY_AAGUID_SIZE;
	key->first_counter = first;
}

static struct kf_person
read_person(void)
{
	struct kf_person person;

	assert_int_equal(kf_store_get(site_store, SITE_UID, site_soon(),
	    &person), KF_OK);
	return person;
}

static int
before(void **state)
{
	struct kf_authenticator *a = NULL;
	struct kf_person person;

	if (site_before(state) != 0)
		return -1;
	unit_set_wall(SITE_NOW);
	person = read_person();
	if (kf_enrolment_add(&person, KF_KIND_KEY, &a) != KF_OK)
		return -1;
	fill_key(a, 1, FIRST);
	tag = a->tag;
	if (kf_enrolment_add(&person, KF_KIND_KEY, &a) != KF_OK)
		return -1;
	fill_key(a, 2, 0);
	quiet = a->tag;
	return kf_store_put(site_store, &person, site_soon()) == KF_OK ? 0 :
	    -1;
}

#define SIGN_TEST(f) cmocka_unit_test_setup_teardown(f, before, site_after)

static struct kf_signature
signature(uint64_t of, uint64_t counter, bool strict)
{
	struct kf_signature s;

	/* What was there before must not show in the answer. */
	memset(&s, 0xee, sizeof(s));
	s.uid = SITE_UID;
	s.tag = of;
	s.counter = counter;
	s.strict = strict;
	s.deadline = site_soon();
	s.higher = true;
	return s;
}

static enum kf_err
sign(uint64_t of, uint64_t counter, bool strict)
{
	struct kf_signature s = signature(of, counter, strict);

	return kf_store_sign(site_store, &s);
}

/* The line of state of a tag; zeros when there is none. */
static struct kf_memory
memory_of(uint64_t of)
{
	struct kf_state s = site_state();
	struct kf_memory *m = kf_state_find(&s, of);

	return m != NULL ? *m : (struct kf_memory){ 0 };
}

static void
counter_must_rise(void **state)
{
	static const struct {
		uint64_t counter;
		enum kf_err err;
		uint64_t last;
	} table[] = {
		{ 0, KF_ERR_CONFLICT, FIRST },
		{ FIRST - 1, KF_ERR_CONFLICT, FIRST },
		{ FIRST, KF_ERR_CONFLICT, FIRST },
		{ FIRST + 1, KF_OK, FIRST },
		{ FIRST + 1, KF_ERR_CONFLICT, FIRST + 1 },
		{ FIRST, KF_ERR_CONFLICT, FIRST + 1 },
		{ 0, KF_ERR_CONFLICT, FIRST + 1 },
		{ 100, KF_OK, FIRST + 1 },
		{ 99, KF_ERR_CONFLICT, 100 },
		{ UINT32_MAX, KF_OK, 100 },
		{ UINT32_MAX, KF_ERR_CONFLICT, UINT32_MAX },
		{ 1, KF_ERR_CONFLICT, UINT32_MAX },
	};
	int64_t used = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_signature s = signature(tag, table[i].counter, true);
		int64_t now = SITE_NOW + 10 * (int64_t)i;
		char was[KF_STATE_SIZE], is[KF_STATE_SIZE];

		unit_set_wall(now);
		site_read(site_state_file, was, sizeof(was));
		assert_int_equal(kf_store_sign(site_store, &s), table[i].err);
		assert_int_equal(s.last, table[i].last);
		assert_int_equal(s.last_used, used);
		assert_int_equal(s.now, now);
		assert_int_equal(s.higher, table[i].err == KF_OK);
		assert_int_equal(s.holder, 0);
		assert_string_equal(s.person.name, "alice");
		assert_int_equal(s.person.count, 4);
		site_read(site_state_file, is, sizeof(is));
		/* A refusal writes nothing, not even the time. */
		if (table[i].err != KF_OK) {
			assert_memory_equal(was, is, sizeof(was));
			continue;
		}
		used = now;
		assert_int_equal(memory_of(tag).counter, table[i].counter);
		assert_int_equal(memory_of(tag).used, now);
		assert_int_equal(memory_of(tag).offset, 0);
	}
	/* Nobody else's line was touched, or made. */
	assert_int_equal(site_state().lines, 1);
}

/* A key that says 0 for ever; once it counts, 0 is a step back. */
static void
counter_that_does_not_count(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct kf_signature s = signature(quiet, 0, true);

		assert_int_equal(kf_store_sign(site_store, &s), KF_OK);
		assert_true(s.higher);
		assert_int_equal(s.last, 0);
		assert_int_equal(s.last_used, i == 0 ? 0 : SITE_NOW);
	}
	assert_int_equal(memory_of(quiet).used, SITE_NOW);
	assert_int_equal(sign(quiet, 1, true), KF_OK);
	assert_int_equal(sign(quiet, 0, true), KF_ERR_CONFLICT);
	/* The other key's counter is its own. */
	assert_int_equal(sign(tag, 1, true), KF_ERR_CONFLICT);
}

/* `key.counter = log`: it passes, says so, and forgets nothing. */
static void
not_strict_keeps_the_higher(void **state)
{
	static const struct {
		uint64_t counter;
		bool higher;
		uint64_t kept;
	} table[] = {
		{ 3, false, FIRST },
		{ FIRST, false, FIRST },
		{ 0, false, FIRST },
		{ 20, true, 20 },
		{ 20, false, 20 },
		{ 19, false, 20 },
		{ 0, false, 20 },
		{ 21, true, 21 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_signature s = signature(tag, table[i].counter,
		    false);
		int64_t now = SITE_NOW + 5 * (int64_t)i;

		unit_set_wall(now);
		assert_int_equal(kf_store_sign(site_store, &s), KF_OK);
		assert_int_equal(s.higher, table[i].higher);
		assert_int_equal(memory_of(tag).counter, table[i].kept);
		assert_int_equal(memory_of(tag).used, now);
	}
	assert_int_equal(sign(tag, 21, true), KF_ERR_CONFLICT);
	assert_int_equal(sign(tag, 22, true), KF_OK);
}

/* Guesses are neither counted nor cleared, and a lock-out is none of keys. */
static void
failures_are_left_alone(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
	struct kf_count was[KF_POSITIONS];

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(site_guess_once(site_store,
		    KF_POSITION_KNOWN, 0), KF_OK);
		assert_int_equal(site_guess_once(site_store,
		    KF_POSITION_STRANGER, 0), KF_OK);
	}
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_LOCKED);
	memcpy(was, site_state().counts, sizeof(was));
	assert_int_equal(sign(tag, 100, true), KF_OK);
	assert_int_equal(sign(tag, 100, true), KF_ERR_CONFLICT);
	assert_int_equal(sign(tag, 50, false), KF_OK);
	assert_memory_equal(site_state().counts, was, sizeof(was));
	assert_int_equal(was[KF_POSITION_KNOWN].failures, 4);
	assert_int_equal(was[KF_POSITION_STRANGER].failures, 4);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_LOCKED);
	/* And a code's step is none of a key's counter. */
	assert_int_equal(site_counter(), 100);
	assert_int_equal(memory_of(tag).counter, 100);
}

/* A code's authenticator has made no signature, whoever says so. */
static void
tags_of_others(void **state)
{
	struct kf_person person = read_person();
	char was[KF_STATE_SIZE], is[KF_STATE_SIZE];

	(void)state;
	site_read(site_state_file, was, sizeof(was));
	assert_int_equal(person.authenticators[0].kind, KF_KIND_TOTP);
	assert_int_equal(sign(person.authenticators[0].tag, 1000, true),
	    KF_ERR_NO_USER);
	assert_int_equal(sign(person.authenticators[0].tag, 1000, false),
	    KF_ERR_NO_USER);
	assert_int_equal(sign(tag + 1, 1000, false), KF_ERR_NO_USER);
	site_read(site_state_file, is, sizeof(is));
	assert_memory_equal(was, is, sizeof(was));
}

/* Between the touch and the record, it was removed: too late. */
static void
removed_meanwhile(void **state)
{
	struct kf_person person = read_person();
	struct kf_signature s = signature(tag, 100, false);

	(void)state;
	assert_int_equal(sign(tag, 50, true), KF_OK);
	for (size_t i = 0; i < person.count; i++)
		if (person.authenticators[i].tag == tag) {
			kf_enrolment_remove(&person, &person.authenticators[i]);
			break;
		}
	assert_int_equal(kf_store_put(site_store, &person, site_soon()), KF_OK);
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_NO_USER);
	assert_int_equal(memory_of(tag).counter, 50);
	/* The other one serves on. */
	assert_int_equal(sign(quiet, 1, true), KF_OK);
	/* With the last one goes the person, and then the state. */
	person.count = 0;
	assert_int_equal(kf_store_put(site_store, &person, site_soon()), KF_OK);
	assert_int_equal(sign(quiet, 2, true), KF_ERR_NO_USER);
	assert_int_equal(kf_store_delete_state(site_store, SITE_UID,
	    site_soon()), KF_OK);
	assert_int_equal(sign(quiet, 2, true), KF_ERR_NO_USER);
	assert_int_equal(access(site_state_file, F_OK), -1);
}

/*
 * The uid is another person's by now: the signature of before is not theirs,
 * and who holds the tag all the same is told whose enrolment this is.
 */
static void
uid_reused(void **state)
{
	struct kf_person person = read_person(), other;
	struct kf_authenticator *a = NULL;
	struct kf_signature s = signature(tag, 100, false);

	(void)state;
	person.count = 0;
	assert_int_equal(kf_store_put(site_store, &person, site_soon()), KF_OK);
	other = (struct kf_person){ .uid = SITE_UID, .name = "bob" };
	assert_int_equal(kf_enrolment_add(&other, KF_KIND_KEY, &a), KF_OK);
	fill_key(a, 1, 0);
	assert_int_equal(kf_store_put(site_store, &other, site_soon()), KF_OK);
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_NO_USER);
	s = signature(a->tag, 100, true);
	assert_int_equal(kf_store_sign(site_store, &s), KF_OK);
	assert_string_equal(s.person.name, "bob");
}

/* Files that are not what they should be deny, and nothing is made. */
static void
broken_files(void **state)
{
	char slots[KF_STATE_SIZE], path[300];

	(void)state;
	site_read(site_state_file, slots, sizeof(slots));
	slots[5] ^= 1;
	slots[KF_SLOT_SIZE + 5] ^= 1;
	unit_write(site_state_file, slots, sizeof(slots), 0600);
	assert_int_equal(sign(tag, 100, false), KF_ERR_CORRUPT);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(sign(tag, 100, false), KF_ERR_CORRUPT);
	assert_int_equal(access(site_state_file, F_OK), -1);
	assert_int_equal(kf_store_create_state(site_store, SITE_UID,
	    site_soon()), KF_OK);
	(void)snprintf(path, sizeof(path), "%s/enrolled/%d", site_place,
	    SITE_UID);
	unit_write(path, "x", 1, 0640);
	assert_int_equal(sign(tag, 100, false), KF_ERR_CORRUPT);
	assert_int_equal(site_state().lines, 0);
}

/* All lines are taken: one that nobody is enrolled for gives way. */
static void
lines_of_the_removed_give_way(void **state)
{
	char slots[KF_STATE_SIZE];
	struct kf_state s;

	(void)state;
	assert_int_equal(sign(quiet, 5, true), KF_OK);
	site_read(site_state_file, slots, sizeof(slots));
	s = site_state();
	s.sequence++;
	while (s.lines < KF_STATE_LINES)
		s.memory[s.lines++] = (struct kf_memory){
			.tag = 0x1000 + s.lines, .used = SITE_NOW + 1 };
	assert_int_equal(kf_state_format(&s, slots), KF_OK);
	assert_int_equal(kf_state_format(&s, slots + KF_SLOT_SIZE), KF_OK);
	unit_write(site_state_file, slots, sizeof(slots), 0600);
	assert_int_equal(sign(tag, 100, true), KF_OK);
	assert_int_equal(site_state().lines, KF_STATE_LINES);
	assert_int_equal(memory_of(tag).counter, 100);
	assert_int_equal(memory_of(quiet).counter, 5);
}

/* Many at once */

/* Starts n processes, each with a store of its own, that sign at a byte. */
static int
at_once(unsigned n, uint64_t counter, bool strict)
{
	int start[2], status, good = 0;

	assert_int_equal(pipe2(start, O_CLOEXEC), 0);
	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			struct kf_signature s = signature(tag, counter,
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
	/* The end of the pipe is what they wait for. */
	assert_int_equal(close(start[0]), 0);
	assert_int_equal(close(start[1]), 0);
	for (unsigned i = 0; i < n; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		good += WEXITSTATUS(status) == 0;
	}
	return good;
}

/* A cloned key in two sessions: the same counter is one success. */
static void
same_counter_at_once(void **state)
{
	(void)state;
	for (unsigned n = 2; n <= 20; n += 6) {
		assert_int_equal(at_once(n, 1000 + n, true), 1);
		assert_int_equal(memory_of(tag).counter, 1000 + n);
		/* Where it is only logged, all but one are logged. */
		assert_int_equal(at_once(n, 2000 + n, false), 1);
		assert_int_equal(memory_of(tag).counter, 2000 + n);
		assert_int_equal(sign(tag, 2000 + n, true), KF_ERR_CONFLICT);
		assert_int_equal(sign(tag, 1000, false), KF_OK);
		/* Down again for the next round: a new state. */
		assert_int_equal(kf_store_delete_state(site_store, SITE_UID,
		    site_soon()), KF_OK);
		assert_int_equal(kf_store_create_state(site_store, SITE_UID,
		    site_soon()), KF_OK);
	}
}

/* Guesses and signatures in each other's way: nothing of either is lost. */
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
		assert_int_equal(sign(tag, FIRST + n, true), KF_OK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(site_counter(), 150);
	assert_int_equal(memory_of(tag).counter, FIRST + 50);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
}

/* Somebody has the lock: not accepted, and who it is, where that shows. */
static void
lock_times_out(void **state)
{
	struct kf_signature s = signature(tag, 100, true);
	int fd = open(site_state_file, O_RDWR | O_CLOEXEC);
	int64_t start = kf_clock_monotonic();

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	s.deadline = start + 200;
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_UNAVAILABLE);
	assert_in_range(kf_clock_monotonic() - start, 190, 2000);
	/* In some containers /proc/locks shows nobody. */
	assert_true(s.holder == getpid() || s.holder == 0);
	assert_int_equal(s.last, 0);
	assert_false(s.higher);
	s.deadline = kf_clock_monotonic() - 1;
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_UNAVAILABLE);
	assert_int_equal(close(fd), 0);
	assert_int_equal(site_state().lines, 0);
	assert_int_equal(sign(tag, 100, true), KF_OK);
}

/* A stranger who is stopped with the strangers' lock stops no key. */
static void
strangers_stop_no_key(void **state)
{
	struct kf_guess stopped = site_guess(KF_POSITION_STRANGER);

	(void)state;
	assert_int_equal(kf_store_charge(site_store, &stopped), KF_OK);
	assert_int_equal(sign(tag, 100, true), KF_OK);
	kf_store_release(site_store, &stopped);
	assert_int_equal(site_failures(KF_POSITION_STRANGER), 1);
}

/* Trouble in the middle */

static const size_t parts[] = { 0, 1, 100, KF_SLOT_SIZE - 1, KF_SLOT_SIZE };

/*
 * Killed at the n-th call with a part of it done: a success that was told is
 * remembered, and the same counter does not pass again.
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
			struct kf_signature s = signature(tag, c, true);

			if (kf_store_sign(own, &s) == KF_OK)
				*told = c;
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	counter = memory_of(tag).counter;
	assert_true(counter >= *told && counter <= 103);
	/* The call that was cut counts or not; none before it comes back. */
	assert_true(counter <= *told + 1 || *told == 0);
	if (*told != 0)
		assert_int_equal(sign(tag, *told, true), KF_ERR_CONFLICT);
	assert_int_equal(sign(tag, 104, true), KF_OK);
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
			assert_int_equal(before(state), 0);
		}
}

/* A full or broken disk: a signature that is not recorded is none. */
static void
writes_fail(void **state)
{
	static const int errors[] = { ENOSPC, EIO, EDQUOT };

	(void)state;
	for (size_t e = 0; e < UNIT_COUNT(errors); e++)
		for (size_t i = 0; i < UNIT_COUNT(parts); i++)
			for (int n = 1; n <= 2; n++) {
				uint64_t was = memory_of(tag).counter;
				struct kf_signature s;

				s = signature(tag, was + FIRST + 10, true);
				site_plan(TROUBLE_FAIL, n, parts[i],
				    errors[e]);
				assert_int_equal(kf_store_sign(site_store,
				    &s), KF_ERR_UNAVAILABLE);
				site_plan(TROUBLE_NONE, 0, 0, 0);
				/* It may be on the disk; never below. */
				assert_true(memory_of(tag).counter >= was);
				assert_int_equal(sign(tag, was + FIRST + 20,
				    true), KF_OK);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SIGN_TEST(counter_must_rise),
		SIGN_TEST(counter_that_does_not_count),
		SIGN_TEST(not_strict_keeps_the_higher),
		SIGN_TEST(failures_are_left_alone),
		SIGN_TEST(tags_of_others),
		SIGN_TEST(removed_meanwhile),
		SIGN_TEST(uid_reused),
		SIGN_TEST(broken_files),
		SIGN_TEST(lines_of_the_removed_give_way),
		SIGN_TEST(same_counter_at_once),
		SIGN_TEST(beside_guesses),
		SIGN_TEST(lock_times_out),
		SIGN_TEST(strangers_stop_no_key),
		SIGN_TEST(killed_anywhere),
		SIGN_TEST(writes_fail),
	};

	unit_start();
	return cmocka_run_group_tests_name("store_sign", tests, NULL, NULL);
}
