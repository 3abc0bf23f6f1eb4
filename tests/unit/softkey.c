/*
 * softkey as libfido2 sees it: whatever a real key would be asked, and what it
 * would refuse.  libfido2 is the judge, and time is a number.
 */
#include "tests/unit/softkey_judge.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct judge_assertion got;

static void
algorithms(void **state)
{
	static const int types[] = { COSE_ES256, COSE_EDDSA, COSE_RS256 };

	(void)state;
	judge_open();
	for (size_t i = 0; i < UNIT_COUNT(types); i++) {
		struct judge_credential one;

		assert_int_equal(judge_make(types[i], 0, FIDO_OPT_OMIT, NULL,
		    NULL, &one), FIDO_OK);
		assert_int_equal(one.type, types[i]);
		assert_int_equal(one.flags, 0x41);
		assert_int_equal(judge_assert(&one, FIDO_OPT_TRUE,
		    FIDO_OPT_OMIT, NULL, &got), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
		assert_int_equal(got.flags, 0x01);
		assert_true(got.counter > one.counter);
		/* The same secret is the same key. */
		judge_restart();
		judge_open();
		assert_int_equal(judge_assert(&one, FIDO_OPT_TRUE,
		    FIDO_OPT_OMIT, NULL, &got), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
	}
}

/* Makes one that the test goes on with. */
static struct judge_credential
made(int protect, fido_opt_t uv, const char *pin)
{
	struct judge_credential one;

	assert_int_equal(judge_make(COSE_ES256, protect, uv, pin, NULL, &one),
	    FIDO_OK);
	return one;
}

static int
touched(const struct judge_credential *one)
{
	return judge_assert(one, FIDO_OPT_TRUE, FIDO_OPT_OMIT, NULL, &got);
}

static int
silent(const struct judge_credential *one)
{
	return judge_assert(one, FIDO_OPT_FALSE, FIDO_OPT_OMIT, NULL, &got);
}

static void
attestations(void **state)
{
	(void)state;
	judge.config.attestation = SOFTKEY_ATTEST_SELF;
	judge_restart();
	judge_open();
	(void)made(0, FIDO_OPT_OMIT, NULL);
	judge.config.attestation = SOFTKEY_ATTEST_NONE;
	judge_restart();
	judge_open();
	(void)made(0, FIDO_OPT_OMIT, NULL);
}

/* What a probe tells, and that it needs nobody. */
static void
probes(void **state)
{
	struct judge_credential one, other;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge.person = NULL;
	assert_int_equal(silent(&one), FIDO_OK);
	assert_int_equal(got.flags, 0);
	other = one;
	other.id[20] ^= 1;
	assert_int_equal(silent(&other), FIDO_ERR_NO_CREDENTIALS);
	other.id_len--;
	assert_int_equal(silent(&other), FIDO_ERR_NO_CREDENTIALS);
	/* Another key. */
	judge.config.secret[0] ^= 1;
	judge_restart();
	judge_open();
	assert_int_equal(silent(&one), FIDO_ERR_NO_CREDENTIALS);
	assert_non_null(strstr(judge_tell("stats"), "touches=0"));
	assert_non_null(strstr(judge_tell("stats"), "silent=1"));
}

/* Keys and handles are the same thing over both protocols. */
static void
both_ways(void **state)
{
	struct judge_credential old, new, other;

	(void)state;
	judge_open();
	new = made(0, FIDO_OPT_OMIT, NULL);
	fido_dev_force_u2f(judge.dev);
	old = made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(touched(&old), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
	assert_int_equal(touched(&new), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
	judge.person = NULL;
	assert_int_equal(silent(&old), FIDO_ERR_USER_PRESENCE_REQUIRED);
	assert_int_equal(silent(&new), FIDO_ERR_USER_PRESENCE_REQUIRED);
	other = old;
	other.id[0] ^= 1;
	assert_int_equal(silent(&other), FIDO_ERR_NO_CREDENTIALS);
	judge.person = "touch";
	fido_dev_force_fido2(judge.dev);
	assert_int_equal(touched(&old), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
}

/* What needs verification, or is no ES256, does not exist for U2F. */
static void
u2f_sees_less(void **state)
{
	struct judge_credential guarded, eddsa;

	(void)state;
	judge_open();
	assert_int_equal(judge_make(COSE_ES256, 3, FIDO_OPT_OMIT, NULL, NULL,
	    &guarded), FIDO_OK);
	assert_int_equal(judge_make(COSE_EDDSA, 0, FIDO_OPT_OMIT, NULL, NULL,
	    &eddsa), FIDO_OK);
	fido_dev_force_u2f(judge.dev);
	assert_int_equal(silent(&guarded), FIDO_ERR_NO_CREDENTIALS);
	eddsa.type = COSE_ES256;
	assert_int_equal(silent(&eddsa), FIDO_ERR_NO_CREDENTIALS);
}

static void
one_protocol(void **state)
{
	struct judge_credential one;

	(void)state;
	judge.config.mode = SOFTKEY_U2F_ONLY;
	judge_restart();
	judge_open();
	assert_false(fido_dev_is_fido2(judge.dev));
	one = made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
	assert_int_not_equal(judge_make(COSE_EDDSA, 0, FIDO_OPT_OMIT, NULL,
	    NULL, NULL), FIDO_OK);
	judge.config.mode = SOFTKEY_FIDO2_ONLY;
	judge_restart();
	judge_open();
	assert_true(fido_dev_is_fido2(judge.dev));
	assert_int_equal(touched(&one), FIDO_OK);
	fido_dev_force_u2f(judge.dev);
	assert_int_not_equal(touched(&one), FIDO_OK);
}

static void
algorithms_it_has(void **state)
{
	(void)state;
	judge.config.algorithms = SOFTKEY_HAS_ES256;
	judge_restart();
	judge_open();
	(void)made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(judge_make(COSE_EDDSA, 0, FIDO_OPT_OMIT, NULL, NULL,
	    NULL), FIDO_ERR_UNSUPPORTED_ALGORITHM);
}

/* PIN */

static int
with_pin(const struct judge_credential *one, const char *pin)
{
	return judge_assert(one, FIDO_OPT_TRUE, FIDO_OPT_TRUE, pin, &got);
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
	/* Bytes enough, code points too few. */
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
	one = made(0, FIDO_OPT_OMIT, "5678");
	assert_int_equal(one.flags, 0x45);
	assert_int_equal(with_pin(&one, "5678"), FIDO_OK);
	assert_int_equal(got.flags, 0x05);
	assert_int_equal(got.verified, FIDO_OK);
	/* Without one, a touch is enough for an assertion. */
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.flags, 0x01);
	/* Wrong three times; the right one does not help then. */
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
	assert_int_equal(touched(&one), FIDO_OK);
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
	one = made(0, FIDO_OPT_OMIT, NULL);
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
		levels[i] = made(i, FIDO_OPT_OMIT, "1234");
		assert_int_equal(levels[i].flags, 0xc5);
		assert_int_equal(with_pin(&levels[i], "1234"), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
		assert_int_equal(touched(&levels[i]), i < 3 ? FIDO_OK :
		    FIDO_ERR_NO_CREDENTIALS);
		assert_int_equal(silent(&levels[i]), i < 3 ? FIDO_OK :
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
	one = made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(one.flags, 0x41);
	judge_tell("stats reset");
	assert_int_equal(with_pin(&one, NULL), FIDO_OK);
	assert_int_equal(got.flags, 0x05);
	assert_int_equal(got.verified, FIDO_OK);
	/* The finger is the touch. */
	assert_non_null(strstr(judge_tell("stats"), "touches=1"));
	judge_tell("uv fail");
	assert_int_equal(with_pin(&one, NULL), FIDO_ERR_UV_INVALID);
	assert_int_equal(fido_dev_get_uv_retry_count(judge.dev, &n), FIDO_OK);
	assert_int_equal(n, 4);
	judge_tell("uv block");
	assert_int_equal(with_pin(&one, NULL), FIDO_ERR_UV_BLOCKED);
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.flags, 0x01);
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
	one = made(0, FIDO_OPT_OMIT, "1234");
	assert_int_equal(touched(&one), FIDO_ERR_PIN_REQUIRED);
	assert_int_equal(with_pin(&one, "1234"), FIDO_OK);
	assert_int_equal(silent(&one), FIDO_OK);
	fido_dev_force_u2f(judge.dev);
	assert_int_not_equal(touched(&one), FIDO_OK);
}

/* People */

static void
people(void **state)
{
	struct judge_credential one;
	int64_t before;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge.person = "refuse";
	assert_int_equal(touched(&one), FIDO_ERR_OPERATION_DENIED);
	judge.person = "expire";
	assert_int_equal(touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	judge.person = "cancel";
	assert_int_equal(touched(&one), FIDO_ERR_KEEPALIVE_CANCEL);
	assert_non_null(strstr(judge_tell("stats"), "cancels=1"));
	judge.person = NULL;
	before = judge.now;
	assert_int_equal(touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	assert_int_equal(judge.now - before, 30000);
	judge_tell("auto on");
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(judge.now - before, 30000);
	judge_tell("auto off");
	assert_int_equal(touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	judge.person = "touch";
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
}

/* The limit of the client; after it the device has to be opened again. */
static void
client_gives_up(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("hostile silent");
	judge.person = NULL;
	assert_int_equal(fido_dev_set_timeout(judge.dev, 1000), FIDO_OK);
	assert_int_equal(touched(&one), FIDO_ERR_RX);
	judge_tell("hostile none");
	assert_int_equal(fido_dev_cancel(judge.dev), FIDO_OK);
	judge.person = "touch";
	judge_open();
	assert_int_equal(touched(&one), FIDO_OK);
}

static void
excluded(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
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
}

/* A touch and nothing else, as clients let people choose among keys. */
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
	one = made(0, FIDO_OPT_OMIT, "1234");
	judge.now += 11000;
	assert_int_equal(fido_dev_reset(judge.dev), FIDO_ERR_NOT_ALLOWED);
	judge_tell("power-cycle");
	judge_open();
	judge.person = "refuse";
	assert_int_equal(fido_dev_reset(judge.dev),
	    FIDO_ERR_OPERATION_DENIED);
	assert_int_equal(silent(&one), FIDO_OK);
	judge.person = "touch";
	assert_int_equal(fido_dev_reset(judge.dev), FIDO_OK);
	judge_open();
	assert_false(fido_dev_has_pin(judge.dev));
	assert_int_equal(silent(&one), FIDO_ERR_NO_CREDENTIALS);
}

/* Lies: each is seen by whoever looks, and by nobody else. */

static void
lies_of_assertions(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	for (int u2f = 0; u2f < 2; u2f++) {
		if (u2f)
			fido_dev_force_u2f(judge.dev);
		judge_tell("sig bad");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_not_equal(got.verified, FIDO_OK);
		judge_tell("sig long");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_equal(got.signature_len, 300);
		assert_int_not_equal(got.verified, FIDO_OK);
		judge_tell("sig trailing");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_true(got.signature_len > 70);
		judge_tell("sig empty");
		assert_int_not_equal(touched(&one) | got.verified, FIDO_OK);
		judge_tell("sig ok");
		judge_tell("challenge wrong");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_not_equal(got.verified, FIDO_OK);
		judge_tell("challenge ok");
		judge_tell("algorithm wrong");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_not_equal(got.verified, FIDO_OK);
		judge_tell("algorithm ok");
		judge_tell("authdata wrong-rp");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_not_equal(got.verified, FIDO_OK);
		judge_tell("authdata ok");
		judge_tell("flags 04");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_equal(got.flags, 0x04);
		assert_int_not_equal(got.verified, FIDO_OK);
		judge_tell("flags 05");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_equal(got.flags, 0x05);
		assert_int_equal(got.verified, FIDO_OK);
		judge_tell("flags off");
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
	}
}

static void
lies_of_ctap2(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("credential other");
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
	assert_int_equal(got.id_len, one.id_len);
	assert_memory_not_equal(got.id, one.id, one.id_len);
	judge_tell("credential ok");
	/* libfido2 1.12 takes this one; it is for others to refuse. */
	judge_tell("authdata trailing");
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.authdata_len, 2 + 37 + 1);
	judge_tell("authdata short");
	assert_int_not_equal(touched(&one) | got.verified, FIDO_OK);
	judge_tell("authdata ok");
	judge_tell("algorithm wrong");
	assert_int_not_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL,
	    NULL, NULL), FIDO_OK);
	judge_tell("algorithm ok");
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.id_len, one.id_len);
	assert_memory_equal(got.id, one.id, one.id_len);
}

static void
counters(void **state)
{
	struct judge_credential one;

	(void)state;
	judge.config.counter = 77;
	judge_restart();
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(one.counter, 77);
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.counter, 78);
	judge_tell("counter 5");
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.counter, 5);
	assert_int_equal(silent(&one), FIDO_OK);
	assert_int_equal(got.counter, 6);
	judge_tell("counter stuck 0");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_equal(got.counter, 0);
		assert_int_equal(got.verified, FIDO_OK);
	}
}

/* Hostile on the wire: nothing gets through, and the key recovers. */
static void
hostile(void **state)
{
	static const char *const ways[] = { "silent", "slow", "vanish", "keepalive",
		"garbage" };
	struct judge_credential one;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("auto on");
	judge.person = NULL;
	for (size_t i = 0; i < UNIT_COUNT(ways); i++) {
		judge_tell("hostile %s", ways[i]);
		judge.give_up = judge.now + 3000;
		assert_int_not_equal(touched(&one), FIDO_OK);
		judge.give_up = 0;
		judge_tell("hostile none");
		judge_tell("power-cycle");
		judge_open();
		assert_int_equal(touched(&one), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, judge_before, judge_after)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(algorithms),
		TEST(attestations),
		TEST(probes),
		TEST(both_ways),
		TEST(u2f_sees_less),
		TEST(one_protocol),
		TEST(algorithms_it_has),
		TEST(pin_one),
		TEST(pin_two),
		TEST(pin_not_set),
		TEST(protection),
		TEST(built_in),
		TEST(always),
		TEST(people),
		TEST(client_gives_up),
		TEST(excluded),
		TEST(chosen),
		TEST(reset),
		TEST(lies_of_assertions),
		TEST(lies_of_ctap2),
		TEST(counters),
		TEST(hostile),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey", tests, NULL, NULL);
}
