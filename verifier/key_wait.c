/*
 * One look at the keys that are plugged in: an event, what it means, and if
 * there is anything left to wait for.  Nothing here decides what is a proof.
 */
#include "verifier/key_wait.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "verifier/policy.h"
#include "verifier/report.h"

#define FIND_MS 3000
/* The device program has its own end; this is for one that has none. */
#define SIGN_SPARE_MS 2000
/* A key that does not say that it waits for a touch does so by then. */
#define CUE_MS 1000
/* The limits of the waits come first, and say why. */
#define END_SPARE_MS 1000

void
kf_key_tell(struct kf_key_wait *w, const char *words)
{
	if (w->s->known)
		(void)!kf_talk_show(&w->s->talk, true, words);
}

/* What a person takes to type is the caller's to limit. */
void
kf_key_was_typed(struct kf_key_wait *w, int64_t begun)
{
	int64_t ms = kf_clock_monotonic() - begun;

	w->look_end += ms;
	w->insert_end += ms;
	w->end += ms;
}

/*
 * Before somebody has to do something with their key.  Where text is held back
 * until the next prompt it becomes one.  False: nobody is there any more.
 */
static bool
say(struct kf_key_wait *w, const char *words, const char *prompt)
{
	struct kf_session *s = w->s;
	struct kf_msg_answer answer = { .kind = KF_ANSWER_NOTHING };
	int64_t begun = kf_clock_monotonic();
	enum kf_err err;

	if (!kf_policy_holds_text(&s->request))
		return kf_talk_show(&s->talk, false, words) == KF_OK;
	err = kf_talk_ask(&s->talk, true, prompt, &answer);
	kf_secret_wipe(&answer.text);
	kf_key_was_typed(w, begun);
	return err == KF_OK && answer.kind != KF_ANSWER_FAILED;
}

static bool
cue(struct kf_key_wait *w)
{
	w->cue_at = 0;
	w->touch_said = say(w, "Touch your security key.",
	    "Press Enter, then touch your security key. ");
	return w->touch_said;
}

void
kf_key_give_up(struct kf_key_wait *w, struct kf_device *device,
    const char *reason, const char *words)
{
	struct kf_log log;
	const struct kf_authenticator *a =
	    w->owner[kf_key_attempt(w, device)->candidate];

	kf_report_start(w->s, &log, "key", "failed");
	kf_log_add(&log, "reason", reason);
	kf_log_add(&log, "id", a->id);
	kf_report_end(w->s, &log, LOG_NOTICE);
	w->s->deny = KF_DENY_AUTH;
	w->s->reason = reason;
	w->failed = true;
	if (words != NULL)
		kf_key_tell(w, words);
	kf_device_release(&w->devices, device);
}

void
kf_key_ask(struct kf_key_wait *w, struct kf_device *device,
    const struct kf_secret *pin)
{
	struct kf_key_attempt *attempt = kf_key_attempt(w, device);
	int64_t ms = (int64_t)w->s->conf.key_touch_timeout * 1000;
	struct kf_key_assert request = {
		.candidate = attempt->candidate,
		.verify = attempt->verify,
	};

	if (kf_random(attempt->hash, sizeof(attempt->hash)) != KF_OK) {
		kf_key_give_up(w, device, "broken", NULL);
		return;
	}
	memcpy(request.hash, attempt->hash, sizeof(request.hash));
	if (pin != NULL)
		memcpy(request.pin, pin->bytes, pin->len);
	/* After a PIN only when it was right, which the key says. */
	w->cue_at = 0;
	if (pin != NULL && !kf_policy_holds_text(&w->s->request))
		w->cue_at = kf_clock_monotonic() + CUE_MS;
	else if ((pin != NULL || !w->touch_said) && !cue(w)) {
		/* Nobody knows what a touch would be for. */
		kf_key_give_up(w, device, "conversation", NULL);
		goto out;
	}
	w->touch_end = kf_clock_monotonic() + ms;
	device->mark = KF_KEY_TOUCHING;
	kf_device_assert(&w->devices, device, &request, ms + SIGN_SPARE_MS);
out:
	explicit_bzero(&request, sizeof(request));
}

static bool
wants_verification(const struct kf_key_wait *w, size_t candidate)
{
	return w->s->conf.key_verify || w->owner[candidate]->key.verify;
}

/*
 * How this device would verify; false when it has to and cannot, or may not: a
 * PIN is asked for only where a first factor is known.
 */
static bool
choose_verification(const struct kf_key_wait *w,
    const struct kf_device *device, size_t candidate,
    enum kf_key_verify *verify)
{
	const struct kf_key_opened *o = &device->opened;

	*verify = KF_KEY_VERIFY_NO;
	if (!wants_verification(w, candidate) && !o->always_verify)
		return true;
	*verify = o->has_verify ? KF_KEY_VERIFY_BUILT_IN : KF_KEY_VERIFY_PIN;
	return o->fido2 && (o->has_verify || (o->has_pin && w->s->known));
}

static void
use(struct kf_key_wait *w, struct kf_device *device)
{
	struct kf_key_attempt *attempt = kf_key_attempt(w, device);

	*attempt = (struct kf_key_attempt){ 0 };
	for (size_t i = 0; i < w->find.count; i++) {
		if ((device->held & UINT32_C(1) << i) == 0)
			continue;
		attempt->candidate = (uint8_t)i;
		if (!choose_verification(w, device, i, &attempt->verify))
			continue;
		if (attempt->verify == KF_KEY_VERIFY_PIN)
			device->mark = KF_KEY_NEEDS_PIN;
		else
			kf_key_ask(w, device, NULL);
		return;
	}
	kf_key_give_up(w, device, "key-cannot-verify", "This security key has "
	    "no PIN and no fingerprint, and one is needed here.");
}

static void
on_found(struct kf_key_wait *w, struct kf_device *device)
{
	struct kf_key_found found = { 0 };

	if (kf_key_get_found(&w->devices.frame, &found) == KF_OK)
		device->held = found.held &
		    ((UINT32_C(1) << w->find.count) - 1);
	if (device->held != 0) {
		kf_report_step(w->s, "key-found");
		use(w, device);
		return;
	}
	kf_device_release(&w->devices, device);
	if (w->patient && !w->foreign_said)
		kf_key_tell(w, "This security key is not enrolled for you.");
	w->foreign_said = true;
}

/* Verification failed by other means: is there a PIN to ask for instead? */
static bool
falls_back_to_pin(struct kf_key_wait *w, struct kf_device *device,
    const char *words)
{
	if (!w->s->known || !device->opened.has_pin)
		return false;
	if (words != NULL)
		kf_key_tell(w, words);
	kf_key_attempt(w, device)->verify = KF_KEY_VERIFY_PIN;
	kf_key_pin_begin(w, device);
	return true;
}

/*
 * What it may say of itself in answer to this request: a lie would have it
 * asked again for ever, or a PIN asked of a stranger.
 */
static enum kf_key_failure
failure_of(struct kf_key_wait *w, const struct kf_device *device)
{
	bool counting = device->mark == KF_KEY_COUNTING;
	bool pin = kf_key_attempt(w, device)->verify == KF_KEY_VERIFY_PIN;
	enum kf_key_failure failure;

	if (kf_key_get_failed(&w->devices.frame, &failure) != KF_OK)
		return KF_KEY_FAILED_OTHER;
	if (failure == KF_KEY_FAILED_PIN_WRONG && (counting || !pin))
		return KF_KEY_FAILED_OTHER;
	if (counting && (failure == KF_KEY_FAILED_PIN_NEEDED ||
	    failure == KF_KEY_FAILED_UV_WRONG ||
	    failure == KF_KEY_FAILED_UV_BLOCKED))
		return KF_KEY_FAILED_OTHER;
	return failure;
}

static void
on_failed(struct kf_key_wait *w, struct kf_device *device)
{
	w->cue_at = 0;
	if (device->mark == KF_KEY_LOOKING) {
		kf_device_release(&w->devices, device);
		return;
	}
	switch (failure_of(w, device)) {
	case KF_KEY_FAILED_GONE:
		kf_device_release(&w->devices, device);
		return;
	case KF_KEY_FAILED_TIMEOUT:
		kf_key_give_up(w, device, "key-timeout", NULL);
		return;
	case KF_KEY_FAILED_REFUSED:
		kf_key_give_up(w, device, "key-refused",
		    "Refused on the security key.");
		return;
	case KF_KEY_FAILED_PIN_WRONG:
		kf_key_tell(w, "Wrong PIN.");
		kf_key_pin_begin(w, device);
		return;
	case KF_KEY_FAILED_PIN_NEEDED:
		if (!falls_back_to_pin(w, device, NULL))
			kf_key_give_up(w, device, "key-cannot-verify", NULL);
		return;
	case KF_KEY_FAILED_UV_WRONG:
		if (!falls_back_to_pin(w, device, "Not recognised."))
			kf_key_give_up(w, device, "key-not-verified",
			    "Not recognised.");
		return;
	case KF_KEY_FAILED_UV_BLOCKED:
		if (!falls_back_to_pin(w, device, "Fingerprints are blocked on "
		    "this security key until its PIN is typed."))
			kf_key_give_up(w, device, "key-blocked",
			    "Fingerprints are blocked on this security key.");
		return;
	case KF_KEY_FAILED_PIN_PAUSED:
		kf_key_give_up(w, device, "pin-paused", "Too many wrong PINs: "
		    "remove the security key and insert it again.");
		return;
	case KF_KEY_FAILED_PIN_BLOCKED:
		kf_key_give_up(w, device, "pin-blocked",
		    "The PIN of this security key is blocked.");
		return;
	case KF_KEY_FAILED_PIN_POLICY:
		kf_key_give_up(w, device, "pin-policy",
		    "The PIN of this security key must be changed first.");
		return;
	case KF_KEY_FAILED_OTHER:
	case KF_KEY_FAILED_CANCELLED:
	case KF_KEY_FAILED_NO_CREDENTIAL:
	case KF_KEY_FAILED_PIN_NOT_SET:
	case KF_KEY_FAILED_EXCLUDED:
	case KF_KEY_FAILED_UNSUPPORTED:
		kf_key_give_up(w, device, "key-broken",
		    "The security key does not answer as it should.");
		return;
	}
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
			    "program; waiting for it.");
		w->busy_said = true;
		return w->insert_end;
	}
	if (!w->insert_said && !say(w, "Insert your security key.",
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

	/* One that needs no PIN comes first. */
	if (!o.touching && !o.looking && o.pin != NULL) {
		kf_key_pin_begin(w, o.pin);
		o = look_around(w);
	}
	limit = o.touching ? w->touch_end : without_a_key(w, &o);
	if (o.touching && w->cue_at != 0 && w->cue_at < limit)
		limit = w->cue_at;
	return limit < w->end ? limit : w->end;
}

/* True when there is nothing more to wait for. */
static bool
on_timeout(struct kf_key_wait *w)
{
	struct outlook o = look_around(w);

	if (o.touching && w->cue_at != 0 && kf_clock_monotonic() >= w->cue_at) {
		(void)!cue(w);
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
	return kf_clock_monotonic() >= w->end ||
	    (w->patient && kf_clock_monotonic() >= w->insert_end);
}

/* False: it is over, since nobody is there any more. */
static bool
on_answer(struct kf_key_wait *w, struct kf_device *device)
{
	switch (w->devices.frame.type) {
	case KF_KEY_MSG_FOUND:
		on_found(w, device);
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
	on_failed(w, device);
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
	    kf_clock_monotonic() < w->end + END_SPARE_MS)
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
			if (w->patient)
				look_longer(w);
			kf_device_find(&w->devices, device, &w->find, FIND_MS);
			break;
		case KF_DEVICES_ANSWER:
			goes_on = on_answer(w, device);
			break;
		case KF_DEVICES_TOUCH:
			if (w->cue_at != 0)
				(void)!cue(w);
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
