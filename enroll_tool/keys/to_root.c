/*
 * What the child of `keyfirst enroll key` shows and asks: messages to root's
 * process, which has the terminal; see child.h and talk.h.
 */
#include "enroll_tool/keys/child.h"

#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/text.h"

#define SEND_MS 3000
/* A person may have to look for a PIN. */
#define ANSWER_MS (300 * INT64_C(1000))

enum kf_key_stop
kf_key_child_send(struct kf_key_child *c)
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
	return kf_key_child_send(c);
}

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
	if (kf_key_child_send(c) != KF_KEY_STOP_NONE)
		return KF_KEY_STOP_BROKEN;
	do
		event = kf_devices_wait(&c->dialogue.devices, STDIN_FILENO,
		    deadline, &device);
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

enum kf_key_event
kf_key_child_unfit(struct kf_key_child *c, enum kf_key_stop why)
{
	c->stop = why;
	return KF_KEY_UNFIT;
}
