/*
 * softkey and libfido2: requests that need a person, who touches the key,
 * refuses, takes too long or is not there; and clients that give up or cancel.
 */
#include "tests/unit/softkey/judge.h"

#include <string.h>

static void
people(void **state)
{
	struct judge_credential one;
	int64_t before;

	(void)state;
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	judge.person = "refuse";
	assert_int_equal(judge_touched(&one), FIDO_ERR_OPERATION_DENIED);
	judge.person = "expire";
	assert_int_equal(judge_touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	judge.person = "cancel";
	assert_int_equal(judge_touched(&one), FIDO_ERR_KEEPALIVE_CANCEL);
	assert_non_null(strstr(judge_tell("stats"), "cancels=1"));
	judge.person = NULL;
	before = judge.now;
	assert_int_equal(judge_touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	assert_int_equal(judge.now - before, 30000);
	judge_tell("auto on");
	assert_int_equal(judge_touched(&one), FIDO_OK);
	assert_int_equal(judge.now - before, 30000);
	judge_tell("auto off");
	assert_int_equal(judge_touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	judge.person = "touch";
	assert_true(judge_good(&one));
}

/* After a time-out of the client, the device has to be opened again. */
static void
client_gives_up(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("hostile silent");
	judge.person = NULL;
	assert_int_equal(fido_dev_set_timeout(judge.dev, 1000), FIDO_OK);
	assert_int_equal(judge_touched(&one), FIDO_ERR_RX);
	judge_tell("hostile none");
	assert_int_equal(fido_dev_cancel(judge.dev), FIDO_OK);
	judge.person = "touch";
	judge_open();
	assert_int_equal(judge_touched(&one), FIDO_OK);
}

static void
excluded(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("stats reset");
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, &one,
	    NULL), FIDO_ERR_CREDENTIAL_EXCLUDED);
	assert_non_null(strstr(judge_tell("stats"), "touches=1"));
	assert_non_null(strstr(judge_tell("stats"), "makecred=0"));
	judge.person = "refuse";
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, &one,
	    NULL), FIDO_ERR_OPERATION_DENIED);
	judge.person = "touch";
	one.id[0] ^= 1;
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, &one,
	    NULL), FIDO_OK);
	/* credProtect 3: without verification it is treated as absent. */
	one = judge_made(3, FIDO_OPT_OMIT, NULL);
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, &one,
	    NULL), FIDO_OK);
}

/* A touch only, with which clients let a person choose one of several keys. */
static void
chosen(void **state)
{
	int is_touched = -1;

	(void)state;
	judge.person = NULL;
	judge_open();
	assert_int_equal(fido_dev_get_touch_begin(judge.dev), FIDO_OK);
	judge.give_up = judge.now + 200;
	assert_int_equal(fido_dev_get_touch_status(judge.dev, &is_touched,
	    200), FIDO_OK);
	assert_int_equal(is_touched, 0);
	judge.give_up = 0;
	judge.person = "touch";
	assert_int_equal(fido_dev_get_touch_status(judge.dev, &is_touched,
	    200), FIDO_OK);
	assert_int_equal(is_touched, 1);
}

static void
reset(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_tell("pin 1234");
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, "1234");
	judge.now += 11000;
	assert_int_equal(fido_dev_reset(judge.dev), FIDO_ERR_NOT_ALLOWED);
	judge_tell("power-cycle");
	judge_open();
	judge.person = "refuse";
	assert_int_equal(fido_dev_reset(judge.dev),
	    FIDO_ERR_OPERATION_DENIED);
	assert_int_equal(judge_silent(&one), FIDO_OK);
	judge.person = "touch";
	assert_int_equal(fido_dev_reset(judge.dev), FIDO_OK);
	judge_open();
	assert_false(fido_dev_has_pin(judge.dev));
	assert_int_equal(judge_silent(&one), FIDO_ERR_NO_CREDENTIALS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGE_TEST(people),
		JUDGE_TEST(client_gives_up),
		JUDGE_TEST(excluded),
		JUDGE_TEST(chosen),
		JUDGE_TEST(reset),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_people", tests, NULL,
	    NULL);
}
