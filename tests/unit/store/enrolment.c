/*
 * Enrolments as text (store/enrolment.h): each is read back as it was written,
 * and a text that is cut off or changed must be refused.
 */
#include "tests/unit/store/enrolment_site.h"

#include <stdio.h>
#include <string.h>

static void
enrolment_round_trip(void **state)
{
	(void)state;
	for (unsigned count = 1; count <= KF_AUTHENTICATORS_MAX; count++) {
		struct kf_person person = enrolled_person(KF_KIND_TOTP, count);

		enrolled_there_and_back(&person);
		person = enrolled_person(KF_KIND_KEY, count);
		enrolled_there_and_back(&person);
	}
}

static void
cut_anywhere(const struct kf_person *person)
{
	char text[KF_ENROLMENT_TEXT_MAX];
	size_t len = enrolled_format(person, text);

	for (size_t n = 0; n < len; n++) {
		struct kf_person back = { .uid = 4711 };

		if (enrolled_parse(text, n, &back) == KF_OK)
			fail_msg("cut at %zu of %zu is taken", n, len);
		assert_int_equal(back.uid, 4711);
	}
}

static void
enrolment_cut_anywhere(void **state)
{
	struct kf_person person = enrolled_person(KF_KIND_TOTP, 3);

	(void)state;
	cut_anywhere(&person);
	person = enrolled_person(KF_KIND_KEY, 3);
	cut_anywhere(&person);
}

static void
enrolment_refuses(void **state)
{
	static const struct enrolled_change table[] = {
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
		{ "[totp T1]", "[totpxT1]" },
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
	struct kf_person person = enrolled_person(KF_KIND_TOTP, 2);

	(void)state;
	enrolled_refuses(&person, table, UNIT_COUNT(table));
}

static void
enrolment_refuses_long_text(void **state)
{
	struct kf_person person = enrolled_person(KF_KIND_TOTP, 1);
	char text[KF_ENROLMENT_TEXT_MAX];
	char label[100] = "label = ";
	struct kf_person back;

	(void)state;
	memset(label + 8, 'x', KF_LABEL_SIZE - 1);
	(void)enrolled_format(&person, text);
	enrolled_replace(text, "label = phone 0 \xc3\xa9", label);
	assert_int_equal(enrolled_parse(text, strlen(text), &back), KF_OK);
	label[8 + KF_LABEL_SIZE - 1] = 'x';
	(void)enrolled_format(&person, text);
	enrolled_replace(text, "label = phone 0 \xc3\xa9", label);
	assert_int_equal(enrolled_parse(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
}

/* Two authenticators with one tag would share one line of the state file. */
static void
enrolment_tags_differ(void **state)
{
	struct kf_person person = enrolled_person(KF_KIND_TOTP, 2);
	char text[KF_ENROLMENT_TEXT_MAX];
	struct kf_person back;
	size_t len;

	(void)state;
	assert_int_not_equal(person.authenticators[0].tag,
	    person.authenticators[1].tag);
	person.authenticators[1].tag = person.authenticators[0].tag;
	len = enrolled_format(&person, text);
	assert_int_equal(enrolled_parse(text, len, &back), KF_ERR_CORRUPT);
}

static void
seventeen_authenticators(void **state)
{
	struct kf_person person = enrolled_person(KF_KIND_TOTP,
	    KF_AUTHENTICATORS_MAX);
	struct kf_authenticator *a = NULL;
	char text[2 * KF_ENROLMENT_TEXT_MAX];
	struct kf_person back;
	const char *last;
	size_t len;

	(void)state;
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_TOTP, &a),
	    KF_ERR_RANGE);
	assert_int_equal(person.count, KF_AUTHENTICATORS_MAX);
	len = enrolled_format(&person, text);
	/* A copy of the last section, under the next id. */
	last = strstr(text, "[totp T16]");
	assert_non_null(last);
	(void)snprintf(text + len, sizeof(text) - len, "[totp T17]%.*s",
	    (int)(text + len - last) - 10, last + 10);
	enrolled_replace(text, "authenticators = 16", "authenticators = 17");
	assert_int_equal(enrolled_parse(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
	enrolled_replace(text, "authenticators = 17", "authenticators = 16");
	assert_int_equal(enrolled_parse(text, strlen(text), &back),
	    KF_ERR_CORRUPT);
}

static void
enrolment_ids(void **state)
{
	struct kf_person person = enrolled_person(KF_KIND_TOTP, 4);
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
	/* A new one gets the lowest free number, and a new tag. */
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
	struct kf_person person = enrolled_person(KF_KIND_TOTP, 2);
	char text[KF_ENROLMENT_TEXT_MAX];
	size_t whole = enrolled_format(&person, text);
	size_t len;

	(void)state;
	for (size_t size = 1; size <= whole; size++)
		assert_int_equal(kf_enrolment_format(&person, text, size,
		    &len), KF_ERR_RANGE);
	assert_int_equal(kf_enrolment_format(&person, text, whole + 1, &len),
	    KF_OK);
}

/* A label that would make the file unreadable is not written. */
static void
enrolment_writes_no_dirt(void **state)
{
	static const char *const labels[] = { " ", "\t", " x", "x ", "x\n",
		"a\nb", "x\ndigits = 6", "\xff", "\033[1m" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(labels); i++) {
		struct kf_person person = enrolled_person(KF_KIND_TOTP, 1);
		struct kf_person back;
		char text[KF_ENROLMENT_TEXT_MAX];
		char *label = person.authenticators[0].label;
		size_t len = 0;

		(void)snprintf(label, KF_LABEL_SIZE, "%s", labels[i]);
		if (kf_enrolment_format(&person, text, sizeof(text), &len) !=
		    KF_OK)
			continue;
		if (enrolled_parse(text, len, &back) != KF_OK)
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
