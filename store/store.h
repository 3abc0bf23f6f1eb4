/*
 * The store of enrolments and state: one interface for every backend.  A
 * backend is a folder (store/file/) with a table of functions (struct
 * kf_store_backend), which store.c lists.
 *
 * A deadline is absolute, in monotonic milliseconds.  Calls return KF_OK,
 * KF_ERR_NO_USER, KF_ERR_CONFLICT, KF_ERR_LOCKED, KF_ERR_UNAVAILABLE or
 * KF_ERR_CORRUPT; a call that did not answer in time counts as not accepted.
 *
 * Root writes enrolments and the service user reads them.  State is read and
 * written by the service user alone.  A call by the wrong user returns
 * KF_ERR_UNAVAILABLE.
 */
#ifndef KF_STORE_H
#define KF_STORE_H

#include <stdbool.h>
#include <sys/types.h>

#include "store/enrolment.h"
#include "store/state.h"
#include "store/throttle.h"

struct kf_store;

/*
 * Opens the store that spec names, the option `store`: BACKEND:PLACE.  The
 * caller closes *out.
 */
KF_CHECKED enum kf_err
kf_store_open(const char *spec, struct kf_store **out)
    __attribute__((nonnull));

/* Closes the store; does nothing for NULL. */
void
kf_store_close(struct kf_store *store);

/* Reads what a person has enrolled; KF_ERR_NO_USER if there is nothing. */
KF_CHECKED enum kf_err
kf_store_get(struct kf_store *store, uint32_t uid, int64_t deadline,
    struct kf_person *person) __attribute__((nonnull));

/*
 * Creates, replaces or (with no authenticator left) deletes an enrolment.  The
 * stored version must be person->version, which is 0 for a new enrolment; else
 * KF_ERR_CONFLICT.  After writing, person->version is the new version.
 */
KF_CHECKED enum kf_err
kf_store_put(struct kf_store *store, struct kf_person *person,
    int64_t deadline) __attribute__((nonnull));

/*
 * Calls visit for every enrolled uid, in no particular order.  If an enrolment
 * cannot be read, err says why and person holds the uid alone.
 */
typedef void kf_store_visit(void *context, const struct kf_person *person,
    enum kf_err err);
KF_CHECKED enum kf_err
kf_store_list(struct kf_store *store, int64_t deadline, kf_store_visit *visit,
    void *context) __attribute__((nonnull(1, 3)));

/* Reads a snapshot of a person's state, without waiting for a lock. */
KF_CHECKED enum kf_err
kf_store_state(struct kf_store *store, uint32_t uid, int64_t deadline,
    struct kf_state *state) __attribute__((nonnull));

/* Creates an empty state if the person has none; an existing one stays. */
KF_CHECKED enum kf_err
kf_store_create_state(struct kf_store *store, uint32_t uid, int64_t deadline)
    __attribute__((nonnull));

/*
 * Puts this state in place of a missing or damaged one; a readable state stays.
 * With only_missing, KF_ERR_CONFLICT if anything is left of an unreadable
 * state, because the counters in it must not be forgotten.
 */
KF_CHECKED enum kf_err
kf_store_repair_state(struct kf_store *store, const struct kf_state *state,
    bool only_missing, int64_t deadline) __attribute__((nonnull));

/* Deletes the state of a person who has nothing enrolled any more. */
KF_CHECKED enum kf_err
kf_store_delete_state(struct kf_store *store, uint32_t uid, int64_t deadline)
    __attribute__((nonnull));

/* Clears failures, and with them waits, lock-outs and disabling; no more. */
KF_CHECKED enum kf_err
kf_store_unlock(struct kf_store *store, uint32_t uid, int64_t deadline)
    __attribute__((nonnull));

/*
 * Takes one of the sessions that a person may have at one time, and holds it
 * until the store is closed; an open store can hold one.  Does not wait.
 * KF_ERR_LOCKED: all are taken; KF_ERR_NO_USER: the person has no state, and so
 * gets no session.
 */
#define KF_SESSIONS 4
KF_CHECKED enum kf_err
kf_store_enter(struct kf_store *store, uint32_t uid) __attribute__((nonnull));

/*
 * One guess at a code.  Each position has its own lock: a stranger's guess does
 * not make a guess behind a first factor wait, unless the stranger's is right.
 *
 * The caller fills in the first part.  kf_store_charge counts the guess durably
 * before anybody judges it, and fills in the rest from what it read under the
 * lock.  Until kf_store_release no other guess for this person and position is
 * charged.  So judge the code; call consume, once or refund (none of them for a
 * wrong guess); release; and only then tell the caller.  Never ask a person
 * between charge and release.
 */
struct kf_guess {
	uint32_t uid;
	enum kf_position position;
	struct kf_throttle throttle;
	int64_t deadline;

	int64_t now;			/* wall time, read under the lock */
	struct kf_person person;
	struct kf_state state;
	struct kf_count before;		/* this position's, uncharged */
	int64_t wait;		/* if KF_ERR_LOCKED: seconds, or forever */
	pid_t holder;		/* after a time-out: has the lock; or 0 */
	void *backend;		/* the backend's own */
};

/*
 * Locks, reads and charges.  KF_ERR_LOCKED: guesses are refused at present, so
 * this guess was not counted and must not be judged.  After an error no lock is
 * held.
 */
KF_CHECKED enum kf_err
kf_store_charge(struct kf_store *store, struct kf_guess *guess)
    __attribute__((nonnull));

/*
 * Returns the last accepted counter of an authenticator: as kf_store_charge
 * read it or, after kf_store_consume or kf_store_once, as that call left it.
 */
uint64_t
kf_guess_counter(struct kf_guess *guess, const struct kf_authenticator *a)
    __attribute__((nonnull));

/*
 * Sets the counter of the authenticator, which must be less than the given one,
 * and clears the failures of the guess's position, durably.  KF_ERR_CONFLICT if
 * it is not less: a guess in the other position may have set it since the
 * charge.
 */
KF_CHECKED enum kf_err
kf_store_consume(struct kf_store *store, struct kf_guess *guess,
    const struct kf_authenticator *a, uint64_t counter, int32_t offset)
    __attribute__((nonnull));

/*
 * The same for an authenticator whose counter is a set of single-use items, a
 * bit each: takes item 0 to 62.  KF_ERR_CONFLICT if it was taken before.
 */
KF_CHECKED enum kf_err
kf_store_once(struct kf_store *store, struct kf_guess *guess,
    const struct kf_authenticator *a, unsigned item) __attribute__((nonnull));

/* Takes the charge back, because the code was right but had been used. */
KF_CHECKED enum kf_err
kf_store_refund(struct kf_store *store, struct kf_guess *guess)
    __attribute__((nonnull));

/* Ends the guess and releases its lock. */
void
kf_store_release(struct kf_store *store, struct kf_guess *guess)
    __attribute__((nonnull));

/* A signature of a security key, already verified, that is to be recorded. */
struct kf_signature {
	/* The caller fills in: */
	uint32_t uid;
	uint64_t tag;		/* of the authenticator that signed */
	uint64_t counter;	/* as signed; 0: the key does not count */
	bool strict;		/* refuse a counter that is not higher */
	int64_t deadline;
	/* kf_store_sign fills in: */
	struct kf_person person;	/* read again, under the lock */
	uint64_t last;		/* the counter before this signature */
	int64_t last_used;	/* wall time of the use before; 0: never */
	int64_t now;		/* wall time of this use */
	bool higher;		/* counter is above last, or both are 0 */
	pid_t holder;		/* after a time-out: has the lock; or 0 */
};

/*
 * One critical section: locks, reads the enrolment and the state again,
 * compares the counter, records it and the time of use durably, unlocks.
 * Failures are neither counted nor cleared.  KF_ERR_CONFLICT: the counter is
 * not higher, and strict is set; KF_ERR_NO_USER: the authenticator is not
 * enrolled any more.  Without strict, the higher of the two counters is kept.
 */
KF_CHECKED enum kf_err
kf_store_sign(struct kf_store *store, struct kf_signature *signature)
    __attribute__((nonnull));

/* What a backend provides: kf_store_NAME calls the function NAME. */
struct kf_store_backend {
	const char *name;		/* BACKEND in the option `store` */
	enum kf_err (*open)(const char *place, void **handle);
	void (*close)(void *handle);
	enum kf_err (*get)(void *handle, uint32_t uid, int64_t deadline,
	    struct kf_person *person);
	enum kf_err (*put)(void *handle, struct kf_person *person,
	    int64_t deadline);
	enum kf_err (*list)(void *handle, int64_t deadline,
	    kf_store_visit *visit, void *context);
	enum kf_err (*state)(void *handle, uint32_t uid, int64_t deadline,
	    struct kf_state *state);
	enum kf_err (*create_state)(void *handle, uint32_t uid,
	    int64_t deadline);
	enum kf_err (*repair_state)(void *handle, const struct kf_state *state,
	    bool only_missing, int64_t deadline);
	enum kf_err (*delete_state)(void *handle, uint32_t uid,
	    int64_t deadline);
	enum kf_err (*unlock)(void *handle, uint32_t uid, int64_t deadline);
	enum kf_err (*enter)(void *handle, uint32_t uid);
	enum kf_err (*charge)(void *handle, struct kf_guess *guess);
	enum kf_err (*consume)(void *handle, struct kf_guess *guess,
	    const struct kf_authenticator *a, uint64_t counter,
	    int32_t offset);
	enum kf_err (*once)(void *handle, struct kf_guess *guess,
	    const struct kf_authenticator *a, unsigned item);
	enum kf_err (*refund)(void *handle, struct kf_guess *guess);
	void (*release)(void *handle, struct kf_guess *guess);
	enum kf_err (*sign)(void *handle, struct kf_signature *signature);
};

extern const struct kf_store_backend kf_store_file;

#endif
