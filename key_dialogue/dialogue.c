/*
 * The state machine of the dialogue with security keys: the table of
 * transitions, and the loop that feeds it with events.  dialogue.h has the
 * drawing.  What is done in each step is the business of the effects.
 */
#include "key_dialogue/dialogue.h"

/* The effects of struct kf_key_effects that a transition can have. */
enum effect {
	NONE,
	LOOK,
	CHOOSE,
	START,
	COUNT,
	ASK_PIN,
	TOUCH,
	JUDGE,
	CHECK,
	RECHECK,
	REFUSED,
	GIVE_UP,
	DISMISS
};

/*
 * In that state that event leads to the next state and to an effect, whose
 * answer is the next event.  PROVED has one way in: from JUDGING, to which only
 * SIGNED leads (a signature or a new credential; judge tells them apart).  A
 * PIN is asked for only after COUNTING, and again after something else was
 * typed.
 */
struct transition {
	enum kf_key_state state;
	enum kf_key_event event;
	enum kf_key_state next;
	enum effect effect;
};
static const struct transition transitions[] = {
	{ KF_KEY_NEW, KF_KEY_OPENED, KF_KEY_LOOKING, LOOK },
	/* Where nothing is enrolled there is nothing to be asked for. */
	{ KF_KEY_LOOKING, KF_KEY_LATER, KF_KEY_WAITING, NONE },
	{ KF_KEY_LOOKING, KF_KEY_FOUND, KF_KEY_DECIDING, CHOOSE },
	{ KF_KEY_LOOKING, KF_KEY_FAILED, KF_KEY_DECIDING, CHOOSE },

	{ KF_KEY_DECIDING, KF_KEY_LATER, KF_KEY_WAITING, NONE },
	{ KF_KEY_DECIDING, KF_KEY_NEEDS_PIN, KF_KEY_COUNTING, COUNT },
	{ KF_KEY_DECIDING, KF_KEY_NEEDS_TOUCH, KF_KEY_TOUCHING, TOUCH },
	{ KF_KEY_DECIDING, KF_KEY_USELESS, KF_KEY_OUT, DISMISS },
	{ KF_KEY_DECIDING, KF_KEY_UNFIT, KF_KEY_OUT, GIVE_UP },

	{ KF_KEY_WAITING, KF_KEY_TURN, KF_KEY_DECIDING, START },

	{ KF_KEY_COUNTING, KF_KEY_LEFT, KF_KEY_TYPING, ASK_PIN },
	{ KF_KEY_COUNTING, KF_KEY_FAILED, KF_KEY_DECIDING, REFUSED },
	{ KF_KEY_COUNTING, KF_KEY_UNFIT, KF_KEY_OUT, GIVE_UP },
	{ KF_KEY_COUNTING, KF_KEY_TOO_LATE, KF_KEY_OUT, GIVE_UP },

	{ KF_KEY_TYPING, KF_KEY_PIN, KF_KEY_TOUCHING, TOUCH },
	{ KF_KEY_TYPING, KF_KEY_NOT_A_PIN, KF_KEY_TYPING, ASK_PIN },
	{ KF_KEY_TYPING, KF_KEY_UNFIT, KF_KEY_OUT, GIVE_UP },

	{ KF_KEY_TOUCHING, KF_KEY_SIGNED, KF_KEY_JUDGING, JUDGE },
	{ KF_KEY_TOUCHING, KF_KEY_FAILED, KF_KEY_DECIDING, REFUSED },
	{ KF_KEY_TOUCHING, KF_KEY_UNFIT, KF_KEY_OUT, GIVE_UP },
	{ KF_KEY_TOUCHING, KF_KEY_TOO_LATE, KF_KEY_OUT, GIVE_UP },

	{ KF_KEY_JUDGING, KF_KEY_RIGHT, KF_KEY_PROVED, NONE },
	{ KF_KEY_JUDGING, KF_KEY_MADE, KF_KEY_CHECKING, CHECK },
	{ KF_KEY_JUDGING, KF_KEY_WRONG, KF_KEY_OUT, DISMISS },
	{ KF_KEY_JUDGING, KF_KEY_UNFIT, KF_KEY_OUT, GIVE_UP },

	{ KF_KEY_CHECKING, KF_KEY_FOUND, KF_KEY_DECIDING, RECHECK },
	{ KF_KEY_CHECKING, KF_KEY_FAILED, KF_KEY_DECIDING, RECHECK },
	{ KF_KEY_CHECKING, KF_KEY_UNFIT, KF_KEY_OUT, GIVE_UP },
};

/* The table's row; NULL where that event cannot come in that state. */
static const struct transition *
find_transition(enum kf_key_state state, enum kf_key_event event)
{
	for (size_t i = 0; i < sizeof(transitions) / sizeof(transitions[0]);
	    i++)
		if (transitions[i].state == state &&
		    transitions[i].event == event)
			return &transitions[i];
	return NULL;
}

enum kf_key_state
kf_dialogue_next(enum kf_key_state state, enum kf_key_event event)
{
	const struct transition *t = find_transition(state, event);

	return t != NULL ? t->next : KF_KEY_OUT;
}

static enum kf_key_event
run_effect(struct kf_dialogue *d, enum effect effect, struct kf_device *device)
{
	const struct kf_key_effects *e = d->effects;

	switch (effect) {
	case NONE:
		return KF_KEY_NOTHING;
	case LOOK:
		return e->look(d->context, device);
	case CHOOSE:
		return e->choose(d->context, device);
	case START:
		return e->start(d->context, device);
	case COUNT:
		return e->count(d->context, device);
	case ASK_PIN:
		return e->ask_pin(d->context, device);
	case TOUCH:
		return e->touch(d->context, device);
	case JUDGE:
		return e->judge(d->context, device);
	case CHECK:
		return e->check(d->context, device);
	case RECHECK:
		return e->recheck(d->context, device);
	case REFUSED:
		return e->refused(d->context, device);
	case GIVE_UP:
		return e->give_up(d->context, device);
	case DISMISS:
		return e->dismiss(d->context, device);
	}
	return KF_KEY_NOTHING;
}

/*
 * Takes a key through the table, from an event to the state in which the next
 * event has to come from outside.  An event that the table does not have in
 * that state is a mistake of ours or a trick of the device: the key is
 * released.
 */
static void
step(struct kf_dialogue *d, struct kf_device *device, enum kf_key_event event)
{
	while (event != KF_KEY_NOTHING && event != KF_KEY_OVER) {
		const struct transition *t = find_transition(
		    (enum kf_key_state)device->mark, event);

		if (t == NULL) {
			device->mark = KF_KEY_OUT;
			(void)d->effects->dismiss(d->context, device);
			return;
		}
		d->from = t->state;
		device->mark = t->next;
		d->proved |= t->next == KF_KEY_PROVED;
		event = run_effect(d, t->effect, device);
	}
	d->over |= event == KF_KEY_OVER || d->proved;
}

/* Counts what goes on with all keys. */
static struct kf_key_outlook
look_around(struct kf_dialogue *d)
{
	struct kf_key_outlook o = { 0 };

	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *device = &d->devices.list[i];

		switch (device->phase) {
		case KF_DEVICE_NONE:
		case KF_DEVICE_DONE:
			break;
		case KF_DEVICE_OPENING:
			o.looking = true;
			break;
		case KF_DEVICE_BUSY:
			o.busy = true;
			break;
		case KF_DEVICE_IDLE:
		case KF_DEVICE_WORKING:
			o.looking |= device->mark == KF_KEY_LOOKING;
			o.touching |= device->mark == KF_KEY_COUNTING ||
			    device->mark == KF_KEY_TOUCHING ||
			    device->mark == KF_KEY_CHECKING;
			if (device->mark == KF_KEY_WAITING &&
			    o.waiting == NULL)
				o.waiting = device;
			break;
		}
	}
	return o;
}

/* The event that a device's answer is. */
static enum kf_key_event
event_of(const struct kf_frame *answer)
{
	switch (answer->type) {
	case KF_KEY_MSG_FOUND:
		return KF_KEY_FOUND;
	case KF_KEY_MSG_RETRIES_LEFT:
		return KF_KEY_LEFT;
	case KF_KEY_MSG_ASSERTED:
	case KF_KEY_MSG_MADE:
		return KF_KEY_SIGNED;
	}
	return KF_KEY_FAILED;
}

/* Keys that were not touched in time give way to the key that waits. */
static void
give_up_touching(struct kf_dialogue *d)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *device = &d->devices.list[i];

		if (device->phase == KF_DEVICE_WORKING &&
		    (device->mark == KF_KEY_TOUCHING ||
		    device->mark == KF_KEY_COUNTING))
			step(d, device, KF_KEY_TOO_LATE);
	}
}

static void
on_time_out(struct kf_dialogue *d)
{
	struct kf_key_outlook outlook = look_around(d);

	switch (d->effects->late(d->context, &outlook)) {
	case KF_KEY_LATE_OVER:
		d->over = true;
		break;
	case KF_KEY_LATE_GO_ON:
		break;
	case KF_KEY_LATE_NEXT_KEY:
		give_up_touching(d);
		break;
	}
}

/* What kf_devices_wait has told. */
static void
on_event(struct kf_dialogue *d, enum kf_devices_event event,
    struct kf_device *device)
{
	switch (event) {
	case KF_DEVICES_TIMEOUT:
		on_time_out(d);
		break;
	case KF_DEVICES_CALLER:
		d->effects->caller(d->context);
		d->over = true;
		break;
	case KF_DEVICES_ARRIVED:
		d->effects->arrived(d->context, device);
		break;
	case KF_DEVICES_OPENED:
		d->effects->arrived(d->context, device);
		step(d, device, KF_KEY_OPENED);
		break;
	case KF_DEVICES_ANSWER:
		step(d, device, event_of(&d->devices.frame));
		break;
	case KF_DEVICES_TOUCH:
		d->effects->blinks(d->context);
		break;
	case KF_DEVICES_BUSY:
		d->over = !d->effects->busy(d->context);
		break;
	case KF_DEVICES_GONE:
		device->mark = KF_KEY_OUT;
		d->over = d->effects->gone(d->context, device) == KF_KEY_OVER;
		break;
	}
}

/* Gives each key its turn that has come.  Until when to wait; 0: it is over. */
static int64_t
next_time(struct kf_dialogue *d)
{
	struct kf_device *device;
	int64_t until = 0;

	do {
		struct kf_key_outlook outlook = look_around(d);

		device = d->effects->next(d->context, &outlook, &until);
		if (device != NULL)
			step(d, device, KF_KEY_TURN);
	} while (device != NULL && !d->over);
	return until;
}

void
kf_dialogue_run(struct kf_dialogue *d)
{
	struct kf_device *device;
	enum kf_devices_event event;

	kf_devices_start(&d->devices, d->only);
	while (!d->over) {
		int64_t until = next_time(d);

		if (until == 0 || d->over)
			break;
		event = kf_devices_wait(&d->devices, d->caller, until,
		    &device);
		on_event(d, event, device);
	}
}
