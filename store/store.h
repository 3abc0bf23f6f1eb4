/*
 * Where enrolments and changing state are kept: one interface, a table of
 * functions for each backend (store.c), a file for each (file.c).
 *
 * Every call has an absolute deadline (monotonic milliseconds).  The answers:
 * KF_OK, KF_ERR_NO_USER, KF_ERR_CONFLICT, KF_ERR_LOCKED, KF_ERR_UNAVAILABLE,
 * KF_ERR_CORRUPT; a call that did not answer in time counts as not accepted.
 *
 * Who may call what: enrolments are root's to write and the service user's to
 * read; state is the service user's alone.  A call made by the wrong one is
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

/* spec is the option `store`: BACKEND:PLACE.  The caller closes *out. */
KF_CHECKED enum kf_err
kf_store_open(const char *spec, struct kf_store **out)
    __attribute__((nonnull));

/* NULL is no error. */
void
kf_store_close(struct kf_store *store);

/* What a person has enrolled. */
KF_CHECKED enum kf_err
kf_store_get(struct kf_store *store, uint32_t uid, int64_t deadline,
    struct kf_person *person) __attribute__((nonnull));

/*
 * Creates, replaces or (with no authenticator left) deletes an enrolment: only
 * if the stored version is the one that the person was read with, 0 for one
 * that is new; else KF_ERR_CONFLICT.  On success the version is the new one.
 */
KF_CHECKED enum kf_err
kf_store_put(struct kf_store *store, struct kf_person *person,
    int64_t deadline) __attribute__((nonnull));

/*
 * Calls back for every enrolled uid, in no order; err is not KF_OK, and person
 * holds the uid alone, when that enrolment cannot be read.
 */
typedef void kf_store_visit(void *context, const struct kf_person *person,
    enum kf_err err);
KF_CHECKED enum kf_err
kf_store_list(struct kf_store *store, int64_t deadline, kf_store_visit *visit,
    void *context) __attribute__((nonnull(1, 3)));

/* A snapshot of a person's state; waits for nobody. */
KF_CHECKED enum kf_err
kf_store_state(struct kf_store *store, uint32_t uid, int64_t deadline,
    struct kf_state *state) __attribute__((nonnull));

/* An empty state where there is none; an existing one is left alone. */
KF_CHECKED enum kf_err
kf_store_create_state(struct kf_store *store, uint32_t uid, int64_t deadline)
    __attribute__((nonnull));

/*
 * Puts this state in place of one that is missing or damaged; one that can be
 * read is left alone.  With only_missing, KF_ERR_CONFLICT where there is one
 * that cannot be read: what it knew must not be forgotten.
 */
KF_CHECKED enum kf_err
kf_store_repair_state(struct kf_store *store, const struct kf_state *state,
    bool only_missing, int64_t deadline) __attribute__((nonnull));

/* For a person who has nothing enrolled any more. */
KF_CHECKED enum kf_err
kf_store_delete_state(struct kf_store *store, uint32_t uid, int64_t deadline)
    __attribute__((nonnull));

/* Forgets failures, waits, lock-outs and disabling, and nothing else. */
KF_CHECKED enum kf_err
kf_store_unlock(struct kf_store *store, uint32_t uid, int64_t deadline)
    __attribute__((nonnull));

/*
 * Takes one of the sessions that a person may have at one time, until the store
 * is closed, and once only.  Waits for nobody.  KF_ERR_LOCKED: all are taken;
 * KF_ERR_NO_USER: who has no state has no session.
 */
#define KF_SESSIONS 4
KF_CHECKED enum kf_err
kf_store_enter(struct kf_store *store, uint32_t uid) __attribute__((nonnull));

/*
 * One guess.  The two positions are locked apart: a stranger's guess never
 * makes a guess behind a first factor wait, unless it is right.  The caller
 * fills in the first part; kf_store_charge counts the guess durably before
 * anybody judges it, and fills in the rest from what it read under the lock.
 * From then until kf_store_release no other guess for this person and position
 * is charged: judge, call consume, once or refund (or none, for a wrong guess),
 * release, and only then tell.  Never ask a person in between.
 */
struct kf_guess {
	uint32_t uid;
	enum kf_position position;
	struct kf_throttle throttle;
	int64_t deadline;

	int64_t now;			/* wall time, once it was its turn */
	struct kf_person person;
	struct kf_state state;
	struct kf_count before;		/* of this position */
	int64_t wait;		/* of KF_ERR_LOCKED: seconds, or forever */
	pid_t holder;		/* of a time-out: who has the lock; or 0 */
	void *backend;
};

/*
 * KF_ERR_LOCKED: the guess is neither counted nor to be judged.  After every
 * answer but KF_OK nothing is held.
 */
KF_CHECKED enum kf_err
kf_store_charge(struct kf_store *store, struct kf_guess *guess)
    __attribute__((nonnull));

/*
 * The last accepted counter of an authenticator, as of the charge, and after a
 * consume or once as of that.
 */
uint64_t
kf_guess_counter(struct kf_guess *guess, const struct kf_authenticator *a)
    __attribute__((nonnull));

/*
 * If that counter is less than the given one, sets it and clears the failures
 * of the guess's position, durably; else KF_ERR_CONFLICT, which a guess in the
 * other position may have caused since the charge.
 */
KF_CHECKED enum kf_err
kf_store_consume(struct kf_store *store, struct kf_guess *guess,
    const struct kf_authenticator *a, uint64_t counter, int32_t offset)
    __attribute__((nonnull));

/*
 * Takes item 0 to 62 of an authenticator whose counter is the set of its
 * single-use items, bit by bit, and clears the failures of the position,
 * durably; else KF_ERR_CONFLICT: it was taken before.
 */
KF_CHECKED enum kf_err
kf_store_once(struct kf_store *store, struct kf_guess *guess,
    const struct kf_authenticator *a, unsigned item) __attribute__((nonnull));

/* Takes the charge back: the code was right but had been used. */
KF_CHECKED enum kf_err
kf_store_refund(struct kf_store *store, struct kf_guess *guess)
    __attribute__((nonnull));

void
kf_store_release(struct kf_store *store, struct kf_guess *guess)
    __attribute__((nonnull));

/* A signature of a security key that was checked, to be recorded. */
struct kf_signature {
	/* asked */
	uint32_t uid;
	uint64_t tag;		/* of the authenticator that made it */
	uint64_t counter;	/* as signed; 0: it does not count */
	bool strict;		/* a counter that is not higher is refused */
	int64_t deadline;
	/* answered */
	struct kf_person person;	/* read again, under the lock */
	uint64_t last;		/* the counter before */
	int64_t last_used;	/* wall time; 0: never */
	int64_t now;		/* wall time of the record */
	bool higher;		/* than the last; or both are 0 */
	pid_t holder;		/* of a time-out: who has the lock; or 0 */
};

/*
 * One critical section: lock, read the enrolment and the state again, compare
 * the counter, record it and the time of use durably, unlock.  Guesses are
 * neither counted nor cleared.  KF_ERR_CONFLICT: not higher, and strict;
 * KF_ERR_NO_USER: that authenticator is not enrolled any more.  When it is not
 * strict, the higher of the two counters is kept.
 */
KF_CHECKED enum kf_err
kf_store_sign(struct kf_store *store, struct kf_signature *signature)
    __attribute__((nonnull));

/* What a backend provides; the calls of the same names lead here. */
struct kf_store_backend {
	const char *name;		/* before the colon of the spec */
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
