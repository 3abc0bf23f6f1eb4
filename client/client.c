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
 * How long the verifier may say nothing.  Its own waits for devices, locks and
 * children sum to less than 45 s, so a verifier that takes longer is broken.
 */
#define VERIFIER_MS 50000
/* For a verifier that never ends: it should leave after 300 s by itself. */
#define SESSION_MS 330000
#define LEAVE_MS 2000

struct relay {
	int fd;
	int64_t end;		/* the session ends then at the latest */
	enum kf_phase phase;
	const struct kf_ui *ui;
	struct kf_outcome *outcome;
	unsigned char nonce[KF_NONCE_SIZE];
	struct kf_frame frame;
	struct kf_msg_answer answer;
	struct kf_interrupt interrupt;	/* SIGINT, while no question stands */
	bool cancelled;			/* CANCEL was sent since the question */
};

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
 * Waits until the verifier sends something.  Ctrl-C tells the verifier to stop
 * waiting for a device.  A second Ctrl-C is left for the host, which gets it
 * when SIGINT is given back.
 */
static enum kf_err
wait_for_verifier(struct relay *r, int64_t until)
{
	enum kf_err err = KF_OK;

	while (err == KF_OK) {
		struct pollfd p[2] = {
			{ .fd = r->fd, .events = POLLIN },
			/* poll ignores a negative descriptor. */
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
	/* A message that only a module may send is an error here. */
	if (err == KF_OK && r->frame.type < 0x80)
		err = KF_ERR_PROTOCOL;
	return err == KF_OK ? kf_phase_step(&r->phase, r->frame.type) : err;
}

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
	/* The host owns the terminal, and Ctrl-C, while it asks. */
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

/* The stream has to end after the last message. */
static enum kf_err
expect_end(struct relay *r)
{
	return kf_frame_end(r->fd, kf_clock_monotonic() + LEAVE_MS);
}

/* This is the one place of the module that assigns grant. */
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
