/*
 * What a login says to the person about security keys, and the question for a
 * PIN; see key_login.h.  Each wrong PIN that is sent brings the key nearer to
 * being blocked.  So no PIN is asked for unless the key has proved that it
 * holds the credential, a PIN is never sent twice, no more than two are asked
 * for in a call, and none for the key's last try.  What follows a wrong PIN is
 * in key_ask.c (kf_key_refused).
 */
#include "verifier/key_login.h"

#include <syslog.h>

#include "common/clock.h"
#include "common/text.h"
#include "key_dialogue/key.h"
#include "verifier/policy.h"
#include "verifier/report.h"

/* How long a person takes to type is for the caller to limit, not for us. */
void
kf_key_was_typed(struct kf_key_login *l, int64_t begun)
{
	int64_t ms = kf_clock_monotonic() - begun;

	l->look_end += ms;
	l->insert_end += ms;
	l->end += ms;
}

/*
 * The module leaves when it hears nothing for too long.  Then the person would
 * be denied where a code could have been asked for.
 */
int64_t
kf_key_wait_end(const struct kf_key_login *l)
{
	int64_t quiet = l->s->talk.last + KF_TALK_QUIET_MS;

	return quiet < l->end ? quiet : l->end;
}

void
kf_key_tell(struct kf_key_login *l, const char *words)
{
	if (l->s->known)
		(void)!kf_talk_show(&l->s->talk, true, words);
}

bool
kf_key_say(struct kf_key_login *l, const char *words, const char *prompt)
{
	struct kf_session *s = l->s;
	struct kf_msg_answer answer = { .kind = KF_ANSWER_NOTHING };
	int64_t begun = kf_clock_monotonic();
	enum kf_err err;

	if (!kf_policy_holds_text(&s->request))
		return kf_talk_show(&s->talk, false, words) == KF_OK;
	err = kf_talk_ask(&s->talk, true, prompt, &answer);
	kf_secret_wipe(&answer.text);
	kf_key_was_typed(l, begun);
	return err == KF_OK && answer.kind != KF_ANSWER_FAILED;
}

bool
kf_key_cue(struct kf_key_login *l)
{
	l->cue_at = 0;
	l->touch_said = kf_key_say(l, "Touch your security key.",
	    "Press Enter, then touch your security key. ");
	return l->touch_said;
}

enum kf_key_event
kf_key_unfit(struct kf_key_login *l, const char *reason, const char *words)
{
	l->reason = reason;
	l->words = words;
	return KF_KEY_UNFIT;
}

/* The key is released; the reason stays for the denial. */
enum kf_key_event
kf_key_give_up(void *context, struct kf_device *device)
{
	struct kf_key_login *l = context;
	const struct kf_authenticator *a =
	    l->owner[kf_key_attempt(l, device)->candidate];
	struct kf_log log;

	kf_report_start(l->s, &log, "key", "failed");
	kf_log_add(&log, "reason", l->reason);
	kf_log_add(&log, "id", a->id);
	kf_report_end(l->s, &log, LOG_NOTICE);
	l->s->deny = KF_DENY_AUTH;
	l->s->reason = l->reason;
	l->failed = true;
	if (l->words != NULL)
		kf_key_tell(l, l->words);
	l->words = NULL;
	kf_device_release(&l->dialogue.devices, device);
	return KF_KEY_NOTHING;
}

/*
 * A key that is of no use is released first, so that another program can have
 * it, and then the person is told.
 */
enum kf_key_event
kf_key_dismiss(void *context, struct kf_device *device)
{
	struct kf_key_login *l = context;

	kf_device_release(&l->dialogue.devices, device);
	if (l->words != NULL)
		kf_key_tell(l, l->words);
	l->words = NULL;
	return KF_KEY_NOTHING;
}

/* Does another key need its PIN, too? */
static bool
is_one_of_several(const struct kf_key_login *l)
{
	int pins = 0;

	for (size_t i = 0; i < KF_READERS_MAX; i++) {
		int mark = l->dialogue.devices.list[i].mark;

		pins += mark == KF_KEY_WAITING || mark == KF_KEY_TYPING;
	}
	return pins > 1;
}

/* "Security key PIN (8 tries left): ", with its label if there are several. */
static enum kf_err
write_question(const struct kf_key_login *l,
    const struct kf_key_attempt *attempt, unsigned left,
    char prompt[KF_TEXT_SIZE])
{
	const char *label = l->owner[attempt->candidate]->label;

	if (!is_one_of_several(l) || label[0] == '\0')
		return kf_text_format(prompt, KF_TEXT_SIZE,
		    "Security key PIN (%u tries left): ", left);
	return kf_text_format(prompt, KF_TEXT_SIZE,
	    "PIN of security key \"%s\" (%u tries left): ", label, left);
}

/* Nobody is there to type: the dialogue is over, and the person is denied. */
static enum kf_key_event
was_left(struct kf_key_login *l)
{
	l->s->deny = KF_DENY_CONVERSATION;
	l->s->reason = "conversation";
	l->nobody = true;
	return KF_KEY_OVER;
}

/* The question, and what was typed into l->pin. */
static enum kf_key_event
ask(struct kf_key_login *l, struct kf_key_attempt *attempt, unsigned left)
{
	struct kf_session *s = l->s;
	struct kf_msg_answer answer = { .kind = KF_ANSWER_FAILED };
	char prompt[KF_TEXT_SIZE];
	int64_t begun;
	bool fits;
	enum kf_err err;

	kf_report_step(s, "ask-pin");
	begun = kf_clock_monotonic();
	err = write_question(l, attempt, left, prompt);
	if (err == KF_OK)
		err = kf_talk_ask(&s->talk, false, prompt, &answer);
	kf_key_was_typed(l, begun);
	if (err != KF_OK || answer.kind == KF_ANSWER_FAILED) {
		kf_secret_wipe(&answer.text);
		return was_left(l);
	}
	s->pins[attempt->candidate]++;
	fits = kf_key_can_be_pin(&answer);
	if (fits)
		l->pin = answer.text;
	else
		kf_key_tell(l, "That cannot be the PIN; it was not sent to "
		    "the key.");
	kf_secret_wipe(&answer.text);
	return fits ? KF_KEY_PIN : KF_KEY_NOT_A_PIN;
}

enum kf_key_event
kf_key_ask_pin(void *context, struct kf_device *device)
{
	struct kf_key_login *l = context;
	struct kf_key_attempt *attempt = kf_key_attempt(l, device);
	struct kf_key_retries retries;

	if (kf_key_get_retries(&l->dialogue.devices.frame, &retries) != KF_OK)
		return kf_key_unfit(l, "key-broken", NULL);
	switch (kf_key_pin_may_be_asked(l->s->pins[attempt->candidate],
	    retries.left)) {
	case KF_KEY_PIN_ENOUGH:
		return kf_key_unfit(l, "pin-wrong", NULL);
	case KF_KEY_PIN_LAST_TRY:
		return kf_key_unfit(l, "pin-last-try", "The PIN of this "
		    "security key has one try left, which is not used here.");
	case KF_KEY_PIN_ASK:
		break;
	}
	return ask(l, attempt, retries.left);
}
