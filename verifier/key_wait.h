/*
 * Of one look at the keys that are plugged in: what its parts share.  keys.c
 * decides whether to look and for how long, key_wait.c waits, key_use.c has one
 * device do what it can, key_pin.c asks for PINs, key_proof.c judges what was
 * signed.
 */
#ifndef KF_KEY_WAIT_H
#define KF_KEY_WAIT_H

#include "key_dialogue/devices.h"
#include "verifier/keys.h"

/* kf_device.mark: what the device is doing for us. */
enum kf_key_step {
	KF_KEY_LOOKING = 0,	/* until it has said what it holds */
	KF_KEY_NEEDS_PIN,	/* it holds one, and its turn has not come */
	KF_KEY_COUNTING,	/* it was asked how many tries are left */
	KF_KEY_TOUCHING		/* it blinks */
};

/* One device, beside what devices.h keeps of it. */
struct kf_key_attempt {
	uint8_t candidate;
	enum kf_key_verify verify;
	bool genuine;		/* it has shown that it holds the credential */
	unsigned char hash[KF_KEY_HASH_SIZE];	/* fresh for each request */
};

struct kf_key_wait {
	struct kf_session *s;
	struct kf_devices devices;
	struct kf_key_find find;
	/* The authenticator of each candidate, in s->person. */
	const struct kf_authenticator *owner[KF_KEY_CANDIDATES_MAX];
	struct kf_key_attempt attempts[KF_READERS_MAX];

	bool patient;		/* waits for a key to be plugged in */
	int64_t look_end;	/* of the silent questions */
	int64_t insert_end;
	int64_t touch_end;	/* once one blinks */
	int64_t cue_at;		/* touch is said by then; 0: it was */
	int64_t end;		/* of it all */
	bool insert_said;
	bool busy_said;
	bool touch_said;
	bool foreign_said;	/* that one is not enrolled for them */
	bool failed;		/* one was there and proved nothing */
	bool proved;		/* and recorded */
};

static inline struct kf_key_attempt *
kf_key_attempt(struct kf_key_wait *w, const struct kf_device *device)
{
	return &w->attempts[device - w->devices.list];
}

/* Waits for all that can happen; key_wait.c. */
enum kf_keys_end
kf_key_wait(struct kf_key_wait *w) __attribute__((nonnull));

/* Later than that nothing is waited for. */
int64_t
kf_key_wait_end(const struct kf_key_wait *w) __attribute__((nonnull));

/* It has said what it holds, or failed; key_use.c. */
void
kf_key_on_found(struct kf_key_wait *w, struct kf_device *device)
    __attribute__((nonnull));
void
kf_key_on_failed(struct kf_key_wait *w, struct kf_device *device)
    __attribute__((nonnull));

/*
 * Before somebody has to do something with their key: as text, or as a prompt
 * where text is held back.  False: nobody is there any more.
 */
bool
kf_key_say(struct kf_key_wait *w, const char *words, const char *prompt)
    __attribute__((nonnull));

/* "Touch your security key." */
bool
kf_key_cue(struct kf_key_wait *w) __attribute__((nonnull));

/* Has a device sign, with the PIN of VERIFY_PIN; key_use.c. */
void
kf_key_ask(struct kf_key_wait *w, struct kf_device *device,
    const struct kf_secret *pin) __attribute__((nonnull(1, 2)));

/* A question stood since then: no limit has come nearer. */
void
kf_key_was_typed(struct kf_key_wait *w, int64_t begun) __attribute__((nonnull));

/* Says it to whom a reason may be told. */
void
kf_key_tell(struct kf_key_wait *w, const char *words) __attribute__((nonnull));

/*
 * A device that cannot go on: it is released, and the reason stays for the
 * denial.  words: NULL, or for the person.
 */
void
kf_key_give_up(struct kf_key_wait *w, struct kf_device *device,
    const char *reason, const char *words) __attribute__((nonnull(1, 2, 3)));

/* Asks the device how many tries its PIN has; key_pin.c. */
void
kf_key_pin_begin(struct kf_key_wait *w, struct kf_device *device)
    __attribute__((nonnull));

/*
 * It has said so: asks the person, and the device to sign.  False: nobody is
 * there any more.
 */
bool
kf_key_pin_ask(struct kf_key_wait *w, struct kf_device *device)
    __attribute__((nonnull));

/*
 * Judges and records what is in the frame; key_proof.c.  True: proved, and
 * durable.
 */
bool
kf_key_proof(struct kf_key_wait *w, const struct kf_device *device)
    __attribute__((nonnull));

#endif
