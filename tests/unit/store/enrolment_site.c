/* Enrolments for tests; see enrolment_site.h. */
#include "tests/unit/store/enrolment_site.h"

#include <stdio.h>
#include <string.h>

void
enrolled_fill_totp(struct kf_authenticator *a, unsigned n)
{
	static const size_t seeds[] = { KF_SEED_MIN, 20, 32, 64, KF_SEED_MAX };

	(void)snprintf(a->label, sizeof(a->label), "phone %u \xc3\xa9", n);
	if (n % 4 == 3)
		memset(a->label, 0, sizeof(a->label));
	a->created = 1700000000 + (int64_t)n;
	(void)snprintf(a->by, sizeof(a->by), "root");
	a->proved = n % 2 == 0;
	a->totp.algorithm = 1 + n % 3;
	a->totp.digits = 6 + n % 3;
	a->totp.period = 15 + n;
	a->totp.first_step = n == 0 ? 0 : UINT64_MAX - n;
	a->totp.sealed_len = 28 + seeds[n % UNIT_COUNT(seeds)];
	for (size_t i = 0; i < a->totp.sealed_len; i++)
		a->totp.sealed[i] = (unsigned char)(i * 7 + n);
}

void
enrolled_fill_key(struct kf_authenticator *a, unsigned n)
{
	struct kf_key *key = &a->key;

	(void)snprintf(a->label, sizeof(a->label), "key %u \xc3\xa9", n);
	a->created = 1700000000 + (int64_t)n;
	(void)snprintf(a->by, sizeof(a->by), "root");
	a->proved = n % 2 == 0;
	key->algorithm = 1 + n % 3;
	(void)snprintf(key->rp_id, sizeof(key->rp_id), n % 2 == 0 ? "ssh:" :
	    "host%u.example.org", n);
	key->credential_len = n % 5 == 0 ? KF_KEY_CREDENTIAL_MIN :
	    n % 5 == 1 ? KF_KEY_CREDENTIAL_MAX : 64;
	for (size_t i = 0; i < key->credential_len; i++)
		key->credential[i] = (unsigned char)(i * 7 + n);
	key->public_key_len = kf_public_key_size(key->algorithm);
	for (size_t i = 0; i < key->public_key_len; i++)
		key->public_key[i] = (unsigned char)(i * 5 + n);
	key->verify = n % 2 == 1;
	key->synced = n % 4 == 2;
	key->attestation = 1 + n % 4;
	key->aaguid_len = KF_KEY_AAGUID_SIZE;
	memset(key->aaguid, (int)n, sizeof(key->aaguid));
	key->first_counter = n == 1 ? UINT32_MAX : n;
}

struct kf_person
enrolled_person(enum kf_kind kind, unsigned count)
{
	struct kf_person person = { .uid = 1000, .name = "alice",
		.version = 3 };

	for (unsigned i = 0; i < count; i++) {
		struct kf_authenticator *a = NULL;

		assert_int_equal(kf_enrolment_add(&person, kind, &a), KF_OK);
		if (kind == KF_KIND_KEY)
			enrolled_fill_key(a, i);
		else
			enrolled_fill_totp(a, i);
	}
	return person;
}

size_t
enrolled_format(const struct kf_person *person,
    char text[KF_ENROLMENT_TEXT_MAX])
{
	size_t len = 0;

	assert_int_equal(kf_enrolment_format(person, text,
	    KF_ENROLMENT_TEXT_MAX, &len), KF_OK);
	assert_int_equal(len, strlen(text));
	return len;
}

enum kf_err
enrolled_parse(const char *text, size_t len, struct kf_person *person)
{
	struct kf_ini_error error;
	enum kf_err err = kf_enrolment_parse(text, len, person, &error);

	if (err != KF_OK) {
		assert_int_equal(err, KF_ERR_CORRUPT);
		assert_true(error.reason[0] != '\0');
	}
	return err;
}

void
enrolled_there_and_back(const struct kf_person *person)
{
	char text[KF_ENROLMENT_TEXT_MAX];
	size_t len = enrolled_format(person, text);
	struct kf_person back;

	memset(&back, 0xee, sizeof(back));
	assert_int_equal(enrolled_parse(text, len, &back), KF_OK);
	assert_memory_equal(person, &back, sizeof(*person));
}

void
enrolled_replace(char *text, const char *what, const char *with)
{
	char *at = strstr(text, what);

	assert_non_null(at);
	memmove(at + strlen(with), at + strlen(what),
	    strlen(at + strlen(what)) + 1);
	memcpy(at, with, strlen(with));
}

void
enrolled_refuses(const struct kf_person *person,
    const struct enrolled_change *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char text[KF_ENROLMENT_TEXT_MAX];
		struct kf_person back;

		(void)enrolled_format(person, text);
		enrolled_replace(text, table[i].what, table[i].with);
		if (enrolled_parse(text, strlen(text), &back) == KF_OK)
			fail_msg("\"%s\" is taken", table[i].with);
	}
}
