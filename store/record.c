/* Reads and writes sections by their tables; see record.h. */
#include "store/record.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

static enum kf_err
set_offset(const struct kf_field *f, const char *value, int32_t *out)
{
	bool negative = value[0] == '-';
	uint64_t n = 0;
	enum kf_err err = kf_text_number(value + negative, negative, f->max,
	    &n);

	if (err == KF_OK)
		*out = negative ? -(int32_t)n : (int32_t)n;
	return err;
}

static enum kf_err
set_tag(const char *value, uint64_t *out)
{
	unsigned char bytes[8];
	enum kf_err err = kf_text_unhex(bytes, sizeof(bytes), value);

	if (err != KF_OK)
		return err;
	*out = 0;
	for (size_t i = 0; i < sizeof(bytes); i++)
		*out = *out << 8 | bytes[i];
	return KF_OK;
}

static enum kf_err
set_bytes(const struct kf_field *f, char *record, const char *value)
{
	size_t len = strlen(value) / 2;

	if (len < f->min || len > f->max)
		return KF_ERR_RANGE;
	*(size_t *)(void *)(record + f->offset_len) = len;
	return kf_text_unhex((unsigned char *)record + f->offset, len, value);
}

static enum kf_err
set_word(const struct kf_field *f, const char *value, uint32_t *out)
{
	for (uint32_t i = 0; f->words[i] != NULL; i++) {
		if (strcmp(f->words[i], value) == 0) {
			*out = i + 1;
			return KF_OK;
		}
	}
	return KF_ERR_SYNTAX;
}

static enum kf_err
set_bool(const char *value, bool *out)
{
	*out = strcmp(value, "yes") == 0;
	return *out || strcmp(value, "no") == 0 ? KF_OK : KF_ERR_SYNTAX;
}

static enum kf_err
set_field(const struct kf_field *f, char *record, const char *value)
{
	void *field = record + f->offset;
	uint64_t n = 0;
	enum kf_err err;

	switch (f->type) {
	case KF_FIELD_U32:
		err = kf_text_number(value, f->min, f->max, &n);
		if (err == KF_OK)
			*(uint32_t *)field = (uint32_t)n;
		return err;
	case KF_FIELD_U64:
		return kf_text_number(value, f->min, f->max, field);
	case KF_FIELD_TIME:
		err = kf_text_number(value, 0, INT64_MAX, &n);
		if (err == KF_OK)
			*(int64_t *)field = (int64_t)n;
		return err;
	case KF_FIELD_OFFSET:
		return set_offset(f, value, field);
	case KF_FIELD_TAG:
		return set_tag(value, field);
	case KF_FIELD_TEXT:
		if (!kf_text_is_clean(value, f->max))
			return KF_ERR_SYNTAX;
		memcpy(field, value, strlen(value) + 1);
		return KF_OK;
	case KF_FIELD_WORD:
		return set_word(f, value, field);
	case KF_FIELD_BOOL:
		return set_bool(value, field);
	case KF_FIELD_BYTES:
		return set_bytes(f, record, value);
	}
	return KF_ERR_SYNTAX;
}

enum kf_err
kf_record_set(const struct kf_field *fields, size_t count, void *record,
    uint32_t *seen, const char *key, const char *value,
    struct kf_ini_error *error)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(fields[i].name, key) != 0)
			continue;
		if ((*seen & UINT32_C(1) << i) != 0)
			return kf_ini_refuse(error, "%s twice", key);
		*seen |= UINT32_C(1) << i;
		if (set_field(&fields[i], record, value) != KF_OK)
			return kf_ini_refuse(error, "bad value of %s", key);
		return KF_OK;
	}
	return kf_ini_refuse(error, "unknown key %s", key);
}

enum kf_err
kf_record_complete(const struct kf_field *fields, size_t count, uint32_t seen,
    struct kf_ini_error *error)
{
	for (size_t i = 0; i < count; i++)
		if ((seen & UINT32_C(1) << i) == 0 &&
		    fields[i].type != KF_FIELD_TEXT)
			return kf_ini_refuse(error, "%s is missing",
			    fields[i].name);
	return KF_OK;
}

void
kf_writer_add(struct kf_writer *w, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(w->text + w->len, w->size - w->len, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= w->size - w->len)
		w->full = 1;
	else
		w->len += (size_t)n;
}

static void
write_bytes(const struct kf_field *f, const char *record, struct kf_writer *w)
{
	const unsigned char *bytes =
	    (const unsigned char *)record + f->offset;
	size_t len = *(const size_t *)(const void *)(record + f->offset_len);

	kf_writer_add(w, "%s = ", f->name);
	for (size_t i = 0; i < len; i++)
		kf_writer_add(w, "%02x", bytes[i]);
	kf_writer_add(w, "\n");
}

/* Sets full for a text that the reader would change or refuse. */
static void
write_text(const struct kf_field *f, const char *text, struct kf_writer *w)
{
	size_t len = strlen(text);

	if (len == 0)
		return;
	if (!kf_text_is_clean(text, f->max) || text[0] == ' ' ||
	    text[len - 1] == ' ')
		w->full = 1;
	else
		kf_writer_add(w, "%s = %s\n", f->name, text);
}

static void
write_word(const struct kf_field *f, uint32_t value, struct kf_writer *w)
{
	uint32_t n = 0;

	while (f->words[n] != NULL)
		n++;
	if (value < 1 || value > n)
		w->full = 1;
	else
		kf_writer_add(w, "%s = %s\n", f->name, f->words[value - 1]);
}

static void
write_field(const struct kf_field *f, const char *record, struct kf_writer *w)
{
	const void *field = record + f->offset;

	switch (f->type) {
	case KF_FIELD_U32:
		kf_writer_add(w, "%s = %" PRIu32 "\n", f->name,
		    *(const uint32_t *)field);
		return;
	case KF_FIELD_U64:
		kf_writer_add(w, "%s = %" PRIu64 "\n", f->name,
		    *(const uint64_t *)field);
		return;
	case KF_FIELD_TIME:
		kf_writer_add(w, "%s = %" PRId64 "\n", f->name,
		    *(const int64_t *)field);
		return;
	case KF_FIELD_OFFSET:
		kf_writer_add(w, "%s = %" PRId32 "\n", f->name,
		    *(const int32_t *)field);
		return;
	case KF_FIELD_TAG:
		kf_writer_add(w, "%s = %016" PRIx64 "\n", f->name,
		    *(const uint64_t *)field);
		return;
	case KF_FIELD_TEXT:
		write_text(f, field, w);
		return;
	case KF_FIELD_WORD:
		write_word(f, *(const uint32_t *)field, w);
		return;
	case KF_FIELD_BOOL:
		kf_writer_add(w, "%s = %s\n", f->name,
		    *(const bool *)field ? "yes" : "no");
		return;
	case KF_FIELD_BYTES:
		write_bytes(f, record, w);
		return;
	}
}

void
kf_record_write(const struct kf_field *fields, size_t count,
    const void *record, struct kf_writer *w)
{
	for (size_t i = 0; i < count; i++)
		write_field(&fields[i], record, w);
}
