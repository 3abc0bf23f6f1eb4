/* Makes enrolments for tests, writes them, changes the text, reads it back. */
#ifndef KF_TESTS_ENROLMENT_SITE_H
#define KF_TESTS_ENROLMENT_SITE_H

#include "tests/unit/unit.h"

#include "store/enrolment.h"

/* Alice, uid 1000, with count authenticators of a kind, all different. */
struct kf_person
enrolled_person(enum kf_kind kind, unsigned count);

/* Fills in all fields but id and tag; different values for each n. */
void
enrolled_fill_totp(struct kf_authenticator *a, unsigned n);
void
enrolled_fill_key(struct kf_authenticator *a, unsigned n);

/* Writes the text, or fails the test; returns its length. */
size_t
enrolled_format(const struct kf_person *person,
    char text[KF_ENROLMENT_TEXT_MAX]);

/* Returns KF_OK, or KF_ERR_CORRUPT after a check that there is a reason. */
enum kf_err
enrolled_parse(const char *text, size_t len, struct kf_person *person);

/* Writes a person and reads it back; the test fails if they differ. */
void
enrolled_there_and_back(const struct kf_person *person);

/* Replaces the first occurrence; the buffer must be large enough. */
void
enrolled_replace(char *text, const char *what, const char *with);

/* The test fails unless each of these changes makes the text invalid. */
struct enrolled_change {
	const char *what;
	const char *with;
};
void
enrolled_refuses(const struct kf_person *person,
    const struct enrolled_change *table, size_t count);

#endif
