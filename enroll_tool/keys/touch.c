/*
 * What needs the person at the key: a touch, and a PIN or a fingerprint where
 * the key wants one; see keys/child.h.  A PIN is never tried twice, and not at
 * all when the key would lock itself after it.
 */
#include "common/clock.h"
#include "common/secret.h"
#include "enroll_tool/keys/child.h"
#include "key_dialogue/key.h"

#define REFUSAL_MS 500		/* in which a key refuses by itself */
#define CANCEL_MS 2000
#define FINGERS 3

bool
kf_key_child_is_there(const struct kf_key_child *c)
{
	return c->device->mark == KF_KEY_CHOSEN &&
	    c->device->phase == KF_DEVICE_IDLE;
}

enum kf_key_stop
kf_key_child_await(struct kf_key_child *c, int64_t ms, enum kf_key_show show)
{
	int64_t now = kf_clock_monotonic();
	int64_t end = now + ms;
	/* One with a PIN may want that first. */
	int64_t quiet = now + (c->device->opened.has_pin ? REFUSAL_MS : 0);
	bool said = show == 0, late = false;

	while (c->device->mark == KF_KEY_CHOSEN &&
	    c->device->phase == KF_DEVICE_WORKING) {
		struct kf_device *device = NULL;
		enum kf_devices_event event;

		if (!said && kf_clock_monotonic() >= quiet) {
			said = true;
			if (kf_key_child_show(c, show, 0, NULL) !=
			    KF_KEY_STOP_NONE)
				return KF_KEY_STOP_BROKEN;
		}
		if (kf_key_child_wait(c, said ? end : quiet, &event,
		    &device) != KF_KEY_STOP_NONE)
			return KF_KEY_STOP_BROKEN;
		if (event == KF_DEVICES_ANSWER && device == c->device)
			return late ? KF_KEY_STOP_TIMEOUT : KF_KEY_STOP_NONE;
		if (event != KF_DEVICES_TIMEOUT || !said)
			continue;
		if (late)
			break;
		late = true;
		end = kf_clock_monotonic() + CANCEL_MS;
		kf_device_cancel(&c->devices, c->device);
	}
	return late ? KF_KEY_STOP_TIMEOUT : KF_KEY_STOP_GONE;
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

static enum kf_key_failure
failure(const struct kf_key_child *c)
{
	enum kf_key_failure f = KF_KEY_FAILED_OTHER;

	if (kf_key_get_failed(&c->devices.frame, &f) != KF_OK)
		return KF_KEY_FAILED_OTHER;
	return f;
}

static enum kf_key_stop
retries(struct kf_key_child *c, uint8_t *left)
{
	struct kf_key_retries retries = { 0 };
	enum kf_key_stop stop;

	*left = 0;
	if (!kf_key_child_is_there(c))
		return KF_KEY_STOP_GONE;
	kf_device_retries(&c->devices, c->device, KF_KEY_QUICK_MS);
	stop = kf_key_child_await(c, KF_KEY_QUICK_MS, 0);
	if (stop != KF_KEY_STOP_NONE)
		return stop == KF_KEY_STOP_TIMEOUT ? KF_KEY_STOP_FAILED : stop;
	if (c->devices.frame.type == KF_KEY_MSG_FAILED)
		return stop_of(failure(c));
	if (kf_key_get_retries(&c->devices.frame, &retries) != KF_OK)
		return KF_KEY_STOP_FAILED;
	*left = retries.left;
	return KF_KEY_STOP_NONE;
}

/*
 * A PIN that no key can have is a try of this run, and is not sent: the key
 * would count it.
 */
static enum kf_key_stop
take_pin(struct kf_key_child *c, const struct kf_msg_answer *answer)
{
	if (answer->kind == KF_ANSWER_FAILED ||
	    answer->kind == KF_ANSWER_NOTHING)
		return KF_KEY_STOP_NO_ANSWER;
	if (kf_key_can_be_pin(answer)) {
		c->pin = answer->text;
		return KF_KEY_STOP_NONE;
	}
	c->wrong++;
	return kf_key_child_show(c, KF_KEY_SHOW_NO_PIN, 0, NULL);
}

static enum kf_key_stop
ask_pin(struct kf_key_child *c)
{
	enum kf_key_stop stop = KF_KEY_STOP_NONE;

	while (stop == KF_KEY_STOP_NONE && c->pin.len == 0) {
		struct kf_msg_answer answer;
		uint8_t left = 0;

		if (c->wrong >= KF_KEY_PINS_A_CALL)
			return KF_KEY_STOP_PIN_WRONG;
		stop = retries(c, &left);
		if (stop == KF_KEY_STOP_NONE && left <= KF_KEY_PIN_TRIES_KEPT)
			stop = left == 0 ? KF_KEY_STOP_PIN_BLOCKED :
			    KF_KEY_STOP_PIN_LAST;
		if (stop != KF_KEY_STOP_NONE)
			return stop;
		stop = kf_key_child_ask(c, KF_KEY_ASK_PIN, left, &answer);
		if (stop == KF_KEY_STOP_NONE)
			stop = take_pin(c, &answer);
		kf_secret_wipe(&answer.text);
	}
	return stop;
}

static enum kf_key_stop
wrong_pin(struct kf_key_child *c)
{
	uint8_t left = 0;
	enum kf_key_stop stop;

	c->wrong++;
	kf_secret_wipe(&c->pin);
	stop = retries(c, &left);
	if (stop == KF_KEY_STOP_NONE)
		stop = kf_key_child_show(c, KF_KEY_SHOW_WRONG_PIN, left, NULL);
	return stop;
}

/*
 * After a refusal: NONE, and another *verify maybe, if it is to be tried once
 * more.
 */
static enum kf_key_stop
after(struct kf_key_child *c, enum kf_key_failure f,
    enum kf_key_verify *verify)
{
	const struct kf_key_opened *opened = &c->device->opened;

	if (f == KF_KEY_FAILED_PIN_WRONG && *verify == KF_KEY_VERIFY_PIN)
		return wrong_pin(c);
	if (f == KF_KEY_FAILED_UV_WRONG && *verify == KF_KEY_VERIFY_BUILT_IN &&
	    ++c->fingers < FINGERS)
		return kf_key_child_show(c, KF_KEY_SHOW_WRONG_FINGER, 0, NULL);
	if ((f == KF_KEY_FAILED_UV_WRONG || f == KF_KEY_FAILED_UV_BLOCKED ||
	    f == KF_KEY_FAILED_PIN_NEEDED) && opened->has_pin &&
	    *verify != KF_KEY_VERIFY_PIN) {
		*verify = KF_KEY_VERIFY_PIN;
		return KF_KEY_STOP_NONE;
	}
	if (f == KF_KEY_FAILED_PIN_NEEDED && opened->has_verify &&
	    *verify == KF_KEY_VERIFY_NO) {
		*verify = KF_KEY_VERIFY_BUILT_IN;
		return KF_KEY_STOP_NONE;
	}
	return stop_of(f);
}

enum kf_key_stop
kf_key_child_touch(struct kf_key_child *c, kf_key_request *ask,
    enum kf_key_verify verify, enum kf_key_show show)
{
	const int64_t ms = c->enrol->in.conf.key_touch_timeout *
	    INT64_C(1000);

	for (;;) {
		enum kf_key_stop stop = KF_KEY_STOP_NONE;

		if (verify == KF_KEY_VERIFY_PIN)
			stop = ask_pin(c);
		if (stop == KF_KEY_STOP_NONE && !kf_key_child_is_there(c))
			stop = KF_KEY_STOP_GONE;
		if (stop != KF_KEY_STOP_NONE)
			return stop;
		/* The limit is ours: it is cancelled before it is too late. */
		ask(c, verify, ms + 2 * CANCEL_MS);
		stop = kf_key_child_await(c, ms, show);
		if (stop != KF_KEY_STOP_NONE ||
		    c->devices.frame.type != KF_KEY_MSG_FAILED)
			return stop;
		stop = after(c, failure(c), &verify);
		if (stop != KF_KEY_STOP_NONE)
			return stop;
	}
}
