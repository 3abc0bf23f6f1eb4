/*
 * Which security key is to be enrolled: a key that is there, or is plugged in
 * while we wait, and holds no credential of the person's yet; see child.h.
 */
#include <string.h>

#include "common/clock.h"
#include "common/text.h"
#include "enroll_tool/keys/child.h"

#define SETTLE_MS 10000		/* until all keys that are there are known */
#define FIND_MS 8000		/* for a key to be asked for 16 credentials */
#define CHOICES 2		/* how often is asked for a number */

static bool
is_ready(const struct kf_device *device)
{
	return device->phase == KF_DEVICE_IDLE &&
	    device->mark == KF_KEY_WAITING;
}

static size_t
count_ready(const struct kf_key_child *c)
{
	size_t count = 0;

	for (size_t i = 0; i < KF_READERS_MAX; i++)
		count += is_ready(&c->dialogue.devices.list[i]);
	return count;
}

/* A key is asked only until another one is chosen. */
enum kf_key_event
kf_key_child_look(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;

	if (c->find.count == 0 || c->device != NULL)
		return KF_KEY_LATER;
	kf_device_find(&c->dialogue.devices, device, &c->find, FIND_MS);
	return KF_KEY_NOTHING;
}

/* A key that does not answer FIND holds none of the person's credentials. */
enum kf_key_event
kf_key_child_choose(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;
	const struct kf_frame *answer = &c->dialogue.devices.frame;
	struct kf_key_found found = { 0 };

	if (answer->type == KF_KEY_MSG_FOUND &&
	    kf_key_get_found(answer, &found) == KF_OK)
		device->held = found.held;
	return KF_KEY_LATER;
}

/* A key that comes while we wait for it has its own time to be known. */
void
kf_key_child_arrived(void *context, const struct kf_device *device)
{
	struct kf_key_child *c = context;

	if (c->insert_end != 0 && device->phase == KF_DEVICE_OPENING)
		c->settle_end = kf_clock_monotonic() + SETTLE_MS;
}

bool
kf_key_child_busy(void *context)
{
	struct kf_key_child *c = context;

	if (c->busy_said || c->device != NULL)
		return true;
	c->busy_said = true;
	if (kf_key_child_show(c, KF_KEY_SHOW_BUSY, 0, NULL) ==
	    KF_KEY_STOP_NONE)
		return true;
	c->stop = KF_KEY_STOP_BROKEN;
	return false;
}

static enum kf_key_stop
why_none(const struct kf_key_child *c)
{
	if (c->dialogue.devices.refused)
		return KF_KEY_STOP_RULE;
	return c->busy_said ? KF_KEY_STOP_BUSY : KF_KEY_STOP_ABSENT;
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
		struct kf_device *device = &c->dialogue.devices.list[i];

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
		struct kf_device *device = &c->dialogue.devices.list[i];

		if (device == c->device || device->phase == KF_DEVICE_NONE ||
		    device->phase == KF_DEVICE_DONE)
			continue;
		kf_device_release(&c->dialogue.devices, device);
	}
}

/* Leaves c->device and releases all others; or says why there is none. */
static enum kf_key_stop
choose_device(struct kf_key_child *c)
{
	struct kf_device *choices[KF_READERS_MAX] = { NULL };
	struct kf_device *chosen = NULL;
	uint8_t count = 0;
	enum kf_key_stop stop = show_all(c, choices, &count);

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
	c->device = chosen;
	release_others(c);
	return KF_KEY_STOP_NONE;
}

/*
 * A key that was just plugged in is refused for a moment, until udev has been
 * there.  So, while we wait for one, a refusal is no reason to stop.
 */
static bool
may_wait_for_one(const struct kf_key_child *c)
{
	return !c->dialogue.devices.refused && !c->busy_said &&
	    c->enrol->device == NULL && c->enrol->terminal;
}

struct kf_device *
kf_key_child_search(struct kf_key_child *c, const struct kf_key_outlook *o,
    int64_t *until)
{
	int64_t now = kf_clock_monotonic();

	if (c->settle_end == 0)
		c->settle_end = now + SETTLE_MS;
	if ((o->looking || o->busy) && now < c->settle_end) {
		*until = c->settle_end;
		return NULL;
	}
	if (count_ready(c) > 0) {
		c->stop = choose_device(c);
		return c->device;
	}
	if (c->insert_end == 0) {
		if (!may_wait_for_one(c)) {
			c->stop = why_none(c);
			return NULL;
		}
		c->stop = kf_key_child_show(c, KF_KEY_SHOW_INSERT, 0, NULL);
		c->insert_end = now +
		    c->enrol->in.conf.key_insert_timeout * INT64_C(1000);
	} else if (now >= c->insert_end)
		c->stop = why_none(c);
	*until = c->stop == KF_KEY_STOP_NONE ? c->insert_end : 0;
	return NULL;
}
