/*
 * Signatures of security keys (kf_store_sign): each counter is accepted once,
 * and guesses and signatures do not affect each other.
 */
#include "tests/unit/store/sign_site.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
counter_must_rise(void **state)
{
	static const struct {
		uint64_t counter;
		enum kf_err err;
		uint64_t last;
	} table[] = {
		{ 0, KF_ERR_CONFLICT, SIGN_FIRST },
		{ SIGN_FIRST - 1, KF_ERR_CONFLICT, SIGN_FIRST },
		{ SIGN_FIRST, KF_ERR_CONFLICT, SIGN_FIRST },
		{ SIGN_FIRST + 1, KF_OK, SIGN_FIRST },
		{ SIGN_FIRST + 1, KF_ERR_CONFLICT, SIGN_FIRST + 1 },
		{ SIGN_FIRST, KF_ERR_CONFLICT, SIGN_FIRST + 1 },
		{ 0, KF_ERR_CONFLICT, SIGN_FIRST + 1 },
		{ 100, KF_OK, SIGN_FIRST + 1 },
		{ 99, KF_ERR_CONFLICT, 100 },
		{ UINT32_MAX, KF_OK, 100 },
		{ UINT32_MAX, KF_ERR_CONFLICT, UINT32_MAX },
		{ 1, KF_ERR_CONFLICT, UINT32_MAX },
	};
	int64_t used = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_signature s = sign_request(sign_tag,
		    table[i].counter, true);
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
		assert_int_equal(sign_memory(sign_tag).counter,
		    table[i].counter);
		assert_int_equal(sign_memory(sign_tag).used, now);
		assert_int_equal(sign_memory(sign_tag).offset, 0);
	}
	/* No other line was changed or made. */
	assert_int_equal(site_state().lines, 1);
}

/* A key without a counter signs 0 each time; after a 1, 0 is refused. */
static void
counter_that_does_not_count(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct kf_signature s = sign_request(sign_quiet, 0, true);

		assert_int_equal(kf_store_sign(site_store, &s), KF_OK);
		assert_true(s.higher);
		assert_int_equal(s.last, 0);
		assert_int_equal(s.last_used, i == 0 ? 0 : SITE_NOW);
	}
	assert_int_equal(sign_memory(sign_quiet).used, SITE_NOW);
	assert_int_equal(sign_once(sign_quiet, 1, true), KF_OK);
	assert_int_equal(sign_once(sign_quiet, 0, true), KF_ERR_CONFLICT);
	/* The other key has a counter of its own. */
	assert_int_equal(sign_once(sign_tag, 1, true), KF_ERR_CONFLICT);
}

/*
 * `key.counter = log`: a counter that is not higher is accepted, is reported,
 * and does not lower the stored one.
 */
static void
not_strict_keeps_the_higher(void **state)
{
	static const struct {
		uint64_t counter;
		bool higher;
		uint64_t kept;
	} table[] = {
		{ 3, false, SIGN_FIRST },
		{ SIGN_FIRST, false, SIGN_FIRST },
		{ 0, false, SIGN_FIRST },
		{ 20, true, 20 },
		{ 20, false, 20 },
		{ 19, false, 20 },
		{ 0, false, 20 },
		{ 21, true, 21 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_signature s = sign_request(sign_tag, table[i].counter,
		    false);
		int64_t now = SITE_NOW + 5 * (int64_t)i;

		unit_set_wall(now);
		assert_int_equal(kf_store_sign(site_store, &s), KF_OK);
		assert_int_equal(s.higher, table[i].higher);
		assert_int_equal(sign_memory(sign_tag).counter, table[i].kept);
		assert_int_equal(sign_memory(sign_tag).used, now);
	}
	assert_int_equal(sign_once(sign_tag, 21, true), KF_ERR_CONFLICT);
	assert_int_equal(sign_once(sign_tag, 22, true), KF_OK);
}

/* Signatures do not change the count of guesses; a lock-out stops no key. */
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
	assert_int_equal(sign_once(sign_tag, 100, true), KF_OK);
	assert_int_equal(sign_once(sign_tag, 100, true), KF_ERR_CONFLICT);
	assert_int_equal(sign_once(sign_tag, 50, false), KF_OK);
	assert_memory_equal(site_state().counts, was, sizeof(was));
	assert_int_equal(was[KF_POSITION_KNOWN].failures, 4);
	assert_int_equal(was[KF_POSITION_STRANGER].failures, 4);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_LOCKED);
	/* The code's last step and the key's counter are apart. */
	assert_int_equal(site_counter(), 100);
	assert_int_equal(sign_memory(sign_tag).counter, 100);
}

/* The tag of a TOTP authenticator, or of none, is refused for a signature. */
static void
tags_of_others(void **state)
{
	struct kf_person person = sign_person();
	char was[KF_STATE_SIZE], is[KF_STATE_SIZE];

	(void)state;
	site_read(site_state_file, was, sizeof(was));
	assert_int_equal(person.authenticators[0].kind, KF_KIND_TOTP);
	assert_int_equal(sign_once(person.authenticators[0].tag, 1000, true),
	    KF_ERR_NO_USER);
	assert_int_equal(sign_once(person.authenticators[0].tag, 1000, false),
	    KF_ERR_NO_USER);
	assert_int_equal(sign_once(sign_tag + 1, 1000, false), KF_ERR_NO_USER);
	site_read(site_state_file, is, sizeof(is));
	assert_memory_equal(was, is, sizeof(was));
}

/* The key was removed between its signature and kf_store_sign: refused. */
static void
removed_meanwhile(void **state)
{
	struct kf_person person = sign_person();
	struct kf_signature s = sign_request(sign_tag, 100, false);

	(void)state;
	assert_int_equal(sign_once(sign_tag, 50, true), KF_OK);
	for (size_t i = 0; i < person.count; i++)
		if (person.authenticators[i].tag == sign_tag) {
			kf_enrolment_remove(&person, &person.authenticators[i]);
			break;
		}
	assert_int_equal(kf_store_put(site_store, &person, site_soon()), KF_OK);
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_NO_USER);
	assert_int_equal(sign_memory(sign_tag).counter, 50);
	/* The other key still works. */
	assert_int_equal(sign_once(sign_quiet, 1, true), KF_OK);
	/* No authenticator is left, and then no state. */
	person.count = 0;
	assert_int_equal(kf_store_put(site_store, &person, site_soon()), KF_OK);
	assert_int_equal(sign_once(sign_quiet, 2, true), KF_ERR_NO_USER);
	assert_int_equal(kf_store_delete_state(site_store, SITE_UID,
	    site_soon()), KF_OK);
	assert_int_equal(sign_once(sign_quiet, 2, true), KF_ERR_NO_USER);
	assert_int_equal(access(site_state_file, F_OK), -1);
}

/*
 * The uid belongs to another person by now.  A signature with a tag of the old
 * enrolment is refused; with a tag of the new one, the answer holds the name of
 * the new person, so that the caller can compare it.
 */
static void
uid_reused(void **state)
{
	struct kf_person person = sign_person(), other;
	struct kf_authenticator *a = NULL;
	struct kf_signature s = sign_request(sign_tag, 100, false);

	(void)state;
	person.count = 0;
	assert_int_equal(kf_store_put(site_store, &person, site_soon()), KF_OK);
	other = (struct kf_person){ .uid = SITE_UID, .name = "bob" };
	assert_int_equal(kf_enrolment_add(&other, KF_KIND_KEY, &a), KF_OK);
	sign_fill_key(a, 1, 0);
	assert_int_equal(kf_store_put(site_store, &other, site_soon()), KF_OK);
	assert_int_equal(kf_store_sign(site_store, &s), KF_ERR_NO_USER);
	s = sign_request(a->tag, 100, true);
	assert_int_equal(kf_store_sign(site_store, &s), KF_OK);
	assert_string_equal(s.person.name, "bob");
}

/* A damaged or missing file is an error, and no file is made. */
static void
broken_files(void **state)
{
	char slots[KF_STATE_SIZE], path[300];

	(void)state;
	site_read(site_state_file, slots, sizeof(slots));
	slots[5] ^= 1;
	slots[KF_SLOT_SIZE + 5] ^= 1;
	unit_write(site_state_file, slots, sizeof(slots), 0600);
	assert_int_equal(sign_once(sign_tag, 100, false), KF_ERR_CORRUPT);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(sign_once(sign_tag, 100, false), KF_ERR_CORRUPT);
	assert_int_equal(access(site_state_file, F_OK), -1);
	assert_int_equal(kf_store_create_state(site_store, SITE_UID,
	    site_soon()), KF_OK);
	(void)snprintf(path, sizeof(path), "%s/enrolled/%d", site_place,
	    SITE_UID);
	unit_write(path, "x", 1, 0640);
	assert_int_equal(sign_once(sign_tag, 100, false), KF_ERR_CORRUPT);
	assert_int_equal(site_state().lines, 0);
}

/* When all lines are used, the line of a removed authenticator is replaced. */
static void
lines_of_the_removed_give_way(void **state)
{
	char slots[KF_STATE_SIZE];
	struct kf_state s;

	(void)state;
	assert_int_equal(sign_once(sign_quiet, 5, true), KF_OK);
	site_read(site_state_file, slots, sizeof(slots));
	s = site_state();
	s.sequence++;
	while (s.lines < KF_STATE_LINES)
		s.memory[s.lines++] = (struct kf_memory){
			.tag = 0x1000 + s.lines, .used = SITE_NOW + 1 };
	assert_int_equal(kf_state_format(&s, slots), KF_OK);
	assert_int_equal(kf_state_format(&s, slots + KF_SLOT_SIZE), KF_OK);
	unit_write(site_state_file, slots, sizeof(slots), 0600);
	assert_int_equal(sign_once(sign_tag, 100, true), KF_OK);
	assert_int_equal(site_state().lines, KF_STATE_LINES);
	assert_int_equal(sign_memory(sign_tag).counter, 100);
	assert_int_equal(sign_memory(sign_quiet).counter, 5);
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
	};

	unit_start();
	return cmocka_run_group_tests_name("store_sign", tests, NULL, NULL);
}
