/*
 * How each kind of authenticator is written in the text of an enrolment: a
 * table with one row for each kind.  Only the files enrolment*.c include this.
 */
#ifndef KF_ENROLMENT_KINDS_H
#define KF_ENROLMENT_KINDS_H

#include "store/enrolment.h"
#include "store/record.h"

struct kf_kind_text {
	enum kf_kind kind;
	const char *word;		/* its section's name begins so */
	char letter;			/* its ids begin so */
	bool many;			/* several a person, with numbers */
	const struct kf_field *fields;
	size_t count;
};

/* Returns the row of that kind; never NULL, since each enum has a row. */
const struct kf_kind_text *
kf_kind_text(enum kf_kind kind) __attribute__((returns_nonnull));

/* Returns the row for the name of a section, such as "totp T1", or NULL. */
const struct kf_kind_text *
kf_kind_of_section(const char *name) __attribute__((nonnull));

#endif
