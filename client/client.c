/* The module's side of PROTOCOL; see client.h. */
#include "client/client.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "client/interrupt.h"
#include "common/clock.h"
#include "common/text.h"
#include "protocol/phase.h"

/*
 * How long the module waits for one message.  The verifier waits less than 45 s
 * in total for devices, locks and children before it sends a message; a
 * verifier that takes longer than this is broken.
 */
#define VERIFIER_MS 50000
/*
 * How long the module stays in one session.  The verifier ends it after 300 s;
 * a verifier that goes on sending messages is left after this time.
 */
#define SESSION_MS 330000
/* How long the verifier may take to close the stream after its verdict. */
#define LEAVE_MS 2000

struct relay {
	int fd;
	int64_t end;		/* deadline of the session */
	enum kf_phase phase;
	const struct kf_ui *ui;
	struct kf_outcome *outcome;
	unsigned char nonce[KF_NONCE_SIZE];
	struct kf_frame frame;		/* the last message; wiped at the end */
	struct kf_msg_answer answer;
	struct kf_interrupt interrupt;	/* taken except during a question */
	bool cancelled;			/* CANCEL sent after last question */
};

/* The deadline of the next wait for the verifier. */
static int64_t
deadline(const struct relay *r)
{
	int64_t next = kf_clock_monotonic() + VERIFIER_MS;

	return next < r->end ? next : r->end;
}

static enum kf_err
send_frame(struct relay *r)
{
	enum kf_err err = kf_phase_step(&r->phase, r->frame.type);

	if (err != KF_OK)
		return err;
	return kf_frame_write(r->fd, &r->frame, deadline(r));
}

/*
 * Waits until the verifier has sent something.  When the person presses Ctrl-C,
 * sends CANCEL, so that the verifier stops waiting for a device.  A second
 * Ctrl-C stays pending for the host.
 */
static enum kf_err
wait_for_verifier(struct relay *r, int64_t until)
{
	enum kf_err err = KF_OK;

	while (err == KF_OK) {
		struct pollfd p[2] = {
			{ .fd = r->fd, .events = POLLIN },
			/* poll(2) ignores a negative descriptor. */
			{ .fd = r->cancelled ? -1 : r->interrupt.fd,
			  .events = POLLIN },
		};
		int64_t left = until - kf_clock_monotonic();
		int n = left > 0 ? poll(p, 2, (int)left) : 0;

		if (n < 0 && errno != EINTR)
			return KF_ERR_IO;
		if (n == 0)
			return KF_ERR_TIMEOUT;
		if (n < 0)
			continue;
		if (p[0].revents != 0)
			return KF_OK;
		if (kf_interrupt_seen(&r->interrupt)) {
			r->cancelled = true;
			kf_msg_put_cancel(&r->frame);
			err = send_frame(r);
		}
	}
	return err;
}

static enum kf_err
receive_frame(struct relay *r)
{
	int64_t until = deadline(r);
	enum kf_err err = KF_OK;

	/* Before the request was sent there is nothing to cancel. */
	if (r->phase == KF_PHASE_WORK)
		err = wait_for_verifier(r, until);
	if (err == KF_OK)
		err = kf_frame_read(r->fd, &r->frame, until);
	/* Types below 0x80 may be sent by the module only. */
	if (err == KF_OK && r->frame.type < 0x80)
		err = KF_ERR_PROTOCOL;
	return err == KF_OK ? kf_phase_step(&r->phase, r->frame.type) : err;
}

/*
 * Shows the text of a message from the verifier; for a question, asks the
 * person and sends the answer.
 */
static enum kf_err
relay_text(struct relay *r)
{
	char raw[KF_TEXT_SIZE];
	char text[KF_TEXT_SIZE];
	bool echo = r->frame.type == KF_MSG_ASK_ECHO;
	enum kf_err err = kf_msg_get_text(&r->frame, raw);

	if (err != KF_OK)
		return err;
	kf_text_filter(text, sizeof(text), raw, true);
	if (r->frame.type == KF_MSG_INFO || r->frame.type == KF_MSG_ERROR) {
		r->ui->show(r->ui->context, r->frame.type == KF_MSG_ERROR,
		    text);
		return KF_OK;
	}
	r->answer.kind = KF_ANSWER_FAILED;
	kf_secret_wipe(&r->answer.text);
	/* While the person is asked, Ctrl-C must reach the host. */
	kf_interrupt_give_back(&r->interrupt);
	r->ui->ask(r->ui->context, echo, text, &r->answer);
	kf_interrupt_take(&r->interrupt);
	r->cancelled = false;
	err = kf_msg_put_answer(&r->frame, &r->answer);
	kf_secret_wipe(&r->answer.text);
	if (err == KF_OK)
		err = send_frame(r);
	kf_frame_wipe(&r->frame);
	return err;
}

/* A verdict is valid only if the end of the stream follows it. */
static enum kf_err
expect_end(struct relay *r)
{
	return kf_frame_end(r->fd, kf_clock_monotonic() + LEAVE_MS);
}

/* Takes GRANT.  This is the one place of the module that assigns grant. */
static enum kf_err
take_grant(struct relay *r)
{
	struct kf_msg_grant grant;
	enum kf_err err = kf_msg_get_grant(&r->frame, &grant);

	if (err == KF_OK)
		err = expect_end(r);
	if (err != KF_OK)
		return err;
	if (!kf_secret_equal(grant.nonce, r->nonce, sizeof(r->nonce)))
		return KF_ERR_PROTOCOL;
	memcpy(r->outcome->factor, grant.factor, sizeof(grant.factor));
	memcpy(r->outcome->id, grant.id, sizeof(grant.id));
	kf_verdict_grant(&r->outcome->verdict);
	return KF_OK;
}

static enum kf_err
take_exempt(struct relay *r)
{
	unsigned char nonce[KF_NONCE_SIZE];
	enum kf_err err = kf_msg_get_exempt(&r->frame, nonce);

	if (err == KF_OK)
		err = expect_end(r);
	if (err != KF_OK)
		return err;
	if (!kf_secret_equal(nonce, r->nonce, sizeof(r->nonce)))
		return KF_ERR_PROTOCOL;
	r->outcome->exempt = true;
	return KF_OK;
}

static enum kf_err
take_deny(struct relay *r)
{
	enum kf_deny reason;
	enum kf_err err = kf_msg_get_deny(&r->frame, &reason);

	if (err == KF_OK)
		err = expect_end(r);
	if (err == KF_OK)
		r->outcome->reason = reason;
	return err;
}

/* Sends HELLO, reads the answer and, unless it is DENY, sends the request. */
static enum kf_err
greet(struct relay *r, const struct kf_msg_request *request)
{
	struct kf_msg_hello hello = { .version = KF_PROTOCOL_VERSION };
	uint16_t version = 0;
	enum kf_err err = kf_random(r->nonce, sizeof(r->nonce));

	if (err != KF_OK)
		return err;
	memcpy(hello.nonce, r->nonce, sizeof(hello.nonce));
	kf_msg_put_hello(&r->frame, &hello);
	err = send_frame(r);
	if (err == KF_OK)
		err = receive_frame(r);
	if (err != KF_OK || r->frame.type == KF_MSG_DENY)
		return err;
	err = kf_msg_get_hello_ok(&r->frame, &version);
	if (err == KF_OK && version != KF_PROTOCOL_VERSION)
		err = KF_ERR_PROTOCOL;
	if (err == KF_OK)
		err = kf_msg_put_request(&r->frame, request);
	return err == KF_OK ? send_frame(r) : err;
}

static enum kf_err
take_verdict(struct relay *r)
{
	switch (r->frame.type) {
	case KF_MSG_GRANT:
		return take_grant(r);
	case KF_MSG_DENY:
		return take_deny(r);
	case KF_MSG_EXEMPT:
		return take_exempt(r);
	}
	return KF_ERR_PROTOCOL;
}

void
kf_client_run(int fd, const struct kf_msg_request *request,
    const struct kf_ui *ui, struct kf_outcome *outcome)
{
	struct relay r = {
		.fd = fd,
		.end = kf_clock_monotonic() + SESSION_MS,
		.phase = KF_PHASE_HELLO,
		.ui = ui,
		.outcome = outcome,
		.interrupt = { .fd = -1 },
	};
	enum kf_err err;

	*outcome = (struct kf_outcome){ .reason = KF_DENY_UNAVAILABLE };
	kf_verdict_deny(&outcome->verdict);
	kf_interrupt_take(&r.interrupt);
	err = greet(&r, request);
	while (err == KF_OK && r.phase != KF_PHASE_END) {
		err = receive_frame(&r);
		if (err == KF_OK && r.phase != KF_PHASE_END)
			err = relay_text(&r);
	}
	if (err == KF_OK)
		err = take_verdict(&r);
	kf_interrupt_give_back(&r.interrupt);
	outcome->err = err;
	kf_frame_wipe(&r.frame);
	kf_secret_wipe(&r.answer.text);
	explicit_bzero(r.nonce, sizeof(r.nonce));
}
