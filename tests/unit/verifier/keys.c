/*
 * A login's dialogue with security keys (verifier/keys.h): which device proves
 * the person, for which persons and logins keys are asked at all, and that an
 * assertion proves nothing unless it is right and its counter is recorded.
 */
#include "tests/unit/verifier/keys_scene.h"

#include <string.h>

static void
one_touch(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:touch",
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	assert_false(scene.rules_seen.verify);
	assert_int_equal(scene.recorded.counter, 7);
	assert_int_equal(scene.recorded.tag, 100);
	assert_int_equal(scene.recorded.uid, 1000);
	assert_true(scene.recorded.strict);
	/* The same with U2F; and the options of the policy are passed on. */
	scene_set_up(2, true);
	scene.plugged_in = 1;
	scene.s.conf.key_counter_log = true;
	scene.s.conf.key_synced_deny = true;
	RUN(KF_KEYS_PROVED, "0:find2" TOUCH " 0:touch",
	    OPENED(0, 0), FOUND(0, 2), SIGNED(0));
	assert_true(scene.rules_seen.hardware);
	assert_false(scene.recorded.strict);
	assert_int_equal(scene.recorded.tag, 101);
}

/* Two devices wait for a touch: the device that is touched is used. */
static void
two_devices(void **state)
{
	(void)state;
	scene_set_up(2, true);
	scene.plugged_in = 3;
	RUN(KF_KEYS_PROVED, "0:find2 1:find2 2:find2" TOUCH " 1:touch "
	    "2:release 0:touch",
	    OPENED(0, FIDO2), OPENED(1, 0), OPENED(2, FIDO2),
	    FOUND(1, 2), FOUND(2, 0), FOUND(0, 1), SIGNED(0));
	assert_int_equal(scene.recorded.tag, 100);
}

/* A device that claims to hold credentials beyond the list is released. */
static void
claims_too_much(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1 0:release", OPENED(0, FIDO2),
	    FOUND(0, 0xfffe));
}

static void
cancelled(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), CALLER);
	assert_int_equal(scene.s.deny, KF_DENY_CANCELLED);
	scene_set_up(1, false);
	RUN(KF_KEYS_FAILED, "i[Insert your security key.]", CALLER);
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.cancel_err = KF_ERR_CLOSED;
	RUN(KF_KEYS_OVER, "0:find1", OPENED(0, FIDO2), CALLER);
}

/* Each reason to refuse an assertion: no proof. */
static void
not_right(void **state)
{
	static const enum kf_assertion_verdict wrong[] = {
		KF_ASSERTION_MALFORMED, KF_ASSERTION_CREDENTIAL,
		KF_ASSERTION_RP, KF_ASSERTION_PRESENCE,
		KF_ASSERTION_SIGNATURE, KF_ASSERTION_BROKEN,
		(enum kf_assertion_verdict)1,
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		scene_set_up(1, true);
		scene.plugged_in = 1;
		scene.checked = wrong[i];
		RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch "
		    "![The security key's answer is not valid.] 0:release",
		    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
		assert_int_equal(scene.recorded.uid, 0);
	}
	/* After a wrong assertion, another device may still be touched. */
	scene_set_up(1, true);
	scene.plugged_in = 2;
	scene.checked = KF_ASSERTION_SIGNATURE;
	RUN(KF_KEYS_FAILED, "0:find1 1:find1" TOUCH " 0:touch 1:touch "
	    "![The security key's answer is not valid.] 0:release (15) "
	    "![The security key was not touched in time.]",
	    OPENED(0, FIDO2), OPENED(1, FIDO2), FOUND(0, 1), FOUND(1, 1),
	    SIGNED(0), LATE);
}

static void
not_recorded(void **state)
{
	static const struct {
		enum kf_err err;
		const char *reason;
	} table[] = {
		{ KF_ERR_CONFLICT, "key-counter" },
		{ KF_ERR_NO_USER, "key-removed" },
		{ KF_ERR_UNAVAILABLE, "broken" },
		{ KF_ERR_CORRUPT, "broken" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		scene_set_up(1, true);
		scene.plugged_in = 1;
		scene.signed_err = table[i].err;
		scene.next = (const struct happens[]){ OPENED(0, FIDO2),
			FOUND(0, 1), SIGNED(0) };
		assert_int_equal(kf_keys_try(&scene.s), KF_KEYS_FAILED);
		assert_string_equal(scene.s.reason, table[i].reason);
		assert_null(scene.s.factor);
	}
	/* The text says whether the key may have been copied. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.signed_err = KF_ERR_CONFLICT;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch ![Another login used "
	    "this security key at the same moment. Try again.] 0:release",
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.signed_err = KF_ERR_CONFLICT;
	scene.signed_later = 61;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch ![This security key has "
	    "signed out of order: it may have been copied. Tell your "
	    "administrator.] 0:release",
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	/* Meanwhile the uid belongs to another person. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.recorded_name = "mallory";
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch 0:release",
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	assert_string_equal(scene.s.reason, "key-removed");
}

/* A stranger is told nothing, except to touch an enrolled key. */
static void
stranger(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.s.known = false;
	scene.plugged_in = 1;
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), SIGNED(0));
	scene_set_up(1, false);
	scene.s.known = false;
	RUN_EMPTY(KF_KEYS_ABSENT, "");
	scene_set_up(1, false);
	scene.s.known = false;
	scene.plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1 0:release rest17", OPENED(0, FIDO2),
	    FOUND(0, 0));
	/* The same time for a person who has no key, or is not enrolled. */
	scene_set_up(0, true);
	scene.s.known = false;
	scene.plugged_in = 1;
	RUN_EMPTY(KF_KEYS_ABSENT, "rest17");
	scene_set_up(1, true);
	scene.s.known = false;
	scene.s.standing = KF_STANDING_NOBODY;
	scene.plugged_in = 1;
	RUN_EMPTY(KF_KEYS_ABSENT, "rest17");
	/* A slow or busy device does not make it longer. */
	scene_set_up(1, true);
	scene.s.known = false;
	scene.plugged_in = 2;
	RUN(KF_KEYS_ABSENT, "1:find1 (1) rest17", BUSY(0), OPENED(1, FIDO2),
	    LATE);
	/* Nor does a device that is pulled out and plugged in. */
	scene_set_up(1, true);
	scene.s.known = false;
	scene.plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "(1) rest17", SOON(1), LATE);
	/* Ctrl-C does not make it shorter. */
	scene_set_up(1, true);
	scene.s.known = false;
	scene.plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1 rest17", OPENED(0, FIDO2), CALLER);
	/* But Ctrl-C ends the wait for a touch. */
	scene_set_up(1, true);
	scene.s.known = false;
	scene.plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), CALLER);
	/* A stranger is never asked for a PIN, */
	scene_set_up(1, true);
	scene.s.known = false;
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1 0:release rest17",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1));
	/* not even when the device claims that it got a wrong PIN. */
	for (size_t i = 0; i < UNIT_COUNT(scene_pin_lies); i++) {
		scene_set_up(1, true);
		scene.s.known = false;
		scene.plugged_in = 1;
		scene.typed[0] = "1234";
		RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch 0:release",
		    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
		    FAILED(0, scene_pin_lies[i]));
	}
}

static void
not_asked(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.factors = KF_CONF_FACTOR_TOTP;
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_local = KF_KEY_LOCAL_NEVER;
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	scene_set_up(0, true);
	scene.plugged_in = 1;
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	/* Over ssh, the person is not at the ports of this machine. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_local = KF_KEY_LOCAL_AUTO;
	memcpy(scene.s.request.connection, "203.0.113.5 1 2 3", 18);
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_local = KF_KEY_LOCAL_AUTO;
	memcpy(scene.s.request.rhost, "203.0.113.5", 12);
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_local = KF_KEY_LOCAL_AUTO;
	memcpy(scene.s.request.rhost, ":0", 3);
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), SIGNED(0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(one_touch),
		UNIT_TEST(two_devices),
		UNIT_TEST(claims_too_much),
		UNIT_TEST(cancelled),
		UNIT_TEST(not_right),
		UNIT_TEST(not_recorded),
		UNIT_TEST(stranger),
		UNIT_TEST(not_asked),
	};

	scene_start();
	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
