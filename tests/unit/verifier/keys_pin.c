/*
 * A login's dialogue with security keys (verifier/keys.h): PINs and
 * fingerprints.  A PIN must be asked for only when it is needed, only for a
 * device that has proved that it holds the person's credential, and not so
 * often that the device locks itself.
 */
#include "tests/unit/verifier/keys_scene.h"

#include <string.h>

#define ASK_PIN(n) "b{Security key PIN (" #n " tries left): }"

static void
pin(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1234" TOUCH, OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    LEFT(0, 8), BLINKS(0), SIGNED(0));
	assert_true(scene.rules_seen.verify);
	/* Only the enrolled record requires verification. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.person.authenticators[0].key.verify = true;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1234" TOUCH, OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    LEFT(0, 8), BLINKS(0), SIGNED(0));
	/* Only the device requires verification (alwaysUv). */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1234" TOUCH, OPENED(0, FIDO2 | HAS_PIN | ALWAYS),
	    FOUND(0, 1),
	    LEFT(0, 8), BLINKS(0), SIGNED(0));
	/* A device that needs no PIN goes first, even if it answers later. */
	scene_set_up(2, true);
	scene.plugged_in = 2;
	scene.s.person.authenticators[0].key.verify = true;
	RUN(KF_KEYS_PROVED, "0:find2 1:find2" TOUCH " 1:touch",
	    OPENED(0, FIDO2 | HAS_PIN), OPENED(1, FIDO2), FOUND(0, 1),
	    FOUND(1, 2), SIGNED(1));
	assert_int_equal(scene.recorded.tag, 101);
	/* Two devices need a PIN: the question says for which it is. */
	scene_set_up(2, true);
	scene.plugged_in = 2;
	scene.s.conf.key_verify = true;
	memcpy(scene.s.person.authenticators[0].label, "blue", 5);
	scene.typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find2 1:find2 0:retries b{PIN of security key "
	    "\"blue\" (8 tries left): } 0:pin=1234" TOUCH,
	    OPENED(0, FIDO2 | HAS_PIN), OPENED(1, FIDO2 | HAS_PIN),
	    FOUND(0, 1), FOUND(1, 2), LEFT(0, 8), BLINKS(0), SIGNED(0));
	/* No PIN is asked for when the device holds no credential. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	RUN(KF_KEYS_ABSENT, "0:find1 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 0));
}

/*
 * No PIN is asked for, for a device that claims to hold the credential but has
 * not signed the silent request with it.
 */
static void
not_genuine(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.genuine = false;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1 ![The security key's answer is not "
	    "valid.] 0:release", OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1));
	assert_string_equal(scene.s.reason, "wrong-signature");
	/* Nor after a failed fingerprint, or when it says it needs a PIN. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.genuine = false;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:uv ![Not recognised.] "
	    "![The security key's answer is not valid.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN | HAS_UV), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_UV_WRONG));
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.genuine = false;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch "
	    "![The security key's answer is not valid.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_PIN_NEEDED));
}

/* Such a device, or one that nobody touches, does not hinder another. */
static void
beside_a_liar(void **state)
{
	(void)state;
	scene_set_up(1, false);
	scene.plugged_in = 2;
	scene.s.conf.key_verify = true;
	scene.liars = 1;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 1:find1 ![The security key's answer is "
	    "not valid.] 0:release 1:retries " ASK_PIN(8) " 1:pin=1234" TOUCH,
	    OPENED(0, FIDO2 | HAS_PIN), OPENED(1, FIDO2 | HAS_PIN),
	    FOUND(0, 1), FOUND(1, 1), LEFT(1, 8), BLINKS(1), SIGNED(1));
	scene_set_up(1, false);
	scene.plugged_in = 2;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 1:find1" TOUCH " 0:uv (15) 0:release "
	    "1:retries " ASK_PIN(8) " 1:pin=1234" TOUCH,
	    OPENED(0, FIDO2 | HAS_UV), OPENED(1, FIDO2 | HAS_PIN),
	    FOUND(0, 1), FOUND(1, 1), LATE, LEFT(1, 8), BLINKS(1), SIGNED(1));
}

static void
wrong_pin(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1111";
	scene.typed[1] = "2222";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1111 ![Wrong PIN.] 0:retries " ASK_PIN(7)
	    " 0:pin=2222", OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    LEFT(0, 8), FAILED(0, KF_KEY_FAILED_PIN_WRONG), LEFT(0, 7),
	    SIGNED(0));
	/* A device that does not report that it waits for a touch. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1234 (1)" TOUCH, OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    LEFT(0, 8), LATE, SIGNED(0));
	/* After two wrong PINs no third is asked for, or sent. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1111";
	scene.typed[1] = "2222";
	scene.typed[2] = "3333";
	RUN(KF_KEYS_FAILED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1111 ![Wrong PIN.] 0:retries " ASK_PIN(7)
	    " 0:pin=2222 ![Wrong PIN.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 8),
	    FAILED(0, KF_KEY_FAILED_PIN_WRONG), LEFT(0, 7),
	    FAILED(0, KF_KEY_FAILED_PIN_WRONG));
	assert_string_equal(scene.s.reason, "pin-wrong");
	/* Nor when the person presses Enter to look for keys again. */
	scene.plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1 ![No more PINs in this login.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1));
	/* The last try of the device's PIN is never used. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1111";
	RUN(KF_KEYS_FAILED, "0:find1 0:retries ![The PIN of this security key "
	    "has one try left, which is not used here.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 1));
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1111";
	RUN(KF_KEYS_FAILED, "0:find1 0:retries " ASK_PIN(2)
	    " 0:pin=1111 ![Wrong PIN.] 0:retries ![The PIN of this security "
	    "key has one try left, which is not used here.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 2),
	    FAILED(0, KF_KEY_FAILED_PIN_WRONG), LEFT(0, 1));
}

#define NOT_SENT " ![That cannot be the PIN; it was not sent to the key.] "

static void
no_pin(void **state)
{
	static const char *const wrong[] = { "", "123",
		"0123456789012345678901234567890123456789"
		"012345678901234567890123" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		scene_set_up(1, true);
		scene.plugged_in = 1;
		scene.s.conf.key_verify = true;
		scene.typed[0] = wrong[i];
		scene.typed[1] = wrong[i];
		RUN(KF_KEYS_FAILED, "0:find1 0:retries " ASK_PIN(8) NOT_SENT
		    ASK_PIN(8) NOT_SENT "0:release",
		    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 8));
	}
	/* The conversation fails when it is asked for the PIN. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	RUN(KF_KEYS_OVER, "0:find1 0:retries b{Security key PIN (8 tries "
	    "left): }", OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 8));
	assert_int_equal(scene.s.deny, KF_DENY_CONVERSATION);
}

static void
fingerprint(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:uv",
	    OPENED(0, FIDO2 | HAS_UV | HAS_PIN), FOUND(0, 1), SIGNED(0));
	/* After a fingerprint that is not recognised, the PIN is asked for. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:uv ![Not recognised.] "
	    "0:retries " ASK_PIN(8) " 0:pin=1234" TOUCH,
	    OPENED(0, FIDO2 | HAS_UV | HAS_PIN), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_UV_WRONG), LEFT(0, 8), BLINKS(0),
	    SIGNED(0));
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.s.conf.key_verify = true;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:uv ![Not recognised.] "
	    "0:release", OPENED(0, FIDO2 | HAS_UV), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_UV_WRONG));
	/* No PIN and no fingerprint: the device cannot verify a person. */
	for (unsigned bits = 0; bits <= FIDO2; bits++) {
		scene_set_up(1, true);
		scene.plugged_in = 1;
		scene.s.conf.key_verify = true;
		RUN(KF_KEYS_FAILED, "0:find1 ![This security key has no PIN "
		    "and no fingerprint, and one is needed here.] 0:release",
		    OPENED(0, bits), FOUND(0, 1));
		assert_string_equal(scene.s.reason, "key-cannot-verify");
	}
}

/*
 * A device that answers the question for the tries left as if a PIN had been
 * wrong: it must be released, or it would be asked again for ever.
 */
static void
counts_for_ever(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(scene_pin_lies); i++) {
		scene_set_up(1, true);
		scene.plugged_in = 1;
		scene.s.conf.key_verify = true;
		RUN(KF_KEYS_FAILED, "0:find1 0:retries ![The security key does "
		    "not answer as it should.] 0:release",
		    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
		    FAILED(0, scene_pin_lies[i]));
	}
	/* The same answer to a request without a PIN. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	scene.typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch ![The security key does "
	    "not answer as it should.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_PIN_WRONG));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(pin),
		UNIT_TEST(not_genuine),
		UNIT_TEST(beside_a_liar),
		UNIT_TEST(wrong_pin),
		UNIT_TEST(no_pin),
		UNIT_TEST(fingerprint),
		UNIT_TEST(counts_for_ever),
	};

	scene_start();
	return cmocka_run_group_tests_name("keys_pin", tests, NULL, NULL);
}
