/*
 * What changes at a login, as a struct and as one 4,096-byte slot of the file
 * state/<uid>; FILEFORMAT has the layout.  No file is touched here.
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
/* Twice the authenticators: lines of removed ones stay for a while. */
#define KF_STATE_LINES 32
#define KF_STATE_FORMAT 1

/*
 * Where a guess comes from: behind a first factor that was passed, or not.
 * The two are counted apart, so that a stranger closes only the strangers' way.
 */
enum kf_position {
	KF_POSITION_STRANGER = 0,
	KF_POSITION_KNOWN = 1
};
#define KF_POSITIONS 2

struct kf_count {
	uint32_t failures;	/* consecutive guesses that were charged */
	int64_t refuse_until;	/* wall time; 0: not refused */
};

/* One authenticator's memory, named by the tag of its enrolment. */
struct kf_memory {
	uint64_t tag;
	uint64_t counter;	/* last accepted time step */
	int64_t used;		/* wall time of the last success; 0: never */
	int32_t offset;		/* its step less the clock's */
};

struct kf_state {
	uint32_t uid;
	uint64_t sequence;	/* grows with each write, from 1 */
	struct kf_count counts[KF_POSITIONS];
	size_t lines;
	struct kf_memory memory[KF_STATE_LINES];
};

/* Writes the checksummed text, padded with newlines to the slot's size. */
KF_CHECKED enum kf_err
kf_state_format(const struct kf_state *state, char slot[KF_SLOT_SIZE])
    __attribute__((nonnull));

/* KF_ERR_CORRUPT for whatever FILEFORMAT does not say, or a wrong checksum. */
KF_CHECKED enum kf_err
kf_state_parse(const char slot[KF_SLOT_SIZE], struct kf_state *state)
    __attribute__((nonnull));

/* NULL when that tag has no line yet. */
struct kf_memory *
kf_state_find(struct kf_state *state, uint64_t tag) __attribute__((nonnull));

/*
 * The line of that tag, made with this counter if there is none.  When all are
 * taken, the one that was used longest ago and is not in keep[] gives way;
 * NULL when there is no such.
 */
struct kf_memory *
kf_state_line(struct kf_state *state, uint64_t tag, uint64_t counter,
    const uint64_t *keep, size_t kept) __attribute__((nonnull(1)));

#endif
