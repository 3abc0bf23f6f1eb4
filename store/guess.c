/* Reads the counter of an authenticator in a charged guess; see store.h. */
#include "store/store.h"

uint64_t
kf_guess_counter(struct kf_guess *guess, const struct kf_authenticator *a)
{
	const struct kf_memory *m = kf_state_find(&guess->state, a->tag);

	return m != NULL ? m->counter : kf_enrolment_first_counter(a);
}
