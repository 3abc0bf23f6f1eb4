/*
 * One guess, from the answer to the durable result; see guess.h.
 * kf_store_charge (store/file/guess.c) charges it, kf_factor_judge
 * (factors/factor.c) judges it.
 */
#include "verifier/guess.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "factors/recovery.h"
#include "verifier/report.h"

/*
 * How long a guess waits for the lock.  A stranger's wait is shorter than the
 * time that every answer to a stranger takes, because a queue would otherwise
 * show that the person is enrolled.
 */
#define LOCK_MS 2000
#define STRANGER_LOCK_MS 150

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

static enum kf_result
used(const struct kf_judged *judged)
{
	return judged->factor->items ? KF_RESULT_TAKEN : KF_RESULT_USED;
}

/* Judges a code that is charged.  Nothing is told to the person yet. */
static enum kf_result
judge_charged(struct kf_session *s, const struct kf_code *code,
    struct kf_guess *guess)
{
	struct kf_judged judged;
	enum kf_err err;

	/* The enrolment was read again, and may have changed. */
	if (strcmp(guess->person.name, s->request.user) != 0 ||
	    kf_factor_judge(guess, code, &s->conf, &s->key, &judged) != KF_OK) {
		(void)!kf_store_refund(s->store, guess);
		return KF_RESULT_BROKEN;
	}
	switch (judged.judgement) {
	case KF_JUDGED_WRONG:
		return KF_RESULT_WRONG;
	case KF_JUDGED_CLOCK:
		if (kf_store_refund(s->store, guess) != KF_OK)
			return KF_RESULT_BROKEN;
		return KF_RESULT_CLOCK;
	case KF_JUDGED_USED:
		memcpy(s->id, judged.authenticator->id, sizeof(s->id));
		if (kf_store_refund(s->store, guess) != KF_OK)
			return KF_RESULT_BROKEN;
		return used(&judged);
	case KF_JUDGED_RIGHT:
		memcpy(s->id, judged.authenticator->id, sizeof(s->id));
		s->factor = judged.factor->name;
		err = kf_factor_spend(s->store, guess, &judged);
		if (err == KF_OK && judged.factor->items)
			s->recovery_left = (int)kf_recovery_left(
			    kf_guess_counter(guess, judged.authenticator));
		if (err == KF_OK)
			return KF_RESULT_RIGHT;
		/* A stranger, or the person, used it since the charge. */
		if (err == KF_ERR_CONFLICT &&
		    kf_store_refund(s->store, guess) == KF_OK)
			return used(&judged);
		return KF_RESULT_BROKEN;
	}
	return KF_RESULT_BROKEN;
}

/* Charges, judges and records; when this returns, it is durable. */
static enum kf_result
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
	enum kf_result result;

	if (err == KF_ERR_LOCKED)
		return KF_RESULT_WAIT;
	if (err == KF_ERR_UNAVAILABLE) {
		log_holder(s, guess.holder);
		return KF_RESULT_BUSY;
	}
	if (err != KF_OK)
		return KF_RESULT_BROKEN;
	result = judge_charged(s, code, &guess);
	s->failures = guess.state.counts[guess.position].failures;
	kf_store_release(s->store, &guess);
	if (result == KF_RESULT_WRONG &&
	    s->failures >= s->conf.lockout_failures)
		log_lockout(s);
	return result;
}

/* Reads the enrolment again: codes may have been issued meanwhile. */
static void
read_person(struct kf_session *s)
{
	struct kf_person now;

	if (s->standing == KF_STANDING_ENROLLED && kf_store_get(s->store,
	    s->request.uid, kf_clock_monotonic() + LOCK_MS, &now) == KF_OK)
		s->person = now;
}

static enum kf_result
try_code(struct kf_session *s, struct kf_code *code, int64_t *prepared)
{
	bool enrolled = s->standing == KF_STANDING_ENROLLED;
	int64_t begun = kf_clock_monotonic();
	enum kf_err err = kf_factor_prepare(&s->person, code);

	/* This work is the same for everybody, and no lock was held. */
	*prepared += kf_clock_monotonic() - begun;
	if (!enrolled)
		return KF_RESULT_WRONG;
	if (err != KF_OK)
		return KF_RESULT_BROKEN;
	return kf_factor_could_be(&s->person, &s->conf, code) ?
	    judge(s, code) : KF_RESULT_MALFORMED;
}

enum kf_result
kf_guess_try(struct kf_session *s, const struct kf_msg_answer *answer,
    int64_t *prepared)
{
	struct kf_code code;
	enum kf_result result;

	s->id[0] = '\0';
	s->failures = -1;
	*prepared = kf_clock_monotonic();
	if (answer->kind != KF_ANSWER_TEXT ||
	    kf_code_parse(&answer->text, &code) != KF_OK)
		return KF_RESULT_MALFORMED;
	read_person(s);
	result = try_code(s, &code, prepared);
	kf_code_wipe(&code);
	return result;
}

int64_t
kf_guess_wait(struct kf_session *s)
{
	const struct kf_throttle t = throttle(s);
	struct kf_state state;

	if (!s->known || kf_store_state(s->store, s->request.uid,
	    kf_clock_monotonic() + LOCK_MS, &state) != KF_OK)
		return 0;
	return kf_throttle_wait(&state.counts[position(s)], &t,
	    kf_clock_wall());
}
