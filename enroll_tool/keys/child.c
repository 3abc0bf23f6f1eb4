/* The child of `keyfirst enroll key`: runs the dialogue; see child.h. */
#include "enroll_tool/keys/child.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "key_dialogue/key.h"

/* The person's keys for every RP: a key is enrolled once. */
static void
list_candidates(struct kf_key_child *c)
{
	for (size_t i = 0; i < c->person->count; i++) {
		const struct kf_authenticator *a =
		    &c->person->authenticators[i];

		if (a->kind == KF_KIND_KEY &&
		    c->find.count < KF_KEY_CANDIDATES_MAX)
			kf_key_add_candidate(&c->find, &a->key);
	}
}

/* Whose turn it is: the key that was chosen has the dialogue to itself. */
static struct kf_device *
next(void *context, const struct kf_key_outlook *outlook, int64_t *until)
{
	struct kf_key_child *c = context;

	*until = 0;
	if (c->stop != KF_KEY_STOP_NONE)
		return NULL;
	if (c->device == NULL)
		return kf_key_child_search(c, outlook, until);
	*until = c->cue_at != 0 ? c->cue_at : c->end;
	return NULL;
}

/* Root's process said something that it was not asked, or has closed. */
static void
stop_for_caller(void *context)
{
	struct kf_key_child *c = context;

	c->stop = KF_KEY_STOP_BROKEN;
}

/* c->stop has the reason, which ends the dialogue. */
static enum kf_key_event
give_up(void *context, struct kf_device *device)
{
	(void)context;
	(void)device;
	return KF_KEY_OVER;
}

static enum kf_key_event
dismiss(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;

	kf_device_release(&c->dialogue.devices, device);
	if (device == c->device)
		c->stop = KF_KEY_STOP_FAILED;
	return KF_KEY_NOTHING;
}

static enum kf_key_event
stop_when_gone(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;

	if (device != c->device)
		return KF_KEY_NOTHING;
	c->stop = c->cancelled ? KF_KEY_STOP_TIMEOUT : KF_KEY_STOP_GONE;
	return KF_KEY_OVER;
}

/* The touch is announced after a fixed time, whatever the key says. */
static void
ignore_blinking(void *context)
{
	(void)context;
}

static const struct kf_key_effects effects = {
	.look = kf_key_child_look,
	.choose = kf_key_child_choose,
	.start = kf_key_child_start,
	.count = kf_key_child_count,
	.ask_pin = kf_key_child_ask_pin,
	.touch = kf_key_child_touch,
	.judge = kf_key_child_judge,
	.check = kf_key_child_check,
	.recheck = kf_key_child_recheck,
	.refused = kf_key_child_refused,
	.give_up = give_up,
	.dismiss = dismiss,
	.gone = stop_when_gone,
	.next = next,
	.late = kf_key_child_late,
	.caller = stop_for_caller,
	.arrived = kf_key_child_arrived,
	.busy = kf_key_child_busy,
	.blinks = ignore_blinking,
};

static enum kf_key_stop
enrol(struct kf_key_child *c)
{
	size_t bad;

	if (c->enrol->roots.text != NULL &&
	    kf_attestation_roots(&c->enrol->roots, &bad) !=
	    KF_ATTESTED_RIGHT) {
		c->number = bad <= UINT8_MAX ? (uint8_t)bad : 0;
		return KF_KEY_STOP_ROOTS;
	}
	list_candidates(c);
	c->dialogue.effects = &effects;
	c->dialogue.context = c;
	c->dialogue.caller = STDIN_FILENO;
	c->dialogue.only = c->enrol->device;
	kf_dialogue_run(&c->dialogue);
	kf_secret_wipe(&c->pin);
	if (c->dialogue.proved)
		kf_text_filter(c->done.name, sizeof(c->done.name),
		    c->device->reader.name, false);
	else if (c->stop == KF_KEY_STOP_NONE)
		c->stop = KF_KEY_STOP_BROKEN;
	/* Before the result is sent: this process is killed after it. */
	kf_devices_stop(&c->dialogue.devices);
	return c->stop;
}

void
kf_key_child_work(void *context)
{
	const struct kf_key_job *job = context;
	struct kf_key_child *c = calloc(1, sizeof(*c));
	struct kf_key_stopped stopped;

	if (c == NULL)
		return;
	c->enrol = job->enrol;
	c->person = job->person;
	stopped.why = enrol(c);
	stopped.number = c->number;
	if (stopped.why == KF_KEY_STOP_NONE &&
	    kf_key_talk_put_done(&c->frame, &c->done) != KF_OK)
		stopped.why = KF_KEY_STOP_BROKEN;
	if (stopped.why != KF_KEY_STOP_NONE)
		kf_key_talk_put_stopped(&c->frame, &stopped);
	(void)kf_key_child_send(c);
	explicit_bzero(c, sizeof(*c));
	free(c);
}
