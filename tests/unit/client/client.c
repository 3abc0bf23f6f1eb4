/*
 * The module's side of a session (client/client.h), against a verifier that
 * follows the protocol but is cut off, replays the grant of another session, or
 * never comes to an end.
 */
#include "tests/unit/client/peer.h"

#include <string.h>
#include <sys/mman.h>

static void
deny_at_hello(struct peer *p)
{
	(void)peer_hear(p);
	peer_say_deny(p, KF_DENY_UNAVAILABLE);
}

static void
honest(void **state)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome = peer_meet(peer_honest_grant, 0, -1,
	    &person);

	(void)state;
	assert_int_equal(outcome.err, KF_OK);
	assert_true(kf_verdict_is_grant(&outcome.verdict));
	assert_false(outcome.exempt);
	assert_string_equal(outcome.factor, "totp");
	assert_string_equal(outcome.id, "T1");
	assert_int_equal(person.asked, 1);
	assert_int_equal(person.shown, 1);
	for (int reason = KF_DENY_AUTH; reason <= KF_DENY_CANCELLED;
	    reason++) {
		outcome = peer_meet(peer_honest_deny, reason, -1, &person);
		assert_int_equal(outcome.err, KF_OK);
		assert_true(peer_is_denied(&outcome));
		assert_int_equal(outcome.reason, reason);
	}
	outcome = peer_meet(deny_at_hello, 0, -1, &person);
	assert_int_equal(outcome.err, KF_OK);
	assert_true(peer_is_denied(&outcome));
	outcome = peer_meet(peer_honest_exempt, 0, -1, &person);
	assert_int_equal(outcome.err, KF_OK);
	assert_true(outcome.exempt);
	assert_false(kf_verdict_is_grant(&outcome.verdict));
}

/* Each message comes in time, but the messages never end. */
static void
talks_for_ever(struct peer *p)
{
	peer_greet(p);
	for (;;)
		peer_say_text(p, KF_MSG_INFO, "Please wait.");
}

static void
endless_talk(void **state)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome;

	(void)state;
	unit_set_leap(500);
	outcome = peer_meet(talks_for_ever, 0, -1, &person);
	assert_true(peer_is_denied(&outcome));
	assert_int_equal(outcome.err, KF_ERR_TIMEOUT);
	assert_true(person.shown > 1);
}

/* An honest verifier whose connection ends after each number of bytes. */
static void
closed_at_each_byte(void **state)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	long n;

	(void)state;
	for (n = 0;; n++) {
		struct kf_outcome outcome = peer_meet(peer_honest_grant, 0, n,
		    &person);

		if (outcome.err == KF_OK) {
			assert_true(kf_verdict_is_grant(&outcome.verdict));
			break;
		}
		assert_true(peer_is_denied(&outcome));
		assert_in_range(n, 0, 200);
	}
	/* HELLO_OK, INFO, ASK_ECHO and GRANT. */
	assert_int_equal(n, 7 + 12 + 26 + (5 + 16 + 6 + 4));
}

/* The GRANT frame of another session, shared between the processes. */
static struct kf_frame *stolen;

static void
steal(struct peer *p)
{
	peer_greet(p);
	peer_grant_frame(p, stolen);
	peer_say(p, stolen);
}

static void
replay(struct peer *p)
{
	peer_greet(p);
	peer_say(p, stolen);
}

static void
replayed_grant(void **state)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome;

	(void)state;
	stolen = mmap(NULL, sizeof(*stolen), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(stolen != MAP_FAILED);
	outcome = peer_meet(steal, 0, -1, &person);
	assert_true(kf_verdict_is_grant(&outcome.verdict));
	for (int i = 0; i < 5; i++) {
		outcome = peer_meet(replay, 0, -1, &person);
		assert_true(peer_is_denied(&outcome));
		assert_int_equal(outcome.err, KF_ERR_PROTOCOL);
	}
	assert_int_equal(munmap(stolen, sizeof(*stolen)), 0);
}

static void
echo_answer(struct peer *p)
{
	peer_greet(p);
	peer_say_text(p, KF_MSG_ASK_BLIND, "a\033[2Jb\xc2\x9b" "c\xff");
	if (peer_hear(p) == KF_MSG_ANSWER && p->answer.kind ==
	    (enum kf_answer_kind)p->arg && p->answer.text.len ==
	    (p->arg == KF_ANSWER_TEXT ? 6 : 0))
		peer_say_deny(p, KF_DENY_CANCELLED);
}

/* Each kind of answer reaches the verifier; prompts pass the text filter. */
static void
answers(void **state)
{
	(void)state;
	for (int kind = KF_ANSWER_TEXT; kind <= KF_ANSWER_FAILED; kind++) {
		struct peer_person person = {
			.kind = (enum kf_answer_kind)kind,
		};
		struct kf_outcome outcome = peer_meet(echo_answer, kind, -1,
		    &person);

		assert_int_equal(outcome.err, KF_OK);
		assert_int_equal(outcome.reason, KF_DENY_CANCELLED);
		assert_string_equal(person.last, "a?[2Jb?c?");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(honest),
		UNIT_TEST(endless_talk),
		UNIT_TEST(closed_at_each_byte),
		UNIT_TEST(replayed_grant),
		UNIT_TEST(answers),
	};

	unit_start();
	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
