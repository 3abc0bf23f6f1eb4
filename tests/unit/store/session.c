/*
 * The four sessions that a person may have at once (kf_store_enter).  A fifth
 * is refused without waiting, each person has four, and a person without a
 * valid state file has none.
 */
#include "tests/unit/store/site.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHER_UID (SITE_UID + 1)

static struct kf_store *held[KF_SESSIONS];

static void
take_all(uint32_t uid)
{
	for (int i = 0; i < KF_SESSIONS; i++) {
		held[i] = site_open();
		assert_int_equal(kf_store_enter(held[i], uid), KF_OK);
	}
}

static void
leave_all(void)
{
	for (int i = 0; i < KF_SESSIONS; i++) {
		kf_store_close(held[i]);
		held[i] = NULL;
	}
}

/* The answer to one more session, which ends at once. */
static enum kf_err
one_more(uint32_t uid)
{
	struct kf_store *s = site_open();
	enum kf_err err = kf_store_enter(s, uid);

	kf_store_close(s);
	return err;
}

static void
four_and_no_more(void **state)
{
	(void)state;
	assert_int_equal(
	    kf_store_create_state(site_store, OTHER_UID, site_soon()), KF_OK);
	take_all(SITE_UID);
	for (int i = 0; i < 3; i++)
		assert_int_equal(one_more(SITE_UID), KF_ERR_LOCKED);
	assert_int_equal(one_more(OTHER_UID), KF_OK);
	/* When any of the four ends, there is room for one again. */
	for (int i = 0; i < KF_SESSIONS; i++) {
		kf_store_close(held[i]);
		held[i] = site_open();
		assert_int_equal(kf_store_enter(held[i], SITE_UID), KF_OK);
		assert_int_equal(one_more(SITE_UID), KF_ERR_LOCKED);
	}
	/* A struct kf_store can have one session only. */
	assert_int_equal(kf_store_enter(held[0], SITE_UID),
	    KF_ERR_UNAVAILABLE);
	assert_int_equal(kf_store_enter(held[0], OTHER_UID),
	    KF_ERR_UNAVAILABLE);
	assert_int_equal(one_more(SITE_UID), KF_ERR_LOCKED);
	leave_all();
	assert_int_equal(one_more(SITE_UID), KF_OK);
}

/*
 * A guess opens, locks and closes the file on which the sessions are locks: it
 * must not end them.
 */
static void
guesses_go_on(void **state)
{
	(void)state;
	take_all(SITE_UID);
	for (int i = 0; i < 3; i++)
		assert_int_equal(site_guess_once(held[i], KF_POSITION_KNOWN,
		    0), KF_OK);
	assert_int_equal(one_more(SITE_UID), KF_ERR_LOCKED);
	assert_int_equal(site_guess_once(site_store, KF_POSITION_KNOWN, 500),
	    KF_OK);
	assert_int_equal(site_counter(), 500);
	assert_int_equal(kf_store_unlock(site_store, SITE_UID, site_soon()),
	    KF_OK);
	leave_all();
	assert_int_equal(site_failures(KF_POSITION_KNOWN), 0);
}

/* Sessions end with their process, even when it is killed. */
static void
of_a_process(void **state)
{
	int ready[2], status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		take_all(SITE_UID);
		(void)!write(ready[1], "", 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(one_more(SITE_UID), KF_ERR_LOCKED);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(one_more(SITE_UID), KF_OK);
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static void
no_state_no_session(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(one_more(OTHER_UID), KF_ERR_NO_USER);
	assert_int_equal(one_more(UINT32_MAX), KF_ERR_NO_USER);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(one_more(SITE_UID), KF_ERR_NO_USER);
	assert_int_equal(stat(site_state_file, &st), -1);
}

static void
other_files(void **state)
{
	char other[sizeof(site_state_file) + 8];
	char big[KF_STATE_SIZE + 1] = "";

	(void)state;
	(void)snprintf(other, sizeof(other), "%s.other", site_state_file);
	assert_int_equal(rename(site_state_file, other), 0);
	assert_int_equal(symlink(other, site_state_file), 0);
	assert_int_equal(one_more(SITE_UID), KF_ERR_CORRUPT);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(link(other, site_state_file), 0);
	assert_int_equal(one_more(SITE_UID), KF_ERR_CORRUPT);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(mkfifo(site_state_file, 0600), 0);
	assert_int_equal(one_more(SITE_UID), KF_ERR_CORRUPT);
	assert_int_equal(unlink(site_state_file), 0);
	assert_int_equal(mkdir(site_state_file, 0700), 0);
	assert_int_not_equal(one_more(SITE_UID), KF_OK);
	assert_int_equal(rmdir(site_state_file), 0);
	unit_write(site_state_file, big, sizeof(big), 0600);
	assert_int_equal(one_more(SITE_UID), KF_ERR_CORRUPT);
	unit_write(site_state_file, big, KF_STATE_SIZE, 0640);
	assert_int_equal(one_more(SITE_UID), KF_ERR_CORRUPT);
	assert_int_equal(rename(other, site_state_file), 0);
	assert_int_equal(one_more(SITE_UID), KF_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SITE_TEST(four_and_no_more),
		SITE_TEST(guesses_go_on),
		SITE_TEST(of_a_process),
		SITE_TEST(no_state_no_session),
		SITE_TEST(other_files),
	};

	unit_start();
	return cmocka_run_group_tests_name("store_session", tests, NULL,
	    NULL);
}
