/*
 * One table describes a section of a text file of ours and the struct that
 * holds it; this reads and writes any of them, so that what is written is what
 * is read.  Every field stands exactly once; one of type TEXT may be empty, and
 * is then left out.
 */
#ifndef KF_RECORD_H
#define KF_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "common/ini.h"

enum kf_field_type {
	KF_FIELD_U32,		/* uint32_t, min..max */
	KF_FIELD_U64,		/* uint64_t, min..max */
	KF_FIELD_TIME,		/* int64_t, seconds since the epoch, >= 0 */
	KF_FIELD_OFFSET,	/* int32_t, -max..max */
	KF_FIELD_TAG,		/* uint64_t as 16 hexadecimal digits */
	KF_FIELD_TEXT,		/* char[max], clean UTF-8 */
	KF_FIELD_WORD,		/* uint32_t: 1 + its index in words */
	KF_FIELD_BOOL,		/* bool: yes or no */
	KF_FIELD_BYTES		/* unsigned char[max] in hexadecimal, with a
				   size_t of its length, min..max */
};

struct kf_field {
	const char *name;
	enum kf_field_type type;
	size_t offset;
	size_t offset_len;		/* of KF_FIELD_BYTES */
	uint64_t min;
	uint64_t max;
	const char *const *words;	/* of KF_FIELD_WORD, ends with NULL */
};

/* Takes one entry; *seen, a bit a field, refuses a second one. */
KF_CHECKED enum kf_err
kf_record_set(const struct kf_field *fields, size_t count, void *record,
    uint32_t *seen, const char *key, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* At the end of a section: nothing but an empty TEXT may be missing. */
KF_CHECKED enum kf_err
kf_record_complete(const struct kf_field *fields, size_t count, uint32_t seen,
    struct kf_ini_error *error) __attribute__((nonnull));

/*
 * A text that grows in a fixed buffer; full stays true once something did not
 * fit or could not be read back as it is.
 */
struct kf_writer {
	char *text;
	size_t size;
	size_t len;
	int full;
};

void
kf_writer_add(struct kf_writer *w, const char *format, ...)
    __attribute__((nonnull, format(printf, 2, 3)));

/* Writes the fields, a line each. */
void
kf_record_write(const struct kf_field *fields, size_t count,
    const void *record, struct kf_writer *w) __attribute__((nonnull));

#endif
