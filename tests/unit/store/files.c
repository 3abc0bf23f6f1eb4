/*
 * The files of the file backend.  A state or enrolment file must be refused
 * when it is damaged, belongs to another person, has the wrong type or mode, or
 * is in a directory that is not trusted.
 */
#include "tests/unit/store/site.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns the slot that holds the newest state: 0 or 1. */
static unsigned
newest(const char *slots)
{
	struct kf_state a = { 0 }, b = { 0 };

	assert_int_equal(kf_state_parse(slots, &a), KF_OK);
	assert_int_equal(kf_state_parse(slots + KF_SLOT_SIZE, &b), KF_OK);
	assert_int_not_equal(a.sequence, b.sequence);
	return b.sequence > a.sequence;
}

static void
older_slot_is_overwritten(void **state)
{
	char was[KF_STATE_SIZE], is[KF_STATE_SIZE];

	(void)state;
	site_read(site_state_file, was, sizeof(was));
	for (int i = 0; i < 4; i++) {
		unsigned slot = newest(was);

		assert_int_equal(
		    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
		site_read(site_state_file, is, sizeof(is));
		assert_memory_equal(is + slot * KF_SLOT_SIZE,
		    was + slot * KF_SLOT_SIZE, KF_SLOT_SIZE);
		assert_int_not_equal(newest(is), slot);
		memcpy(was, is, sizeof(was));
	}
}

static void
torn_slot(void **state)
{
	char slots[KF_STATE_SIZE], bad[KF_STATE_SIZE];
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
	struct kf_state s;
	unsigned slot;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	site_read(site_state_file, slots, sizeof(slots));
	slot = newest(slots);
	for (int how = 0; how < 3; how++) {
		memcpy(bad, slots, sizeof(bad));
		if (how == 0)
			bad[slot * KF_SLOT_SIZE + 2000] ^= 1;
		else
			memset(bad + slot * KF_SLOT_SIZE, how == 1 ? 0 : 'x',
			    KF_SLOT_SIZE);
		unit_write(site_state_file, bad, sizeof(bad), 0600);
		assert_int_equal(site_failures(KF_POSITION_KNOWN), 2);
	}
	/* The next write goes to the damaged slot. */
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 3);
	site_read(site_state_file, bad, sizeof(bad));
	assert_int_equal(newest(bad), slot);
	/* Both slots are damaged: no state can be read, no guess made. */
	bad[5] ^= 1;
	bad[KF_SLOT_SIZE + 5] ^= 1;
	unit_write(site_state_file, bad, sizeof(bad), 0600);
	assert_int_equal(kf_store_state(site_store, SITE_UID, site_soon(), &s),
	    KF_ERR_CORRUPT);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	assert_int_equal(
	    kf_store_unlock(site_store, SITE_UID, site_soon()), KF_ERR_CORRUPT);
}

static void
wrong_state_files(void **state)
{
	static const size_t sizes[] = { 0, 1, KF_SLOT_SIZE, KF_STATE_SIZE - 1,
		KF_STATE_SIZE + 1 };
	char slots[KF_STATE_SIZE + 1] = "";
	char other[320];
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);

	(void)state;
	(void)snprintf(other, sizeof(other), "%s.other", site_state_file);
	site_read(site_state_file, slots, KF_STATE_SIZE);
	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		unit_write(site_state_file, slots, sizes[i], 0600);
		assert_int_equal(
		    kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	}
	unit_write(site_state_file, slots, KF_STATE_SIZE, 0640);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	unit_write(site_state_file, slots, KF_STATE_SIZE, 0600);
	assert_int_equal(link(site_state_file, other), 0);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(symlink(other, site_state_file), 0);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(mkfifo(site_state_file, 0600), 0);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	assert_int_equal(rename(other, site_state_file), 0);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_OK);
	kf_store_release(site_store, &guess);
}

/* Another person's state file, renamed to this person's uid. */
static void
state_of_another(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
	char other[320];

	(void)state;
	(void)snprintf(
	    other, sizeof(other), "%s/state/%d", site_place, SITE_UID + 1);
	assert_int_equal(
	    kf_store_create_state(site_store, SITE_UID + 1, site_soon()),
	    KF_OK);
	assert_int_equal(rename(other, site_state_file), 0);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
}

static void
create_and_delete_state(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
	struct kf_state s;

	(void)state;
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 200), KF_OK);
	assert_int_equal(
	    site_guess_once(site_store, KF_POSITION_KNOWN, 0), KF_OK);
	/* An existing state is left alone. */
	assert_int_equal(
	    kf_store_create_state(site_store, SITE_UID, site_soon()), KF_OK);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 1);
	assert_int_equal(site_counter(), 200);
	assert_int_equal(
	    kf_store_delete_state(site_store, SITE_UID, site_soon()), KF_OK);
	assert_int_equal(kf_store_state(site_store, SITE_UID, site_soon(), &s),
	    KF_ERR_CORRUPT);
	/* Without a state a guess is refused, and makes no state. */
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	assert_int_equal(access(site_state_file, F_OK), -1);
	assert_int_equal(
	    kf_store_delete_state(site_store, SITE_UID, site_soon()), KF_OK);
	assert_int_equal(
	    kf_store_create_state(site_store, SITE_UID, site_soon()), KF_OK);
	assert_int_equal(site_counter(), 100);
	assert_int_equal(chmod(site_state_file, 0644), 0);
	assert_int_equal(
	    kf_store_create_state(site_store, SITE_UID, site_soon()), KF_OK);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
}

static void
versions(void **state)
{
	struct kf_person a, b, fresh = site_person(SITE_UID + 5);
	uint64_t first;

	(void)state;
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &a), KF_OK);
	b = a;
	first = a.version;
	assert_int_equal(kf_store_put(site_store, &a, site_soon()), KF_OK);
	assert_int_equal(a.version, first + 1);
	/* b was read before that change, so it must not overwrite it. */
	assert_int_equal(
	    kf_store_put(site_store, &b, site_soon()), KF_ERR_CONFLICT);
	b.version = first + 2;
	assert_int_equal(
	    kf_store_put(site_store, &b, site_soon()), KF_ERR_CONFLICT);
	b.version = 0;
	assert_int_equal(
	    kf_store_put(site_store, &b, site_soon()), KF_ERR_CONFLICT);
	fresh.version = 1;
	assert_int_equal(
	    kf_store_put(site_store, &fresh, site_soon()), KF_ERR_CONFLICT);
	fresh.version = 0;
	assert_int_equal(kf_store_put(site_store, &fresh, site_soon()), KF_OK);
	/* Without authenticators it is deleted, if the version is right. */
	b.version = first;
	b.count = 0;
	assert_int_equal(
	    kf_store_put(site_store, &b, site_soon()), KF_ERR_CONFLICT);
	a.count = 0;
	assert_int_equal(kf_store_put(site_store, &a, site_soon()), KF_OK);
	assert_int_equal(kf_store_get(site_store, SITE_UID, site_soon(), &b),
	    KF_ERR_NO_USER);
	a.version = 0;
	assert_int_equal(
	    kf_store_put(site_store, &a, site_soon()), KF_ERR_NO_USER);
}

/* A change that was begun before an enrolment was removed is refused. */
static void
removed_meanwhile(void **state)
{
	struct kf_person before, now, fresh = site_person(SITE_UID);

	(void)state;
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &before), KF_OK);
	now = before;
	now.count = 0;
	assert_int_equal(kf_store_put(site_store, &now, site_soon()), KF_OK);
	fresh.version = 0;
	fresh.authenticators[0].tag++;
	assert_int_equal(kf_store_put(site_store, &fresh, site_soon()), KF_OK);
	assert_int_equal(
	    kf_store_put(site_store, &before, site_soon()), KF_ERR_CONFLICT);
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &now), KF_OK);
	assert_int_equal(now.authenticators[0].tag,
	    fresh.authenticators[0].tag);
}

static void
wrong_enrolments(void **state)
{
	struct kf_guess guess = site_guess(KF_POSITION_KNOWN);
	char path[300], other[300], text[8192] = "";
	struct kf_person person;
	int fd;

	(void)state;
	(void)snprintf(
	    path, sizeof(path), "%s/enrolled/%d", site_place, SITE_UID);
	(void)snprintf(
	    other, sizeof(other), "%s/enrolled/%d", site_place, SITE_UID + 1);
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	assert_int_equal(chmod(path, 0660), 0);
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &person),
	    KF_ERR_CORRUPT);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &person), KF_OK);
	/* An enrolment file that is renamed to another person's uid. */
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID + 1, site_soon(), &person),
	    KF_ERR_CORRUPT);
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &person),
	    KF_ERR_NO_USER);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_NO_USER);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &person),
	    KF_ERR_CORRUPT);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rename(other, path), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && read(fd, text, sizeof(text)) > 0);
	assert_int_equal(close(fd), 0);
	unit_write(path, text, strlen(text) - 1, 0640);
	assert_int_equal(kf_store_charge(site_store, &guess), KF_ERR_CORRUPT);
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
	/* A damaged enrolment is not overwritten as if there were none. */
	person = site_person(SITE_UID);
	assert_int_equal(
	    kf_store_put(site_store, &person, site_soon()), KF_ERR_CORRUPT);
}

struct seen {
	unsigned good, bad;
	uint64_t uids;
};

static void
visit(void *context, const struct kf_person *person, enum kf_err err)
{
	struct seen *seen = context;

	*(err == KF_OK ? &seen->good : &seen->bad) += 1;
	seen->uids += person->uid;
}

static void
everybody(void **state)
{
	struct seen seen = { 0 };

	(void)state;
	for (uint32_t uid = 1; uid <= 20; uid++) {
		struct kf_person person = site_person(uid);

		assert_int_equal(
		    kf_store_put(site_store, &person, site_soon()), KF_OK);
	}
	unit_write(unit_path("%s/enrolled/77", strrchr(site_place, '/') + 1),
	    "x", 1, 0640);
	unit_write(unit_path("%s/enrolled/007", strrchr(site_place, '/') + 1),
	    "x", 1, 0640);
	unit_write(
	    unit_path("%s/enrolled/.new.5", strrchr(site_place, '/') + 1), "x",
	    1, 0640);
	assert_int_equal(
	    kf_store_list(site_store, site_soon(), visit, &seen), KF_OK);
	assert_int_equal(seen.good, 21);
	assert_int_equal(seen.bad, 1);
	assert_int_equal(seen.uids, 210 + SITE_UID + 77);
}

static void
wrong_places(void **state)
{
	static const char *const specs[] = { "", "file", "file:", "file:x",
		"files:/tmp", "pgsql:host", "file:/nonexistent", "file:/etc" };
	char enrolled[300], states[300], spec[300];
	struct kf_store *s = NULL;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(specs); i++)
		assert_int_not_equal(kf_store_open(specs[i], &s), KF_OK);
	(void)snprintf(enrolled, sizeof(enrolled), "%s/enrolled", site_place);
	(void)snprintf(states, sizeof(states), "%s/state", site_place);
	(void)snprintf(spec, sizeof(spec), "file:%s", site_place);
	assert_int_equal(chmod(enrolled, 0755), 0);
	assert_int_not_equal(kf_store_open(spec, &s), KF_OK);
	assert_int_equal(chmod(enrolled, 0770), 0);
	assert_int_not_equal(kf_store_open(spec, &s), KF_OK);
	assert_int_equal(chmod(enrolled, 0750), 0);
	assert_int_equal(chmod(states, 0750), 0);
	assert_int_not_equal(kf_store_open(spec, &s), KF_OK);
	assert_int_equal(chmod(states, 0700), 0);
	assert_int_equal(chmod(site_place, 0775), 0);
	assert_int_not_equal(kf_store_open(spec, &s), KF_OK);
	assert_int_equal(chmod(site_place, 0755), 0);
	assert_int_equal(kf_store_open(spec, &s), KF_OK);
	kf_store_close(s);
	kf_store_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(older_slot_is_overwritten),
		SITE_TEST(torn_slot),
		SITE_TEST(wrong_state_files),
		SITE_TEST(state_of_another),
		SITE_TEST(create_and_delete_state),
		SITE_TEST(versions),
		SITE_TEST(removed_meanwhile),
		SITE_TEST(wrong_enrolments),
		SITE_TEST(everybody),
		SITE_TEST(wrong_places),
	};

	unit_start();
	return cmocka_run_group_tests_name("store_files", tests, NULL, NULL);
}
