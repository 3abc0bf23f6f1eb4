/*
 * CBOR as CTAP 2.1, section 8, wants it: definite lengths, the shortest heads,
 * keys in order and once, at most four levels, no tags and no floats.
 *
 * Reading is two steps.  softkey_cbor_check looks at the whole message and
 * refuses what is not canonical; the rest then takes values out of a message
 * that was checked and only judges types.
 */
#ifndef SOFTKEY_CBOR_H
#define SOFTKEY_CBOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/softkey/ctap/status.h"

/* A place in a message; a copy is a second place. */
struct softkey_cbor {
	const unsigned char *at;
	const unsigned char *end;
};

/* Bytes within the message. */
struct softkey_span {
	const unsigned char *bytes;
	size_t len;
};

/* SOFTKEY_INVALID_CBOR unless it is one canonical item and nothing after. */
enum softkey_status
softkey_cbor_check(const unsigned char *bytes, size_t len);

/*
 * Each function reads one item and moves behind it.  SOFTKEY_UNEXPECTED_TYPE,
 * and no move, when the item has another type.  Of an array or a map only the
 * head is read.
 */
enum softkey_status
softkey_cbor_uint(struct softkey_cbor *c, uint64_t *value);
enum softkey_status
softkey_cbor_int(struct softkey_cbor *c, int64_t *value);
enum softkey_status
softkey_cbor_bytes(struct softkey_cbor *c, struct softkey_span *span);
enum softkey_status
softkey_cbor_text(struct softkey_cbor *c, struct softkey_span *span);
enum softkey_status
softkey_cbor_bool(struct softkey_cbor *c, bool *value);
enum softkey_status
softkey_cbor_array(struct softkey_cbor *c, size_t *count);
enum softkey_status
softkey_cbor_map(struct softkey_cbor *c, size_t *pairs);
void
softkey_cbor_skip(struct softkey_cbor *c);

/*
 * Finds the value of a key in the map at this place.  SOFTKEY_MISSING_PARAMETER
 * when the map has no such key, SOFTKEY_UNEXPECTED_TYPE when it is no map.
 */
enum softkey_status
softkey_cbor_at(struct softkey_cbor map, int64_t key,
    struct softkey_cbor *value);
enum softkey_status
softkey_cbor_named(struct softkey_cbor map, const char *key,
    struct softkey_cbor *value);

bool
softkey_span_is(struct softkey_span span, const char *text);

/* A message that is written.  "full": it did not fit, and is not complete. */
struct softkey_out {
	unsigned char *bytes;
	size_t size;
	size_t len;
	bool full;
};

void
softkey_put_raw(struct softkey_out *out, const void *bytes, size_t len);
void
softkey_put_byte(struct softkey_out *out, unsigned value);
void
softkey_put_u32(struct softkey_out *out, uint32_t value);
void
softkey_put_int(struct softkey_out *out, int64_t value);
void
softkey_put_bytes(struct softkey_out *out, const void *bytes, size_t len);
void
softkey_put_text(struct softkey_out *out, const char *text);
void
softkey_put_bool(struct softkey_out *out, bool value);
void
softkey_put_array(struct softkey_out *out, size_t count);
void
softkey_put_map(struct softkey_out *out, size_t pairs);

#endif
