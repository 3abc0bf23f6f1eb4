/*
 * What a login asks of one security key, and what follows when the key refuses:
 * a wrong PIN, a fingerprint that is not recognised, a blocked key; see
 * key_login.h.  Nothing here waits, and nothing here is a proof.
 */
#include "verifier/key_login.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "key_dialogue/key.h"
#include "verifier/policy.h"
#include "verifier/report.h"

#define FIND_MS 3000
#define COUNT_MS 3000
/* The device program has a limit of its own; this is for a hung one. */
#define COUNT_SPARE_MS 1000
#define SIGN_SPARE_MS 2000
/* The touch is announced by then for a key that does not say it blinks. */
#define CUE_MS 1000

#define NOT_VALID "The security key's answer is not valid."

enum kf_key_event
kf_key_look(void *context, struct kf_device *device)
{
	struct kf_key_login *l = context;

	kf_device_find(&l->dialogue.devices, device, &l->find, FIND_MS);
	return KF_KEY_NOTHING;
}

/*
 * How this device would verify the person.  False when it has to and cannot, or
 * may not: a PIN is asked for only where a first factor is known.
 */
static bool
choose_verification(const struct kf_key_login *l,
    const struct kf_device *device, size_t candidate,
    enum kf_key_verify *verify)
{
	const struct kf_key_opened *o = &device->opened;

	*verify = KF_KEY_VERIFY_NO;
	if (!l->s->conf.key_verify && !l->owner[candidate]->key.verify &&
	    !o->always_verify)
		return true;
	*verify = o->has_verify ? KF_KEY_VERIFY_BUILT_IN : KF_KEY_VERIFY_PIN;
	return o->fido2 && (o->has_verify || (o->has_pin && l->s->known));
}

/*
 * Does the device have the secret of the credential that it says it holds?
 * Anything can say so, and would then be told a PIN.
 */
static bool
is_genuine(const struct kf_key_login *l, const struct kf_key *key,
    const struct kf_key_asserted *shown)
{
	const struct kf_assertion said = kf_key_said(key, shown);

	return kf_assertion_is_held(key, l->find.hash, &said);
}

/* Chooses a candidate that the device holds, and how it verifies. */
static enum kf_key_event
use(struct kf_key_login *l, struct kf_device *device,
    const struct kf_key_asserted *shown)
{
	struct kf_key_attempt *attempt = kf_key_attempt(l, device);

	*attempt = (struct kf_key_attempt){ 0 };
	for (size_t i = 0; i < l->find.count; i++) {
		if ((device->held & UINT32_C(1) << i) == 0)
			continue;
		attempt->candidate = (uint8_t)i;
		if (!choose_verification(l, device, i, &attempt->verify))
			continue;
		/* Without a PIN, or for a stranger, it is never needed. */
		attempt->genuine = device->opened.has_pin && l->s->known &&
		    is_genuine(l, &l->owner[i]->key, shown);
		return attempt->verify == KF_KEY_VERIFY_PIN ? KF_KEY_LATER :
		    KF_KEY_NEEDS_TOUCH;
	}
	return kf_key_unfit(l, "key-cannot-verify", "This security key has "
	    "no PIN and no fingerprint, and one is needed here.");
}

/* The device has said what it holds, or could not. */
enum kf_key_event
kf_key_choose(void *context, struct kf_device *device)
{
	static struct kf_key_found found;	/* large */
	struct kf_key_login *l = context;

	device->held = 0;
	l->words = NULL;
	if (l->dialogue.devices.frame.type != KF_KEY_MSG_FOUND) {
		l->cue_at = 0;
		return KF_KEY_USELESS;
	}
	if (kf_key_get_found(&l->dialogue.devices.frame, &found) == KF_OK)
		device->held = found.held &
		    ((UINT32_C(1) << l->find.count) - 1);
	if (device->held != 0) {
		kf_report_step(l->s, "key-found");
		return use(l, device, &found.shown);
	}
	if (l->patient && !l->foreign_said)
		l->words = "This security key is not enrolled for you.";
	l->foreign_said = true;
	return KF_KEY_USELESS;
}

/* Its turn has come: only a key that needs its PIN waits for a turn. */
enum kf_key_event
kf_key_start(void *context, struct kf_device *device)
{
	struct kf_key_login *l = context;

	if (l->s->pins[kf_key_attempt(l, device)->candidate] >=
	    KF_KEY_PINS_A_CALL)
		return kf_key_unfit(l, "pin-wrong",
		    "No more PINs in this login.");
	return KF_KEY_NEEDS_PIN;
}

/* Asks how many tries its PIN has, unless no PIN may be asked for. */
enum kf_key_event
kf_key_count(void *context, struct kf_device *device)
{
	struct kf_key_login *l = context;
	const struct kf_key_attempt *attempt = kf_key_attempt(l, device);

	if (l->s->pins[attempt->candidate] >= KF_KEY_PINS_A_CALL)
		return kf_key_unfit(l, "pin-wrong", NULL);
	/* A device that only says it holds the credential is told no PIN. */
	if (!attempt->genuine)
		return kf_key_unfit(l, "wrong-signature", NOT_VALID);
	l->touch_end = kf_clock_monotonic() + COUNT_MS + COUNT_SPARE_MS;
	kf_device_retries(&l->dialogue.devices, device, COUNT_MS);
	return KF_KEY_NOTHING;
}

/*
 * Announces the touch where the person has to know of it now.  After a PIN that
 * is once the key says that the PIN was right.  False: nobody could be told.
 */
static bool
announce(struct kf_key_login *l, int64_t ms)
{
	int64_t now = kf_clock_monotonic();

	l->cue_at = 0;
	if (l->pin.len > 0 && !kf_policy_holds_text(&l->s->request)) {
		l->cue_at = now + CUE_MS;
		return true;
	}
	if (l->pin.len == 0 && l->touch_said && now + ms <= kf_key_wait_end(l))
		return true;
	return kf_key_cue(l);
}

/* Has the device sign, with the PIN that was typed where it needs one. */
enum kf_key_event
kf_key_touch(void *context, struct kf_device *device)
{
	struct kf_key_login *l = context;
	struct kf_key_attempt *attempt = kf_key_attempt(l, device);
	int64_t ms = (int64_t)l->s->conf.key_touch_timeout * 1000;
	struct kf_key_assert request = {
		.candidate = attempt->candidate,
		.verify = attempt->verify,
	};
	enum kf_key_event event = KF_KEY_NOTHING;

	if (kf_random(attempt->hash, sizeof(attempt->hash)) != KF_OK) {
		event = kf_key_unfit(l, "broken", NULL);
		goto out;
	}
	memcpy(request.hash, attempt->hash, sizeof(request.hash));
	memcpy(request.pin, l->pin.bytes, l->pin.len);
	if (!announce(l, ms)) {
		/* Nobody would know what a touch is for. */
		event = kf_key_unfit(l, "conversation", NULL);
		goto out;
	}
	l->touch_end = kf_clock_monotonic() + ms;
	kf_device_assert(&l->dialogue.devices, device, &request,
	    ms + SIGN_SPARE_MS);
out:
	kf_secret_wipe(&l->pin);
	explicit_bzero(&request, sizeof(request));
	return event;
}

/* The other verification failed: the PIN, if the key has one and it may be. */
static enum kf_key_event
fall_back(struct kf_key_login *l, struct kf_device *device,
    const char *reason, const char *words, const char *last_words)
{
	if (!l->s->known || !device->opened.has_pin)
		return kf_key_unfit(l, reason, last_words);
	if (words != NULL)
		kf_key_tell(l, words);
	kf_key_attempt(l, device)->verify = KF_KEY_VERIFY_PIN;
	return KF_KEY_NEEDS_PIN;
}

/* The key did not do as it was asked: is there another way, and why not? */
enum kf_key_event
kf_key_refused(void *context, struct kf_device *device)
{
	struct kf_key_login *l = context;

	l->cue_at = 0;
	switch (kf_key_failure_of(&l->dialogue.devices.frame, l->dialogue.from,
	    kf_key_attempt(l, device)->verify)) {
	case KF_KEY_FAILED_GONE:
		l->words = NULL;
		return KF_KEY_USELESS;
	case KF_KEY_FAILED_TIMEOUT:
		return kf_key_unfit(l, "key-timeout", NULL);
	case KF_KEY_FAILED_REFUSED:
		return kf_key_unfit(l, "key-refused",
		    "Refused on the security key.");
	case KF_KEY_FAILED_PIN_WRONG:
		kf_key_tell(l, "Wrong PIN.");
		return KF_KEY_NEEDS_PIN;
	case KF_KEY_FAILED_PIN_NEEDED:
		return fall_back(l, device, "key-cannot-verify", NULL, NULL);
	case KF_KEY_FAILED_UV_WRONG:
		return fall_back(l, device, "key-not-verified",
		    "Not recognised.", "Not recognised.");
	case KF_KEY_FAILED_UV_BLOCKED:
		return fall_back(l, device, "key-blocked", "Fingerprints are "
		    "blocked on this security key until its PIN is typed.",
		    "Fingerprints are blocked on this security key.");
	case KF_KEY_FAILED_PIN_PAUSED:
		return kf_key_unfit(l, "pin-paused", "Too many wrong PINs: "
		    "remove the security key and insert it again.");
	case KF_KEY_FAILED_PIN_BLOCKED:
		return kf_key_unfit(l, "pin-blocked",
		    "The PIN of this security key is blocked.");
	case KF_KEY_FAILED_PIN_POLICY:
		return kf_key_unfit(l, "pin-policy", "The PIN of this "
		    "security key must be changed first.");
	case KF_KEY_FAILED_OTHER:
	case KF_KEY_FAILED_CANCELLED:
	case KF_KEY_FAILED_NO_CREDENTIAL:
	case KF_KEY_FAILED_PIN_NOT_SET:
	case KF_KEY_FAILED_EXCLUDED:
	case KF_KEY_FAILED_UNSUPPORTED:
		break;
	}
	return kf_key_unfit(l, "key-broken",
	    "The security key does not answer as it should.");
}
