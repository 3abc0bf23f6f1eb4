/*
 * The kinds of authenticators, as an enrolment's text has them: one row each.
 * For the files enrolment*.c.
 */
#ifndef KF_ENROLMENT_KINDS_H
#define KF_ENROLMENT_KINDS_H

#include "store/enrolment.h"
#include "store/record.h"

struct kf_kind_text {
	enum kf_kind kind;
	const char *word;		/* of its section */
	char letter;			/* of its ids */
	bool many;			/* its ids are numbered; else one */
	const struct kf_field *fields;
	size_t count;
};

/* Never NULL: there is a row for each enum. */
const struct kf_kind_text *
kf_kind_text(enum kf_kind kind) __attribute__((returns_nonnull));

/* By the word in front of the id in the name of a section; NULL for none. */
const struct kf_kind_text *
kf_kind_of_section(const char *name) __attribute__((nonnull));

#endif
