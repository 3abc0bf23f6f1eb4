/*
 * Enrolments as text; see enrolment.h.  [person] comes first and says how many
 * sections follow, so that a file that was cut is not taken for a whole one.
 */
#include "store/enrolment.h"

#include <stdbool.h>
#include <string.h>

#include "common/secret.h"
#include "common/text.h"
#include "store/record.h"

const char *const kf_algorithm_names[] = { "sha1", "sha256", "sha512", NULL };
const char *const kf_key_algorithm_names[] = { "es256", "eddsa", "rs256",
	NULL };
const char *const kf_attestation_names[] = { "none", "self", "leaf", "chain",
	NULL };

/* [person]: the struct with what is checked and not kept. */
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

#define AUTH(field) offsetof(struct kf_authenticator, field)
static const struct kf_field totp_fields[] = {
	{ "tag", KF_FIELD_TAG, AUTH(tag), 0, 0, 0, NULL },
	{ "label", KF_FIELD_TEXT, AUTH(label), 0, 0, KF_LABEL_SIZE, NULL },
	{ "created", KF_FIELD_TIME, AUTH(created), 0, 0, 0, NULL },
	{ "by", KF_FIELD_TEXT, AUTH(by), 0, 0, KF_BY_SIZE, NULL },
	{ "proved", KF_FIELD_BOOL, AUTH(proved), 0, 0, 0, NULL },
	{ "algorithm", KF_FIELD_WORD, AUTH(totp.algorithm), 0, 0, 0,
	  kf_algorithm_names },
	{ "digits", KF_FIELD_U32, AUTH(totp.digits), 0, KF_TOTP_DIGITS_MIN,
	  KF_TOTP_DIGITS_MAX, NULL },
	{ "period", KF_FIELD_U32, AUTH(totp.period), 0, KF_TOTP_PERIOD_MIN,
	  KF_TOTP_PERIOD_MAX, NULL },
	{ "first-step", KF_FIELD_U64, AUTH(totp.first_step), 0, 0,
	  UINT64_MAX - 1, NULL },
	{ "seed", KF_FIELD_BYTES, AUTH(totp.sealed), AUTH(totp.sealed_len),
	  12 + KF_SEED_MIN + 16, KF_SEALED_MAX, NULL },
};

static const struct kf_field recovery_fields[] = {
	{ "tag", KF_FIELD_TAG, AUTH(tag), 0, 0, 0, NULL },
	{ "label", KF_FIELD_TEXT, AUTH(label), 0, 0, KF_LABEL_SIZE, NULL },
	{ "created", KF_FIELD_TIME, AUTH(created), 0, 0, 0, NULL },
	{ "by", KF_FIELD_TEXT, AUTH(by), 0, 0, KF_BY_SIZE, NULL },
	{ "salt", KF_FIELD_BYTES, AUTH(recovery.salt),
	  AUTH(recovery.salt_len), KF_RECOVERY_SALT, KF_RECOVERY_SALT, NULL },
	{ "hashes", KF_FIELD_BYTES, AUTH(recovery.hashes),
	  AUTH(recovery.hashes_len), KF_RECOVERY_CODES * KF_RECOVERY_HASH,
	  KF_RECOVERY_CODES * KF_RECOVERY_HASH, NULL },
};

static const struct kf_field key_fields[] = {
	{ "tag", KF_FIELD_TAG, AUTH(tag), 0, 0, 0, NULL },
	{ "label", KF_FIELD_TEXT, AUTH(label), 0, 0, KF_LABEL_SIZE, NULL },
	{ "created", KF_FIELD_TIME, AUTH(created), 0, 0, 0, NULL },
	{ "by", KF_FIELD_TEXT, AUTH(by), 0, 0, KF_BY_SIZE, NULL },
	{ "proved", KF_FIELD_BOOL, AUTH(proved), 0, 0, 0, NULL },
	{ "algorithm", KF_FIELD_WORD, AUTH(key.algorithm), 0, 0, 0,
	  kf_key_algorithm_names },
	{ "rp-id", KF_FIELD_TEXT, AUTH(key.rp_id), 0, 0, KF_KEY_RP_ID_SIZE,
	  NULL },
	{ "credential", KF_FIELD_BYTES, AUTH(key.credential),
	  AUTH(key.credential_len), KF_KEY_CREDENTIAL_MIN,
	  KF_KEY_CREDENTIAL_MAX, NULL },
	{ "public-key", KF_FIELD_BYTES, AUTH(key.public_key),
	  AUTH(key.public_key_len), 1, KF_PUBLIC_KEY_MAX, NULL },
	{ "verify", KF_FIELD_BOOL, AUTH(key.verify), 0, 0, 0, NULL },
	{ "synced", KF_FIELD_BOOL, AUTH(key.synced), 0, 0, 0, NULL },
	{ "attestation", KF_FIELD_WORD, AUTH(key.attestation), 0, 0, 0,
	  kf_attestation_names },
	{ "aaguid", KF_FIELD_BYTES, AUTH(key.aaguid), AUTH(key.aaguid_len),
	  KF_KEY_AAGUID_SIZE, KF_KEY_AAGUID_SIZE, NULL },
	/* 32 bits in what a key signs (WebAuthn, 6.1). */
	{ "first-counter", KF_FIELD_U64, AUTH(key.first_counter), 0, 0,
	  UINT32_MAX, NULL },
};

/* The kinds: section word, letter of the id, is it numbered, fields. */
static const struct {
	enum kf_kind kind;
	const char *word;
	char letter;
	bool many;
	const struct kf_field *fields;
	size_t count;
} kinds[] = {
	{ KF_KIND_TOTP, "totp", 'T', true, totp_fields,
	  sizeof(totp_fields) / sizeof(totp_fields[0]) },
	{ KF_KIND_RECOVERY, "recovery", 'R', false, recovery_fields,
	  sizeof(recovery_fields) / sizeof(recovery_fields[0]) },
	{ KF_KIND_KEY, "key", 'K', true, key_fields,
	  sizeof(key_fields) / sizeof(key_fields[0]) },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static size_t
kind_index(enum kf_kind kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return i;
	return 0;
}

struct parser {
	struct person_record *record;
	size_t kind;		/* of the section that is open */
	uint32_t seen;
	bool open;		/* a section is */
};

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

/* What one field alone does not show. */
static enum kf_err
check_key(const struct kf_key *key, struct kf_ini_error *error)
{
	if (!kf_text_is_word(key->rp_id, sizeof(key->rp_id)))
		return kf_ini_refuse(error, "rp-id is missing or no word");
	if (key->public_key_len != kf_public_key_size(key->algorithm))
		return kf_ini_refuse(error,
		    "public-key has another length than its algorithm");
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
		err = kf_record_complete(kinds[p->kind].fields,
		    kinds[p->kind].count, p->seen, error);
		if (err == KF_OK && a->kind == KF_KIND_KEY)
			err = check_key(&a->key, error);
		return err;
	}
	if (person->name[0] == '\0')
		return kf_ini_refuse(error, "name is missing");
	return kf_record_complete(person_fields, PERSON_FIELDS, p->seen,
	    error);
}

/* "T1" to "T16", or "R", and not twice. */
static bool
is_new_id(struct kf_person *person, size_t kind, const char *id)
{
	uint64_t n;

	if (id[0] != kinds[kind].letter ||
	    kf_enrolment_find(person, id) != NULL)
		return false;
	return kinds[kind].many ?
	    kf_text_number(id + 1, 1, KF_AUTHENTICATORS_MAX, &n) == KF_OK :
	    id[1] == '\0';
}

static enum kf_err
on_section(void *context, const char *name, struct kf_ini_error *error)
{
	struct parser *p = context;
	struct kf_person *person = &p->record->person;
	struct kf_authenticator *a;
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
	for (size_t i = 0; i < KINDS; i++) {
		size_t len = strlen(kinds[i].word);

		if (strncmp(name, kinds[i].word, len) != 0 ||
		    name[len] != ' ' || !is_new_id(person, i, name + len + 1))
			continue;
		a = &person->authenticators[person->count++];
		a->kind = kinds[i].kind;
		memcpy(a->id, name + len + 1, strlen(name + len + 1) + 1);
		p->kind = i;
		return KF_OK;
	}
	return kf_ini_refuse(error, "unknown section or id");
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
	return kf_record_set(kinds[p->kind].fields, kinds[p->kind].count,
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

/* Then the one that is found would be a matter of order. */
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
		err = kf_ini_refuse(error, "the last line is cut");
	if (err == KF_OK && (!parser.open ||
	    record.person.count != record.authenticators))
		err = kf_ini_refuse(error, "the file is cut");
	if (err == KF_OK && !tags_differ(&record.person))
		err = kf_ini_refuse(error, "a tag twice");
	if (err == KF_OK && !credentials_differ(&record.person))
		err = kf_ini_refuse(error, "a credential twice");
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
		size_t k = kind_index(a->kind);

		kf_writer_add(&w, "\n[%s %s]\n", kinds[k].word, a->id);
		kf_record_write(kinds[k].fields, kinds[k].count, a, &w);
	}
	*len = w.len;
	return w.full ? KF_ERR_RANGE : KF_OK;
}

struct kf_authenticator *
kf_enrolment_find(struct kf_person *person, const char *id)
{
	for (size_t i = 0; i < person->count; i++)
		if (strcmp(person->authenticators[i].id, id) == 0)
			return &person->authenticators[i];
	return NULL;
}

/* The lowest free one. */
static enum kf_err
new_id(struct kf_person *person, size_t kind, char id[KF_ID_SIZE])
{
	enum kf_err err = kf_text_format(id, KF_ID_SIZE, "%c",
	    kinds[kind].letter);
	unsigned n = 1;

	if (err == KF_OK && !kinds[kind].many)
		return kf_enrolment_find(person, id) == NULL ? KF_OK :
		    KF_ERR_CONFLICT;
	do {
		err = kf_text_format(id, KF_ID_SIZE, "%c%u",
		    kinds[kind].letter, n++);
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
	err = new_id(person, kind_index(kind), id);
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
