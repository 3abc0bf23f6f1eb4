/* Enrolments as text: what is not exactly what was written is refused. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "store/enrolment.h"

static void
fill_totp(struct kf_authenticator *a, unsigned n)
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

/* n in each byte that differs from key to key. */
static void
fill_key(struct kf_authenticator *a, unsigned n)
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

static struct kf_person
person_of(enum kf_kind kind, unsigned count)
{
	struct kf_person person = { .uid = 1000, .name = "alice",
		.version = 3 };

	for (unsigned i = 0; i < count; i++) {
		struct kf_authenticator *a = NULL;

		assert_int_equal(kf_enrolment_add(&person, kind, &a), KF_OK);
		if (kind == KF_KIND_KEY)
			fill_key(a, i);
		else
			fill_totp(a, i);
	}
	return person;
}

static struct kf_person
person_with(unsigned count)
{
	return person_of(KF_KIND_TOTP, count);
}

static size_t
format_person(const struct kf_person *person, char text[KF_ENROLMENT_TEXT_MAX])
{
	size_t len = 0;

	assert_int_equal(kf_enrolment_format(person, text,
	    KF_ENROLMENT_TEXT_MAX, &len), KF_OK);
	assert_int_equal(len, strlen(text));
	return len;
}

static enum kf_err
parse_person(const char *text, size_t len, struct kf_person *person)
{
	struct kf_ini_error error;
	enum kf_err err = kf_enrolment_parse(text, len, person, &error);

	if (err != KF_OK) {
		assert_int_equal(err, KF_ERR_CORRUPT);
		assert_true(error.reason[0] != '\0');
	}
	return err;
}

static void
there_and_back(const struct kf_person *person)
{
	char text[KF_ENROLMENT_TEXT_MAX];
	size_t len = format_person(person, text);
	struct kf_person back;

	memset(&back, 0xee, sizeof(back));
	assert_int_equal(parse_person(text, len, &back), KF_OK);
	assert_memory_equal(person, &back, sizeof(*person));
}

static void
enrolment_round_trip(void **state)
{
	(void)state;
	for (unsigned count = 1; count <= KF_AUTHENTICATORS_MAX; count++) {
		struct kf_person person = person_with(count);

		there_and_back(&person);
		person = person_of(KF_KIND_KEY, count);
		there_and_back(&person);
	}
}

static void
cut_anywhere(const struct kf_person *person)
{
	char text[KF_ENROLMENT_TEXT_MAX];
	size_t len = format_person(person, text);

	for (size_t n = 0; n < len; n++) {
		struct kf_person back = { .uid = 4711 };

		if (parse_person(text, n, &back) == KF_OK)
			fail_msg("cut at %zu of %zu is taken", n, len);
		assert_int_equal(back.uid, 4711);
	}
}

static void
enrolment_cut_anywhere(void **state)
{
	struct kf_person person = person_with(3);

	(void)state;
	cut_anywhere(&person);
	person = person_of(KF_KIND_KEY, 3);
	cut_anywhere(&person);
}

/* Replaces the first occurrence; the text must fit. */
static void
replace(char *text, const char *what, const char *with)
{
	char *at = strstr(text, what);

	assert_non_null(at);
	memmove(at + strlen(with), at + strlen(what),
	    strlen(at + strlen(what)) + 1);
	memcpy(at, with, strlen(with));
}

static void
enrolment_refuses(void **state)
{
	static const struct {
		const char *what;
		const char *with;
	} table[] = {
		{ "format = 1", "format = 2" },
		{ "format = 1", "format = 0" },
		{ "format = 1\n", "" },
		{ "uid = 1000", "uid = 4294967295" },
		{ "uid = 1000", "uid = -1" },
		{ "uid = 1000", "uid = 01000" },
		{ "uid = 1000", "uid = 1000 " "x" },
		{ "name = alice\n", "" },
		{ "name = alice", "name = ali\xff" "ce" },
		{ "name = alice", "name = a\xe2\x80\xae" "lice" },
		{ "version = 3", "version = 0" },
		{ "version = 3", "version = 18446744073709551615" },
		{ "version = 3", "version = 3\nversion = 3" },
		{ "version = 3", "version = 3\nadmin = yes" },
		{ "authenticators = 2", "authenticators = 1" },
		{ "authenticators = 2", "authenticators = 3" },
		{ "authenticators = 2", "authenticators = 0" },
		{ "authenticators = 2", "authenticators = 17" },
		{ "[person]", "[persons]" },
		{ "[person]\n", "" },
		{ "[person]", "[person]\n[person]" },
		{ "[totp T1]", "[totp T17]" },
		{ "[totp T1]", "[totp T0]" },
		{ "[totp T1]", "[totp T01]" },
		{ "[totp T1]", "[totp T2]" },
		{ "[totp T1]", "[totp K1]" },
		{ "[totp T1]", "[totp T]" },
		{ "[totp T1]", "[totp]" },
		{ "[totp T1]", "[totp  T1]" },
		{ "[totp T1]", "[key K1]" },
		{ "[totp T1]", "[person]" },
		{ "tag = ", "tag = 0" },
		{ "tag = ", "tag = g" },
		{ "algorithm = sha1", "algorithm = md5" },
		{ "algorithm = sha1", "algorithm = SHA1" },
		{ "algorithm = sha1\n", "" },
		{ "digits = 6", "digits = 5" },
		{ "digits = 6", "digits = 9" },
		{ "digits = 6", "digits = 06" },
		{ "digits = 6\n", "" },
		{ "digits = 6", "digits = 6\ndigits = 7" },
		{ "period = 15", "period = 14" },
		{ "period = 15", "period = 61" },
		{ "period = 15", "period = 0" },
		{ "first-step = 0", "first-step = 18446744073709551615" },
		{ "first-step = 0", "first-step = -1" },
		{ "first-step = 0\n", "" },
		{ "proved = yes\n", "" },
		{ "proved = yes", "proved = Yes" },
		{ "proved = yes", "proved = 1" },
		{ "proved = yes", "proved = yes\nproved = no" },
		{ "created = ", "created = -" },
		{ "created = ", "created = 9" "9999999999" },
		{ "seed = 00", "seed = 0" },
		{ "seed = 00", "seed = 0g" },
		{ "seed = 00", "seed = 0A" },
		{ "seed = 00", "seed = " },
		{ "seed = 00", "seeds = 00" },
		{ "by = root", "by = root\nby = root" },
		{ "label = phone 0", "label = phone\xc2\x9b" "0" },
	};
	struct kf_person person = person_with(2);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		char text[KF_ENROLMENT_TEXT_MAX];
		struct kf_person back;

		(void)format_person(&person, text);
		replace(text, table[i].what, table[i].with);
		if (parse_person(text, strlen(text), &back) == KF_OK)
			fail_msg("\"%s\" is taken", table[i].with);
	}
}

/* Two keys: K1 is es256, K2 is eddsa. */
static void
key_refuses(void **state)
{
	static const struct {
		const char *what;
		const char *with;
	} table[] = {
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
	struct kf_person person = person_of(KF_KIND_KEY, 2);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		char text[KF_ENROLMENT_TEXT_MAX];
		struct kf_person back;

		(void)format_person(&person, text);
		replace(text, table[i].what, table[i].with);
		if (parse_person(text, strlen(text), &back) == KF_OK)
			fail_msg("\"%s\" is taken", table[i].with);
	}
}

/* Sixteen of the largest fit, and the lines of each are what can be read. */
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
	there_and_back(&person);
	len = format_person(&person, text);
	for (size_t i = 0; i < len; i++) {
		line = text[i] == '\n' ? 0 : line + 1;
		longest = line > longest ? line : longest;
	}
	assert_in_range(longest, 2 * KF_KEY_CREDENTIAL_MAX,
	    KF_INI_LINE_MAX - 1);
}

/* Bounds of the lengths, from both sides. */
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
		person = person_of(KF_KIND_KEY, 1);
		person.authenticators[0].key.credential_len =
		    table[i].credential;
		len = format_person(&person, text);
		assert_int_equal(parse_person(text, len, &back),
		    table[i].err);
	}
	/* One byte more, which no struct of ours can hold. */
	person = person_of(KF_KIND_KEY, 1);
	person.authenticators[0].key.credential_len = KF_KEY_CREDENTIAL_MAX;
	(void)format_person(&person, text);
	replace(text, "credential = ", "credential = 00");
	assert_int_equal(parse_person(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
	/* Each algorithm has one length of its own. */
	for (uint32_t n = KF_ES256; n <= KF_RS256; n++)
		for (len = 1; len <= KF_PUBLIC_KEY_MAX; len++) {
			size_t size;

			person = person_of(KF_KIND_KEY, 1);
			person.authenticators[0].key.algorithm = n;
			person.authenticators[0].key.public_key_len = len;
			size = format_person(&person, text);
			assert_int_equal(parse_person(text, size, &back),
			    len == kf_public_key_size(n) ? KF_OK :
			    KF_ERR_CORRUPT);
		}
	assert_int_equal(kf_public_key_size(0), 0);
	assert_int_equal(kf_public_key_size(4), 0);
	/* The longest relying party, and one that is longer. */
	person = person_of(KF_KIND_KEY, 1);
	memset(person.authenticators[0].key.rp_id, 'r', KF_KEY_RP_ID_SIZE - 1);
	there_and_back(&person);
	(void)format_person(&person, text);
	(void)snprintf(line, sizeof(line), "rp-id = r");
	replace(text, line, "rp-id = rr");
	assert_int_equal(parse_person(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
}

/* Which record serves must not be a matter of order. */
static void
credentials_differ(void **state)
{
	struct kf_person person = person_of(KF_KIND_KEY, 3);
	struct kf_key *a = &person.authenticators[0].key;
	struct kf_key *b = &person.authenticators[2].key;
	char text[KF_ENROLMENT_TEXT_MAX];
	struct kf_person back;
	size_t len;

	(void)state;
	a->credential_len = b->credential_len;
	memcpy(a->credential, b->credential, sizeof(a->credential));
	len = format_person(&person, text);
	assert_int_equal(parse_person(text, len, &back), KF_ERR_CORRUPT);
	/* For another relying party, it is the same key all the same. */
	(void)snprintf(a->rp_id, sizeof(a->rp_id), "other.example.org");
	len = format_person(&person, text);
	assert_int_equal(parse_person(text, len, &back), KF_ERR_CORRUPT);
	/* A beginning of another is another. */
	a->credential[--a->credential_len] = 0;
	there_and_back(&person);
	*a = *b;
	b->credential[--b->credential_len] = 0;
	there_and_back(&person);
	b->credential[b->credential_len++] ^= 1;
	there_and_back(&person);
}

/* Ids of each kind are numbered by themselves; the kinds stand mixed. */
static void
kinds_together(void **state)
{
	struct kf_person person = person_of(KF_KIND_KEY, 2);
	struct kf_authenticator *a = NULL;

	(void)state;
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_TOTP, &a), KF_OK);
	assert_string_equal(a->id, "T1");
	fill_totp(a, 0);
	assert_int_equal(kf_enrolment_first_counter(a), 0);
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_KEY, &a), KF_OK);
	assert_string_equal(a->id, "K3");
	fill_key(a, 7);
	assert_int_equal(kf_enrolment_first_counter(a), 7);
	there_and_back(&person);
	assert_int_equal(kf_enrolment_factors(&person), 4);
	kf_enrolment_remove(&person, kf_enrolment_find(&person, "K1"));
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_KEY, &a), KF_OK);
	assert_string_equal(a->id, "K1");
}

/* A word that is none is not written, and nothing is read beyond the words. */
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
	fill_key(a, 0);
	a->key.algorithm = 4;
	assert_int_equal(kf_enrolment_format(&person, text, sizeof(text),
	    &len), KF_ERR_RANGE);
	fill_key(a, 0);
	a->key.attestation = UINT32_MAX;
	assert_int_equal(kf_enrolment_format(&person, text, sizeof(text),
	    &len), KF_ERR_RANGE);
}

static void
enrolment_refuses_long_text(void **state)
{
	struct kf_person person = person_with(1);
	char text[KF_ENROLMENT_TEXT_MAX];
	char label[100] = "label = ";
	struct kf_person back;

	(void)state;
	memset(label + 8, 'x', KF_LABEL_SIZE - 1);
	(void)format_person(&person, text);
	replace(text, "label = phone 0 \xc3\xa9", label);
	assert_int_equal(parse_person(text, strlen(text), &back), KF_OK);
	label[8 + KF_LABEL_SIZE - 1] = 'x';
	(void)format_person(&person, text);
	replace(text, "label = phone 0 \xc3\xa9", label);
	assert_int_equal(parse_person(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
}

/* Two lines of state for one tag would be one memory for two seeds. */
static void
enrolment_tags_differ(void **state)
{
	struct kf_person person = person_with(2);
	char text[KF_ENROLMENT_TEXT_MAX];
	struct kf_person back;
	size_t len;

	(void)state;
	assert_int_not_equal(person.authenticators[0].tag,
	    person.authenticators[1].tag);
	person.authenticators[1].tag = person.authenticators[0].tag;
	len = format_person(&person, text);
	assert_int_equal(parse_person(text, len, &back), KF_ERR_CORRUPT);
}

static void
seventeen_authenticators(void **state)
{
	struct kf_person person = person_with(KF_AUTHENTICATORS_MAX);
	struct kf_authenticator *a = NULL;
	char text[2 * KF_ENROLMENT_TEXT_MAX];
	struct kf_person back;
	const char *last;
	size_t len;

	(void)state;
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_TOTP, &a),
	    KF_ERR_RANGE);
	assert_int_equal(person.count, KF_AUTHENTICATORS_MAX);
	len = format_person(&person, text);
	/* The last section once more, under the next id. */
	last = strstr(text, "[totp T16]");
	assert_non_null(last);
	(void)snprintf(text + len, sizeof(text) - len, "[totp T17]%.*s",
	    (int)(text + len - last) - 10, last + 10);
	replace(text, "authenticators = 16", "authenticators = 17");
	assert_int_equal(parse_person(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
	replace(text, "authenticators = 17", "authenticators = 16");
	assert_int_equal(parse_person(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
}

static void
enrolment_ids(void **state)
{
	struct kf_person person = person_with(4);
	struct kf_authenticator *a = kf_enrolment_find(&person, "T2");
	uint64_t tag3 = person.authenticators[2].tag;

	(void)state;
	assert_ptr_equal(a, &person.authenticators[1]);
	assert_null(kf_enrolment_find(&person, "T5"));
	assert_null(kf_enrolment_find(&person, ""));
	assert_null(kf_enrolment_find(&person, "T"));
	kf_enrolment_remove(&person, a);
	assert_int_equal(person.count, 3);
	assert_null(kf_enrolment_find(&person, "T2"));
	assert_int_equal(kf_enrolment_find(&person, "T3")->tag, tag3);
	/* The lowest free number, with a tag of its own. */
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_TOTP, &a), KF_OK);
	assert_string_equal(a->id, "T2");
	for (size_t i = 0; i < 3; i++)
		assert_int_not_equal(a->tag, person.authenticators[i].tag);
	while (person.count > 0)
		kf_enrolment_remove(&person,
		    &person.authenticators[person.count - 1]);
	assert_null(kf_enrolment_find(&person, "T1"));
}

static void
enrolment_that_does_not_fit(void **state)
{
	struct kf_person person = person_with(2);
	char text[KF_ENROLMENT_TEXT_MAX];
	size_t whole = format_person(&person, text);
	size_t len;

	(void)state;
	for (size_t size = 1; size <= whole; size++)
		assert_int_equal(kf_enrolment_format(&person, text, size,
		    &len), KF_ERR_RANGE);
	assert_int_equal(kf_enrolment_format(&person, text, whole + 1, &len),
	    KF_OK);
}

/* What could not be read back is not written. */
static void
enrolment_writes_no_dirt(void **state)
{
	static const char *const labels[] = { " ", "\t", " x", "x ", "x\n",
		"a\nb", "x\ndigits = 6", "\xff", "\033[1m" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(labels); i++) {
		struct kf_person person = person_with(1), back;
		char text[KF_ENROLMENT_TEXT_MAX];
		char *label = person.authenticators[0].label;
		size_t len = 0;

		(void)snprintf(label, KF_LABEL_SIZE, "%s", labels[i]);
		if (kf_enrolment_format(&person, text, sizeof(text), &len) !=
		    KF_OK)
			continue;
		if (parse_person(text, len, &back) != KF_OK)
			fail_msg("label %zu makes the file unreadable", i);
		assert_string_equal(back.authenticators[0].label, labels[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(enrolment_round_trip),
		UNIT_TEST(enrolment_cut_anywhere),
		UNIT_TEST(enrolment_refuses),
		UNIT_TEST(key_refuses),
		UNIT_TEST(largest_keys),
		UNIT_TEST(key_lengths),
		UNIT_TEST(credentials_differ),
		UNIT_TEST(kinds_together),
		UNIT_TEST(key_that_is_not_filled_in),
		UNIT_TEST(enrolment_refuses_long_text),
		UNIT_TEST(enrolment_tags_differ),
		UNIT_TEST(seventeen_authenticators),
		UNIT_TEST(enrolment_ids),
		UNIT_TEST(enrolment_that_does_not_fit),
		UNIT_TEST(enrolment_writes_no_dirt),
	};

	unit_start();
	return cmocka_run_group_tests_name("enrolment", tests, NULL, NULL);
}
