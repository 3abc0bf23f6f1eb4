/*
 * Finds, counts, adds and removes the authenticators of a person in memory; see
 * enrolment.h.
 */
#include <string.h>

#include "common/secret.h"
#include "common/text.h"
#include "store/enrolment_kinds.h"

struct kf_authenticator *
kf_enrolment_find(struct kf_person *person, const char *id)
{
	for (size_t i = 0; i < person->count; i++)
		if (strcmp(person->authenticators[i].id, id) == 0)
			return &person->authenticators[i];
	return NULL;
}

/* Writes the lowest free id of that kind. */
static enum kf_err
new_id(struct kf_person *person, const struct kf_kind_text *kind,
    char id[KF_ID_SIZE])
{
	enum kf_err err = kf_text_format(id, KF_ID_SIZE, "%c", kind->letter);
	unsigned n = 1;

	if (err == KF_OK && !kind->many)
		return kf_enrolment_find(person, id) == NULL ? KF_OK :
		    KF_ERR_CONFLICT;
	do {
		err = kf_text_format(id, KF_ID_SIZE, "%c%u", kind->letter,
		    n++);
	} while (err == KF_OK && kf_enrolment_find(person, id) != NULL);
	return err;
}

enum kf_err
kf_enrolment_add(struct kf_person *person, enum kf_kind kind,
    struct kf_authenticator **out)
{
	struct kf_authenticator *a;
	char id[KF_ID_SIZE] = "";
	enum kf_err err;

	if (person->count == KF_AUTHENTICATORS_MAX)
		return KF_ERR_RANGE;
	err = new_id(person, kf_kind_text(kind), id);
	if (err != KF_OK)
		return err;
	a = &person->authenticators[person->count];
	*a = (struct kf_authenticator){ .kind = kind };
	memcpy(a->id, id, sizeof(id));
	err = kf_random(&a->tag, sizeof(a->tag));
	if (err != KF_OK)
		return err;
	person->count++;
	*out = a;
	return KF_OK;
}

const struct kf_authenticator *
kf_enrolment_of_tag(const struct kf_person *person, uint64_t tag)
{
	for (size_t i = 0; i < person->count; i++)
		if (person->authenticators[i].tag == tag)
			return &person->authenticators[i];
	return NULL;
}

size_t
kf_enrolment_count(const struct kf_person *person, enum kf_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < person->count; i++)
		count += person->authenticators[i].kind == kind;
	return count;
}

size_t
kf_enrolment_factors(const struct kf_person *person)
{
	return person->count - kf_enrolment_count(person, KF_KIND_RECOVERY);
}

uint64_t
kf_enrolment_first_counter(const struct kf_authenticator *a)
{
	switch (a->kind) {
	case KF_KIND_TOTP:
		return a->totp.first_step;
	case KF_KIND_RECOVERY:
		return 0;
	case KF_KIND_KEY:
		return a->key.first_counter;
	}
	return 0;
}

void
kf_enrolment_remove(struct kf_person *person, struct kf_authenticator *a)
{
	size_t i = (size_t)(a - person->authenticators);

	person->count--;
	memmove(a, a + 1, (person->count - i) * sizeof(*a));
}

size_t
kf_public_key_size(uint32_t algorithm)
{
	switch ((enum kf_key_algorithm)algorithm) {
	case KF_ES256:
		return 64;
	case KF_EDDSA:
		return 32;
	case KF_RS256:
		return KF_PUBLIC_KEY_MAX;
	}
	return 0;
}
