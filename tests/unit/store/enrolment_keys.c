/*
 * Enrolments of security keys as text (store/enrolment.h), alone and together
 * with other kinds of authenticators.
 */
#include "tests/unit/store/enrolment_site.h"

#include <stdio.h>
#include <string.h>

/* In a person with two keys: K1 is es256, K2 is eddsa. */
static void
key_refuses(void **state)
{
	static const struct enrolled_change table[] = {
		{ "[key K1]", "[key T1]" },
		{ "[key K1]", "[key K0]" },
		{ "[key K1]", "[key K17]" },
		{ "[key K1]", "[key K2]" },
		{ "[key K1]", "[key]" },
		{ "[key K1]", "[totp T1]" },
		{ "algorithm = es256", "algorithm = eddsa" },
		{ "algorithm = es256", "algorithm = rs256" },
		{ "algorithm = eddsa", "algorithm = es256" },
		{ "algorithm = es256", "algorithm = ES256" },
		{ "algorithm = es256", "algorithm = es384" },
		{ "algorithm = es256\n", "" },
		{ "rp-id = ssh:\n", "" },
		{ "rp-id = ssh:", "rp-id =" },
		{ "rp-id = ssh:", "rp-id = s sh:" },
		{ "rp-id = ssh:", "rp-id = s\tsh:" },
		{ "rp-id = ssh:", "rp-id = ssh:\xe2\x80\x8b" },
		{ "rp-id = ssh:", "rp-id = ssh:\xff" },
		{ "rp-id = ssh:", "rp-id = ssh:\nrp-id = ssh:" },
		{ "credential = 00", "credential = " },
		{ "credential = 00", "credential = 0" },
		{ "credential = 00", "credential = 0g" },
		{ "credential = 00", "credential = 0A" },
		{ "credential = 01", "credential = 0101" },
		{ "public-key = 00", "public-key = " },
		{ "public-key = 00", "public-key = 0000" },
		{ "public-key = 00", "public-key = 0" },
		{ "public-key = 01", "public-key = " },
		{ "public-key = 01", "public-key = 0101" },
		{ "verify = no\n", "" },
		{ "verify = no", "verify = 0" },
		{ "synced = no\n", "" },
		{ "synced = no", "synced = false" },
		{ "attestation = none\n", "" },
		{ "attestation = none", "attestation = root" },
		{ "attestation = none", "attestation = chains" },
		{ "aaguid = 00", "aaguid = " },
		{ "aaguid = 00", "aaguid = 0000" },
		{ "aaguid = 00000000", "aaguid = 00000000-" },
		{ "first-counter = 0\n", "" },
		{ "first-counter = 0", "first-counter = 4294967296" },
		{ "first-counter = 0", "first-counter = -1" },
		{ "proved = yes\n", "" },
		{ "created = ", "created = x" },
		{ "verify = no", "verify = no\nseed = 00" },
		{ "verify = no", "verify = no\nfirst-step = 1" },
		{ "verify = no", "verify = no\nverify = no" },
	};
	struct kf_person person = enrolled_person(KF_KIND_KEY, 2);

	(void)state;
	enrolled_refuses(&person, table, UNIT_COUNT(table));
}

/* Sixteen of the largest keys fit, and no line is too long to be read. */
static void
largest_keys(void **state)
{
	struct kf_person person = { .uid = UINT32_MAX - 1,
		.version = UINT64_MAX - 2 };
	char text[KF_ENROLMENT_TEXT_MAX];
	size_t len, line = 0, longest = 0;

	(void)state;
	memset(person.name, 'x', sizeof(person.name) - 1);
	for (unsigned i = 0; i < KF_AUTHENTICATORS_MAX; i++) {
		struct kf_authenticator *a = NULL;

		assert_int_equal(kf_enrolment_add(&person, KF_KIND_KEY, &a),
		    KF_OK);
		memset(a->label, 'l', sizeof(a->label) - 1);
		memset(a->by, 'b', sizeof(a->by) - 1);
		a->created = INT64_MAX;
		a->key.algorithm = KF_RS256;
		memset(a->key.rp_id, 'r', sizeof(a->key.rp_id) - 1);
		a->key.credential_len = KF_KEY_CREDENTIAL_MAX;
		memset(a->key.credential, (int)i, KF_KEY_CREDENTIAL_MAX);
		a->key.public_key_len = KF_PUBLIC_KEY_MAX;
		memset(a->key.public_key, (int)i, KF_PUBLIC_KEY_MAX);
		a->key.attestation = KF_ATTESTATION_CHAIN;
		a->key.aaguid_len = KF_KEY_AAGUID_SIZE;
		a->key.first_counter = UINT32_MAX;
	}
	enrolled_there_and_back(&person);
	len = enrolled_format(&person, text);
	for (size_t i = 0; i < len; i++) {
		line = text[i] == '\n' ? 0 : line + 1;
		longest = line > longest ? line : longest;
	}
	assert_in_range(longest, 2 * KF_KEY_CREDENTIAL_MAX,
	    KF_INI_LINE_MAX - 1);
}

/* The smallest and the greatest length of each field, and one byte beyond. */
static void
key_lengths(void **state)
{
	static const struct {
		size_t credential;
		enum kf_err err;
	} table[] = {
		{ 0, KF_ERR_CORRUPT },
		{ KF_KEY_CREDENTIAL_MIN - 1, KF_ERR_CORRUPT },
		{ KF_KEY_CREDENTIAL_MIN, KF_OK },
		{ KF_KEY_CREDENTIAL_MAX, KF_OK },
	};
	char text[KF_ENROLMENT_TEXT_MAX], line[1024];
	struct kf_person person, back;
	size_t len;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		person = enrolled_person(KF_KIND_KEY, 1);
		person.authenticators[0].key.credential_len =
		    table[i].credential;
		len = enrolled_format(&person, text);
		assert_int_equal(enrolled_parse(text, len, &back),
		    table[i].err);
	}
	/* One byte more than the struct can hold. */
	person = enrolled_person(KF_KIND_KEY, 1);
	person.authenticators[0].key.credential_len = KF_KEY_CREDENTIAL_MAX;
	(void)enrolled_format(&person, text);
	enrolled_replace(text, "credential = ", "credential = 00");
	assert_int_equal(enrolled_parse(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
	/* Each algorithm has one length of its own. */
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (len = 1; len <= KF_PUBLIC_KEY_MAX; len++) {
			size_t size;

			person = enrolled_person(KF_KIND_KEY, 1);
			person.authenticators[0].key.algorithm = n;
			person.authenticators[0].key.public_key_len = len;
			size = enrolled_format(&person, text);
			assert_int_equal(enrolled_parse(text, size, &back),
			    len == kf_public_key_size(n) ? KF_OK :
			    KF_ERR_CORRUPT);
		}
	assert_int_equal(kf_public_key_size(0), 0);
	assert_int_equal(kf_public_key_size(4), 0);
	/* The longest relying party id, and one byte more. */
	person = enrolled_person(KF_KIND_KEY, 1);
	memset(person.authenticators[0].key.rp_id, 'r', KF_KEY_RP_ID_SIZE - 1);
	enrolled_there_and_back(&person);
	(void)enrolled_format(&person, text);
	(void)snprintf(line, sizeof(line), "rp-id = r");
	enrolled_replace(text, line, "rp-id = rr");
	assert_int_equal(enrolled_parse(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
}

/* Two records of one credential id are refused: either could be used. */
static void
credentials_differ(void **state)
{
	struct kf_person person = enrolled_person(KF_KIND_KEY, 3);
	struct kf_key *a = &person.authenticators[0].key;
	struct kf_key *b = &person.authenticators[2].key;
	char text[KF_ENROLMENT_TEXT_MAX];
	struct kf_person back;
	size_t len;

	(void)state;
	a->credential_len = b->credential_len;
	memcpy(a->credential, b->credential, sizeof(a->credential));
	len = enrolled_format(&person, text);
	assert_int_equal(enrolled_parse(text, len, &back), KF_ERR_CORRUPT);
	/* It makes no difference that the relying parties differ. */
	(void)snprintf(a->rp_id, sizeof(a->rp_id), "other.example.org");
	len = enrolled_format(&person, text);
	assert_int_equal(enrolled_parse(text, len, &back), KF_ERR_CORRUPT);
	/* A credential id that is a prefix of another is a different id. */
	a->credential[--a->credential_len] = 0;
	enrolled_there_and_back(&person);
	*a = *b;
	b->credential[--b->credential_len] = 0;
	enrolled_there_and_back(&person);
	b->credential[b->credential_len++] ^= 1;
	enrolled_there_and_back(&person);
}

/* Each kind has its own numbers, in whichever order the kinds are added. */
static void
kinds_together(void **state)
{
	struct kf_person person = enrolled_person(KF_KIND_KEY, 2);
	struct kf_authenticator *a = NULL;

	(void)state;
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_TOTP, &a), KF_OK);
	assert_string_equal(a->id, "T1");
	enrolled_fill_totp(a, 0);
	assert_int_equal(kf_enrolment_first_counter(a), 0);
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_KEY, &a), KF_OK);
	assert_string_equal(a->id, "K3");
	enrolled_fill_key(a, 7);
	assert_int_equal(kf_enrolment_first_counter(a), 7);
	enrolled_there_and_back(&person);
	assert_int_equal(kf_enrolment_factors(&person), 4);
	kf_enrolment_remove(&person, kf_enrolment_find(&person, "K1"));
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_KEY, &a), KF_OK);
	assert_string_equal(a->id, "K1");
}

/*
 * A number that has no word in the file is not written, and must not be used as
 * an index beyond the table of words.
 */
static void
key_that_is_not_filled_in(void **state)
{
	struct kf_person person = { .uid = 1, .name = "alice", .version = 1 };
	struct kf_authenticator *a = NULL;
	char text[KF_ENROLMENT_TEXT_MAX];
	size_t len;

	(void)state;
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_KEY, &a), KF_OK);
	assert_int_equal(kf_enrolment_format(&person, text, sizeof(text),
	    &len), KF_ERR_RANGE);
	enrolled_fill_key(a, 0);
	a->key.algorithm = 4;
	assert_int_equal(kf_enrolment_format(&person, text, sizeof(text),
	    &len), KF_ERR_RANGE);
	enrolled_fill_key(a, 0);
	a->key.attestation = UINT32_MAX;
	assert_int_equal(kf_enrolment_format(&person, text, sizeof(text),
	    &len), KF_ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(key_refuses),
		UNIT_TEST(largest_keys),
		UNIT_TEST(key_lengths),
		UNIT_TEST(credentials_differ),
		UNIT_TEST(kinds_together),
		UNIT_TEST(key_that_is_not_filled_in),
	};

	unit_start();
	return cmocka_run_group_tests_name("enrolment_keys", tests, NULL,
	    NULL);
}
