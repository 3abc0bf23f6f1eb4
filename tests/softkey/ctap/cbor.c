/*
 * Reads canonical CBOR; see cbor.h.  It must refuse everything that a strict
 * key refuses, because softkey is the test of our requests.
 */
#include "tests/softkey/ctap/cbor.h"

#include <string.h>

enum {
	LEVELS = 4,

	UINT = 0,
	NEGATIVE,
	BYTES,
	TEXT,
	ARRAY,
	MAP,
	TAG,
	SIMPLE,

	SIMPLE_FALSE = 20,
	SIMPLE_TRUE = 21,
	SIMPLE_NULL = 22,
};

/* Reads a head: the first byte, and the number in its shortest form. */
static bool
head(struct softkey_cbor *c, unsigned *major, uint64_t *value)
{
	static const uint64_t least[] = { 24, 0x100, 0x10000, 0x100000000 };
	unsigned info;
	size_t len;

	if (c->at == c->end)
		return false;
	*major = *c->at >> 5;
	info = *c->at++ & 31;
	*value = info;
	if (*major == SIMPLE)
		return info >= SIMPLE_FALSE && info <= SIMPLE_NULL;
	if (info < 24)
		return true;
	if (info > 27)
		return false;
	len = (size_t)1 << (info - 24);
	if ((size_t)(c->end - c->at) < len)
		return false;
	*value = 0;
	for (size_t i = 0; i < len; i++)
		*value = *value << 8 | *c->at++;
	return *value >= least[info - 24];
}

static bool
utf8(const unsigned char *s, size_t len)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };

	for (size_t i = 0; i < len;) {
		unsigned more = s[i] < 0x80 ? 0 :
		    s[i] >= 0xc2 && s[i] < 0xe0 ? 1 :
		    s[i] >= 0xe0 && s[i] < 0xf0 ? 2 :
		    s[i] >= 0xf0 && s[i] < 0xf5 ? 3 : 4;
		uint32_t c;

		if (more > 3 || len - i <= more)
			return false;
		c = more == 0 ? s[i] : s[i] & (0x3fU >> more);
		for (unsigned k = 1; k <= more; k++) {
			if ((s[i + k] & 0xc0) != 0x80)
				return false;
			c = c << 6 | (s[i + k] & 0x3f);
		}
		if (c < least[more] || c > 0x10ffff ||
		    (c >= 0xd800 && c < 0xe000))
			return false;
		i += more + 1;
	}
	return true;
}

/* Canonical keys are in CTAP2's order if their bytes are in order. */
static bool
in_order(const unsigned char *a, size_t a_len, const unsigned char *b,
    size_t b_len)
{
	int d = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return d < 0 || (d == 0 && a_len < b_len);
}

static bool
item(struct softkey_cbor *c, unsigned levels);

static bool
pairs(struct softkey_cbor *c, uint64_t count, unsigned levels)
{
	const unsigned char *before = NULL;
	size_t before_len = 0;

	for (uint64_t i = 0; i < count; i++) {
		const unsigned char *key = c->at;
		size_t len;

		if (!item(c, levels))
			return false;
		len = (size_t)(c->at - key);
		if (before != NULL && !in_order(before, before_len, key, len))
			return false;
		before = key;
		before_len = len;
		if (!item(c, levels))
			return false;
	}
	return true;
}

static bool
item(struct softkey_cbor *c, unsigned levels)
{
	unsigned major;
	uint64_t value;

	if (!head(c, &major, &value))
		return false;
	switch (major) {
	case BYTES:
	case TEXT:
		if (value > (uint64_t)(c->end - c->at))
			return false;
		if (major == TEXT && !utf8(c->at, (size_t)value))
			return false;
		c->at += value;
		return true;
	case ARRAY:
		if (levels == 0)
			return false;
		while (value-- > 0)
			if (!item(c, levels - 1))
				return false;
		return true;
	case MAP:
		return levels > 0 && pairs(c, value, levels - 1);
	case TAG:
		return false;
	}
	return true;
}

enum softkey_status
softkey_cbor_check(const unsigned char *bytes, size_t len)
{
	struct softkey_cbor c = { bytes, bytes + len };

	return item(&c, LEVELS) && c.at == c.end ? SOFTKEY_OK :
	    SOFTKEY_INVALID_CBOR;
}

static enum softkey_status
take(struct softkey_cbor *c, unsigned wanted, uint64_t *value)
{
	struct softkey_cbor next = *c;
	unsigned major;

	if (!head(&next, &major, value) || major != wanted)
		return SOFTKEY_UNEXPECTED_TYPE;
	*c = next;
	return SOFTKEY_OK;
}

enum softkey_status
softkey_cbor_uint(struct softkey_cbor *c, uint64_t *value)
{
	return take(c, UINT, value);
}

enum softkey_status
softkey_cbor_int(struct softkey_cbor *c, int64_t *value)
{
	uint64_t n;

	if (take(c, UINT, &n) == SOFTKEY_OK && n <= INT64_MAX)
		*value = (int64_t)n;
	else if (take(c, NEGATIVE, &n) == SOFTKEY_OK && n <= INT64_MAX)
		*value = -1 - (int64_t)n;
	else
		return SOFTKEY_UNEXPECTED_TYPE;
	return SOFTKEY_OK;
}

static enum softkey_status
take_string(struct softkey_cbor *c, unsigned wanted, struct softkey_span *span)
{
	uint64_t len;

	if (take(c, wanted, &len) != SOFTKEY_OK)
		return SOFTKEY_UNEXPECTED_TYPE;
	span->bytes = c->at;
	span->len = (size_t)len;
	c->at += len;
	return SOFTKEY_OK;
}

enum softkey_status
softkey_cbor_bytes(struct softkey_cbor *c, struct softkey_span *span)
{
	return take_string(c, BYTES, span);
}

enum softkey_status
softkey_cbor_text(struct softkey_cbor *c, struct softkey_span *span)
{
	return take_string(c, TEXT, span);
}

enum softkey_status
softkey_cbor_bool(struct softkey_cbor *c, bool *value)
{
	struct softkey_cbor next = *c;
	uint64_t n;

	if (take(&next, SIMPLE, &n) != SOFTKEY_OK || n == SIMPLE_NULL)
		return SOFTKEY_UNEXPECTED_TYPE;
	*c = next;
	*value = n == SIMPLE_TRUE;
	return SOFTKEY_OK;
}

enum softkey_status
softkey_cbor_array(struct softkey_cbor *c, size_t *count)
{
	uint64_t n;

	if (take(c, ARRAY, &n) != SOFTKEY_OK)
		return SOFTKEY_UNEXPECTED_TYPE;
	*count = (size_t)n;
	return SOFTKEY_OK;
}

enum softkey_status
softkey_cbor_map(struct softkey_cbor *c, size_t *count)
{
	uint64_t n;

	if (take(c, MAP, &n) != SOFTKEY_OK)
		return SOFTKEY_UNEXPECTED_TYPE;
	*count = (size_t)n;
	return SOFTKEY_OK;
}

void
softkey_cbor_skip(struct softkey_cbor *c)
{
	(void)item(c, LEVELS);
}

enum softkey_status
softkey_cbor_at(struct softkey_cbor map, int64_t key,
    struct softkey_cbor *value)
{
	size_t count;

	if (softkey_cbor_map(&map, &count) != SOFTKEY_OK)
		return SOFTKEY_UNEXPECTED_TYPE;
	while (count-- > 0) {
		int64_t n;

		if (softkey_cbor_int(&map, &n) != SOFTKEY_OK) {
			softkey_cbor_skip(&map);
		} else if (n == key) {
			*value = map;
			return SOFTKEY_OK;
		}
		softkey_cbor_skip(&map);
	}
	return SOFTKEY_MISSING_PARAMETER;
}

enum softkey_status
softkey_cbor_named(struct softkey_cbor map, const char *key,
    struct softkey_cbor *value)
{
	size_t count;

	if (softkey_cbor_map(&map, &count) != SOFTKEY_OK)
		return SOFTKEY_UNEXPECTED_TYPE;
	while (count-- > 0) {
		struct softkey_span name;

		if (softkey_cbor_text(&map, &name) != SOFTKEY_OK) {
			softkey_cbor_skip(&map);
		} else if (softkey_span_is(name, key)) {
			*value = map;
			return SOFTKEY_OK;
		}
		softkey_cbor_skip(&map);
	}
	return SOFTKEY_MISSING_PARAMETER;
}

bool
softkey_span_is(struct softkey_span span, const char *text)
{
	return span.len == strlen(text) &&
	    memcmp(span.bytes, text, span.len) == 0;
}
