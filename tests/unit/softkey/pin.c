/*
 * softkey and libfido2: PIN, built-in user verification, and credentials that
 * need verification (credProtect).
 */
#include "tests/unit/softkey/judge.h"

#include <string.h>

static int
with_pin(const struct judge_credential *one, const char *pin)
{
	return judge_assert(one, FIDO_OPT_TRUE, FIDO_OPT_TRUE, pin);
}

static int
tries(void)
{
	int n = -1;

	assert_int_equal(fido_dev_get_retry_count(judge.dev, &n), FIDO_OK);
	return n;
}

static void
pin(unsigned protocols)
{
	struct judge_credential one;

	judge.config.pin_protocols = protocols;
	judge_restart();
	judge_open();
	assert_false(fido_dev_has_pin(judge.dev));
	assert_int_equal(fido_dev_set_pin(judge.dev, "123", NULL),
	    FIDO_ERR_PIN_POLICY_VIOLATION);
	/* Enough bytes, but too few code points. */
	assert_int_equal(fido_dev_set_pin(judge.dev, "\xc3\xa4\xc3\xb6", NULL),
	    FIDO_ERR_PIN_POLICY_VIOLATION);
	assert_int_equal(fido_dev_set_pin(judge.dev, "1234", NULL), FIDO_OK);
	judge_open();
	assert_true(fido_dev_has_pin(judge.dev));
	assert_int_equal(fido_dev_set_pin(judge.dev, "5678", NULL),
	    FIDO_ERR_PIN_AUTH_INVALID);
	assert_int_equal(fido_dev_set_pin(judge.dev, "5678", "1111"),
	    FIDO_ERR_PIN_INVALID);
	assert_int_equal(tries(), 7);
	assert_int_equal(fido_dev_set_pin(judge.dev, "5678", "1234"), FIDO_OK);
	assert_int_equal(tries(), 8);
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, NULL,
	    NULL), FIDO_ERR_PIN_REQUIRED);
	one = judge_made(0, FIDO_OPT_OMIT, "5678");
	assert_int_equal(one.flags, 0x45);
	assert_int_equal(with_pin(&one, "5678"), FIDO_OK);
	assert_int_equal(judge.got.flags, 0x05);
	assert_int_equal(judge.got.verified, FIDO_OK);
	/* For an assertion without a PIN, a touch is enough. */
	assert_int_equal(judge_touched(&one), FIDO_OK);
	assert_int_equal(judge.got.flags, 0x01);
	/* After three wrong PINs, the right PIN is refused, too. */
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_INVALID);
	assert_int_equal(with_pin(&one, "5678"), FIDO_OK);
	assert_int_equal(tries(), 8);
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_INVALID);
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_INVALID);
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_AUTH_BLOCKED);
	assert_int_equal(with_pin(&one, "5678"), FIDO_ERR_PIN_AUTH_BLOCKED);
	assert_int_equal(tries(), 5);
	judge_tell("power-cycle");
	judge_open();
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_INVALID);
	assert_int_equal(tries(), 4);
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_INVALID);
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_AUTH_BLOCKED);
	judge_tell("power-cycle");
	judge_open();
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_INVALID);
	assert_int_equal(with_pin(&one, "0000"), FIDO_ERR_PIN_BLOCKED);
	judge_tell("power-cycle");
	judge_open();
	assert_int_equal(with_pin(&one, "5678"), FIDO_ERR_PIN_BLOCKED);
	assert_int_equal(tries(), 0);
	assert_int_equal(judge_touched(&one), FIDO_OK);
}

static void
pin_one(void **state)
{
	(void)state;
	pin(1);
}

static void
pin_two(void **state)
{
	(void)state;
	pin(2);
}

static void
pin_not_set(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(with_pin(&one, "1234"), FIDO_ERR_PIN_NOT_SET);
	judge_tell("pin 1234");
	judge_open();
	assert_int_equal(with_pin(&one, "1234"), FIDO_OK);
	assert_string_equal(judge_tell("retries"), "ok pin=8 uv=5 wrong=0");
}

static void
protection(void **state)
{
	struct judge_credential levels[4];

	(void)state;
	judge_tell("pin 1234");
	judge_open();
	for (int i = 1; i <= 3; i++) {
		levels[i] = judge_made(i, FIDO_OPT_OMIT, "1234");
		assert_int_equal(levels[i].flags, 0xc5);
		assert_int_equal(with_pin(&levels[i], "1234"), FIDO_OK);
		assert_int_equal(judge.got.verified, FIDO_OK);
		assert_int_equal(judge_touched(&levels[i]), i < 3 ? FIDO_OK :
		    FIDO_ERR_NO_CREDENTIALS);
		assert_int_equal(judge_silent(&levels[i]), i < 3 ? FIDO_OK :
		    FIDO_ERR_NO_CREDENTIALS);
	}
}

/* Built-in verification */

static void
built_in(void **state)
{
	struct judge_credential one;
	int n;

	(void)state;
	judge.config.uv = true;
	judge_restart();
	judge_open();
	assert_true(fido_dev_has_uv(judge.dev));
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(one.flags, 0x41);
	judge_tell("stats reset");
	assert_int_equal(with_pin(&one, NULL), FIDO_OK);
	assert_int_equal(judge.got.flags, 0x05);
	assert_int_equal(judge.got.verified, FIDO_OK);
	/* The fingerprint counts as the touch. */
	assert_non_null(strstr(judge_tell("stats"), "touches=1"));
	judge_tell("uv fail");
	assert_int_equal(with_pin(&one, NULL), FIDO_ERR_UV_INVALID);
	assert_int_equal(fido_dev_get_uv_retry_count(judge.dev, &n), FIDO_OK);
	assert_int_equal(n, 4);
	judge_tell("uv block");
	assert_int_equal(with_pin(&one, NULL), FIDO_ERR_UV_BLOCKED);
	assert_int_equal(judge_touched(&one), FIDO_OK);
	assert_int_equal(judge.got.flags, 0x01);
	judge_tell("uv ok");
	judge_tell("pin 1234");
	judge_open();
	assert_int_equal(with_pin(&one, "1234"), FIDO_OK);
	assert_int_equal(with_pin(&one, NULL), FIDO_OK);
}

static void
always(void **state)
{
	struct judge_credential one;

	(void)state;
	judge.config.always_uv = true;
	judge_restart();
	judge_tell("pin 1234");
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, "1234");
	assert_int_equal(judge_touched(&one), FIDO_ERR_PIN_REQUIRED);
	assert_int_equal(with_pin(&one, "1234"), FIDO_OK);
	assert_int_equal(judge_silent(&one), FIDO_OK);
	fido_dev_force_u2f(judge.dev);
	assert_int_not_equal(judge_touched(&one), FIDO_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGE_TEST(pin_one),
		JUDGE_TEST(pin_two),
		JUDGE_TEST(pin_not_set),
		JUDGE_TEST(protection),
		JUDGE_TEST(built_in),
		JUDGE_TEST(always),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_pin", tests, NULL, NULL);
}
