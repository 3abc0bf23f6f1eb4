/*
 * A login's dialogue with security keys (verifier/keys.h): how long it waits
 * for a device, a touch or another program, and what the person is told
 * meanwhile.  It must end for every behaviour of devices and persons.
 */
#include "tests/unit/verifier/keys_scene.h"

#include <string.h>

#include "common/clock.h"

static void
not_there(void **state)
{
	(void)state;
	/* A person who can type a code does not have to wait for a device. */
	scene_set_up(1, true);
	RUN_EMPTY(KF_KEYS_ABSENT, "");
	assert_string_equal(scene.s.reason, "key-absent");
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1 0:release", OPENED(0, FIDO2),
	    FOUND(0, 0));
	/* Without a code, it waits for key.insert-timeout. */
	scene_set_up(1, false);
	RUN(KF_KEYS_ABSENT, INSERT "(15)", LATE);
	scene_set_up(1, false);
	RUN(KF_KEYS_PROVED, INSERT "0:find1" TOUCH " 0:touch",
	    ARRIVED(0), OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	/* A key of another person: the message comes once. */
	scene_set_up(1, false);
	RUN(KF_KEYS_ABSENT, INSERT "0:find1 0:release "
	    "![This security key is not enrolled for you.] 1:find1 1:release "
	    "(11)", ARRIVED(0), OPENED(0, FIDO2), FOUND(0, 0), ARRIVED(1),
	    OPENED(1, FIDO2), FOUND(1, 0), LATE);
}

static void
pulled_out(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), GONE(0));
	/* Without a code, it waits until the key is plugged in again. */
	scene_set_up(1, false);
	scene.plugged_in = 1;
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:touch " INSERT "0:find1" TOUCH
	    " 0:touch", OPENED(0, FIDO2), FOUND(0, 1), GONE(0), ARRIVED(0),
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
}

static void
not_touched(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch (15) "
	    "![The security key was not touched in time.]",
	    OPENED(0, FIDO2), FOUND(0, 1), LATE);
	assert_string_equal(scene.s.reason, "key-timeout");
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch 0:release",
	    OPENED(0, FIDO2), FOUND(0, 1), FAILED(0, KF_KEY_FAILED_TIMEOUT));
}

/* A device that is plugged in and pulled out does not extend the wait. */
static void
comes_and_goes(void **state)
{
	static struct happens list[200];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(list); i += 2) {
		list[i] = (struct happens)ARRIVED(0);
		list[i + 1] = (struct happens)GONE(0);
	}
	scene_set_up(1, false);
	scene.next = list;
	scene.look_begun = kf_clock_monotonic();
	assert_int_equal(kf_keys_try(&scene.s), KF_KEYS_ABSENT);
	n = (size_t)(scene.next - list);
	assert_in_range(n, 1, 60);
	assert_in_range(kf_clock_monotonic() - scene.look_begun, 0, 40000);
}

/*
 * The module gives up after 50 s without a message, so it must get one in time,
 * even when the configured time-outs add up to more.
 */
static void
quiet(void **state)
{
	const struct happens comes = { KF_DEVICES_ARRIVED, 0, 0, 0, 2900 };
	struct happens for_ever[16];

	(void)state;
	/* Another device gets the whole time for its touch, and a message. */
	scene_set_up(1, true);
	scene.s.conf.key_touch_timeout = 40;
	scene.s.conf.key_insert_timeout = 20;
	scene.plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch 1:find1" TOUCH
	    " 1:touch (40) ![The security key was not touched in time.]",
	    OPENED(0, FIDO2), FOUND(0, 1),
	    { KF_DEVICES_ARRIVED, 1, 0, 0, 20000 }, OPENED(1, FIDO2),
	    FOUND(1, 1), LATE);
	/* A device that arrives again and again does not extend the wait. */
	scene_set_up(1, true);
	scene.s.conf.key_insert_timeout = 40;
	scene.s.conf.key_touch_timeout = 40;
	scene.plugged_in = 1;
	for (size_t i = 0; i < UNIT_COUNT(for_ever); i++)
		for_ever[i] = comes;
	scene_run(for_ever, UNIT_COUNT(for_ever), KF_KEYS_ABSENT, "");
}

#define IN_USE "![The security key is in use by another program; waiting " \
	"for it. A blink now is not for this.] "

static void
busy(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "(3) ![The security key is in use by another "
	    "program.] 0:release", BUSY(0), LATE);
	assert_string_equal(scene.s.reason, "key-busy");
	/* A device that becomes free at the last moment has its full time. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1 (3) 0:release", BUSY(0),
	    { KF_DEVICES_OPENED, 0, 0, FIDO2, 2900 }, LATE);
	/* A person without a code waits for it, after a message. */
	scene_set_up(1, false);
	scene.plugged_in = 1;
	RUN(KF_KEYS_PROVED, IN_USE "0:find1" TOUCH " 0:touch",
	    BUSY(0), OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	/* The message comes once, even when other devices come and go. */
	scene_set_up(1, false);
	scene.plugged_in = 2;
	RUN(KF_KEYS_PROVED, IN_USE "0:find1" TOUCH " 0:touch", BUSY(0),
	    GONE(1), SOON(1), GONE(1), OPENED(0, FIDO2), FOUND(0, 1),
	    SIGNED(0));
	/* It has its full time also when it becomes free very late. */
	scene_set_up(1, false);
	scene.plugged_in = 1;
	RUN(KF_KEYS_ABSENT, IN_USE "1:find1 1:release ![This security key is "
	    "not enrolled for you.] 0:find1 (3) 0:release "
	    INSERT "(2)",
	    BUSY(0), ARRIVED(1), OPENED(1, FIDO2), FOUND(1, 0),
	    { KF_DEVICES_OPENED, 0, 0, FIDO2, 8000 }, LATE, LATE);
}

/* sshd shows texts only with the next prompt: they become part of one. */
static void
held_back(void **state)
{
	(void)state;
	scene_set_up(1, true);
	scene.plugged_in = 1;
	memcpy(scene.s.request.connection, "203.0.113.5 1 2 3", 18);
	scene.typed[0] = "";
	RUN(KF_KEYS_PROVED, "0:find1 e{Press Enter, then touch your security "
	    "key. } 0:touch", OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	/* The time to press Enter is not taken from the time to touch. */
	scene_set_up(1, false);
	memcpy(scene.s.request.connection, "203.0.113.5 1 2 3", 18);
	scene.typed[0] = scene.typed[1] = "";
	scene.typing = 100000;
	RUN(KF_KEYS_FAILED, "e{Insert your security key and press Enter. } "
	    "0:find1 e{Press Enter, then touch your security key. } 0:touch "
	    "(15) ![The security key was not touched in time.]",
	    ARRIVED(0), OPENED(0, FIDO2), FOUND(0, 1), LATE);
	/* When the prompt fails, no touch is requested. */
	scene_set_up(1, true);
	scene.plugged_in = 1;
	memcpy(scene.s.request.connection, "203.0.113.5 1 2 3", 18);
	RUN(KF_KEYS_FAILED, "0:find1 e{Press Enter, then touch your security "
	    "key. } 0:release", OPENED(0, FIDO2), FOUND(0, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(not_there),
		UNIT_TEST(pulled_out),
		UNIT_TEST(not_touched),
		UNIT_TEST(comes_and_goes),
		UNIT_TEST(quiet),
		UNIT_TEST(busy),
		UNIT_TEST(held_back),
	};

	scene_start();
	return cmocka_run_group_tests_name("keys_waits", tests, NULL, NULL);
}
