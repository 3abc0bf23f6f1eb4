/*
 * Ctrl-C (SIGINT) and the module.  While the module waits for the verifier, it
 * must send CANCEL, once in each wait, and the host process must not get the
 * signal.  While a question is shown, the signal is the host's, as always.
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

/* Reads a message, and answers CANCEL with a denial. */
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

/* The second SIGINT comes in the same wait, or with the question. */
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

/* One SIGINT in each of two waits. */
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

/* Denies after an answer; expects no CANCEL before it. */
static void
denied(struct peer *p)
{
	peer_greet(p);
	peer_say_text(p, KF_MSG_ASK_ECHO, "Verification code: ");
	if (peer_hear(p) == KF_MSG_ANSWER)
		peer_say_deny(p, KF_DENY_AUTH);
}

/*
 * Runs the script in a host that handles SIGINT; the handler and the mask must
 * be the same afterwards.
 */
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
	/* No descriptor was left open: dup returns the same number. */
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
	/* The host gets a SIGINT that came together with the question. */
	assert_in_range(caught, 0, 1);
}

/* A SIGINT that comes with the verdict becomes CANCEL, or the host gets it. */
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

/* Asks a question, and accepts nothing but the answer. */
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

/*
 * Runs the script in a host that blocks SIGINT; *left tells whether a SIGINT is
 * pending afterwards.  With pressed_before, one is pending before it already.
 */
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

/*
 * sudo blocks SIGINT while it waits for PAM.  A SIGINT that stayed pending
 * would end the command that sudo starts afterwards.
 */
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

/* A SIGINT that was pending before the module was called is the host's. */
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
