/*
 * The ladder: every way to prove a second factor, strongest first.  The table
 * in ladder.c says for each way when it is offered, how it is tried, and what
 * its failure leads to; kf_ladder_prove walks it.  Known persons and strangers
 * walk the same table.
 *
 * To add a way, add its row at its place in the table, the function that tries
 * it, and its rows in tests/unit/verifier/ladder.c.
 */
#ifndef KF_LADDER_H
#define KF_LADDER_H

#include "verifier/session.h"

/* How trying a way ended. */
enum kf_way_end {
	KF_WAY_FAILED = 0,	/* nothing proved; the row says what follows */
	KF_WAY_AGAIN,		/* the person asks for stronger ways again */
	KF_WAY_OVER,		/* nothing more is asked; s->deny, s->reason */
	/* Wide; only behind a proof that is recorded. */
	KF_WAY_PROVED = 0x3c5a9669
};

/* What follows when a way proved nothing. */
enum kf_way_after {
	KF_AFTER_REFUSE = 0,	/* the person is denied, as the way left it */
	KF_AFTER_NEXT		/* the next way that is offered is tried */
};

struct kf_way {
	const char *name;	/* for people who read the table */
	enum kf_kind kind;	/* of the authenticator that is proved */
	/*
	 * From what is enrolled, the configuration, the place where the
	 * question stands, and whether a first factor is known.  For a
	 * stranger the answer does not depend on what is enrolled.
	 */
	bool (*is_offered)(const struct kf_session *s);
	/*
	 * Two ways in a row with the same function share one question, which
	 * is asked once.  again: the person has come back to stronger ways.
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
