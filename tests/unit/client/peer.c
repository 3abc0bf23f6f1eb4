/* Verifiers that the client is tested against; see peer.h. */
#include "tests/unit/client/peer.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

#define PATIENCE_MS 1500

int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	int wait = timeout < 0 || timeout > PATIENCE_MS ? PATIENCE_MS :
	    timeout;
	const struct timespec ts = {
		.tv_sec = wait / 1000,
		.tv_nsec = (long)(wait % 1000) * 1000000,
	};
	int n = (int)syscall(SYS_ppoll, fds, count, &ts, NULL, 8);

	if (n == 0 && timeout > wait)
		unit_skip(timeout - wait);
	return n;
}

/* The person at the terminal. */

void (*peer_ask_by)(void *context, bool echo, const char *prompt,
    struct kf_msg_answer *answer) = peer_ask;

void
peer_show(void *context, bool error, const char *text)
{
	struct peer_person *p = context;

	(void)error;
	p->shown++;
	(void)snprintf(p->last, sizeof(p->last), "%s", text);
}

void
peer_ask(void *context, bool echo, const char *prompt,
    struct kf_msg_answer *answer)
{
	struct peer_person *p = context;

	(void)echo;
	p->asked++;
	(void)snprintf(p->last, sizeof(p->last), "%s", prompt);
	answer->kind = p->kind;
	if (p->kind == KF_ANSWER_TEXT)
		(void)!kf_secret_set(&answer->text, "123456", 6);
}

const struct kf_msg_request peer_request = {
	.operation = KF_OP_AUTH, .uid = 1000, .service = "sshd",
	.user = "alice", .ruid = 0,
};

/* The peer, in the place of the verifier. */

void
peer_say_bytes(struct peer *p, const void *bytes, size_t len)
{
	if (p->budget >= 0 && (size_t)p->budget < len) {
		(void)!send(p->fd, bytes, (size_t)p->budget, MSG_NOSIGNAL);
		_exit(0);
	}
	if (p->budget >= 0)
		p->budget -= (long)len;
	(void)!send(p->fd, bytes, len, MSG_NOSIGNAL);
}

void
peer_say(struct peer *p, const struct kf_frame *f)
{
	unsigned char bytes[5 + sizeof(f->payload)] = { 0 };
	size_t len = f->len + 1;

	bytes[2] = (unsigned char)(len >> 8);
	bytes[3] = (unsigned char)len;
	bytes[4] = f->type;
	memcpy(bytes + 5, f->payload, f->len);
	peer_say_bytes(p, bytes, f->len + 5);
}

unsigned
peer_hear(struct peer *p)
{
	static struct kf_frame f;
	struct kf_msg_hello hello;

	if (kf_frame_read(p->fd, &f, kf_clock_monotonic() + 100000) != KF_OK)
		return 0;
	if (f.type == KF_MSG_HELLO && kf_msg_get_hello(&f, &hello) == KF_OK)
		memcpy(p->nonce, hello.nonce, sizeof(p->nonce));
	if (f.type == KF_MSG_ANSWER &&
	    kf_msg_get_answer(&f, &p->answer) != KF_OK)
		return 0;
	return f.type;
}

void
peer_say_hello_ok(struct peer *p, unsigned version)
{
	static struct kf_frame f;

	kf_msg_put_hello_ok(&f, (uint16_t)version);
	peer_say(p, &f);
}

void
peer_say_text(struct peer *p, enum kf_msg_type type, const char *text)
{
	static struct kf_frame f;

	(void)!kf_msg_put_text(&f, type, text);
	peer_say(p, &f);
}

void
peer_grant_frame(const struct peer *p, struct kf_frame *f)
{
	struct kf_msg_grant grant = { .factor = "totp", .id = "T1" };

	memcpy(grant.nonce, p->nonce, sizeof(grant.nonce));
	(void)!kf_msg_put_grant(f, &grant);
}

void
peer_say_grant(struct peer *p)
{
	static struct kf_frame f;

	peer_grant_frame(p, &f);
	peer_say(p, &f);
}

void
peer_say_deny(struct peer *p, enum kf_deny reason)
{
	static struct kf_frame f;

	kf_msg_put_deny(&f, reason);
	peer_say(p, &f);
}

void
peer_say_type(struct peer *p, unsigned type, size_t len)
{
	static struct kf_frame f;

	f.type = (uint8_t)type;
	f.len = len;
	peer_say(p, &f);
}

void
peer_greet(struct peer *p)
{
	(void)peer_hear(p);
	peer_say_hello_ok(p, KF_PROTOCOL_VERSION);
	(void)peer_hear(p);
}

void
peer_hang(struct peer *p)
{
	while (peer_hear(p) != 0)
		continue;
	for (;;)
		(void)pause();
}

void
peer_honest_grant(struct peer *p)
{
	peer_greet(p);
	peer_say_text(p, KF_MSG_INFO, "hello");
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	if (peer_hear(p) == KF_MSG_ANSWER)
		peer_say_grant(p);
}

void
peer_honest_exempt(struct peer *p)
{
	static struct kf_frame f;

	peer_greet(p);
	kf_msg_put_exempt(&f, p->nonce);
	peer_say(p, &f);
}

void
peer_honest_deny(struct peer *p)
{
	peer_greet(p);
	peer_say_deny(p, (enum kf_deny)p->arg);
}

bool
peer_is_denied(const struct kf_outcome *outcome)
{
	return !kf_verdict_is_grant(&outcome->verdict) && !outcome->exempt;
}

struct kf_outcome
peer_meet(void (*script)(struct peer *), int arg, long budget,
    struct peer_person *person)
{
	const struct kf_ui ui = { person, peer_show, peer_ask_by };
	struct kf_outcome outcome;
	int pair[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    pair), 0);
	pid = fork();
	if (pid == 0) {
		struct peer peer = { .fd = pair[1], .budget = budget,
			.arg = arg };

		(void)close(pair[0]);
		script(&peer);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(close(pair[1]), 0);
	memset(&outcome, 0xff, sizeof(outcome));
	kf_client_run(pair[0], &peer_request, &ui, &outcome);
	assert_int_equal(close(pair[0]), 0);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	return outcome;
}
