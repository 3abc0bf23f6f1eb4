/*
 * The child of `keyfirst enroll key`: a process that has become user keyfirst
 * (enroll_tool/children/child.h).  It finds the security keys that are there,
 * has one of them make a credential and prove it, and judges the answers.  It
 * has nothing of root's: neither the machine key nor a terminal.
 *
 * It is the enrolment's side of the dialogue with security keys
 * (key_dialogue/dialogue.h).  child.c has the table of effects and runs the
 * dialogue, find.c chooses the key, ask.c asks that key and the person, make.c
 * judges what the key has made and signed, to_root.c talks to root's process.
 * Each of them may call to_root.c, and ask.c calls make.c; no file calls
 * a file that calls it.
 */
#ifndef KF_KEY_CHILD_H
#define KF_KEY_CHILD_H

#include "enroll_tool/keys/enroll.h"
#include "key_dialogue/dialogue.h"
#include "protocol/msg.h"

struct kf_key_child {
	const struct kf_key_enrol *enrol;
	const struct kf_person *person;
	struct kf_dialogue dialogue;
	struct kf_key_find find;	/* what the person has already */
	struct kf_device *device;	/* the chosen one; NULL until then */
	enum kf_key_stop stop;		/* why no key is enrolled; or NONE */
	uint8_t number;			/* detail of stop; see talk.h */

	/* Times of the monotonic clock, in milliseconds. */
	int64_t settle_end;	/* until then keys may say what they hold */
	int64_t insert_end;	/* until then one may come; 0: not asked for */
	int64_t cue_at;		/* then the touch is announced; 0: it was */
	int64_t end;		/* of the request to the chosen key */

	bool busy_said;		/* that another program is using a key */
	bool cancelled;		/* it took too long; the key was told to stop */
	bool made;		/* the credential is made; it is proved now */
	bool wrong_pin;		/* the key refused the last PIN; not said yet */

	bool wanted;		/* the person is to be verified, by policy */
	enum kf_key_verify first;	/* tried first, at making and proving */
	enum kf_key_verify verify;	/* how the present request is made */
	struct kf_secret pin;	/* empty until it was asked for */
	int left;		/* PIN tries that the key has; -1: not known */
	unsigned wrong;		/* PINs that were wrong, or could not be one */
	unsigned fingers;	/* fingerprints that were not recognised */

	struct kf_key_make make;	/* what was asked for; no PIN */
	unsigned char hash[KF_KEY_HASH_SIZE];	/* to be signed as a proof */
	struct kf_key_done done;
	struct kf_frame frame;	/* to and from root's process */
};

/* The context is a struct kf_key_job; its socket is standard input. */
struct kf_key_job {
	const struct kf_key_enrol *enrol;
	const struct kf_person *person;
};
void
kf_key_child_work(void *context);

/* ------------------------------------------------------------ to_root.c */

/* Sends c->frame.  BROKEN: root's process is not there any more. */
enum kf_key_stop
kf_key_child_send(struct kf_key_child *c) __attribute__((nonnull));
enum kf_key_stop
kf_key_child_show(struct kf_key_child *c, enum kf_key_show what,
    uint8_t number, const struct kf_device *device)
    __attribute__((nonnull(1)));
/*
 * Waits for the person.  Events of devices are not passed to the dialogue
 * meanwhile, so the caller must check that the key is still there.
 */
enum kf_key_stop
kf_key_child_ask(struct kf_key_child *c, enum kf_key_ask what, uint8_t number,
    struct kf_msg_answer *answer) __attribute__((nonnull));

/* Keeps why the chosen key cannot go on, and returns KF_KEY_UNFIT. */
enum kf_key_event
kf_key_child_unfit(struct kf_key_child *c, enum kf_key_stop why)
    __attribute__((nonnull));

/* --------------------------------------------------------------- find.c */

enum kf_key_event
kf_key_child_look(void *context, struct kf_device *device);
enum kf_key_event
kf_key_child_choose(void *context, struct kf_device *device);
/*
 * Returns the chosen key; else NULL, with *until when to wait for the next
 * event, or 0 when there is no key and c->stop says why.
 */
struct kf_device *
kf_key_child_search(struct kf_key_child *c,
    const struct kf_key_outlook *outlook, int64_t *until)
    __attribute__((nonnull));
void
kf_key_child_arrived(void *context, const struct kf_device *device);
bool
kf_key_child_busy(void *context);

/* ---------------------------------------------------------------- ask.c */

enum kf_key_event
kf_key_child_start(void *context, struct kf_device *device);
enum kf_key_event
kf_key_child_count(void *context, struct kf_device *device);
enum kf_key_event
kf_key_child_ask_pin(void *context, struct kf_device *device);
enum kf_key_event
kf_key_child_touch(void *context, struct kf_device *device);
enum kf_key_event
kf_key_child_check(void *context, struct kf_device *device);
enum kf_key_event
kf_key_child_recheck(void *context, struct kf_device *device);
enum kf_key_event
kf_key_child_refused(void *context, struct kf_device *device);
enum kf_key_late
kf_key_child_late(void *context, const struct kf_key_outlook *outlook);

/* --------------------------------------------------------------- make.c */

/* Can the chosen key be used at all?  Prepares the request for a credential. */
enum kf_key_stop
kf_key_child_prepare(struct kf_key_child *c) __attribute__((nonnull));
/* Requests to the chosen key, as c->verify says; ms: what the answer takes. */
void
kf_key_child_ask_make(struct kf_key_child *c, int64_t ms)
    __attribute__((nonnull));
void
kf_key_child_ask_assert(struct kf_key_child *c, int64_t ms)
    __attribute__((nonnull));
/* MADE, or RIGHT with all of c->done. */
enum kf_key_event
kf_key_child_judge(void *context, struct kf_device *device);

#endif
