/*
 * The state machine of the dialogue with security keys (key_dialogue/
 * dialogue.h).  Its whole table is compared with a copy here.  And for random
 * behaviour of devices and effects: no proof without a right judgement, no
 * question for a PIN before the device has said how many tries are left, and no
 * request to a device that is out.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "key_dialogue/dialogue.h"

/* ---------------------------------------------------------------- the table */

/* Every other pair of state and event leads to KF_KEY_OUT. */
static const struct {
	enum kf_key_state state;
	enum kf_key_event event;
	enum kf_key_state next;
} expected[] = {
	{ KF_KEY_NEW, KF_KEY_OPENED, KF_KEY_LOOKING },
	{ KF_KEY_LOOKING, KF_KEY_FOUND, KF_KEY_DECIDING },
	{ KF_KEY_LOOKING, KF_KEY_FAILED, KF_KEY_DECIDING },
	{ KF_KEY_LOOKING, KF_KEY_LATER, KF_KEY_WAITING },
	{ KF_KEY_DECIDING, KF_KEY_LATER, KF_KEY_WAITING },
	{ KF_KEY_DECIDING, KF_KEY_NEEDS_PIN, KF_KEY_COUNTING },
	{ KF_KEY_DECIDING, KF_KEY_NEEDS_TOUCH, KF_KEY_TOUCHING },
	{ KF_KEY_WAITING, KF_KEY_TURN, KF_KEY_DECIDING },
	{ KF_KEY_COUNTING, KF_KEY_LEFT, KF_KEY_TYPING },
	{ KF_KEY_COUNTING, KF_KEY_FAILED, KF_KEY_DECIDING },
	{ KF_KEY_TYPING, KF_KEY_PIN, KF_KEY_TOUCHING },
	{ KF_KEY_TYPING, KF_KEY_NOT_A_PIN, KF_KEY_TYPING },
	{ KF_KEY_TOUCHING, KF_KEY_SIGNED, KF_KEY_JUDGING },
	{ KF_KEY_TOUCHING, KF_KEY_FAILED, KF_KEY_DECIDING },
	{ KF_KEY_JUDGING, KF_KEY_RIGHT, KF_KEY_PROVED },
	{ KF_KEY_JUDGING, KF_KEY_MADE, KF_KEY_CHECKING },
	{ KF_KEY_CHECKING, KF_KEY_FOUND, KF_KEY_DECIDING },
	{ KF_KEY_CHECKING, KF_KEY_FAILED, KF_KEY_DECIDING },
};

static enum kf_key_state
expected_next(int state, int event)
{
	for (size_t i = 0; i < UNIT_COUNT(expected); i++)
		if (expected[i].state == (enum kf_key_state)state &&
		    expected[i].event == (enum kf_key_event)event)
			return expected[i].next;
	return KF_KEY_OUT;
}

static void
whole_table(void **state)
{
	int proved = 0;

	(void)state;
	for (int s = 0; s < KF_KEY_STATES; s++)
		for (int e = KF_KEY_NOTHING + 1; e < KF_KEY_EVENTS; e++) {
			enum kf_key_state next = kf_dialogue_next(
			    (enum kf_key_state)s, (enum kf_key_event)e);

			if (next != expected_next(s, e))
				print_error("state %d, event %d\n", s, e);
			assert_int_equal(next, expected_next(s, e));
			proved += next == KF_KEY_PROVED;
		}
	assert_int_equal(proved, 1);
}

/* ------------------------------------------------- 20,000 random dialogues */

static struct {
	struct kf_dialogue dialogue;
	uint64_t seed;		/* of pick */
	unsigned steps;		/* events so far */
	/* The state of the one device: */
	bool released;
	bool counted;		/* it was asked how many tries are left */
	bool asked;		/* for a signature; not judged yet */
	bool judged_right;	/* since the last event */
	uint8_t request;	/* the last one; 0: none */
} play;

static unsigned
pick(unsigned below)
{
	play.seed = play.seed * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(play.seed >> 33) % below;
}

void
kf_devices_start(struct kf_devices *devices, const char *only)
{
	assert_null(only);
	devices->list[0].phase = KF_DEVICE_OPENING;
}

void
kf_device_release(struct kf_devices *devices, struct kf_device *device)
{
	(void)devices;
	device->phase = KF_DEVICE_DONE;
	play.released = true;
}

/* A random event that is possible in the device's phase. */
enum kf_devices_event
kf_devices_wait(struct kf_devices *devices, int fd, int64_t deadline,
    struct kf_device **device)
{
	static const uint8_t answers[] = {
		KF_KEY_MSG_FOUND, KF_KEY_MSG_ASSERTED, KF_KEY_MSG_MADE,
		KF_KEY_MSG_RETRIES_LEFT, KF_KEY_MSG_FAILED, 0xff,
	};
	struct kf_device *d = &devices->list[0];

	assert_int_equal(fd, 5);
	assert_int_equal(deadline, 1);
	/* A device that is out was released, for other programs to use. */
	if (d->mark == KF_KEY_OUT)
		assert_int_equal(d->phase, KF_DEVICE_DONE);
	play.steps++;
	play.judged_right = false;
	*device = d;
	switch (pick(12)) {
	case 0:
		*device = NULL;
		return KF_DEVICES_TIMEOUT;
	case 1:
		d->phase = KF_DEVICE_DONE;
		return KF_DEVICES_GONE;
	case 2:
		return KF_DEVICES_TOUCH;
	case 3:
		return KF_DEVICES_BUSY;
	}
	if (d->phase == KF_DEVICE_DONE) {
		*d = (struct kf_device){ .phase = KF_DEVICE_OPENING };
		play.released = play.counted = play.asked = false;
		play.request = 0;
		return KF_DEVICES_ARRIVED;
	}
	if (d->phase == KF_DEVICE_OPENING) {
		d->phase = KF_DEVICE_IDLE;
		return KF_DEVICES_OPENED;
	}
	devices->frame.type = answers[pick(UNIT_COUNT(answers))];
	d->phase = KF_DEVICE_IDLE;
	return KF_DEVICES_ANSWER;
}

/* A request to the device, which must not be out. */
static void
request(struct kf_device *device, uint8_t type)
{
	assert_false(play.released);
	assert_int_not_equal(device->phase, KF_DEVICE_DONE);
	device->phase = KF_DEVICE_WORKING;
	play.request = type;
}

static enum kf_key_event
look(void *context, struct kf_device *device)
{
	assert_ptr_equal(context, &play);
	request(device, KF_KEY_MSG_FIND);
	return pick(4) == 0 ? KF_KEY_LATER : KF_KEY_NOTHING;
}

/* A random result of an effect, also one that this effect never gives. */
static enum kf_key_event
anything(void)
{
	if (pick(10) == 0)
		return KF_KEY_NOTHING;
	return (enum kf_key_event)(KF_KEY_LATER +
	    pick(KF_KEY_EVENTS - KF_KEY_LATER));
}

static enum kf_key_event
decide(void *context, struct kf_device *device)
{
	(void)context;
	assert_int_equal(device->mark, KF_KEY_DECIDING);
	play.counted = false;
	return anything();
}

static enum kf_key_event
count(void *context, struct kf_device *device)
{
	(void)context;
	request(device, KF_KEY_MSG_RETRIES);
	play.counted = true;
	return pick(8) == 0 ? anything() : KF_KEY_NOTHING;
}

static enum kf_key_event
ask_pin(void *context, struct kf_device *device)
{
	const struct kf_frame *answer = &play.dialogue.devices.frame;

	(void)context;
	(void)device;
	assert_true(play.counted);
	assert_int_equal(answer->type, KF_KEY_MSG_RETRIES_LEFT);
	return anything();
}

static enum kf_key_event
touch(void *context, struct kf_device *device)
{
	(void)context;
	request(device, KF_KEY_MSG_ASSERT);
	play.asked = true;
	return pick(8) == 0 ? anything() : KF_KEY_NOTHING;
}

static enum kf_key_event
judge(void *context, struct kf_device *device)
{
	const struct kf_frame *answer = &play.dialogue.devices.frame;
	enum kf_key_event event = anything();

	(void)context;
	assert_int_equal(device->mark, KF_KEY_JUDGING);
	assert_true(play.asked);
	assert_true(answer->type == KF_KEY_MSG_ASSERTED ||
	    answer->type == KF_KEY_MSG_MADE);
	play.asked = false;
	/* Right is made rare, or most dialogues would end too soon. */
	if (event == KF_KEY_RIGHT && pick(4) != 0)
		event = KF_KEY_MADE;
	play.judged_right = event == KF_KEY_RIGHT;
	return event;
}

static enum kf_key_event
check(void *context, struct kf_device *device)
{
	(void)context;
	request(device, KF_KEY_MSG_FIND);
	return pick(8) == 0 ? anything() : KF_KEY_NOTHING;
}

static enum kf_key_event
end(void *context, struct kf_device *device)
{
	(void)context;
	assert_int_equal(device->mark, KF_KEY_OUT);
	kf_device_release(&play.dialogue.devices, device);
	return KF_KEY_NOTHING;
}

static enum kf_key_event
gone(void *context, struct kf_device *device)
{
	(void)context;
	assert_int_equal(device->mark, KF_KEY_OUT);
	return pick(50) == 0 ? KF_KEY_OVER : KF_KEY_NOTHING;
}

static struct kf_device *
next(void *context, const struct kf_key_outlook *o, int64_t *until)
{
	(void)context;
	*until = play.steps < 500 ? 1 : 0;
	if (o->waiting != NULL)
		assert_int_equal(o->waiting->mark, KF_KEY_WAITING);
	return o->waiting;
}

static enum kf_key_late
late(void *context, const struct kf_key_outlook *o)
{
	(void)context;
	(void)o;
	return pick(30) == 0 ? KF_KEY_LATE_OVER : pick(2) == 0 ?
	    KF_KEY_LATE_GO_ON : KF_KEY_LATE_NEXT_KEY;
}

static void
caller(void *context)
{
	(void)context;
}

static void
arrived(void *context, const struct kf_device *device)
{
	(void)context;
	(void)device;
}

static bool
busy(void *context)
{
	(void)context;
	return pick(50) != 0;
}

static const struct kf_key_effects effects = {
	.look = look, .choose = decide, .start = decide, .count = count,
	.ask_pin = ask_pin, .touch = touch, .judge = judge, .check = check,
	.recheck = decide, .refused = decide, .give_up = end, .dismiss = end,
	.gone = gone, .next = next, .late = late, .caller = caller,
	.arrived = arrived, .busy = busy, .blinks = caller,
};

static void
never(void **state)
{
	unsigned proved = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 20000; seed++) {
		memset(&play, 0, sizeof(play));
		play.seed = seed;
		play.dialogue.effects = &effects;
		play.dialogue.context = &play;
		play.dialogue.caller = 5;
		kf_dialogue_run(&play.dialogue);
		/* Proved exactly when the last judgement was right. */
		assert_int_equal(play.dialogue.proved, play.judged_right);
		proved += play.dialogue.proved;
	}
	/* Some dialogues end with a proof, and some without. */
	assert_in_range(proved, 20, 19000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(whole_table),
		UNIT_TEST(never),
	};

	unit_start();
	return cmocka_run_group_tests_name("dialogue", tests, NULL, NULL);
}
