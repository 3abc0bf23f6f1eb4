/*
 * How long a login waits for security keys, and what the person is told when a
 * limit has passed; see key_login.h.  Nothing here asks a device for anything.
 */
#include "verifier/key_login.h"

#include "common/clock.h"

/* How long a key may take to say what it holds. */
#define FIND_MS 3000
/* The single limits end a wait before the end of everything: they say why. */
#define END_SPARE_MS 1000

#define IN_USE "The security key is in use by another program"

/* Keys that are slow to say what they hold are not waited for any more. */
static void
stop_looking(struct kf_key_login *l)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *d = &l->dialogue.devices.list[i];

		if (d->phase == KF_DEVICE_OPENING ||
		    (d->phase == KF_DEVICE_BUSY && !l->patient) ||
		    (d->phase == KF_DEVICE_WORKING &&
		    d->mark == KF_KEY_LOOKING))
			kf_device_release(&l->dialogue.devices, d);
	}
}

/* No key is being touched and none waits for its turn.  0: there is no hope. */
static int64_t
wait_for_a_key(struct kf_key_login *l, const struct kf_key_outlook *o)
{
	if (o->looking || (o->busy && !l->patient))
		return l->look_end;
	if (!l->patient || l->failed)
		return 0;
	l->touch_said = false;
	if (o->busy) {
		if (!l->busy_said)
			kf_key_tell(l, IN_USE "; waiting for it. A blink now "
			    "is not for this.");
		l->busy_said = true;
		return l->insert_end;
	}
	if (!l->insert_said && !kf_key_say(l, "Insert your security key.",
	    "Insert your security key and press Enter. "))
		return 0;
	l->insert_said = true;
	return l->insert_end;
}

/* A key that needs no PIN comes before a key that waits for its turn. */
struct kf_device *
kf_key_next(void *context, const struct kf_key_outlook *o, int64_t *until)
{
	struct kf_key_login *l = context;

	if (o->waiting != NULL && !o->touching && !o->looking)
		return o->waiting;
	*until = o->touching ? l->touch_end : wait_for_a_key(l, o);
	if (o->touching && l->cue_at != 0 && l->cue_at < *until)
		*until = l->cue_at;
	if (*until > kf_key_wait_end(l))
		*until = kf_key_wait_end(l);
	/* Keys that come and go without end do not make it longer. */
	if (kf_clock_monotonic() >= kf_key_wait_end(l) + END_SPARE_MS)
		*until = 0;
	return NULL;
}

static enum kf_key_late
was_not_touched(struct kf_key_login *l)
{
	l->s->deny = KF_DENY_AUTH;
	l->s->reason = "key-timeout";
	l->failed = true;
	kf_key_tell(l, "The security key was not touched in time.");
	return KF_KEY_LATE_OVER;
}

enum kf_key_late
kf_key_late(void *context, const struct kf_key_outlook *o)
{
	struct kf_key_login *l = context;
	int64_t now = kf_clock_monotonic();

	if (o->touching && l->cue_at != 0 && now >= l->cue_at) {
		(void)!kf_key_cue(l);
		return KF_KEY_LATE_GO_ON;
	}
	if (o->touching && o->waiting != NULL && now < kf_key_wait_end(l)) {
		(void)kf_key_unfit(l, "key-timeout", NULL);
		return KF_KEY_LATE_NEXT_KEY;
	}
	if (o->touching)
		return was_not_touched(l);
	if (o->busy && !l->patient) {
		l->s->reason = "key-busy";
		kf_key_tell(l, IN_USE ".");
	}
	/* A stranger's keys are all stopped at once, at the end. */
	if (!l->s->known)
		return KF_KEY_LATE_OVER;
	stop_looking(l);
	now = kf_clock_monotonic();
	return now >= kf_key_wait_end(l) ||
	    (l->patient && now >= l->insert_end) ? KF_KEY_LATE_OVER :
	    KF_KEY_LATE_GO_ON;
}

/* CANCEL, or the module has left. */
void
kf_key_caller(void *context)
{
	struct kf_key_login *l = context;

	if (kf_talk_cancel(&l->s->talk) != KF_OK) {
		l->s->deny = KF_DENY_CONVERSATION;
		l->s->reason = "caller-left";
		l->nobody = true;
		return;
	}
	l->s->deny = KF_DENY_CANCELLED;
	l->s->reason = "cancelled";
	l->failed = true;
}

/*
 * A key that comes, or comes free, after the others is given the same time to
 * say what it holds.  A stranger's look takes the same time always.
 */
void
kf_key_arrived(void *context, const struct kf_device *device)
{
	struct kf_key_login *l = context;
	int64_t until = kf_clock_monotonic() + FIND_MS;

	(void)device;
	if (l->s->known && until > l->look_end)
		l->look_end = until;
}

void
kf_key_blinks(void *context)
{
	struct kf_key_login *l = context;

	if (l->cue_at != 0)
		(void)!kf_key_cue(l);
}
