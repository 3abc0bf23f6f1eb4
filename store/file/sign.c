/*
 * Signatures of security keys in the file backend.  The counter is compared and
 * recorded in one critical section, under the lock of the person's memory, so
 * that a counter does not pass twice, however many verifiers have a signature
 * at the same time.  Signatures cannot be guessed, so failures are neither
 * counted nor cleared here, and a lock-out of codes does not lock out keys.
 */
#include "store/file/file.h"

#include "common/clock.h"

/* A key that does not count always signs 0 (WebAuthn, 7.2, on signCount). */
static bool
is_higher(uint64_t counter, uint64_t last)
{
	return counter > last || (counter == 0 && last == 0);
}

/* Writes the higher of the two counters, and the time of use. */
static enum kf_err
record(const struct kf_signature *signature, struct kf_open_state *open)
{
	const struct kf_person *person = &signature->person;
	uint64_t keep[KF_AUTHENTICATORS_MAX];
	struct kf_state next = open->state;
	struct kf_memory *line;

	for (size_t i = 0; i < person->count; i++)
		keep[i] = person->authenticators[i].tag;
	line = kf_state_line(&next, signature->tag, signature->last, keep,
	    person->count);
	if (line == NULL)
		return KF_ERR_CORRUPT;
	if (signature->counter > line->counter)
		line->counter = signature->counter;
	line->used = signature->now;
	return kf_file_write_state(open, &next);
}

static enum kf_err
sign_locked(struct kf_file_store *fs, struct kf_signature *signature,
    struct kf_open_state *open)
{
	const struct kf_memory *m = kf_state_find(&open->state,
	    signature->tag);
	const struct kf_authenticator *a;
	enum kf_err err = kf_file_get(fs, signature->uid, signature->deadline,
	    &signature->person);

	if (err != KF_OK)
		return err;
	/* The key may have been removed since it signed. */
	a = kf_enrolment_of_tag(&signature->person, signature->tag);
	if (a == NULL || a->kind != KF_KIND_KEY)
		return KF_ERR_NO_USER;
	signature->last = m != NULL ? m->counter :
	    kf_enrolment_first_counter(a);
	signature->last_used = m != NULL ? m->used : 0;
	signature->now = kf_clock_wall();
	signature->higher = is_higher(signature->counter, signature->last);
	if (!signature->higher && signature->strict)
		return KF_ERR_CONFLICT;
	return record(signature, open);
}

enum kf_err
kf_file_sign(void *handle, struct kf_signature *signature)
{
	struct kf_file_store *fs = handle;
	struct kf_open_state open;
	enum kf_err err;

	signature->person = (struct kf_person){ 0 };
	signature->last = 0;
	signature->last_used = 0;
	signature->now = 0;
	signature->higher = false;
	err = kf_file_open_state(fs, signature->uid, KF_POSITION_KNOWN,
	    signature->deadline, &open, &signature->holder);
	if (err == KF_OK) {
		err = sign_locked(fs, signature, &open);
		kf_file_close_fd(&open.fd);
	} else if (err == KF_ERR_CORRUPT && kf_file_get(fs, signature->uid,
	    signature->deadline, &signature->person) == KF_ERR_NO_USER) {
		/* A person's state is deleted together with the enrolment. */
		err = KF_ERR_NO_USER;
	}
	return kf_file_answer(err);
}
