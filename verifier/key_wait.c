/*
 * One look at the keys that are plugged in: an event, and if there is anything
 * left to wait for.  Nothing here decides what is a proof.
 */
#include "verifier/key_wait.h"

#include "common/clock.h"
#include "verifier/policy.h"

#define FIND_MS 3000
/* The limits of the waits come first, and say why. */
#define END_SPARE_MS 1000

/* What a person takes to type is the caller's to limit. */
void
kf_key_was_typed(struct kf_key_wait *w, int64_t begun)
{
	int64_t ms = kf_clock_monotonic() - begun;

	w->look_end += ms;
	w->insert_end += ms;
	w->end += ms;
}

/* The module leaves when it hears nothing: then no code is asked for. */
int64_t
kf_key_wait_end(const struct kf_key_wait *w)
{
	int64_t quiet = w->s->talk.last + KF_TALK_QUIET_MS;

	return quiet < w->end ? quiet : w->end;
}

/* What is going on, over all devices. */
struct outlook {
	bool looking;
	bool busy;
	bool touching;
	struct kf_device *pin;		/* the first that waits for its turn */
};

static struct outlook
look_around(struct kf_key_wait *w)
{
	struct outlook o = { 0 };

	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *d = &w->devices.list[i];

		switch (d->phase) {
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
			o.looking |= d->mark == KF_KEY_LOOKING;
			o.touching |= d->mark == KF_KEY_COUNTING ||
			    d->mark == KF_KEY_TOUCHING;
			if (d->mark == KF_KEY_NEEDS_PIN && o.pin == NULL)
				o.pin = d;
			break;
		}
	}
	return o;
}

/* Nobody waits for a key that is slow to say what it holds. */
static void
stop_looking(struct kf_key_wait *w)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *d = &w->devices.list[i];

		if (d->phase == KF_DEVICE_OPENING ||
		    (d->phase == KF_DEVICE_BUSY && !w->patient) ||
		    (d->phase == KF_DEVICE_WORKING &&
		    d->mark == KF_KEY_LOOKING))
			kf_device_release(&w->devices, d);
	}
}

/* Nothing blinks and nothing is to be asked.  Until when is there hope? */
static int64_t
without_a_key(struct kf_key_wait *w, const struct outlook *o)
{
	if (o->looking || (o->busy && !w->patient))
		return w->look_end;
	if (!w->patient || w->failed)
		return 0;
	w->touch_said = false;
	if (o->busy) {
		if (!w->busy_said)
			kf_key_tell(w, "The security key is in use by another "
			    "program; waiting for it. A blink now is not "
			    "for this.");
		w->busy_said = true;
		return w->insert_end;
	}
	if (!w->insert_said && !kf_key_say(w, "Insert your security key.",
	    "Insert your security key and press Enter. "))
		return 0;
	w->insert_said = true;
	return w->insert_end;
}

/* Until when to wait for the next event; 0: there is nothing to wait for. */
static int64_t
next_limit(struct kf_key_wait *w)
{
	struct outlook o = look_around(w);
	int64_t limit;

	/* One that needs no PIN comes first; what is none is passed over. */
	while (!o.touching && !o.looking && o.pin != NULL) {
		kf_key_pin_begin(w, o.pin);
		o = look_around(w);
	}
	limit = o.touching ? w->touch_end : without_a_key(w, &o);
	if (o.touching && w->cue_at != 0 && w->cue_at < limit)
		limit = w->cue_at;
	return limit < kf_key_wait_end(w) ? limit : kf_key_wait_end(w);
}

/* What blinks in vain holds up no key that waits for its PIN. */
static void
give_up_touching(struct kf_key_wait *w)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *d = &w->devices.list[i];

		if (d->phase == KF_DEVICE_WORKING &&
		    (d->mark == KF_KEY_TOUCHING || d->mark == KF_KEY_COUNTING))
			kf_key_give_up(w, d, "key-timeout", NULL);
	}
}

/* True when there is nothing more to wait for. */
static bool
on_timeout(struct kf_key_wait *w)
{
	struct outlook o = look_around(w);

	if (o.touching && w->cue_at != 0 && kf_clock_monotonic() >= w->cue_at) {
		(void)!kf_key_cue(w);
		return false;
	}
	if (o.touching && o.pin != NULL &&
	    kf_clock_monotonic() < kf_key_wait_end(w)) {
		give_up_touching(w);
		return false;
	}
	if (o.touching) {
		w->s->deny = KF_DENY_AUTH;
		w->s->reason = "key-timeout";
		w->failed = true;
		kf_key_tell(w, "The security key was not touched in time.");
		return true;
	}
	if (o.busy && !w->patient) {
		w->s->reason = "key-busy";
		kf_key_tell(w, "The security key is in use by another "
		    "program.");
	}
	/* Nothing of theirs is left to ask: all are stopped at once. */
	if (!w->s->known)
		return true;
	stop_looking(w);
	return kf_clock_monotonic() >= kf_key_wait_end(w) ||
	    (w->patient && kf_clock_monotonic() >= w->insert_end);
}

/* False: it is over, since nobody is there any more. */
static bool
on_answer(struct kf_key_wait *w, struct kf_device *device)
{
	switch (w->devices.frame.type) {
	case KF_KEY_MSG_FOUND:
		kf_key_on_found(w, device);
		return true;
	case KF_KEY_MSG_RETRIES_LEFT:
		return kf_key_pin_ask(w, device);
	case KF_KEY_MSG_ASSERTED:
		w->proved = kf_key_proof(w, device);
		if (w->proved)
			return true;
		w->failed = true;
		kf_device_release(&w->devices, device);
		return true;
	}
	kf_key_on_failed(w, device);
	return true;
}

/* False: nobody is there any more; else they want to go on without a key. */
static bool
on_caller(struct kf_key_wait *w)
{
	if (kf_talk_cancel(&w->s->talk) != KF_OK) {
		w->s->deny = KF_DENY_CONVERSATION;
		w->s->reason = "caller-left";
		return false;
	}
	w->s->deny = KF_DENY_CANCELLED;
	w->s->reason = "cancelled";
	w->failed = true;
	return true;
}

/* A key that comes, or comes free, after the others has its time, too. */
static void
look_longer(struct kf_key_wait *w)
{
	int64_t until = kf_clock_monotonic() + FIND_MS;

	if (until > w->look_end)
		w->look_end = until;
}

enum kf_keys_end
kf_key_wait(struct kf_key_wait *w)
{
	struct kf_device *device;
	bool goes_on = true;
	bool ended = false;
	int64_t limit;

	kf_devices_start(&w->devices, NULL);
	/* Whatever keeps happening: somebody waits for the end of it. */
	while (goes_on && !ended && !w->proved &&
	    (limit = next_limit(w)) != 0 &&
	    kf_clock_monotonic() < kf_key_wait_end(w) + END_SPARE_MS)
		switch (kf_devices_wait(&w->devices, w->s->talk.fd, limit,
		    &device)) {
		case KF_DEVICES_TIMEOUT:
			ended = on_timeout(w);
			break;
		case KF_DEVICES_CALLER:
			goes_on = on_caller(w);
			ended = true;
			break;
		case KF_DEVICES_ARRIVED:
			/* A stranger's look takes the same time always. */
			if (w->s->known)
				look_longer(w);
			break;
		case KF_DEVICES_OPENED:
			device->mark = KF_KEY_LOOKING;
			if (w->s->known)
				look_longer(w);
			kf_device_find(&w->devices, device, &w->find, FIND_MS);
			break;
		case KF_DEVICES_ANSWER:
			goes_on = on_answer(w, device);
			break;
		case KF_DEVICES_TOUCH:
			if (w->cue_at != 0)
				(void)!kf_key_cue(w);
			break;
		case KF_DEVICES_BUSY:
		case KF_DEVICES_GONE:
			break;
		}
	if (w->proved)
		return KF_KEYS_PROVED;
	if (!goes_on)
		return KF_KEYS_OVER;
	return w->failed ? KF_KEYS_FAILED : KF_KEYS_ABSENT;
}
