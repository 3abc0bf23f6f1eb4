/* A person in the output of --json; see json.h. */
#include "enroll_tool/people/json.h"

#include <string.h>

#include "enroll_tool/cli/words.h"
#include "enroll_tool/people/people.h"
#include "factors/factor.h"
#include "factors/recovery.h"

static void
add_key(struct kf_json *j, json_t *object, const struct kf_key *key,
    const struct kf_memory *memory, bool known)
{
	static const unsigned char none[KF_KEY_AAGUID_SIZE];
	char model[KF_WORDS_AAGUID];

	kf_words_aaguid(key->aaguid, model);
	kf_json_set(j, object, "algorithm",
	    json_string(kf_key_algorithm_names[key->algorithm - 1]));
	kf_json_set(j, object, "aaguid",
	    memcmp(key->aaguid, none, sizeof(none)) == 0 ? json_null() :
	    json_string(model));
	kf_json_set(j, object, "rp-id", kf_json_text(key->rp_id));
	kf_json_set(j, object, "verify", json_boolean(key->verify));
	kf_json_set(j, object, "synced", json_boolean(key->synced));
	kf_json_set(j, object, "attestation",
	    json_string(kf_attestation_names[key->attestation - 1]));
	kf_json_set(j, object, "counter", !known ? json_null() :
	    json_integer((json_int_t)(memory != NULL ? memory->counter :
	    key->first_counter)));
}

static void
add_proved(struct kf_json *j, json_t *object, const struct kf_authenticator *a,
    const struct kf_memory *memory, bool known)
{
	kf_json_set(j, object, "proved", known ?
	    json_boolean(kf_factor_is_proved(a, memory)) :
	    a->proved ? json_true() : json_null());
}

/*
 * Sets the keys that only factors of that kind have.  known: the state could be
 * read; memory is the factor's part of the state, or NULL.
 */
static void
add_kind(struct kf_json *j, json_t *object, const struct kf_authenticator *a,
    const struct kf_memory *memory, bool known)
{
	switch (a->kind) {
	case KF_KIND_TOTP:
		kf_json_set(j, object, "algorithm",
		    json_string(kf_algorithm_names[a->totp.algorithm - 1]));
		kf_json_set(j, object, "digits",
		    json_integer(a->totp.digits));
		kf_json_set(j, object, "period",
		    json_integer(a->totp.period));
		add_proved(j, object, a, memory, known);
		kf_json_set(j, object, "clock-offset",
		    memory == NULL || memory->used == 0 ? json_null() :
		    json_integer((json_int_t)memory->offset *
		    (json_int_t)a->totp.period));
		break;
	case KF_KIND_RECOVERY:
		kf_json_set(j, object, "issued",
		    json_integer(KF_RECOVERY_CODES));
		kf_json_set(j, object, "left", !known ? json_null() :
		    json_integer(kf_recovery_left(
		    memory != NULL ? memory->counter : 0)));
		break;
	case KF_KIND_KEY:
		add_key(j, object, &a->key, memory, known);
		add_proved(j, object, a, memory, known);
		break;
	}
}

static json_t *
factor(struct kf_json *j, const struct kf_authenticator *a,
    struct kf_service_result *result)
{
	bool known = result->err == KF_OK;
	const struct kf_memory *memory = known ?
	    kf_state_find(&result->state, a->tag) : NULL;
	json_t *object = json_object();

	kf_json_set(j, object, "id", kf_json_text(a->id));
	kf_json_set(j, object, "factor",
	    json_string(kf_factor_of(a->kind)->name));
	kf_json_set(j, object, "label", kf_json_text(a->label));
	kf_json_set(j, object, "created", kf_json_time(a->created));
	kf_json_set(j, object, "by", a->by[0] != '\0' ?
	    kf_json_text(a->by) : json_null());
	kf_json_set(j, object, "last-used",
	    kf_json_time(memory != NULL ? memory->used : 0));
	add_kind(j, object, a, memory, known);
	return object;
}

void
kf_json_person(struct kf_json *j, json_t *object,
    const struct kf_person *person, struct kf_service_result *result)
{
	json_t *factors = json_array();

	kf_json_set(j, object, "user", kf_json_text(person->name));
	kf_json_set(j, object, "uid", json_integer(person->uid));
	kf_json_set(j, object, "account",
	    json_boolean(kf_person_is_account(person)));
	kf_json_set(j, object, "state", kf_json_reading(result->err));
	for (size_t i = 0; i < person->count; i++)
		kf_json_append(j, factors,
		    factor(j, &person->authenticators[i], result));
	kf_json_set(j, object, "factors", factors);
}
