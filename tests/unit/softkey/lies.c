/*
 * softkey when it was told to lie.  Each lie must show in the answer, and
 * afterwards the key must behave correctly again.
 */
#include "tests/unit/softkey/judge.h"

#include <string.h>

/* Whether the key answers, and libfido2 finds that the signature is wrong. */
static bool
unverified(const struct judge_credential *one)
{
	return judge_touched(one) == FIDO_OK && judge.got.verified != FIDO_OK;
}

static void
lies_of_assertions(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	for (int u2f = 0; u2f < 2; u2f++) {
		if (u2f)
			fido_dev_force_u2f(judge.dev);
		judge_tell("sig bad");
		assert_true(unverified(&one));
		judge_tell("sig long");
		assert_int_equal(judge_touched(&one), FIDO_OK);
		assert_int_equal(judge.got.signature_len, 300);
		assert_int_not_equal(judge.got.verified, FIDO_OK);
		judge_tell("sig trailing");
		assert_int_equal(judge_touched(&one), FIDO_OK);
		assert_true(judge.got.signature_len > 70);
		judge_tell("sig empty");
		assert_false(judge_good(&one));
		judge_tell("sig ok");
		judge_tell("challenge wrong");
		assert_true(unverified(&one));
		judge_tell("challenge ok");
		judge_tell("algorithm wrong");
		assert_true(unverified(&one));
		judge_tell("algorithm ok");
		judge_tell("authdata wrong-rp");
		assert_true(unverified(&one));
		judge_tell("authdata ok");
		judge_tell("flags 04");
		assert_int_equal(judge_touched(&one), FIDO_OK);
		assert_int_equal(judge.got.flags, 0x04);
		assert_int_not_equal(judge.got.verified, FIDO_OK);
		judge_tell("flags 05");
		assert_int_equal(judge_touched(&one), FIDO_OK);
		assert_int_equal(judge.got.flags, 0x05);
		assert_int_equal(judge.got.verified, FIDO_OK);
		judge_tell("flags off");
		assert_true(judge_good(&one));
	}
}

static void
lies_of_ctap2(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("credential other");
	assert_true(judge_good(&one));
	assert_int_equal(judge.got.id_len, one.id_len);
	assert_memory_not_equal(judge.got.id, one.id, one.id_len);
	judge_tell("credential ok");
	/* libfido2 1.12 accepts this lie; other code has to refuse it. */
	judge_tell("authdata trailing");
	assert_int_equal(judge_touched(&one), FIDO_OK);
	assert_int_equal(judge.got.authdata_len, 2 + 37 + 1);
	judge_tell("authdata short");
	assert_false(judge_good(&one));
	judge_tell("authdata ok");
	judge_tell("algorithm wrong");
	assert_int_not_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL,
	    NULL, NULL), FIDO_OK);
	judge_tell("algorithm ok");
	assert_int_equal(judge_touched(&one), FIDO_OK);
	assert_int_equal(judge.got.id_len, one.id_len);
	assert_memory_equal(judge.got.id, one.id, one.id_len);
}

static void
counters(void **state)
{
	struct judge_credential one;

	(void)state;
	judge.config.counter = 77;
	judge_restart();
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(one.counter, 77);
	assert_int_equal(judge_touched(&one), FIDO_OK);
	assert_int_equal(judge.got.counter, 78);
	judge_tell("counter 5");
	assert_int_equal(judge_touched(&one), FIDO_OK);
	assert_int_equal(judge.got.counter, 5);
	assert_int_equal(judge_silent(&one), FIDO_OK);
	assert_int_equal(judge.got.counter, 6);
	judge_tell("counter stuck 0");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(judge_touched(&one), FIDO_OK);
		assert_int_equal(judge.got.counter, 0);
		assert_int_equal(judge.got.verified, FIDO_OK);
	}
}

/* While the transport is hostile, requests fail; afterwards they succeed. */
static void
hostile(void **state)
{
	static const char *const ways[] = { "silent", "slow", "vanish",
		"keepalive", "garbage" };
	struct judge_credential one;

	(void)state;
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("auto on");
	judge.person = NULL;
	for (size_t i = 0; i < UNIT_COUNT(ways); i++) {
		judge_tell("hostile %s", ways[i]);
		judge.give_up = judge.now + 3000;
		assert_int_not_equal(judge_touched(&one), FIDO_OK);
		judge.give_up = 0;
		judge_tell("hostile none");
		judge_tell("power-cycle");
		judge_open();
		assert_true(judge_good(&one));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGE_TEST(lies_of_assertions),
		JUDGE_TEST(lies_of_ctap2),
		JUDGE_TEST(counters),
		JUDGE_TEST(hostile),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_lies", tests, NULL, NULL);
}
