/* The child of enrol key: its talk with root's process; see keys/child.h. */
#include "enroll_tool/keys/child.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/text.h"
#include "key_dialogue/key.h"

#define SEND_MS 3000
/* Somebody looks for a PIN; nobody waits longer. */
#define ANSWER_MS (300 * INT64_C(1000))

static enum kf_key_stop
send(struct kf_key_child *c)
{
	enum kf_err err = kf_frame_write(STDIN_FILENO, &c->frame,
	    kf_clock_monotonic() + SEND_MS);

	return err == KF_OK ? KF_KEY_STOP_NONE : KF_KEY_STOP_BROKEN;
}

enum kf_key_stop
kf_key_child_show(struct kf_key_child *c, enum kf_key_show what,
    uint8_t number, const struct kf_device *device)
{
	struct kf_key_shown shown = { .what = what, .number = number };

	if (device != NULL) {
		kf_text_filter(shown.path, sizeof(shown.path),
		    device->reader.path, false);
		kf_text_filter(shown.name, sizeof(shown.name),
		    device->reader.name, false);
		shown.fido2 = device->opened.fido2;
		memcpy(shown.aaguid, device->opened.aaguid,
		    sizeof(shown.aaguid));
	}
	if (kf_key_talk_put_show(&c->frame, &shown) != KF_OK)
		return KF_KEY_STOP_BROKEN;
	return send(c);
}

enum kf_key_stop
kf_key_child_wait(struct kf_key_child *c, int64_t deadline,
    enum kf_devices_event *event, struct kf_device **device)
{
	*event = kf_devices_wait(&c->devices, STDIN_FILENO, deadline, device);
	return *event == KF_DEVICES_CALLER ? KF_KEY_STOP_BROKEN :
	    KF_KEY_STOP_NONE;
}

/* What happens to keys meanwhile is noted, and seen afterwards. */
enum kf_key_stop
kf_key_child_ask(struct kf_key_child *c, enum kf_key_ask what, uint8_t number,
    struct kf_msg_answer *answer)
{
	const struct kf_key_asked asked = { .what = what, .number = number };
	int64_t deadline = kf_clock_monotonic() + ANSWER_MS;
	enum kf_devices_event event = KF_DEVICES_TIMEOUT;
	struct kf_device *device;
	enum kf_err err;

	answer->kind = KF_ANSWER_FAILED;
	kf_secret_wipe(&answer->text);
	kf_key_talk_put_ask(&c->frame, &asked);
	if (send(c) != KF_KEY_STOP_NONE)
		return KF_KEY_STOP_BROKEN;
	do
		event = kf_devices_wait(&c->devices, STDIN_FILENO, deadline,
		    &device);
	while (event != KF_DEVICES_CALLER && event != KF_DEVICES_TIMEOUT);
	err = kf_frame_read(STDIN_FILENO, &c->frame, event ==
	    KF_DEVICES_CALLER ? kf_clock_monotonic() + SEND_MS : deadline);
	if (err == KF_OK && c->frame.type != KF_MSG_ANSWER)
		err = KF_ERR_PROTOCOL;
	if (err == KF_OK)
		err = kf_msg_get_answer(&c->frame, answer);
	kf_frame_wipe(&c->frame);
	if (err == KF_ERR_TIMEOUT)
		return KF_KEY_STOP_NO_ANSWER;
	return err == KF_OK ? KF_KEY_STOP_NONE : KF_KEY_STOP_BROKEN;
}

/* Whatever RP they are for: a key is enrolled once. */
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

static enum kf_key_stop
enrol(struct kf_key_child *c)
{
	enum kf_key_stop stop = KF_KEY_STOP_NONE;
	size_t bad;

	if (c->enrol->roots.text != NULL &&
	    kf_attestation_roots(&c->enrol->roots, &bad) !=
	    KF_ATTESTED_RIGHT) {
		c->number = bad <= UINT8_MAX ? (uint8_t)bad : 0;
		return KF_KEY_STOP_ROOTS;
	}
	list_candidates(c);
	kf_devices_start(&c->devices, c->enrol->device);
	stop = kf_key_child_find(c);
	if (stop == KF_KEY_STOP_NONE)
		stop = kf_key_child_make(c);
	/* Before the result, after which this process is killed. */
	kf_devices_stop(&c->devices);
	return stop;
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
	(void)send(c);
	explicit_bzero(c, sizeof(*c));
	free(c);
}
