/*
 * The module's side of a session, against verifiers that break the protocol:
 * wrong messages, wrong order, wrong nonces, silence.  None may lead to a grant
 * or an exemption.  Each verifier is a script, a function below.
 */
#include "tests/unit/client/peer.h"

#include <string.h>

static void
grant_before_hello_ok(struct peer *p)
{
	(void)peer_hear(p);
	peer_say_grant(p);
}

static void
exempt_before_hello_ok(struct peer *p)
{
	static struct kf_frame f;

	(void)peer_hear(p);
	kf_msg_put_exempt(&f, p->nonce);
	peer_say(p, &f);
}

static void
grant_unasked_while_answering(struct peer *p)
{
	peer_greet(p);
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	peer_say_text(p, KF_MSG_INFO, "more");
	peer_say_type(p, KF_MSG_HELLO_OK, 2);
	peer_say_grant(p);
}

static void
other_version(struct peer *p)
{
	(void)peer_hear(p);
	peer_say_hello_ok(p, (unsigned)p->arg);
	(void)peer_hear(p);
	peer_say_grant(p);
}

static void
hello_ok_twice(struct peer *p)
{
	peer_greet(p);
	peer_say_hello_ok(p, KF_PROTOCOL_VERSION);
	peer_say_grant(p);
}

static void
wrong_nonce(struct peer *p)
{
	peer_greet(p);
	if (p->arg < 128)
		p->nonce[p->arg / 8] ^= (unsigned char)(1U << p->arg % 8);
	else
		memset(p->nonce, p->arg, sizeof(p->nonce));
	peer_say_grant(p);
}

static void
wrong_nonce_exempt(struct peer *p)
{
	static struct kf_frame f;

	peer_greet(p);
	p->nonce[p->arg / 8] ^= (unsigned char)(1U << p->arg % 8);
	kf_msg_put_exempt(&f, p->nonce);
	peer_say(p, &f);
}

static void
grant_after_deny(struct peer *p)
{
	peer_greet(p);
	peer_say_deny(p, KF_DENY_AUTH);
	peer_say_grant(p);
}

static void
deny_after_grant(struct peer *p)
{
	peer_greet(p);
	peer_say_grant(p);
	peer_say_deny(p, KF_DENY_AUTH);
}

static void
two_grants(struct peer *p)
{
	peer_greet(p);
	peer_say_grant(p);
	peer_say_grant(p);
}

static void
grant_and_a_byte(struct peer *p)
{
	peer_greet(p);
	peer_say_grant(p);
	peer_say_bytes(p, "", 1);
}

static void
long_grant(struct peer *p)
{
	static struct kf_frame f;

	peer_greet(p);
	peer_grant_frame(p, &f);
	f.len += (size_t)p->arg;
	peer_say(p, &f);
}

static void
short_grant(struct peer *p)
{
	static struct kf_frame f;

	peer_greet(p);
	peer_grant_frame(p, &f);
	f.len -= (size_t)p->arg;
	peer_say(p, &f);
}

static void
grant_and_hang(struct peer *p)
{
	peer_greet(p);
	peer_say_grant(p);
	peer_hang(p);
}

static void
exempt_and_grant(struct peer *p)
{
	peer_honest_exempt(p);
	peer_say_grant(p);
}

static void
wrong_type(struct peer *p)
{
	peer_greet(p);
	peer_say_type(p, (unsigned)p->arg, 0);
	peer_say_grant(p);
}

/* A message with the payload of HELLO_OK, but another type. */
static void
wrong_type_at_hello(struct peer *p)
{
	static struct kf_frame f;

	(void)peer_hear(p);
	kf_msg_put_hello_ok(&f, KF_PROTOCOL_VERSION);
	f.type = (uint8_t)p->arg;
	peer_say(p, &f);
	(void)peer_hear(p);
	peer_say_grant(p);
}

static void
bad_length(struct peer *p)
{
	static const unsigned char heads[][5] = { { 0, 0, 0, 0, 0x86 },
		{ 0, 0, 0x40, 1, 0x86 }, { 0xff, 0xff, 0xff, 0xff, 0x86 },
		{ 0x80, 0, 0, 1, 0x86 } };
	static const unsigned char zeros[20000];

	peer_greet(p);
	peer_say_bytes(p, heads[p->arg], 5);
	peer_say_bytes(p, zeros, sizeof(zeros));
}

static void
bad_text(struct peer *p)
{
	static struct kf_frame f;

	peer_greet(p);
	f.type = p->arg % 2 == 0 ? KF_MSG_INFO : KF_MSG_ASK_ECHO;
	f.len = 2 + 512;
	memset(f.payload, 'x', f.len);
	f.payload[0] = 2;
	f.payload[1] = 0;
	if (p->arg >= 2) {
		f.payload[0] = 0;
		f.payload[1] = 3;
		f.payload[3] = '\0';
		f.len = 5;
	}
	peer_say(p, &f);
	(void)peer_hear(p);
	peer_say_grant(p);
}

static void
says_nothing(struct peer *p)
{
	peer_hang(p);
}

static void
hangs_after_hello(struct peer *p)
{
	(void)peer_hear(p);
	peer_say_hello_ok(p, KF_PROTOCOL_VERSION);
	peer_hang(p);
}

static void
hangs_after_answer(struct peer *p)
{
	peer_greet(p);
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	peer_hang(p);
}

static void
hangs_in_a_frame(struct peer *p)
{
	peer_greet(p);
	peer_say_bytes(p, "\0\0\0\x20\x86\0\0", 7);
	peer_hang(p);
}

static void
leaves_at_once(struct peer *p)
{
	(void)p;
}

static void
leaves_after_hello(struct peer *p)
{
	(void)peer_hear(p);
}

static void
leaves_after_hello_ok(struct peer *p)
{
	peer_greet(p);
}

static void
leaves_after_asking(struct peer *p)
{
	peer_greet(p);
	peer_say_text(p, KF_MSG_ASK_BLIND, "PIN: ");
	(void)peer_hear(p);
}

static void
misbehaving(void **state)
{
	static const struct {
		const char *name;
		void (*script)(struct peer *);
		int first, last;	/* values for the script's argument */
		enum kf_err err;	/* expected; KF_OK: any error */
	} table[] = {
#define ROW(f, first, last, err) { #f, f, first, last, err }
		ROW(grant_before_hello_ok, 0, 0, KF_ERR_PROTOCOL),
		ROW(exempt_before_hello_ok, 0, 0, KF_ERR_PROTOCOL),
		ROW(grant_unasked_while_answering, 0, 0, KF_OK),
		ROW(other_version, 0, 0, KF_ERR_PROTOCOL),
		ROW(other_version, 2, 3, KF_ERR_PROTOCOL),
		ROW(other_version, 255, 257, KF_ERR_PROTOCOL),
		ROW(other_version, 65535, 65535, KF_ERR_PROTOCOL),
		ROW(hello_ok_twice, 0, 0, KF_ERR_PROTOCOL),
		ROW(wrong_nonce, 0, 129, KF_ERR_PROTOCOL),
		ROW(wrong_nonce, 255, 256, KF_ERR_PROTOCOL),
		ROW(wrong_nonce_exempt, 0, 127, KF_ERR_PROTOCOL),
		ROW(grant_after_deny, 0, 0, KF_ERR_PROTOCOL),
		ROW(deny_after_grant, 0, 0, KF_ERR_PROTOCOL),
		ROW(two_grants, 0, 0, KF_ERR_PROTOCOL),
		ROW(grant_and_a_byte, 0, 0, KF_ERR_PROTOCOL),
		ROW(exempt_and_grant, 0, 0, KF_ERR_PROTOCOL),
		ROW(long_grant, 1, 3, KF_ERR_PROTOCOL),
		ROW(short_grant, 1, 26, KF_ERR_PROTOCOL),
		ROW(wrong_type, 0, 0x81, KF_ERR_PROTOCOL),
		ROW(wrong_type, 0x89, 0xff, KF_ERR_PROTOCOL),
		ROW(wrong_type_at_hello, 0, 0x80, KF_ERR_PROTOCOL),
		ROW(wrong_type_at_hello, 0x82, 0x86, KF_ERR_PROTOCOL),
		ROW(wrong_type_at_hello, 0x88, 0xff, KF_ERR_PROTOCOL),
		ROW(bad_length, 0, 3, KF_ERR_PROTOCOL),
		ROW(bad_text, 0, 3, KF_ERR_PROTOCOL),
		ROW(grant_and_hang, 0, 0, KF_ERR_TIMEOUT),
		ROW(says_nothing, 0, 0, KF_ERR_TIMEOUT),
		ROW(hangs_after_hello, 0, 0, KF_ERR_TIMEOUT),
		ROW(hangs_after_answer, 0, 0, KF_ERR_TIMEOUT),
		ROW(hangs_in_a_frame, 0, 0, KF_ERR_TIMEOUT),
		ROW(leaves_at_once, 0, 0, KF_ERR_CLOSED),
		ROW(leaves_after_hello, 0, 0, KF_ERR_CLOSED),
		ROW(leaves_after_hello_ok, 0, 0, KF_ERR_CLOSED),
		ROW(leaves_after_asking, 0, 0, KF_ERR_CLOSED),
#undef ROW
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++)
		for (int arg = table[i].first; arg <= table[i].last; arg++) {
			struct peer_person person = { .kind = KF_ANSWER_TEXT };
			struct kf_outcome outcome;

			outcome = peer_meet(table[i].script, arg, -1, &person);
			if (!peer_is_denied(&outcome) || outcome.err == KF_OK ||
			    (table[i].err != KF_OK &&
			    outcome.err != table[i].err))
				fail_msg("%s %d: %s", table[i].name, arg,
				    kf_strerror(outcome.err));
			assert_string_equal(outcome.factor, "");
			assert_int_equal(outcome.reason, KF_DENY_UNAVAILABLE);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(misbehaving),
	};

	unit_start();
	return cmocka_run_group_tests_name("client_misbehaving", tests, NULL,
	    NULL);
}
