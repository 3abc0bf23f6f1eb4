/*
 * What the chosen security key and the person are asked: a touch, and a PIN or
 * a fingerprint where the key wants it; see child.h.  A PIN is never sent
 * twice, and not at all when the key would block itself after it.
 */
#include "common/clock.h"
#include "common/secret.h"
#include "enroll_tool/keys/child.h"
#include "key_dialogue/key.h"

/* A request for which nobody has to do something. */
#define QUICK_MS 5000
/* In this time a key refuses by itself; it may want its PIN first. */
#define REFUSAL_MS 500
/* For a key that was told to stop. */
#define CANCEL_MS 2000
#define FINGERS 3

static bool
is_there(const struct kf_key_child *c)
{
	return c->device->phase == KF_DEVICE_IDLE;
}

/* The PIN is asked for once; a request after that uses it again. */
static enum kf_key_event
needs(const struct kf_key_child *c)
{
	return c->verify == KF_KEY_VERIFY_PIN && c->pin.len == 0 ?
	    KF_KEY_NEEDS_PIN : KF_KEY_NEEDS_TOUCH;
}

/* The next answer of the key is waited for so long. */
static void
wait_for_answer(struct kf_key_child *c, int64_t ms)
{
	c->cue_at = 0;
	c->cancelled = false;
	c->end = kf_clock_monotonic() + ms;
}

/* The chosen key's turn. */
enum kf_key_event
kf_key_child_start(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;
	const struct kf_key_opened *opened = &device->opened;
	enum kf_key_stop stop;

	c->wanted = c->enrol->verify || c->enrol->in.conf.key_verify;
	c->first = KF_KEY_VERIFY_NO;
	if (c->wanted || opened->always_verify)
		c->first = opened->has_verify ? KF_KEY_VERIFY_BUILT_IN :
		    KF_KEY_VERIFY_PIN;
	c->verify = c->first;
	stop = kf_key_child_prepare(c);
	return stop == KF_KEY_STOP_NONE ? needs(c) :
	    kf_key_child_unfit(c, stop);
}

enum kf_key_event
kf_key_child_count(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;

	c->left = -1;
	if (!is_there(c))
		return kf_key_child_unfit(c, KF_KEY_STOP_GONE);
	kf_device_retries(&c->dialogue.devices, device, QUICK_MS);
	wait_for_answer(c, QUICK_MS + CANCEL_MS);
	return KF_KEY_NOTHING;
}

/*
 * Something that no key can have as its PIN counts as a try of this run, and is
 * not sent, because the key would count it, too.
 */
static enum kf_key_event
take_pin(struct kf_key_child *c, struct kf_msg_answer *answer)
{
	if (answer->kind == KF_ANSWER_FAILED ||
	    answer->kind == KF_ANSWER_NOTHING)
		return kf_key_child_unfit(c, KF_KEY_STOP_NO_ANSWER);
	if (kf_key_can_be_pin(answer)) {
		c->pin = answer->text;
		return KF_KEY_PIN;
	}
	c->wrong++;
	if (kf_key_child_show(c, KF_KEY_SHOW_NO_PIN, 0, NULL) !=
	    KF_KEY_STOP_NONE)
		return kf_key_child_unfit(c, KF_KEY_STOP_BROKEN);
	return KF_KEY_NOT_A_PIN;
}

/* Reads how many tries are left, once after each KF_KEY_COUNTING. */
static enum kf_key_stop
read_tries(struct kf_key_child *c)
{
	struct kf_key_retries retries;

	if (c->left >= 0)
		return KF_KEY_STOP_NONE;
	if (kf_key_get_retries(&c->dialogue.devices.frame, &retries) != KF_OK)
		return KF_KEY_STOP_FAILED;
	c->left = retries.left;
	if (!c->wrong_pin)
		return KF_KEY_STOP_NONE;
	c->wrong_pin = false;
	return kf_key_child_show(c, KF_KEY_SHOW_WRONG_PIN, retries.left, NULL);
}

enum kf_key_event
kf_key_child_ask_pin(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;
	struct kf_msg_answer answer = { .kind = KF_ANSWER_FAILED };
	enum kf_key_stop stop = read_tries(c);
	enum kf_key_event event;

	if (stop != KF_KEY_STOP_NONE)
		return kf_key_child_unfit(c, stop);
	switch (kf_key_pin_may_be_asked(c->wrong, (unsigned)c->left)) {
	case KF_KEY_PIN_ENOUGH:
		return kf_key_child_unfit(c, KF_KEY_STOP_PIN_WRONG);
	case KF_KEY_PIN_LAST_TRY:
		return kf_key_child_unfit(c, c->left == 0 ?
		    KF_KEY_STOP_PIN_BLOCKED : KF_KEY_STOP_PIN_LAST);
	case KF_KEY_PIN_ASK:
		break;
	}
	stop = kf_key_child_ask(c, KF_KEY_ASK_PIN, (uint8_t)c->left, &answer);
	if (stop != KF_KEY_STOP_NONE)
		event = kf_key_child_unfit(c, stop);
	else
		event = take_pin(c, &answer);
	kf_secret_wipe(&answer.text);
	/* It may have been pulled out, and another one have its place. */
	if (event != KF_KEY_UNFIT &&
	    (!is_there(c) || device->mark != KF_KEY_TYPING))
		return kf_key_child_unfit(c, KF_KEY_STOP_GONE);
	return event;
}

static enum kf_key_stop
announce(struct kf_key_child *c)
{
	c->cue_at = 0;
	return kf_key_child_show(c, c->made ? KF_KEY_SHOW_AGAIN :
	    KF_KEY_SHOW_TOUCH, 0, NULL);
}

/*
 * Asks for the credential, and later for the signature that proves it.  The
 * touch is announced when a key with a PIN has had time to refuse.
 */
enum kf_key_event
kf_key_child_touch(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;
	const int64_t ms = c->enrol->in.conf.key_touch_timeout *
	    INT64_C(1000);

	if (!is_there(c))
		return kf_key_child_unfit(c, KF_KEY_STOP_GONE);
	/* The limit is ours: it is cancelled before the device's own. */
	if (c->made)
		kf_key_child_ask_assert(c, ms + 2 * CANCEL_MS);
	else
		kf_key_child_ask_make(c, ms + 2 * CANCEL_MS);
	wait_for_answer(c, ms);
	if (device->opened.has_pin)
		c->cue_at = kf_clock_monotonic() + REFUSAL_MS;
	else if (announce(c) != KF_KEY_STOP_NONE)
		return kf_key_child_unfit(c, KF_KEY_STOP_BROKEN);
	return KF_KEY_NOTHING;
}

/* A login finds a credential silently, so that has to work. */
enum kf_key_event
kf_key_child_check(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;
	struct kf_key_find find = { 0 };

	kf_key_add_candidate(&find, &c->done.key);
	kf_device_find(&c->dialogue.devices, device, &find, QUICK_MS);
	wait_for_answer(c, QUICK_MS + CANCEL_MS);
	return KF_KEY_NOTHING;
}

enum kf_key_event
kf_key_child_recheck(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;
	const struct kf_frame *answer = &c->dialogue.devices.frame;
	struct kf_key_found found = { 0 };

	(void)device;
	if (answer->type != KF_KEY_MSG_FOUND ||
	    kf_key_get_found(answer, &found) != KF_OK || found.held != 1)
		return kf_key_child_unfit(c, KF_KEY_STOP_UNPROVED);
	if (kf_random(c->hash, sizeof(c->hash)) != KF_OK)
		return kf_key_child_unfit(c, KF_KEY_STOP_BROKEN);
	c->verify = c->first;
	return needs(c);
}

static enum kf_key_stop
stop_of(enum kf_key_failure failure)
{
	switch (failure) {
	case KF_KEY_FAILED_OTHER:
		return KF_KEY_STOP_FAILED;
	case KF_KEY_FAILED_GONE:
		return KF_KEY_STOP_GONE;
	case KF_KEY_FAILED_TIMEOUT:
	case KF_KEY_FAILED_CANCELLED:
		return KF_KEY_STOP_TIMEOUT;
	case KF_KEY_FAILED_REFUSED:
		return KF_KEY_STOP_DECLINED;
	case KF_KEY_FAILED_NO_CREDENTIAL:
		return KF_KEY_STOP_UNPROVED;
	case KF_KEY_FAILED_PIN_WRONG:
		return KF_KEY_STOP_PIN_WRONG;
	case KF_KEY_FAILED_PIN_NEEDED:
	case KF_KEY_FAILED_PIN_NOT_SET:
		return KF_KEY_STOP_NO_VERIFY;
	case KF_KEY_FAILED_PIN_PAUSED:
		return KF_KEY_STOP_PIN_PAUSED;
	case KF_KEY_FAILED_PIN_BLOCKED:
		return KF_KEY_STOP_PIN_BLOCKED;
	case KF_KEY_FAILED_UV_WRONG:
	case KF_KEY_FAILED_UV_BLOCKED:
		return KF_KEY_STOP_FINGER;
	case KF_KEY_FAILED_EXCLUDED:
		return KF_KEY_STOP_EXCLUDED;
	case KF_KEY_FAILED_UNSUPPORTED:
		return KF_KEY_STOP_UNSUPPORTED;
	case KF_KEY_FAILED_PIN_POLICY:
		return KF_KEY_STOP_PIN_POLICY;
	}
	return KF_KEY_STOP_FAILED;
}

/* The key refused the request for a touch: is there another way? */
static enum kf_key_event
after_refusal(struct kf_key_child *c, enum kf_key_failure f)
{
	const struct kf_key_opened *opened = &c->device->opened;
	bool unverified = f == KF_KEY_FAILED_UV_WRONG ||
	    f == KF_KEY_FAILED_UV_BLOCKED || f == KF_KEY_FAILED_PIN_NEEDED;

	if (f == KF_KEY_FAILED_PIN_WRONG) {
		c->wrong++;
		c->wrong_pin = true;
		kf_secret_wipe(&c->pin);
		return KF_KEY_NEEDS_PIN;
	}
	if (f == KF_KEY_FAILED_UV_WRONG &&
	    c->verify == KF_KEY_VERIFY_BUILT_IN && ++c->fingers < FINGERS) {
		if (kf_key_child_show(c, KF_KEY_SHOW_WRONG_FINGER, 0, NULL) !=
		    KF_KEY_STOP_NONE)
			return kf_key_child_unfit(c, KF_KEY_STOP_BROKEN);
		return KF_KEY_NEEDS_TOUCH;
	}
	if (unverified && opened->has_pin && c->verify != KF_KEY_VERIFY_PIN) {
		c->verify = KF_KEY_VERIFY_PIN;
		return needs(c);
	}
	if (f == KF_KEY_FAILED_PIN_NEEDED && opened->has_verify &&
	    c->verify == KF_KEY_VERIFY_NO) {
		c->verify = KF_KEY_VERIFY_BUILT_IN;
		return KF_KEY_NEEDS_TOUCH;
	}
	return kf_key_child_unfit(c, stop_of(f));
}

enum kf_key_event
kf_key_child_refused(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;
	enum kf_key_failure f = kf_key_failure_of(&c->dialogue.devices.frame,
	    c->dialogue.from, c->verify);

	(void)device;
	if (c->cancelled)
		return kf_key_child_unfit(c, KF_KEY_STOP_TIMEOUT);
	if (c->dialogue.from == KF_KEY_COUNTING)
		return kf_key_child_unfit(c, stop_of(f));
	return after_refusal(c, f);
}

/*
 * At first the touch is announced, then the key is told to stop, and then it is
 * over.
 */
enum kf_key_late
kf_key_child_late(void *context, const struct kf_key_outlook *outlook)
{
	struct kf_key_child *c = context;

	(void)outlook;
	if (c->device == NULL)
		return KF_KEY_LATE_GO_ON;
	if (c->cue_at != 0) {
		if (announce(c) == KF_KEY_STOP_NONE)
			return KF_KEY_LATE_GO_ON;
		c->stop = KF_KEY_STOP_BROKEN;
		return KF_KEY_LATE_OVER;
	}
	if (!c->cancelled) {
		c->cancelled = true;
		c->end = kf_clock_monotonic() + CANCEL_MS;
		kf_device_cancel(&c->dialogue.devices, c->device);
		return KF_KEY_LATE_GO_ON;
	}
	c->stop = KF_KEY_STOP_TIMEOUT;
	return KF_KEY_LATE_OVER;
}
