/*
 * Typed codes; see codes.h.
 *
 * Where no first factor is known, no text, question or delay may tell whether a
 * person exists, is enrolled or is locked out.  So there is one prompt, no
 * reason is told, and every answer takes the same time.
 */
#include "verifier/codes.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "common/clock.h"
#include "common/text.h"
#include "factors/recovery.h"
#include "verifier/guess.h"
#include "verifier/policy.h"
#include "verifier/report.h"

#define PROMPT "Verification code: "
#define KEY_PROMPT "Insert your security key and press Enter, or type a " \
	"verification code: "

/* A call ends at once when the person had to wait longer than this. */
#define LONGEST_WAIT 10
/*
 * An answer to a stranger takes this time, or a multiple of it.  The hash of a
 * recovery code, which is computed for everybody, comes on top.
 */
#define STRANGER_MS 250

/* For the log; and in words for a person whose first factor is known. */
static const struct {
	const char *reason;
	const char *words;
} results[] = {
	[KF_RESULT_RIGHT] = { "", "" },
	[KF_RESULT_WRONG] = { "code-wrong", "Wrong code." },
	[KF_RESULT_USED] = { "code-reused",
	    "That code was already used. Wait for the next one." },
	[KF_RESULT_TAKEN] = { "code-reused",
	    "That recovery code was already used. Take another one." },
	[KF_RESULT_MALFORMED] = { "code-malformed",
	    "That cannot be a code of yours." },
	[KF_RESULT_WAIT] = { "wait", "Too many wrong codes; that one was not "
	    "looked at." },
	[KF_RESULT_CLOCK] = { "clock", "Codes cannot be checked: the clock of "
	    "this machine is behind. Tell your administrator." },
	[KF_RESULT_BUSY] = { "busy", "Another login of yours is being checked. "
	    "Try again." },
	[KF_RESULT_BROKEN] = { "broken", "Codes cannot be checked. Tell your "
	    "administrator." },
};

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

/* This waits for no event, so that nothing can make it shorter. */
void
kf_codes_equalise(int64_t begun)
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

/* Asks once.  False: the session is over; s->deny and s->reason say why. */
static bool
ask(struct kf_session *s, int64_t wait, struct kf_msg_answer *answer)
{
	const char *question = s->insert_key ? KEY_PROMPT : PROMPT;
	char prompt[KF_TEXT_SIZE];
	enum kf_err err;

	if (wait > 0)
		err = kf_text_format(prompt, sizeof(prompt),
		    "Wait %d second%s. %s", (int)wait, wait == 1 ? "" : "s",
		    question);
	else
		err = kf_text_format(prompt, sizeof(prompt), "%s", question);
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

/* After an answer that was not right. */
static void
log_result(struct kf_session *s, enum kf_result result)
{
	s->deny = result == KF_RESULT_BROKEN && s->known ?
	    KF_DENY_UNAVAILABLE : KF_DENY_AUTH;
	s->reason = results[result].reason;
	if (s->standing == KF_STANDING_ENROLLED ||
	    result == KF_RESULT_MALFORMED)
		log_refused(s, s->reason, s->id);
}

/* Tells a person whose first factor is known why.  False: nobody is there. */
static bool
tell(struct kf_session *s, enum kf_result result)
{
	return !s->known ||
	    kf_talk_show(&s->talk, true, results[result].words) == KF_OK;
}

/*
 * After a recovery code: tells how many are left.  The person has proved who
 * they are, so that it does not matter whether the text arrives.
 */
static void
tell_left(struct kf_session *s)
{
	char text[KF_TEXT_SIZE];
	int left = s->recovery_left;
	const char *advice = left > KF_RECOVERY_FEW ? "." :
	    ": ask your administrator for new ones.";
	enum kf_err err;

	if (left == 0)
		err = kf_text_format(text, sizeof(text),
		    "That was your last recovery code%s", advice);
	else
		err = kf_text_format(text, sizeof(text), "Recovery code used: "
		    "%d left%s", left, advice);
	if (err == KF_OK)
		kf_talk_last_words(&s->talk, kf_policy_holds_text(&s->request),
		    text);
}

/* Was Enter pressed, and nothing typed? */
static bool
is_empty(const struct kf_msg_answer *answer)
{
	return answer->kind == KF_ANSWER_NOTHING ||
	    (answer->kind == KF_ANSWER_TEXT && answer->text.len == 0);
}

/* Judges an answer that should be a code.  *goes_on: may be asked again. */
static bool
try_code(struct kf_session *s, const struct kf_msg_answer *answer,
    bool *goes_on)
{
	int64_t prepared;
	enum kf_result result = kf_guess_try(s, answer, &prepared);

	if (result == KF_RESULT_RIGHT)
		return true;
	log_result(s, result);
	if (!s->known)
		kf_codes_equalise(prepared);
	*goes_on = tell(s, result);
	return false;
}

enum kf_codes_end
kf_codes_try(struct kf_session *s)
{
	struct kf_msg_answer answer = { .kind = KF_ANSWER_FAILED };
	enum kf_codes_end end = KF_CODES_FAILED;
	bool goes_on = true;

	while (s->questions < s->conf.tries && end == KF_CODES_FAILED &&
	    goes_on) {
		int64_t wait = kf_guess_wait(s);

		s->questions++;
		if (wait > LONGEST_WAIT) {
			refuse_wait(s, wait);
			break;
		}
		if (!ask(s, wait, &answer))
			break;
		if (is_empty(&answer) && s->stronger_offered)
			end = KF_CODES_KEY;
		else if (try_code(s, &answer, &goes_on))
			end = KF_CODES_PROVED;
		kf_secret_wipe(&answer.text);
	}
	kf_secret_wipe(&answer.text);
	if (end == KF_CODES_PROVED && s->recovery_left >= 0)
		tell_left(s);
	return end;
}
