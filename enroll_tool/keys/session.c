/*
 * Root's side of the messages with the child: what root's process shows, asks
 * and believes; see talk.h.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "enroll_tool/children/child.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/cli/words.h"
#include "enroll_tool/keys/child.h"
#include "enroll_tool/keys/ssh_key.h"

#define SPARE_MS 30000		/* beside the limits of insertion and touch */
#define SEND_MS 3000
#define MESSAGES_MAX 64		/* no enrolment needs more */

struct session {
	const struct kf_key_enrol *enrol;
	const struct kf_person *person;
	struct kf_key_shown seen;	/* the last key that was shown */
	int fd;
	bool ended;
	enum kf_exit status;
	struct kf_key_done *done;
	struct kf_frame frame;
};

/* The id of the person's key of that number; child.c counts them alike. */
static const char *
id_of(const struct session *s, uint8_t number)
{
	for (size_t i = 0; i < s->person->count; i++) {
		const struct kf_authenticator *a =
		    &s->person->authenticators[i];

		if (a->kind == KF_KIND_KEY && number-- == 0)
			return a->id;
	}
	return NULL;
}

/* The name of the file of roots of that number, or of their directory. */
static const char *
root_of(const struct session *s, uint8_t number)
{
	const struct kf_roots *roots = &s->enrol->roots;

	return number > 0 && number <= roots->count ?
	    roots->files[number - 1].name : s->enrol->roots_directory;
}

static const char *
name_of(const struct kf_key_shown *shown)
{
	return shown->name[0] != '\0' ? shown->name : "Security key";
}

static void
show_device(const struct kf_key_shown *shown)
{
	char model[KF_WORDS_AAGUID];

	kf_words_aaguid(shown->aaguid, model);
	if (shown->number > 0)
		kf_say("%u: ", shown->number);
	if (shown->fido2)
		kf_say("%s (FIDO2, AAGUID %s) at %s\n", name_of(shown), model,
		    shown->path);
	else
		kf_say("%s (U2F) at %s\n", name_of(shown), shown->path);
}

static enum kf_err
show(struct session *s)
{
	struct kf_key_shown shown;
	enum kf_err err = kf_key_talk_get_show(&s->frame, &shown);

	if (err != KF_OK)
		return err;
	switch (shown.what) {
	case KF_KEY_SHOW_INSERT:
		kf_say("Insert your security key.\n");
		break;
	case KF_KEY_SHOW_DEVICE:
		s->seen = shown;
		show_device(&shown);
		break;
	case KF_KEY_SHOW_KNOWN:
		if (id_of(s, shown.number) == NULL)
			return KF_ERR_PROTOCOL;
		s->seen = shown;
		kf_say("%s at %s is %s already.\n", name_of(&shown),
		    shown.path, id_of(s, shown.number));
		break;
	case KF_KEY_SHOW_BUSY:
		kf_say("Another program is using the security key: "
		    "waiting.\n");
		break;
	case KF_KEY_SHOW_TOUCH:
		kf_say("Touch your security key to enrol it.\n");
		break;
	case KF_KEY_SHOW_AGAIN:
		kf_say("Touch it once more to prove that it works.\n");
		break;
	case KF_KEY_SHOW_WRONG_PIN:
		kf_say("Wrong PIN (%u %s left).\n", shown.number,
		    shown.number == 1 ? "try" : "tries");
		break;
	case KF_KEY_SHOW_NO_PIN:
		kf_say("A PIN has 4 to %d bytes: not tried.\n",
		    KF_KEY_PIN_SIZE - 1);
		break;
	case KF_KEY_SHOW_WRONG_FINGER:
		kf_say("Not recognised: once more.\n");
		break;
	}
	/* The text must be seen before the key is touched. */
	(void)kf_said();
	return KF_OK;
}

static enum kf_err
ask(struct session *s)
{
	struct kf_msg_answer answer = { .kind = KF_ANSWER_FAILED };
	struct kf_key_asked asked;
	char prompt[64] = "";
	enum kf_err err = kf_key_talk_get_ask(&s->frame, &asked);

	if (err != KF_OK)
		return err;
	switch (asked.what) {
	case KF_KEY_ASK_PIN:
		(void)snprintf(prompt, sizeof(prompt),
		    "Security key PIN (%u %s left): ", asked.number,
		    asked.number == 1 ? "try" : "tries");
		break;
	case KF_KEY_ASK_CHOICE:
		(void)snprintf(prompt, sizeof(prompt),
		    "Which one is to be enrolled? [1-%u] ", asked.number);
		break;
	}
	err = kf_terminal_ask(prompt, asked.what == KF_KEY_ASK_CHOICE,
	    &answer.text);
	if (err == KF_OK)
		answer.kind = KF_ANSWER_TEXT;
	else if (err == KF_ERR_RANGE)
		answer.kind = KF_ANSWER_TOO_LONG;
	err = kf_msg_put_answer(&s->frame, &answer);
	kf_secret_wipe(&answer.text);
	/* A child that has left has said why, and that is read next. */
	if (err == KF_OK && kf_frame_write(s->fd, &s->frame,
	    kf_clock_monotonic() + SEND_MS) == KF_ERR_TIMEOUT)
		err = KF_ERR_TIMEOUT;
	kf_frame_wipe(&s->frame);
	return err;
}

/*
 * The child has checked all of this.  Root checks it again, because what the
 * child parsed may have taken it over.
 */
static bool
is_believable(const struct session *s, const struct kf_key *key)
{
	const struct kf_key_enrol *e = s->enrol;

	for (size_t i = 0; i < s->person->count; i++) {
		const struct kf_key *other = &s->person->authenticators[i].key;

		if (s->person->authenticators[i].kind == KF_KIND_KEY &&
		    other->credential_len == key->credential_len &&
		    memcmp(other->credential, key->credential,
		    key->credential_len) == 0)
			return false;
	}
	return kf_key_model_allowed(&e->in.conf, key->aaguid) &&
	    !(key->synced && e->in.conf.key_synced_deny) &&
	    (e->roots.text != NULL) ==
	    (key->attestation == KF_ATTESTATION_CHAIN) &&
	    (e->ssh_file == NULL ||
	    kf_ssh_key_can((enum kf_key_algorithm)key->algorithm));
}

static enum kf_err
stopped(struct session *s)
{
	struct kf_key_stopped why;
	const char *what;
	enum kf_err err = kf_key_talk_get_stopped(&s->frame, &why);

	if (err != KF_OK)
		return err;
	what = why.why == KF_KEY_STOP_ROOTS ? root_of(s, why.number) :
	    id_of(s, why.number);
	if (what == NULL && (why.why == KF_KEY_STOP_KNOWN ||
	    why.why == KF_KEY_STOP_ROOTS))
		return KF_ERR_PROTOCOL;
	s->ended = true;
	s->status = kf_key_stop_complain(why.why, what, s->enrol->device,
	    &s->seen);
	return KF_OK;
}

static enum kf_err
take(struct session *s)
{
	enum kf_err err;

	switch ((enum kf_key_talk_type)s->frame.type) {
	case KF_KEY_TALK_SHOW:
		return show(s);
	case KF_KEY_TALK_ASK:
		return ask(s);
	case KF_KEY_TALK_STOPPED:
		return stopped(s);
	case KF_KEY_TALK_DONE:
		err = kf_key_talk_get_done(&s->frame, s->done);
		if (err == KF_OK && !is_believable(s, &s->done->key))
			err = KF_ERR_PROTOCOL;
		s->ended = true;
		s->status = KF_EXIT_DONE;
		return err;
	}
	return KF_ERR_PROTOCOL;
}

static enum kf_exit
listen_to(struct session *s)
{
	const struct kf_conf *conf = &s->enrol->in.conf;
	const int64_t ms = SPARE_MS + (conf->key_insert_timeout +
	    conf->key_touch_timeout) * INT64_C(1000);
	enum kf_err err = KF_OK;

	for (int i = 0; i < MESSAGES_MAX && err == KF_OK; i++) {
		err = kf_frame_read(s->fd, &s->frame,
		    kf_clock_monotonic() + ms);
		if (err == KF_OK)
			err = take(s);
		if (err == KF_OK && s->ended)
			return s->status;
	}
	kf_complain("enroll key: the process that talks to the security key: "
	    "%s: nothing was stored", kf_strerror(err == KF_OK ?
	    KF_ERR_PROTOCOL : err));
	return KF_EXIT_ERROR;
}

enum kf_exit
kf_key_session(const struct kf_key_enrol *e, const struct kf_person *person,
    struct kf_key_done *done)
{
	struct kf_key_job job = { e, person };
	struct session s = { .enrol = e, .person = person, .done = done };
	enum kf_exit status;
	struct kf_child child;
	int ends[2];
	enum kf_err err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
		kf_complain("enroll key: no socket");
		return KF_EXIT_ERROR;
	}
	err = kf_child_start(&child, ends[1], kf_key_child_work, &job);
	(void)close(ends[1]);
	if (err != KF_OK) {
		(void)close(ends[0]);
		kf_complain("enroll key: no process: %s", kf_strerror(err));
		return KF_EXIT_ERROR;
	}
	s.fd = ends[0];
	status = listen_to(&s);
	kf_frame_wipe(&s.frame);
	(void)close(ends[0]);
	kf_child_end(&child);
	return status;
}
