/*
 * Which security key is to be enrolled: one that is there, or is plugged in
 * while we wait, and holds nothing of the person's yet; see keys/child.h.
 */
#include <string.h>

#include "common/clock.h"
#include "common/text.h"
#include "enroll_tool/keys/child.h"

#define SETTLE_MS 10000		/* until all keys that are there are known */
#define FIND_MS 8000		/* of one, for sixteen credentials */
#define CHOICES 2		/* how often is asked for a number */

/* device->mark. */
enum mark {
	NEW = 0,		/* from devices.h: zeros at the start */
	ASKED,			/* what it holds */
	LOOKED_AT,
	CHOSEN = KF_KEY_CHOSEN
};

struct search {
	bool busy;		/* one was, and it was said */
	bool waiting;		/* "Insert your security key." was said */
};

static bool
is_ready(const struct kf_device *device)
{
	return device->phase == KF_DEVICE_IDLE && device->mark == LOOKED_AT;
}

static size_t
count_ready(const struct kf_key_child *c)
{
	size_t count = 0;

	for (size_t i = 0; i < KF_READERS_MAX; i++)
		count += is_ready(&c->devices.list[i]);
	return count;
}

/* Asks those that have just been opened.  True while there is any to come. */
static bool
ask_all(struct kf_key_child *c)
{
	bool pending = false;

	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *device = &c->devices.list[i];

		if (device->phase == KF_DEVICE_IDLE && device->mark == NEW) {
			device->mark = c->find.count > 0 ? ASKED : LOOKED_AT;
			if (device->mark == ASKED)
				kf_device_find(&c->devices, device, &c->find,
				    FIND_MS);
		}
		pending = pending || device->phase == KF_DEVICE_OPENING ||
		    device->phase == KF_DEVICE_BUSY ||
		    device->phase == KF_DEVICE_WORKING;
	}
	return pending;
}

/* One that does not answer that question holds nothing that is known. */
static void
note_held(struct kf_key_child *c, struct kf_device *device)
{
	struct kf_key_found found = { 0 };

	if (device->mark != ASKED)
		return;
	if (c->devices.frame.type == KF_KEY_MSG_FOUND &&
	    kf_key_get_found(&c->devices.frame, &found) == KF_OK)
		device->held = found.held;
	device->mark = LOOKED_AT;
}

static enum kf_key_stop
take_event(struct kf_key_child *c, struct search *s, int64_t deadline)
{
	enum kf_devices_event event;
	struct kf_device *device = NULL;
	enum kf_key_stop stop = kf_key_child_wait(c, deadline, &event,
	    &device);

	if (stop != KF_KEY_STOP_NONE)
		return stop;
	if (event == KF_DEVICES_ANSWER)
		note_held(c, device);
	if (event == KF_DEVICES_BUSY && !s->busy) {
		s->busy = true;
		return kf_key_child_show(c, KF_KEY_SHOW_BUSY, 0, NULL);
	}
	return KF_KEY_STOP_NONE;
}

/* Until nothing more is to come of the keys that are there. */
static enum kf_key_stop
settle(struct kf_key_child *c, struct search *s)
{
	int64_t deadline = kf_clock_monotonic() + SETTLE_MS;
	enum kf_key_stop stop = KF_KEY_STOP_NONE;

	while (stop == KF_KEY_STOP_NONE && ask_all(c) &&
	    kf_clock_monotonic() < deadline)
		stop = take_event(c, s, deadline);
	return stop;
}

/*
 * One that was just plugged in is refused for a moment, until udev has been
 * there; so, once we wait, that is no reason to stop.
 */
static enum kf_key_stop
await_one(struct kf_key_child *c, struct search *s)
{
	int64_t deadline;
	enum kf_key_stop stop = settle(c, s);

	if (stop != KF_KEY_STOP_NONE || count_ready(c) > 0 ||
	    c->devices.refused || s->busy || c->enrol->device != NULL ||
	    !c->enrol->terminal)
		return stop;
	stop = kf_key_child_show(c, KF_KEY_SHOW_INSERT, 0, NULL);
	deadline = kf_clock_monotonic() +
	    c->enrol->in.conf.key_insert_timeout * INT64_C(1000);
	while (stop == KF_KEY_STOP_NONE && count_ready(c) == 0 &&
	    kf_clock_monotonic() < deadline) {
		stop = take_event(c, s, deadline);
		if (stop == KF_KEY_STOP_NONE)
			stop = settle(c, s);
	}
	return stop;
}

static enum kf_key_stop
why_none(const struct kf_key_child *c, const struct search *s)
{
	if (c->devices.refused)
		return KF_KEY_STOP_RULE;
	return s->busy ? KF_KEY_STOP_BUSY : KF_KEY_STOP_ABSENT;
}

/* The first candidate that it holds. */
static uint8_t
first_held(const struct kf_device *device)
{
	uint8_t n = 0;

	while ((device->held >> n & 1) == 0)
		n++;
	return n;
}

static bool
is_known(const struct kf_key_child *c, const struct kf_device *device)
{
	return (device->held & ((UINT32_C(1) << c->find.count) - 1)) != 0;
}

/* Says what is there, and leaves in choices what could be enrolled. */
static enum kf_key_stop
show_all(struct kf_key_child *c, struct kf_device *choices[KF_READERS_MAX],
    uint8_t *count)
{
	enum kf_key_stop stop = KF_KEY_STOP_NONE;

	*count = 0;
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *device = &c->devices.list[i];

		if (!is_ready(device))
			continue;
		if (!is_known(c, device)) {
			choices[(*count)++] = device;
			continue;
		}
		c->number = first_held(device);
		stop = kf_key_child_show(c, KF_KEY_SHOW_KNOWN, c->number,
		    device);
		if (stop != KF_KEY_STOP_NONE)
			return stop;
	}
	for (uint8_t i = 0; i < *count && stop == KF_KEY_STOP_NONE; i++)
		stop = kf_key_child_show(c, KF_KEY_SHOW_DEVICE,
		    *count > 1 ? i + 1 : 0, choices[i]);
	return stop;
}

static enum kf_key_stop
choose(struct kf_key_child *c, struct kf_device *const *choices, uint8_t count,
    struct kf_device **chosen)
{
	if (!c->enrol->terminal)
		return KF_KEY_STOP_SEVERAL;
	for (int i = 0; i < CHOICES; i++) {
		struct kf_msg_answer answer;
		enum kf_key_stop stop = kf_key_child_ask(c, KF_KEY_ASK_CHOICE,
		    count, &answer);
		bool asked = answer.kind == KF_ANSWER_TEXT;
		bool right;
		uint64_t n = 0;

		right = asked && kf_text_number(
		    (const char *)answer.text.bytes, 1, count, &n) == KF_OK;
		kf_secret_wipe(&answer.text);
		if (stop != KF_KEY_STOP_NONE)
			return stop;
		if (right) {
			*chosen = choices[n - 1];
			return KF_KEY_STOP_NONE;
		}
		if (!asked)
			break;
	}
	return KF_KEY_STOP_CHOICE;
}

/* All others are let go, so that whoever needs them has them. */
static void
release_others(struct kf_key_child *c)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		struct kf_device *device = &c->devices.list[i];

		if (device == c->device || device->phase == KF_DEVICE_NONE ||
		    device->phase == KF_DEVICE_DONE)
			continue;
		kf_device_release(&c->devices, device);
	}
}

enum kf_key_stop
kf_key_child_find(struct kf_key_child *c)
{
	struct kf_device *choices[KF_READERS_MAX] = { NULL };
	struct kf_device *chosen = NULL;
	struct search s = { 0 };
	enum kf_key_stop stop = await_one(c, &s);
	uint8_t count = 0;

	if (stop != KF_KEY_STOP_NONE)
		return stop;
	if (count_ready(c) == 0)
		return why_none(c, &s);
	stop = show_all(c, choices, &count);
	if (stop != KF_KEY_STOP_NONE)
		return stop;
	if (count == 0)
		return KF_KEY_STOP_KNOWN;
	chosen = choices[0];
	if (count > 1)
		stop = choose(c, choices, count, &chosen);
	if (stop != KF_KEY_STOP_NONE)
		return stop;
	/* It may have been pulled out, and another one have its place. */
	if (!is_ready(chosen))
		return KF_KEY_STOP_GONE;
	chosen->mark = CHOSEN;
	c->device = chosen;
	release_others(c);
	return KF_KEY_STOP_NONE;
}
