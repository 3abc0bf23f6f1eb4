/*
 * Guesses in the file backend.  kf_file_charge takes the lock of the guess's
 * position and kf_file_release releases it; consume, once and refund run in
 * between.
 */
#include "store/file/file.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

/* How long a stranger's right code waits for the lock of the memory (UID). */
#define CONSUME_MS 2000

void
kf_file_release(void *handle, struct kf_guess *guess)
{
	struct kf_open_state *open = guess->backend;

	(void)handle;
	guess->backend = NULL;
	if (open == NULL)
		return;
	kf_file_close_fd(&open->fd);
	free(open);
}

/* Writes the count of the guess's position from guess->state to the file. */
static enum kf_err
commit_count(struct kf_guess *guess)
{
	struct kf_open_state *open = guess->backend;
	struct kf_state next = open->state;

	next.counts[guess->position] = guess->state.counts[guess->position];
	return kf_file_answer(kf_file_write_state(open, &next));
}

static enum kf_err
charge_locked(struct kf_file_store *fs, struct kf_guess *guess)
{
	const struct kf_open_state *open = guess->backend;
	struct kf_count *count = &guess->state.counts[guess->position];
	int64_t until;
	enum kf_err err = kf_file_get(fs, guess->uid, guess->deadline,
	    &guess->person);

	guess->state = open->state;
	/* The memory is read without its lock here; spend() reads it again. */
	if (err == KF_OK && guess->position == KF_POSITION_STRANGER)
		err = kf_file_peek(fs, guess->uid, KF_POSITION_KNOWN,
		    &guess->state);
	if (err != KF_OK)
		return err;
	*count = open->state.counts[guess->position];
	until = count->refuse_until;
	guess->now = kf_clock_wall();
	guess->wait = kf_throttle_wait(count, &guess->throttle, guess->now);
	/* A wait that was cut runs from now on, so it must be written. */
	if (guess->wait > 0 && count->refuse_until != until)
		err = commit_count(guess);
	if (err == KF_OK && guess->wait > 0)
		err = KF_ERR_LOCKED;
	if (err != KF_OK)
		return err;
	guess->before = *count;
	kf_throttle_charge(count, &guess->throttle, guess->now);
	return commit_count(guess);
}

enum kf_err
kf_file_charge(void *handle, struct kf_guess *guess)
{
	struct kf_file_store *fs = handle;
	struct kf_open_state *open = malloc(sizeof(*open));
	enum kf_err err;

	guess->backend = NULL;
	guess->wait = 0;
	if (open == NULL)
		return KF_ERR_UNAVAILABLE;
	err = kf_file_open_state(fs, guess->uid, guess->position,
	    guess->deadline, open, &guess->holder);
	if (err != KF_OK) {
		free(open);
		return err;
	}
	guess->backend = open;
	err = charge_locked(fs, guess);
	if (err != KF_OK)
		kf_file_release(fs, guess);
	return err;
}

/* What a right code changes in its authenticator's line of the memory. */
struct spending {
	const struct kf_authenticator *a;
	bool is_item;		/* value is a bit of a set; else a counter */
	uint64_t value;
	int32_t offset;
};

/* Computes the new counter; KF_ERR_CONFLICT if the code was spent before. */
static enum kf_err
next_counter(const struct spending *what, uint64_t last, uint64_t *next)
{
	bool spent = what->is_item ? (last & what->value) != 0 :
	    what->value <= last;

	*next = what->is_item ? last | what->value : what->value;
	return spent ? KF_ERR_CONFLICT : KF_OK;
}

static void
take_memory(struct kf_guess *guess, const struct kf_state *state)
{
	memcpy(guess->state.memory, state->memory, sizeof(state->memory));
	guess->state.lines = state->lines;
}

/* Records a right code in the memory, which is open and locked. */
static enum kf_err
spend(struct kf_guess *guess, struct kf_open_state *open,
    const struct spending *what)
{
	uint64_t keep[KF_AUTHENTICATORS_MAX];
	struct kf_state next = open->state;
	struct kf_memory *line;
	uint64_t counter;
	enum kf_err err;

	/* The memory may have changed since the charge. */
	take_memory(guess, &next);
	err = next_counter(what, kf_guess_counter(guess, what->a), &counter);
	if (err != KF_OK)
		return err;
	for (size_t i = 0; i < guess->person.count; i++)
		keep[i] = guess->person.authenticators[i].tag;
	line = kf_state_line(&next, what->a->tag, counter, keep,
	    guess->person.count);
	if (line == NULL)
		return KF_ERR_CORRUPT;
	line->counter = counter;
	line->used = guess->now;
	line->offset = what->offset;
	if (guess->position == KF_POSITION_KNOWN)
		next.counts[KF_POSITION_KNOWN] = (struct kf_count){ 0 };
	err = kf_file_write_state(open, &next);
	if (err == KF_OK)
		take_memory(guess, &next);
	return err;
}

static enum kf_err
spend_and_clear(struct kf_file_store *fs, struct kf_guess *guess,
    const struct spending *what)
{
	struct kf_open_state memory;
	pid_t holder;
	enum kf_err err;

	if (guess->position == KF_POSITION_KNOWN) {
		err = spend(guess, guess->backend, what);
		if (err == KF_OK)
			guess->state.counts[KF_POSITION_KNOWN] =
			    (struct kf_count){ 0 };
		return kf_file_answer(err);
	}
	err = kf_file_open_state(fs, guess->uid, KF_POSITION_KNOWN,
	    kf_clock_monotonic() + CONSUME_MS, &memory, &holder);
	if (err != KF_OK)
		return err;
	err = spend(guess, &memory, what);
	kf_file_close_fd(&memory.fd);
	if (err != KF_OK)
		return kf_file_answer(err);
	guess->state.counts[guess->position] = (struct kf_count){ 0 };
	return commit_count(guess);
}

enum kf_err
kf_file_consume(void *handle, struct kf_guess *guess,
    const struct kf_authenticator *a, uint64_t counter, int32_t offset)
{
	const struct spending what = {
		.a = a,
		.value = counter,
		.offset = offset,
	};

	return spend_and_clear(handle, guess, &what);
}

enum kf_err
kf_file_once(void *handle, struct kf_guess *guess,
    const struct kf_authenticator *a, unsigned item)
{
	const struct spending what = {
		.a = a,
		.is_item = true,
		.value = UINT64_C(1) << (item & 63),
	};

	return item < 63 ? spend_and_clear(handle, guess, &what) :
	    KF_ERR_CORRUPT;
}

enum kf_err
kf_file_refund(void *handle, struct kf_guess *guess)
{
	(void)handle;
	guess->state.counts[guess->position] = guess->before;
	return commit_count(guess);
}
