/*
 * What one device is asked and how it is understood, and what the person is
 * told of it.  Nothing here waits but for the answer to a question.
 */
#include "verifier/key_wait.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "key_dialogue/key.h"
#include "verifier/policy.h"
#include "verifier/report.h"

/* The device program has its own end; this is for one that has none. */
#define SIGN_SPARE_MS 2000
/* A key that does not say that it waits for a touch does so by then. */
#define CUE_MS 1000

void
kf_key_tell(struct kf_key_wait *w, const char *words)
{
	if (w->s->known)
		(void)!kf_talk_show(&w->s->talk, true, words);
}

bool
kf_key_say(struct kf_key_wait *w, const char *words, const char *prompt)
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

bool
kf_key_cue(struct kf_key_wait *w)
{
	w->cue_at = 0;
	w->touch_said = kf_key_say(w, "Touch your security key.",
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
	else if ((pin != NULL || !w->touch_said ||
	    kf_clock_monotonic() + ms > kf_key_wait_end(w)) &&
	    !kf_key_cue(w)) {
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

/*
 * Does it have the secret of the credential that it says it holds?  Anything
 * can say so, and then be told a PIN.
 */
static bool
is_genuine(const struct kf_key_wait *w, const struct kf_key *key,
    const struct kf_key_asserted *shown)
{
	const struct kf_assertion said = kf_key_said(key, shown);

	return kf_assertion_is_held(key, w->find.hash, &said);
}

static void
use(struct kf_key_wait *w, struct kf_device *device,
    const struct kf_key_asserted *shown)
{
	struct kf_key_attempt *attempt = kf_key_attempt(w, device);

	*attempt = (struct kf_key_attempt){ 0 };
	for (size_t i = 0; i < w->find.count; i++) {
		if ((device->held & UINT32_C(1) << i) == 0)
			continue;
		attempt->candidate = (uint8_t)i;
		if (!choose_verification(w, device, i, &attempt->verify))
			continue;
		/* Of no other is a PIN ever asked for. */
		attempt->genuine = device->opened.has_pin && w->s->known &&
		    is_genuine(w, &w->owner[i]->key, shown);
		if (attempt->verify == KF_KEY_VERIFY_PIN)
			device->mark = KF_KEY_NEEDS_PIN;
		else
			kf_key_ask(w, device, NULL);
		return;
	}
	kf_key_give_up(w, device, "key-cannot-verify", "This security key has "
	    "no PIN and no fingerprint, and one is needed here.");
}

void
kf_key_on_found(struct kf_key_wait *w, struct kf_device *device)
{
	static struct kf_key_found found;	/* large */

	device->held = 0;
	if (kf_key_get_found(&w->devices.frame, &found) == KF_OK)
		device->held = found.held &
		    ((UINT32_C(1) << w->find.count) - 1);
	if (device->held != 0) {
		kf_report_step(w->s, "key-found");
		use(w, device, &found.shown);
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

void
kf_key_on_failed(struct kf_key_wait *w, struct kf_device *device)
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
