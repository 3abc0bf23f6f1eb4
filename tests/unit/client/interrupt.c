/*
 * Ctrl-C while the module waits for the verifier: it must reach the verifier
 * as CANCEL, once a wait, and never the host, whose own Ctrl-C it is again as
 * soon as a question stands.
 */
#include "tests/unit/client/peer.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void
on_interrupt(int sig)
{
	(void)sig;
	caught++;
}

static void
press(void)
{
	(void)kill(getppid(), SIGINT);
}

/* Denies as cancelled, if it hears so. */
static void
expect_cancel(struct peer *p)
{
	if (peer_hear(p) == KF_MSG_CANCEL)
		peer_say_deny(p, KF_DENY_CANCELLED);
}

static void
pressed(struct peer *p)
{
	peer_greet(p);
	press();
	expect_cancel(p);
}

/* The second one may be merged with the first, or be taken with it. */
static void
pressed_twice(struct peer *p)
{
	peer_greet(p);
	press();
	if (peer_hear(p) != KF_MSG_CANCEL)
		return;
	press();
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	if (peer_hear(p) == KF_MSG_ANSWER)
		peer_say_deny(p, KF_DENY_CANCELLED);
}

/* In each of two waits. */
static void
pressed_again(struct peer *p)
{
	peer_greet(p);
	press();
	if (peer_hear(p) != KF_MSG_CANCEL)
		return;
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	if (peer_hear(p) != KF_MSG_ANSWER)
		return;
	press();
	expect_cancel(p);
}

static void
pressed_and_denied(struct peer *p)
{
	peer_greet(p);
	press();
	peer_say_deny(p, KF_DENY_AUTH);
}

/* What it hears is the answer, and no CANCEL. */
static void
denied(struct peer *p)
{
	peer_greet(p);
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	if (peer_hear(p) == KF_MSG_ANSWER)
		peer_say_deny(p, KF_DENY_AUTH);
}

static struct kf_outcome
meet_with_handler(void (*script)(struct peer *), struct peer_person *person)
{
	const struct sigaction handler = { .sa_handler = on_interrupt };
	struct sigaction before, now;
	struct kf_outcome outcome;
	sigset_t mask;

	caught = 0;
	assert_int_equal(sigaction(SIGINT, &handler, &before), 0);
	outcome = peer_meet(script, 0, -1, person);
	assert_int_equal(sigaction(SIGINT, &before, &now), 0);
	assert_true(now.sa_handler == on_interrupt);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	assert_int_equal(sigismember(&mask, SIGINT), 0);
	return outcome;
}

static void
becomes_cancel(void **state)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	int before = dup(0);
	struct kf_outcome outcome = meet_with_handler(pressed, &person);
	int after;

	(void)state;
	assert_int_equal(close(before), 0);
	assert_int_equal(outcome.err, KF_OK);
	assert_int_equal(outcome.reason, KF_DENY_CANCELLED);
	assert_int_equal(caught, 0);
	/* Nothing was left open. */
	after = dup(0);
	assert_int_equal(after, before);
	assert_int_equal(close(after), 0);
	outcome = meet_with_handler(pressed_again, &person);
	assert_int_equal(outcome.err, KF_OK);
	assert_int_equal(outcome.reason, KF_DENY_CANCELLED);
	assert_int_equal(caught, 0);
}

static void
once_a_wait(void **state)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome = meet_with_handler(pressed_twice, &person);

	(void)state;
	assert_int_equal(outcome.err, KF_OK);
	assert_int_equal(outcome.reason, KF_DENY_CANCELLED);
	assert_int_equal(person.asked, 1);
	/* One that came with the question is the host's. */
	assert_in_range(caught, 0, 1);
}

/* What is not read as CANCEL is delivered: nothing is swallowed. */
static void
never_lost(void **state)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome = meet_with_handler(pressed_and_denied,
	    &person);

	(void)state;
	assert_true(peer_is_denied(&outcome));
	assert_in_range(caught, 0, 1);
}

static void
ask_and_press(void *context, bool echo, const char *prompt,
    struct kf_msg_answer *answer)
{
	(void)raise(SIGINT);
	peer_ask(context, echo, prompt, answer);
}

/* Hears nothing but the answer. */
static void
ask_only(struct peer *p)
{
	peer_greet(p);
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	if (peer_hear(p) == KF_MSG_ANSWER)
		peer_say_deny(p, KF_DENY_CANCELLED);
}

static void
is_the_hosts_at_a_question(void **state)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome;

	(void)state;
	peer_ask_by = ask_and_press;
	outcome = meet_with_handler(ask_only, &person);
	peer_ask_by = peer_ask;
	assert_int_equal(outcome.err, KF_OK);
	assert_int_equal(outcome.reason, KF_DENY_CANCELLED);
	assert_int_equal(caught, 1);
}

/* The script, in a host that has blocked it; *left: one is pending after it. */
static struct kf_outcome
meet_blocked(void (*script)(struct peer *), bool pressed_before, bool *left)
{
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome;
	sigset_t set, pending, mask;
	int sig = 0;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	if (pressed_before)
		assert_int_equal(raise(SIGINT), 0);
	outcome = peer_meet(script, 0, -1, &person);
	assert_int_equal(sigpending(&pending), 0);
	*left = sigismember(&pending, SIGINT) == 1;
	if (*left)
		assert_int_equal(sigwait(&set, &sig), 0);
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &set, &mask), 0);
	assert_int_equal(sigismember(&mask, SIGINT), 1);
	return outcome;
}

/* As sudo has: it would end what sudo starts afterwards. */
static void
becomes_cancel_though_blocked(void **state)
{
	struct kf_outcome outcome;
	bool left = true;

	(void)state;
	outcome = meet_blocked(pressed, false, &left);
	assert_int_equal(outcome.err, KF_OK);
	assert_int_equal(outcome.reason, KF_DENY_CANCELLED);
	assert_false(left);
}

/* What was pending before is not ours. */
static void
is_the_hosts_when_pending(void **state)
{
	struct kf_outcome outcome;
	bool left = false;

	(void)state;
	outcome = meet_blocked(denied, true, &left);
	assert_int_equal(outcome.err, KF_OK);
	assert_int_equal(outcome.reason, KF_DENY_AUTH);
	assert_true(left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(becomes_cancel),
		UNIT_TEST(once_a_wait),
		UNIT_TEST(never_lost),
		UNIT_TEST(is_the_hosts_at_a_question),
		UNIT_TEST(becomes_cancel_though_blocked),
		UNIT_TEST(is_the_hosts_when_pending),
	};

	unit_start();
	return cmocka_run_group_tests_name("client_interrupt", tests, NULL,
	    NULL);
}
