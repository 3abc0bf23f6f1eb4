/*
 * Typed codes; see codes.h.
 *
 * Where no first factor is known, nothing that is said, asked or measured may
 * tell whether somebody exists, is enrolled or is locked: one prompt, no reason,
 * and every answer takes the same time.
 */
#include "verifier/codes.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "common/clock.h"
#include "common/text.h"
#include "verifier/policy.h"
#include "verifier/report.h"

#define PROMPT "Verification code: "

/*
 * A guess waits so long for its turn; a stranger's less than every answer of a
 * stranger takes, or a queue would show who is enrolled.
 */
#define LOCK_MS 2000
#define STRANGER_LOCK_MS 150
/* A call with a longer wait than this before it ends at once. */
#define LONGEST_WAIT 10
/* What a stranger's answer takes, or a multiple of it, whatever is done. */
#define STRANGER_MS 250

/* How a try ended. */
enum result {
	RESULT_RIGHT,
	RESULT_WRONG,
	RESULT_USED,
	RESULT_MALFORMED,
	RESULT_WAIT,		/* refused, not judged */
	RESULT_CLOCK,
	RESULT_BUSY,
	RESULT_BROKEN
};

/* What the log and, where a first factor is known, the person is told. */
static const struct {
	const char *reason;
	const char *words;
} results[] = {
	[RESULT_RIGHT] = { "", "" },
	[RESULT_WRONG] = { "code-wrong", "Wrong code." },
	[RESULT_USED] = { "code-reused",
	    "That code was already used. Wait for the next one." },
	[RESULT_MALFORMED] = { "code-malformed",
	    "That cannot be a code of yours." },
	[RESULT_WAIT] = { "wait", "Too many wrong codes; that one was not "
	    "looked at." },
	[RESULT_CLOCK] = { "clock", "Codes cannot be checked: the clock of "
	    "this machine is behind. Tell your administrator." },
	[RESULT_BUSY] = { "busy", "Another login of yours is being checked. "
	    "Try again." },
	[RESULT_BROKEN] = { "broken", "Codes cannot be checked. Tell your "
	    "administrator." },
};

static enum kf_position
position(const struct kf_session *s)
{
	return s->known ? KF_POSITION_KNOWN : KF_POSITION_STRANGER;
}

static struct kf_throttle
throttle(const struct kf_session *s)
{
	return (struct kf_throttle){
		.failures = s->conf.lockout_failures,
		.seconds = s->conf.lockout_seconds,
	};
}

static void
log_refused(const struct kf_session *s, const char *reason, const char *id)
{
	struct kf_log log;

	kf_report_start(s, &log, "code", "refused");
	kf_log_add(&log, "reason", reason);
	if (id[0] != '\0')
		kf_log_add(&log, "id", id);
	if (s->failures >= 0)
		kf_log_number(&log, "failures", s->failures);
	kf_report_end(s, &log, LOG_NOTICE);
}

static void
log_lockout(const struct kf_session *s)
{
	struct kf_log log;

	kf_report_start(s, &log, "lockout",
	    s->failures >= KF_FAILURES_DISABLE ? "disabled" : "locked");
	kf_log_number(&log, "failures", s->failures);
	kf_log_add(&log, "position", s->known ? "known" : "stranger");
	kf_report_end(s, &log, LOG_WARNING);
}

static void
log_holder(const struct kf_session *s, pid_t holder)
{
	struct kf_log log;

	kf_report_start(s, &log, "state", "busy");
	kf_log_number(&log, "holder", holder);
	kf_report_end(s, &log, LOG_WARNING);
}

/* The charge was made; what is the code worth?  Nothing is told yet. */
static enum result
judge_charged(struct kf_session *s, const struct kf_code *code,
    struct kf_guess *guess)
{
	struct kf_judged judged;
	enum kf_err err;

	/* The enrolment was read again: it may be another one by now. */
	if (strcmp(guess->person.name, s->request.user) != 0 ||
	    kf_factor_judge(guess, code, &s->conf, &s->key, &judged) != KF_OK) {
		(void)!kf_store_refund(s->store, guess);
		return RESULT_BROKEN;
	}
	switch (judged.judgement) {
	case KF_JUDGED_WRONG:
		return RESULT_WRONG;
	case KF_JUDGED_CLOCK:
		if (kf_store_refund(s->store, guess) != KF_OK)
			return RESULT_BROKEN;
		return RESULT_CLOCK;
	case KF_JUDGED_USED:
		memcpy(s->id, judged.authenticator->id, sizeof(s->id));
		if (kf_store_refund(s->store, guess) != KF_OK)
			return RESULT_BROKEN;
		return RESULT_USED;
	case KF_JUDGED_RIGHT:
		memcpy(s->id, judged.authenticator->id, sizeof(s->id));
		s->factor = judged.factor->name;
		err = kf_store_consume(s->store, guess, judged.authenticator,
		    judged.counter, judged.offset);
		if (err == KF_OK)
			return RESULT_RIGHT;
		/* Used in the other position since the charge. */
		if (err == KF_ERR_CONFLICT &&
		    kf_store_refund(s->store, guess) == KF_OK)
			return RESULT_USED;
		return RESULT_BROKEN;
	}
	return RESULT_BROKEN;
}

/* Charges, judges, records; by the return everything is durable. */
static enum result
judge(struct kf_session *s, const struct kf_code *code)
{
	struct kf_guess guess = {
		.uid = s->request.uid,
		.position = position(s),
		.throttle = throttle(s),
		.deadline = kf_clock_monotonic() +
		    (s->known ? LOCK_MS : STRANGER_LOCK_MS),
	};
	enum kf_err err = kf_store_charge(s->store, &guess);
	enum result result;

	if (err == KF_ERR_LOCKED)
		return RESULT_WAIT;
	if (err == KF_ERR_UNAVAILABLE) {
		log_holder(s, guess.holder);
		return RESULT_BUSY;
	}
	if (err != KF_OK)
		return RESULT_BROKEN;
	result = judge_charged(s, code, &guess);
	s->failures = guess.state.counts[guess.position].failures;
	kf_store_release(s->store, &guess);
	if (result == RESULT_WRONG && s->failures >= s->conf.lockout_failures)
		log_lockout(s);
	return result;
}

static enum result
try_answer(struct kf_session *s, const struct kf_msg_answer *answer)
{
	struct kf_code code;
	enum result result = RESULT_WRONG;

	s->id[0] = '\0';
	s->failures = -1;
	if (answer->kind != KF_ANSWER_TEXT ||
	    kf_code_parse(&answer->text, &code) != KF_OK)
		return RESULT_MALFORMED;
	if (s->standing == KF_STANDING_ENROLLED)
		result = kf_factor_could_be(&s->person, &s->conf, &code) ?
		    judge(s, &code) : RESULT_MALFORMED;
	kf_code_wipe(&code);
	return result;
}

/*
 * Not for an event: until the time that everybody's answer takes is over, or the
 * next multiple of it on a machine that is slow.
 */
static void
equalise(int64_t begun)
{
	int64_t rounds = (kf_clock_monotonic() - begun) / STRANGER_MS + 1;
	int64_t when = begun + rounds * STRANGER_MS;
	const struct timespec ts = {
		.tv_sec = (time_t)(when / 1000),
		.tv_nsec = (long)(when % 1000) * 1000000,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) ==
	    EINTR)
		continue;
}

/* Seconds before a code of a person who may be told would be judged. */
static int64_t
current_wait(struct kf_session *s)
{
	const struct kf_throttle t = throttle(s);
	struct kf_state state;

	if (!s->known || kf_store_state(s->store, s->request.uid,
	    kf_clock_monotonic() + LOCK_MS, &state) != KF_OK)
		return 0;
	return kf_throttle_wait(&state.counts[position(s)], &t,
	    kf_clock_wall());
}

static void
refuse_wait(struct kf_session *s, int64_t wait)
{
	char text[KF_TEXT_SIZE];
	enum kf_err err;

	if (wait == KF_WAIT_FOREVER)
		err = kf_text_format(text, sizeof(text), "Codes are disabled "
		    "after %d wrong ones. Ask your administrator.",
		    KF_FAILURES_DISABLE);
	else if (wait > 120)
		err = kf_text_format(text, sizeof(text), "Too many wrong "
		    "codes. Wait %d minutes.", (int)((wait + 59) / 60));
	else
		err = kf_text_format(text, sizeof(text), "Too many wrong "
		    "codes. Wait %d seconds.", (int)wait);
	if (err == KF_OK)
		kf_talk_last_words(&s->talk, kf_policy_holds_text(&s->request),
		    text);
	s->deny = KF_DENY_MAXTRIES;
	s->reason = wait == KF_WAIT_FOREVER ? "disabled" : "wait";
}

/* One question.  False: the session is over, s->deny and s->reason say how. */
static bool
ask(struct kf_session *s, int64_t wait, struct kf_msg_answer *answer)
{
	char prompt[KF_TEXT_SIZE] = PROMPT;
	enum kf_err err = KF_OK;

	if (wait > 0)
		err = kf_text_format(prompt, sizeof(prompt),
		    "Wait %d second%s. " PROMPT, (int)wait,
		    wait == 1 ? "" : "s");
	kf_report_step(s, "ask");
	if (err == KF_OK)
		err = kf_talk_ask(&s->talk, true, prompt, answer);
	if (err == KF_OK && answer->kind != KF_ANSWER_FAILED) {
		kf_report_step(s, "answer");
		return true;
	}
	s->deny = KF_DENY_CONVERSATION;
	s->reason = err == KF_OK ? "conversation" : kf_strerror(err);
	return false;
}

/* After a refused try. */
static void
log_result(struct kf_session *s, enum result result)
{
	s->deny = result == RESULT_BROKEN && s->known ?
	    KF_DENY_UNAVAILABLE : KF_DENY_AUTH;
	s->reason = results[result].reason;
	if (s->standing == KF_STANDING_ENROLLED || result == RESULT_MALFORMED)
		log_refused(s, s->reason, s->id);
}

/* Says why, to whom it may be said. */
static bool
tell(struct kf_session *s, enum result result)
{
	return !s->known ||
	    kf_talk_show(&s->talk, true, results[result].words) == KF_OK;
}

bool
kf_codes_prove(struct kf_session *s)
{
	struct kf_msg_answer answer;
	bool right = false;

	for (uint32_t n = 0; n < s->conf.tries && !right; n++) {
		int64_t wait = current_wait(s);
		int64_t begun;
		enum result result;

		if (wait > LONGEST_WAIT) {
			refuse_wait(s, wait);
			break;
		}
		if (!ask(s, wait, &answer))
			break;
		begun = kf_clock_monotonic();
		result = try_answer(s, &answer);
		kf_secret_wipe(&answer.text);
		right = result == RESULT_RIGHT;
		if (!right)
			log_result(s, result);
		if (!right && !s->known)
			equalise(begun);
		if (!right && !tell(s, result))
			break;
	}
	kf_secret_wipe(&answer.text);
	return right;
}
