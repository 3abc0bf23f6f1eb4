/*
 * The login's side of the dialogue with security keys
 * (key_dialogue/dialogue.h): what the effects of a login share. keys.c decides
 * whether there is a dialogue and has the table of effects, key_wait.c says how
 * long a key is waited for, key_ask.c asks the devices, key_person.c tells and
 * asks the person, key_proof.c judges what was signed.  Each of them may call
 * key_person.c, and no other.
 */
#ifndef KF_KEY_LOGIN_H
#define KF_KEY_LOGIN_H

#include "key_dialogue/dialogue.h"
#include "verifier/keys.h"

/* One device, beside what devices.h keeps of it. */
struct kf_key_attempt {
	uint8_t candidate;	/* number of the credential in find */
	enum kf_key_verify verify;
	bool genuine;		/* it has signed with the credential */
	unsigned char hash[KF_KEY_HASH_SIZE];	/* fresh for each request */
};

struct kf_key_login {
	struct kf_session *s;
	struct kf_dialogue dialogue;
	struct kf_key_find find;	/* the person's credentials */
	/* The authenticator of each candidate, in s->person. */
	const struct kf_authenticator *owner[KF_KEY_CANDIDATES_MAX];
	struct kf_key_attempt attempts[KF_READERS_MAX];
	struct kf_secret pin;		/* typed, and not sent yet */
	/* Set before UNFIT or USELESS, and read by give_up or dismiss. */
	const char *reason;		/* why it cannot go on; for the log */
	const char *words;		/* for the person, or NULL */

	/* Times of the monotonic clock, in milliseconds. */
	int64_t look_end;	/* until then keys may say what they hold */
	int64_t insert_end;	/* until then a key may be plugged in */
	int64_t touch_end;	/* until then a key may be touched */
	int64_t cue_at;		/* the touch is announced by then; 0: it was */
	int64_t end;		/* of everything */

	/* Whether the person, who has no code to type, waits for a key. */
	bool patient;
	/* What was said to the person is not said twice. */
	bool insert_said;	/* "Insert your security key." */
	bool busy_said;		/* another program is using the key */
	bool touch_said;	/* "Touch your security key."; a key blinks */
	bool foreign_said;	/* a key is not enrolled for this person */
	/* How it ends, where no key is proved. */
	bool failed;		/* a key of theirs was there, without proof */
	bool nobody;		/* nobody is there any more */
};

static inline struct kf_key_attempt *
kf_key_attempt(struct kf_key_login *l, const struct kf_device *device)
{
	return &l->attempts[device - l->dialogue.devices.list];
}

/* ---------------------------------------------------------- key_person.c */

/* Adds the time since begun, while a question stood, to the limits. */
void
kf_key_was_typed(struct kf_key_login *l, int64_t begun)
    __attribute__((nonnull));

/* Tells words, but to a person whose first factor is known only. */
void
kf_key_tell(struct kf_key_login *l, const char *words)
    __attribute__((nonnull));

/*
 * Before the person has to do something with a key: as text, or as a prompt
 * where sshd would hold text back.  False: nobody is there any more.
 */
bool
kf_key_say(struct kf_key_login *l, const char *words, const char *prompt)
    __attribute__((nonnull));

/* "Touch your security key."; false: nobody is there any more. */
bool
kf_key_cue(struct kf_key_login *l) __attribute__((nonnull));

/* Keeps why a key cannot go on, and returns KF_KEY_UNFIT. */
enum kf_key_event
kf_key_unfit(struct kf_key_login *l, const char *reason, const char *words)
    __attribute__((nonnull(1, 2)));

/* The time until which a login waits for keys at most. */
int64_t
kf_key_wait_end(const struct kf_key_login *l) __attribute__((nonnull));

enum kf_key_event
kf_key_ask_pin(void *context, struct kf_device *device);
enum kf_key_event
kf_key_give_up(void *context, struct kf_device *device);
enum kf_key_event
kf_key_dismiss(void *context, struct kf_device *device);

/* ------------------------------------------------------------- key_ask.c */

enum kf_key_event
kf_key_look(void *context, struct kf_device *device);
enum kf_key_event
kf_key_choose(void *context, struct kf_device *device);
enum kf_key_event
kf_key_start(void *context, struct kf_device *device);
enum kf_key_event
kf_key_count(void *context, struct kf_device *device);
enum kf_key_event
kf_key_touch(void *context, struct kf_device *device);
enum kf_key_event
kf_key_refused(void *context, struct kf_device *device);

/* ----------------------------------------------------------- key_proof.c */

/* RIGHT: what was signed is right, and durably recorded. */
enum kf_key_event
kf_key_judge(void *context, struct kf_device *device);

/* ------------------------------------------------------------ key_wait.c */

struct kf_device *
kf_key_next(void *context, const struct kf_key_outlook *outlook,
    int64_t *until);
enum kf_key_late
kf_key_late(void *context, const struct kf_key_outlook *outlook);
void
kf_key_caller(void *context);
void
kf_key_arrived(void *context, const struct kf_device *device);
void
kf_key_blinks(void *context);

#endif
