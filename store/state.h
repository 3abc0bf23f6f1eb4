/*
 * What logins change for one person: the counters of authenticators and the
 * counts of failures.  This is a struct, and the text of one 4,096-byte slot in
 * the file state/<uid>; FILEFORMAT has the layout.  No file is opened here.
 */
#ifndef KF_STATE_H
#define KF_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

#define KF_SLOT_SIZE 4096
#define KF_SLOTS 2
#define KF_STATE_SIZE (KF_SLOT_SIZE * KF_SLOTS)
/* Twice as many as authenticators: lines of removed ones stay for a while. */
#define KF_STATE_LINES 32
#define KF_STATE_FORMAT 1

/*
 * Whether a first factor was passed before the guess.  Failures are counted
 * apart for the two positions, so that a stranger can lock out strangers only.
 */
enum kf_position {
	KF_POSITION_STRANGER = 0,	/* no first factor is known */
	KF_POSITION_KNOWN = 1		/* a first factor was passed */
};
#define KF_POSITIONS 2

struct kf_count {
	uint32_t failures;	/* consecutive guesses that were charged */
	int64_t refuse_until;	/* wall time in seconds; 0: not refused */
};

/* What is remembered of one authenticator. */
struct kf_memory {
	uint64_t tag;		/* of the authenticator */
	uint64_t counter;	/* TOTP: last accepted step; FILEFORMAT, 4 */
	int64_t used;		/* wall time of the last success; 0: never */
	int32_t offset;		/* TOTP: accepted step less the clock's */
};

struct kf_state {
	uint32_t uid;
	uint64_t sequence;	/* grows with each write, from 1 */
	struct kf_count counts[KF_POSITIONS];
	size_t lines;		/* that are in use */
	struct kf_memory memory[KF_STATE_LINES];
};

/*
 * Writes the text with its checksum, padded with newlines to the slot's size.
 * KF_ERR_RANGE if it does not fit.
 */
KF_CHECKED enum kf_err
kf_state_format(const struct kf_state *state, char slot[KF_SLOT_SIZE])
    __attribute__((nonnull));

/*
 * Parses a slot.  KF_ERR_CORRUPT if the checksum is wrong or the text differs
 * in anything from FILEFORMAT; *state is then unchanged.
 */
KF_CHECKED enum kf_err
kf_state_parse(const char slot[KF_SLOT_SIZE], struct kf_state *state)
    __attribute__((nonnull));

/* Returns the line of that tag, or NULL if there is none yet. */
struct kf_memory *
kf_state_find(struct kf_state *state, uint64_t tag) __attribute__((nonnull));

/*
 * Returns the line of that tag, and makes it with this counter if there is
 * none.  If all lines are taken, the new line replaces the line that was used
 * longest ago and whose tag is not in keep[]; NULL if all must be kept.
 */
struct kf_memory *
kf_state_line(struct kf_state *state, uint64_t tag, uint64_t counter,
    const uint64_t *keep, size_t kept) __attribute__((nonnull(1)));

#endif
