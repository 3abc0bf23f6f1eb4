/* The object of --json; see json.h. */
#include "enroll_tool/people/json.h"

#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/cli/words.h"
#include "enroll_tool/people/people.h"
#include "factors/factor.h"
#include "factors/recovery.h"

#define FORMAT 1

void
kf_json_start(struct kf_json *j)
{
	*j = (struct kf_json){ .top = json_object() };
	kf_json_set(j, j->top, "keyfirst", json_integer(FORMAT));
}

void
kf_json_set(struct kf_json *j, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) != 0)
		j->failed = true;
}

void
kf_json_append(struct kf_json *j, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		j->failed = true;
}

json_t *
kf_json_text(const char *text)
{
	char clean[KF_NAME_SIZE];

	kf_text_filter(clean, sizeof(clean), text, false);
	return json_string(clean);
}

json_t *
kf_json_time(int64_t when)
{
	char text[KF_WORDS_SIZE];

	return kf_words_time(when, text) ? json_string(text) : json_null();
}

json_t *
kf_json_reading(enum kf_err err)
{
	return json_string(err == KF_OK ? "ok" :
	    err == KF_ERR_CORRUPT ? "damaged" : "unavailable");
}

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

/* What only factors of its kind have.  known: the state could be read. */
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

enum kf_exit
kf_json_print(struct kf_json *j)
{
	char *text = j->failed ? NULL :
	    json_dumps(j->top, JSON_INDENT(2) | JSON_PRESERVE_ORDER);

	json_decref(j->top);
	j->top = NULL;
	if (text == NULL) {
		kf_complain("--json: no memory");
		return KF_EXIT_ERROR;
	}
	kf_say("%s\n", text);
	free(text);
	return KF_EXIT_DONE;
}
