/* Enrolments for tests of their text: made, written, changed, read back. */
#ifndef KF_TESTS_ENROLMENT_SITE_H
#define KF_TESTS_ENROLMENT_SITE_H

#include "tests/unit/unit.h"

#include "store/enrolment.h"

/* Alice, uid 1000, with so many of a kind; each differs from the others. */
struct kf_person
enrolled_person(enum kf_kind kind, unsigned count);

/* Fills in what is there; n is in each byte that differs. */
void
enrolled_fill_totp(struct kf_authenticator *a, unsigned n);
void
enrolled_fill_key(struct kf_authenticator *a, unsigned n);

/* Must be possible; the length. */
size_t
enrolled_format(const struct kf_person *person,
    char text[KF_ENROLMENT_TEXT_MAX]);

/* KF_OK, or KF_ERR_CORRUPT with a reason. */
enum kf_err
enrolled_parse(const char *text, size_t len, struct kf_person *person);

/* What is written is what is read. */
void
enrolled_there_and_back(const struct kf_person *person);

/* Replaces the first occurrence; the text must fit. */
void
enrolled_replace(char *text, const char *what, const char *with);

/* Each of these changes to a text is refused. */
struct enrolled_change {
	const char *what;
	const char *with;
};
void
enrolled_refuses(const struct kf_person *person,
    const struct enrolled_change *table, size_t count);

#endif
