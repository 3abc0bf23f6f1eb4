/*
 * The dialogue with the security keys that are plugged in, as one state machine
 * for logins and enrolments. dialogue.c has the table of transitions and the
 * loop that waits for events: it decides what a key does next.  A login
 * (verifier/keys.c) and an enrolment (enroll_tool/keys/child.c) each give it
 * effects: functions that ask a device, tell or ask the person, or judge an
 * answer.  An effect does that one thing and returns the event that follows
 * from it.  It calls neither the machine nor another effect.  Hooks of the loop
 * say how long is waited and whose turn it is; they may also release keys.
 *
 * One key, with the effects in brackets:
 *
 *      NEW
 *       | opened [look]
 *       v
 *    LOOKING --------- found, failed [choose] ----------> DECIDING
 *       | later                                           |  |  |
 *       v                                           later |  |  |
 *    WAITING <--------------------------------------------+  |  |
 *       | turn [start]                                       |  |
 *       +--------------> DECIDING        needs a PIN [count] |  |
 *                                                            |  |
 *    COUNTING <----------------------------------------------+  |
 *       | left [ask_pin]                  needs a touch [touch] |
 *       v                                                       |
 *     TYPING --+ not a PIN [ask_pin]                            |
 *       | ^----+                                                |
 *       | PIN [touch]                                           |
 *       v                                                       |
 *    TOUCHING <-------------------------------------------------+
 *       | signed [judge]
 *       v
 *    JUDGING --- right ---> PROVED
 *       | made [check], at an enrolment
 *       v
 *    CHECKING -- found, failed [recheck] --> DECIDING
 *
 * COUNTING and TOUCHING have failed [refused] --> DECIDING, too.  These lead
 * OUT:
 *
 *   useless [dismiss]   from DECIDING
 *   wrong [dismiss]     from JUDGING
 *   too late [give_up]  from COUNTING and TOUCHING
 *   unfit [give_up]     from DECIDING, COUNTING, TYPING, TOUCHING, JUDGING and
 *                       CHECKING
 *   pulled out          from every state
 *   any event that the state does not have [dismiss]
 *
 * An effect that answers OVER ends the whole dialogue.
 *
 * All keys together are waited for in this order: keys that are being touched,
 * keys that have not said yet what they hold, the turn of a key that waits, and
 * at last a key that is still to be plugged in or to come free.
 */
#ifndef KF_DIALOGUE_H
#define KF_DIALOGUE_H

#include "key_dialogue/devices.h"

/* What one key is doing for us; kept in kf_device.mark. */
enum kf_key_state {
	KF_KEY_NEW = 0,		/* it was not asked for anything yet */
	KF_KEY_LOOKING,		/* it was asked which candidates it holds */
	KF_KEY_DECIDING,	/* choose, start, refused or recheck decides */
	KF_KEY_WAITING,		/* it can be used; its turn has not come */
	KF_KEY_COUNTING,	/* it was asked how many PIN tries are left */
	KF_KEY_TYPING,		/* the person is asked for its PIN */
	KF_KEY_TOUCHING,	/* it was asked to sign, and is to be touched */
	KF_KEY_JUDGING,		/* an effect judges what it has signed */
	KF_KEY_CHECKING,	/* it was asked for what it has made */
	KF_KEY_PROVED,		/* its signature was right; see KF_KEY_RIGHT */
	KF_KEY_OUT,		/* it was released, or is gone */
	KF_KEY_STATES
};

/* What happens to a key, and what an effect can answer. */
enum kf_key_event {
	KF_KEY_NOTHING = 0,	/* of an effect: the device is to answer next */
	/* from the device */
	KF_KEY_OPENED,		/* it has told its abilities */
	KF_KEY_FOUND,		/* which candidates it holds */
	KF_KEY_LEFT,		/* how many PIN tries it has left */
	KF_KEY_SIGNED,		/* a signature, or a new credential */
	KF_KEY_FAILED,		/* it has not done what it was asked for */
	/* from the loop */
	KF_KEY_TURN,		/* its turn has come */
	KF_KEY_TOO_LATE,	/* no answer in time, and another key waits */
	/* from effects */
	KF_KEY_LATER,		/* it can be used when its turn comes */
	KF_KEY_NEEDS_PIN,	/* nothing can be done before a PIN is known */
	KF_KEY_NEEDS_TOUCH,	/* the request can be sent */
	KF_KEY_PIN,		/* something that can be a PIN was typed */
	KF_KEY_NOT_A_PIN,	/* no key can have what was typed as its PIN */
	KF_KEY_RIGHT,		/* the signature is right; a login has recorded
				   it, root will store an enrolment */
	KF_KEY_MADE,		/* it has made a credential, yet to be proved */
	KF_KEY_WRONG,		/* what it signed is not right */
	KF_KEY_USELESS,		/* it holds nothing that could be used */
	KF_KEY_UNFIT,		/* it cannot go on; the effect has kept why */
	KF_KEY_OVER,		/* the whole dialogue is over */
	KF_KEY_EVENTS
};

/* What is going on with all keys; the loop counts it anew before each wait. */
struct kf_key_outlook {
	bool looking;		/* a key has not said yet what it holds */
	bool busy;		/* another program uses a key */
	bool touching;		/* a key is COUNTING, TOUCHING or CHECKING */
	struct kf_device *waiting;	/* the first that waits for its turn */
};

/* What follows when the time *until of `next` has passed. */
enum kf_key_late {
	KF_KEY_LATE_OVER = 0,	/* the dialogue is over */
	KF_KEY_LATE_GO_ON,	/* it goes on */
	KF_KEY_LATE_NEXT_KEY	/* what was not touched gives way to the next */
};

typedef enum kf_key_event kf_key_effect(void *context,
    struct kf_device *device);

/*
 * What a login and an enrolment do differently.  The answer of a device is in
 * kf_dialogue.devices.frame while choose, judge, recheck and refused run, and
 * while ask_pin runs for the first time after COUNTING.
 */
struct kf_key_effects {
	kf_key_effect *look;	/* ask the device which candidates it holds */
	kf_key_effect *choose;	/* from the answer: is it of use, and when? */
	kf_key_effect *start;	/* its turn: what does it need first? */
	kf_key_effect *count;	/* ask it how many PIN tries it has left */
	kf_key_effect *ask_pin;	/* ask the person for the PIN */
	kf_key_effect *touch;	/* send the request that a touch completes */
	kf_key_effect *judge;	/* judge, and record, what it has signed */
	kf_key_effect *check;	/* ask it for the credential it has made */
	kf_key_effect *recheck;	/* does it hold that credential? */
	kf_key_effect *refused;	/* it failed: is there another way to go on? */
	kf_key_effect *give_up;	/* it cannot go on: tell why and release it, or
				   answer OVER */
	kf_key_effect *dismiss;	/* release it */
	kf_key_effect *gone;	/* it is gone; OVER or NOTHING */

	/*
	 * Hooks of the loop.  Whose turn it is, or NULL and until when to wait
	 * for the next event; 0 for *until: there is nothing to wait for any
	 * more.
	 */
	struct kf_device *(*next)(void *context,
	    const struct kf_key_outlook *outlook, int64_t *until);
	enum kf_key_late (*late)(void *context,
	    const struct kf_key_outlook *outlook);
	/* The caller's descriptor can be read: the dialogue is over. */
	void (*caller)(void *context);
	/* A key was plugged in, or opened, and was not asked yet. */
	void (*arrived)(void *context, const struct kf_device *device);
	/* Another program uses a key.  False: the dialogue is over. */
	bool (*busy)(void *context);
	/* A device says that it waits for its touch. */
	void (*blinks)(void *context);
};

/* Large: it holds devices and a frame. */
struct kf_dialogue {
	const struct kf_key_effects *effects;
	void *context;		/* the first argument of each effect */
	int caller;		/* descriptor of who asked for the dialogue */
	const char *only;	/* the path of the one device wanted, or NULL */
	struct kf_devices devices;
	enum kf_key_state from;	/* the state that led to the present effect */
	bool over;		/* nothing more is waited for */
	bool proved;		/* a key has come to KF_KEY_PROVED */
};

/*
 * Runs the dialogue to its end.  Afterwards the caller looks at devices.refused
 * and calls kf_devices_stop.
 */
void
kf_dialogue_run(struct kf_dialogue *d) __attribute__((nonnull));

/*
 * What the table says: the state that follows, KF_KEY_OUT where the event
 * cannot come in that state.  For the test of the table.
 */
enum kf_key_state
kf_dialogue_next(enum kf_key_state state, enum kf_key_event event);

#endif
