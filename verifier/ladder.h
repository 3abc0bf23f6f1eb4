/*
 * The ladder: every way to prove a second factor, strongest first.  The table
 * in ladder.c says for each way when it is offered, how it is tried, and what
 * its failure leads to; kf_ladder_prove walks it.  Known persons and strangers
 * walk the same table.
 *
 * To add a way, add its row at its place in the table, the function that tries
 * it, and its rows in tests/unit/verifier/ladder_rows.h; HACKING.md has the
 * list of files.
 */
#ifndef KF_LADDER_H
#define KF_LADDER_H

#include "verifier/session.h"

/* How trying a way ended. */
enum kf_way_end {
	KF_WAY_FAILED = 0,	/* nothing proved; see the row's after */
	KF_WAY_AGAIN,		/* Enter at a prompt: the first way again */
	KF_WAY_OVER,		/* nothing more is asked; s->deny, s->reason */
	/* Wide; only behind a proof that is recorded. */
	KF_WAY_PROVED = 0x3c5a9669
};

/* What follows when a way proved nothing. */
enum kf_way_after {
	KF_AFTER_REFUSE = 0,	/* denied, with the way's s->deny, s->reason */
	KF_AFTER_NEXT		/* the next way that is offered is tried */
};

struct kf_way {
	const char *name;	/* for people who read the table */
	enum kf_kind kind;	/* of the authenticator; for tests, too */
	/*
	 * Decides from what is enrolled, the configuration, the place (local
	 * or remote), and whether a first factor is known.  For a stranger
	 * the answer does not depend on what is enrolled.
	 */
	bool (*is_offered)(const struct kf_session *s);
	/*
	 * Two ways in a row with the same function share one question, because
	 * one prompt takes a time-based code and a recovery code alike.
	 * again: the person has pressed Enter at the prompt of a later way.
	 */
	enum kf_way_end (*try)(struct kf_session *s, bool again);
	enum kf_way_after after;
};
extern const struct kf_way kf_ways[];
extern const size_t kf_way_count;

/*
 * Asks, and tells whether the person proved a second factor.  A denial leaves
 * s->deny and s->reason, and a person who may know it was told the reason.
 */
bool
kf_ladder_prove(struct kf_session *s) __attribute__((nonnull));

#endif
