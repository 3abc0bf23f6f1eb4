/* The verifier's side of PROTOCOL; see talk.h. */
#include "verifier/talk.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "common/clock.h"
#include "common/text.h"

/* The caller limits how long a person may type; after this time we leave. */
#define SESSION_MS 300000
/* An unfinished message must not delay a login that waits for a key. */
#define CANCEL_MS 1000

static enum kf_err
send_frame(struct kf_talk *talk)
{
	enum kf_err err = kf_phase_step(&talk->phase, talk->frame.type);

	if (err == KF_OK)
		err = kf_frame_write(talk->fd, &talk->frame, talk->deadline);
	talk->last = kf_clock_monotonic();
	return err;
}

/*
 * Reads the next message that is not CANCEL.  No device is waited for here, so
 * that there is nothing to cancel.
 */
static enum kf_err
receive_frame(struct kf_talk *talk)
{
	enum kf_err err;

	do {
		err = kf_frame_read(talk->fd, &talk->frame, talk->deadline);
		if (err == KF_OK && talk->frame.type >= 0x80)
			err = KF_ERR_PROTOCOL;
		if (err == KF_OK)
			err = kf_phase_step(&talk->phase, talk->frame.type);
		if (err == KF_OK && talk->frame.type == KF_MSG_CANCEL)
			err = kf_msg_get_cancel(&talk->frame);
	} while (err == KF_OK && talk->frame.type == KF_MSG_CANCEL);
	talk->last = kf_clock_monotonic();
	return err;
}

enum kf_err
kf_talk_start(struct kf_talk *talk, int fd, struct kf_msg_request *request)
{
	struct kf_msg_hello hello;
	enum kf_err err;

	talk->fd = fd;
	talk->phase = KF_PHASE_HELLO;
	talk->deadline = kf_clock_monotonic() + SESSION_MS;
	err = receive_frame(talk);
	if (err == KF_OK)
		err = kf_msg_get_hello(&talk->frame, &hello);
	if (err != KF_OK)
		return err;
	if (hello.version != KF_PROTOCOL_VERSION) {
		err = kf_talk_deny(talk, KF_DENY_UNAVAILABLE);
		return err == KF_OK ? KF_ERR_PROTOCOL : err;
	}
	memcpy(talk->nonce, hello.nonce, sizeof(talk->nonce));
	kf_msg_put_hello_ok(&talk->frame, KF_PROTOCOL_VERSION);
	err = send_frame(talk);
	if (err == KF_OK)
		err = receive_frame(talk);
	if (err == KF_OK)
		err = kf_msg_get_request(&talk->frame, request);
	return err;
}

static enum kf_err
send_text(struct kf_talk *talk, enum kf_msg_type type, const char *text)
{
	char clean[KF_TEXT_SIZE];
	enum kf_err err;

	kf_text_filter(clean, sizeof(clean), text, true);
	err = kf_msg_put_text(&talk->frame, type, clean);
	return err == KF_OK ? send_frame(talk) : err;
}

enum kf_err
kf_talk_show(struct kf_talk *talk, bool error, const char *text)
{
	return send_text(talk, error ? KF_MSG_ERROR : KF_MSG_INFO, text);
}

enum kf_err
kf_talk_ask(struct kf_talk *talk, bool echo, const char *prompt,
    struct kf_msg_answer *answer)
{
	enum kf_err err;

	answer->kind = KF_ANSWER_FAILED;
	kf_secret_wipe(&answer->text);
	err = send_text(talk, echo ? KF_MSG_ASK_ECHO : KF_MSG_ASK_BLIND,
	    prompt);
	if (err == KF_OK)
		err = receive_frame(talk);
	if (err == KF_OK)
		err = kf_msg_get_answer(&talk->frame, answer);
	kf_frame_wipe(&talk->frame);
	return err;
}

enum kf_err
kf_talk_cancel(struct kf_talk *talk)
{
	enum kf_err err = kf_frame_read(talk->fd, &talk->frame,
	    kf_clock_monotonic() + CANCEL_MS);

	if (err == KF_OK && talk->frame.type != KF_MSG_CANCEL)
		err = KF_ERR_PROTOCOL;
	if (err == KF_OK)
		err = kf_phase_step(&talk->phase, talk->frame.type);
	return err == KF_OK ? kf_msg_get_cancel(&talk->frame) : err;
}

enum kf_err
kf_talk_rest(struct kf_talk *talk, int64_t until)
{
	struct pollfd p = { .fd = talk->fd, .events = POLLIN };
	enum kf_err err = KF_OK;

	while (err == KF_OK) {
		int64_t left = until - kf_clock_monotonic();
		int n = left > 0 ? poll(&p, 1, (int)left) : 0;

		if (n < 0 && errno != EINTR)
			return KF_ERR_IO;
		if (n == 0)
			return KF_OK;
		if (n > 0)
			err = kf_talk_cancel(talk);
	}
	return err;
}

void
kf_talk_last_words(struct kf_talk *talk, bool held_back, const char *words)
{
	struct kf_msg_answer ignored = { .kind = KF_ANSWER_NOTHING };
	char prompt[KF_TEXT_SIZE];

	/* A caller that is gone is noticed when the verdict is sent. */
	if (!held_back || kf_text_format(prompt, sizeof(prompt),
	    "%s Press Enter. ", words) != KF_OK)
		(void)!kf_talk_show(talk, true, words);
	else
		(void)!kf_talk_ask(talk, true, prompt, &ignored);
	kf_secret_wipe(&ignored.text);
}

enum kf_err
kf_talk_grant(struct kf_talk *talk, const char *factor, const char *id)
{
	struct kf_msg_grant grant = { 0 };
	enum kf_err err;

	memcpy(grant.nonce, talk->nonce, sizeof(grant.nonce));
	err = kf_text_format(grant.factor, sizeof(grant.factor), "%s", factor);
	if (err == KF_OK)
		err = kf_text_format(grant.id, sizeof(grant.id), "%s", id);
	if (err == KF_OK)
		err = kf_msg_put_grant(&talk->frame, &grant);
	return err == KF_OK ? send_frame(talk) : err;
}

enum kf_err
kf_talk_exempt(struct kf_talk *talk)
{
	kf_msg_put_exempt(&talk->frame, talk->nonce);
	return send_frame(talk);
}

enum kf_err
kf_talk_deny(struct kf_talk *talk, enum kf_deny reason)
{
	kf_msg_put_deny(&talk->frame, reason);
	return send_frame(talk);
}
