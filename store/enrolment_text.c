/*
 * Reads and writes enrolments as text; see enrolment.h.  [person] comes first
 * and says how many sections follow, so that a truncated file is not taken for
 * a whole one.
 */
#include <string.h>

#include "common/text.h"
#include "store/enrolment_kinds.h"

/* The section [person], with two fields that are checked and not kept. */
struct person_record {
	uint32_t format;
	uint32_t authenticators;
	struct kf_person person;
};

#define PERSON(field) offsetof(struct person_record, field)
static const struct kf_field person_fields[] = {
	{ "format", KF_FIELD_U32, PERSON(format), 0,
	  KF_ENROLMENT_FORMAT, KF_ENROLMENT_FORMAT, NULL },
	{ "uid", KF_FIELD_U32, PERSON(person.uid), 0, 0, UINT32_MAX - 1, NULL },
	{ "name", KF_FIELD_TEXT, PERSON(person.name), 0, 1, KF_NAME_SIZE,
	  NULL },
	{ "version", KF_FIELD_U64, PERSON(person.version), 0, 1,
	  UINT64_MAX - 1, NULL },
	{ "authenticators", KF_FIELD_U32, PERSON(authenticators), 0, 1,
	  KF_AUTHENTICATORS_MAX, NULL },
};
#define PERSON_FIELDS (sizeof(person_fields) / sizeof(person_fields[0]))

struct parser {
	struct person_record *record;
	const struct kf_kind_text *kind; /* of the present section */
	uint32_t seen;		/* its fields so far, a bit each */
	bool open;		/* a section has begun */
};

/* Checks what the table of fields cannot express. */
static enum kf_err
check_key(const struct kf_key *key, struct kf_ini_error *error)
{
	if (!kf_text_is_word(key->rp_id, sizeof(key->rp_id)))
		return kf_ini_refuse(error, "rp-id is missing or not one word");
	if (key->public_key_len != kf_public_key_size(key->algorithm))
		return kf_ini_refuse(error,
		    "public-key has the wrong length for its algorithm");
	return KF_OK;
}

static enum kf_err
finish_section(const struct parser *p, struct kf_ini_error *error)
{
	const struct kf_person *person = &p->record->person;
	const struct kf_authenticator *a;
	enum kf_err err;

	if (!p->open)
		return KF_OK;
	if (person->count > 0) {
		a = &person->authenticators[person->count - 1];
		err = kf_record_complete(p->kind->fields, p->kind->count,
		    p->seen, error);
		if (err == KF_OK && a->kind == KF_KIND_KEY)
			err = check_key(&a->key, error);
		return err;
	}
	if (person->name[0] == '\0')
		return kf_ini_refuse(error, "name is missing");
	return kf_record_complete(person_fields, PERSON_FIELDS, p->seen,
	    error);
}

/* True for an id of this kind ("T1" to "T16", or "R") that is not yet taken. */
static bool
is_new_id(struct kf_person *person, const struct kf_kind_text *kind,
    const char *id)
{
	uint64_t n;

	if (id[0] != kind->letter || kf_enrolment_find(person, id) != NULL)
		return false;
	return kind->many ?
	    kf_text_number(id + 1, 1, KF_AUTHENTICATORS_MAX, &n) == KF_OK :
	    id[1] == '\0';
}

static enum kf_err
on_section(void *context, const char *name, struct kf_ini_error *error)
{
	struct parser *p = context;
	struct kf_person *person = &p->record->person;
	const struct kf_kind_text *kind = kf_kind_of_section(name);
	struct kf_authenticator *a;
	const char *id;
	enum kf_err err = finish_section(p, error);

	if (err != KF_OK)
		return err;
	p->seen = 0;
	if (!p->open && strcmp(name, "person") == 0) {
		p->open = true;
		return KF_OK;
	}
	if (!p->open || person->count == p->record->authenticators)
		return kf_ini_refuse(error, "unexpected section");
	if (kind == NULL)
		return kf_ini_refuse(error, "unknown section or id");
	id = name + strlen(kind->word) + 1;
	if (!is_new_id(person, kind, id))
		return kf_ini_refuse(error, "unknown section or id");
	a = &person->authenticators[person->count++];
	a->kind = kind->kind;
	memcpy(a->id, id, strlen(id) + 1);
	p->kind = kind;
	return KF_OK;
}

static enum kf_err
on_entry(void *context, const char *key, const char *value,
    struct kf_ini_error *error)
{
	struct parser *p = context;
	struct kf_person *person = &p->record->person;

	if (!p->open)
		return kf_ini_refuse(error, "[person] must come first");
	if (person->count == 0)
		return kf_record_set(person_fields, PERSON_FIELDS, p->record,
		    &p->seen, key, value, error);
	return kf_record_set(p->kind->fields, p->kind->count,
	    &person->authenticators[person->count - 1], &p->seen, key, value,
	    error);
}

static bool
tags_differ(const struct kf_person *person)
{
	for (size_t i = 0; i < person->count; i++)
		for (size_t j = 0; j < i; j++)
			if (person->authenticators[i].tag ==
			    person->authenticators[j].tag)
				return false;
	return true;
}

/* If two keys had one credential id, their order would decide between them. */
static bool
credentials_differ(const struct kf_person *person)
{
	for (size_t i = 0; i < person->count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct kf_key *a = &person->authenticators[i].key;
			const struct kf_key *b = &person->authenticators[j].key;

			if (a->credential_len > 0 &&
			    a->credential_len == b->credential_len &&
			    memcmp(a->credential, b->credential,
			    a->credential_len) == 0)
				return false;
		}
	return true;
}

enum kf_err
kf_enrolment_parse(const char *text, size_t len, struct kf_person *person,
    struct kf_ini_error *error)
{
	struct person_record record = { 0 };
	struct parser parser = { .record = &record };
	const struct kf_ini_reader reader = {
		.section = on_section,
		.entry = on_entry,
		.context = &parser,
	};
	enum kf_err err = kf_ini_parse(text, len, &reader, error);

	if (err == KF_OK)
		err = finish_section(&parser, error);
	if (err == KF_OK && (len == 0 || text[len - 1] != '\n'))
		err = kf_ini_refuse(error, "the last line is incomplete");
	if (err == KF_OK && (!parser.open ||
	    record.person.count != record.authenticators))
		err = kf_ini_refuse(error, "the file is incomplete");
	if (err == KF_OK && !tags_differ(&record.person))
		err = kf_ini_refuse(error, "two sections have one tag");
	if (err == KF_OK && !credentials_differ(&record.person))
		err = kf_ini_refuse(error, "two sections have one credential");
	if (err != KF_OK)
		return KF_ERR_CORRUPT;
	*person = record.person;
	return KF_OK;
}

enum kf_err
kf_enrolment_format(const struct kf_person *person, char *text, size_t size,
    size_t *len)
{
	const struct person_record record = {
		.format = KF_ENROLMENT_FORMAT,
		.authenticators = (uint32_t)person->count,
		.person = *person,
	};
	struct kf_writer w = { .text = text, .size = size };

	kf_writer_add(&w, "[person]\n");
	kf_record_write(person_fields, PERSON_FIELDS, &record, &w);
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];
		const struct kf_kind_text *kind = kf_kind_text(a->kind);

		kf_writer_add(&w, "\n[%s %s]\n", kind->word, a->id);
		kf_record_write(kind->fields, kind->count, a, &w);
	}
	*len = w.len;
	return w.full ? KF_ERR_RANGE : KF_OK;
}
