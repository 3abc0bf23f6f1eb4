/*
 * PINs of security keys.  Each that is sent and wrong brings the key nearer to
 * its end, so: never for a key that does not hold the credential, never twice
 * the same by itself, twice a call at the most, and never the last try.
 */
#include "verifier/key_wait.h"

#include "common/clock.h"
#include "common/text.h"
#include "key_dialogue/key.h"
#include "verifier/report.h"

#define COUNT_MS 3000

/* How many were typed for its credential, also in earlier looks. */
static uint8_t *
pins_of(struct kf_key_wait *w, const struct kf_device *device)
{
	return &w->s->pins[kf_key_attempt(w, device)->candidate];
}

void
kf_key_pin_begin(struct kf_key_wait *w, struct kf_device *device)
{
	if (*pins_of(w, device) == KF_KEY_PINS_A_CALL) {
		kf_key_give_up(w, device, "pin-wrong", device->mark ==
		    KF_KEY_NEEDS_PIN ? "No more PINs in this login." : NULL);
		return;
	}
	/* What only says that it holds the credential is told no PIN. */
	if (!kf_key_attempt(w, device)->genuine) {
		kf_key_give_up(w, device, "wrong-signature",
		    "The security key's answer is not valid.");
		return;
	}
	device->mark = KF_KEY_COUNTING;
	w->touch_end = kf_clock_monotonic() + COUNT_MS + 1000;
	kf_device_retries(&w->devices, device, COUNT_MS);
}

/* Is there another key that would ask for its own? */
static bool
is_one_of_several(const struct kf_key_wait *w)
{
	int pins = 0;

	for (size_t i = 0; i < KF_READERS_MAX; i++)
		pins += w->devices.list[i].mark == KF_KEY_NEEDS_PIN ||
		    w->devices.list[i].mark == KF_KEY_COUNTING;
	return pins > 1;
}

/* "Security key PIN (8 tries left): ", with its label if there are several. */
static enum kf_err
question(const struct kf_key_wait *w, const struct kf_key_attempt *attempt,
    unsigned left, char prompt[KF_TEXT_SIZE])
{
	const char *label = w->owner[attempt->candidate]->label;

	if (!is_one_of_several(w) || label[0] == '\0')
		return kf_text_format(prompt, KF_TEXT_SIZE,
		    "Security key PIN (%u tries left): ", left);
	return kf_text_format(prompt, KF_TEXT_SIZE,
	    "PIN of security key \"%s\" (%u tries left): ", label, left);
}

bool
kf_key_pin_ask(struct kf_key_wait *w, struct kf_device *device)
{
	struct kf_key_attempt *attempt = kf_key_attempt(w, device);
	struct kf_session *s = w->s;
	struct kf_key_retries retries;
	struct kf_msg_answer answer = { .kind = KF_ANSWER_FAILED };
	char prompt[KF_TEXT_SIZE];
	bool goes_on = true;
	int64_t begun;
	enum kf_err err = kf_key_get_retries(&w->devices.frame, &retries);

	if (err != KF_OK) {
		kf_key_give_up(w, device, "key-broken", NULL);
		return true;
	}
	while (device->mark == KF_KEY_COUNTING && goes_on) {
		if (*pins_of(w, device) == KF_KEY_PINS_A_CALL) {
			kf_key_give_up(w, device, "pin-wrong", NULL);
			break;
		}
		if (retries.left <= KF_KEY_PIN_TRIES_KEPT) {
			kf_key_give_up(w, device, "pin-last-try", "The PIN of "
			    "this security key has one try left, which is not "
			    "used here.");
			break;
		}
		kf_report_step(s, "ask-pin");
		begun = kf_clock_monotonic();
		err = question(w, attempt, retries.left, prompt);
		if (err == KF_OK)
			err = kf_talk_ask(&s->talk, false, prompt, &answer);
		kf_key_was_typed(w, begun);
		goes_on = err == KF_OK && answer.kind != KF_ANSWER_FAILED;
		if (!goes_on) {
			s->deny = KF_DENY_CONVERSATION;
			s->reason = "conversation";
			break;
		}
		(*pins_of(w, device))++;
		if (kf_key_can_be_pin(&answer))
			kf_key_ask(w, device, &answer.text);
		else
			kf_key_tell(w, "That cannot be the PIN; it was not "
			    "sent to the key.");
		kf_secret_wipe(&answer.text);
	}
	kf_secret_wipe(&answer.text);
	return goes_on;
}
