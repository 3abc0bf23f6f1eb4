/*
 * Reads and writes the sections of our text files by tables.  A table (struct
 * kf_field) gives each field's name, its place in a struct, and its limits; the
 * same table serves reading and writing, so that every written section can be
 * read back.  A section holds each field exactly once, but an empty field of
 * type KF_FIELD_TEXT is left out.
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
	KF_FIELD_BYTES		/* unsigned char[max], in hexadecimal; a size_t
				   holds its length, min..max */
};

struct kf_field {
	const char *name;
	enum kf_field_type type;
	size_t offset;			/* in the struct */
	size_t offset_len;		/* of the length of KF_FIELD_BYTES */
	uint64_t min;
	uint64_t max;
	const char *const *words;	/* of KF_FIELD_WORD, ends with NULL */
};

/*
 * Stores the value of one entry in the struct.  *seen has a bit for each field
 * that was stored; a field that comes a second time is refused.
 */
KF_CHECKED enum kf_err
kf_record_set(const struct kf_field *fields, size_t count, void *record,
    uint32_t *seen, const char *key, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/*
 * Called at the end of a section: refuses it if a field is missing that is not
 * of type KF_FIELD_TEXT.
 */
KF_CHECKED enum kf_err
kf_record_complete(const struct kf_field *fields, size_t count, uint32_t seen,
    struct kf_ini_error *error) __attribute__((nonnull));

/*
 * A text that grows in a fixed buffer of the caller's.  full becomes true, and
 * stays so, when something did not fit or could not be read back as it is.
 */
struct kf_writer {
	char *text;
	size_t size;
	size_t len;
	int full;
};

/* Appends the formatted text; if it does not fit, only sets full. */
void
kf_writer_add(struct kf_writer *w, const char *format, ...)
    __attribute__((nonnull, format(printf, 2, 3)));

/* Appends the fields of the struct, one line each. */
void
kf_record_write(const struct kf_field *fields, size_t count,
    const void *record, struct kf_writer *w) __attribute__((nonnull));

#endif
