/*
 * Writes CBOR, with heads in their shortest form.  The caller has to write the
 * keys of a map in order; softkey_ctap2 checks every reply with
 * softkey_cbor_check.
 */
#include "tests/softkey/ctap/cbor.h"

#include <string.h>

void
softkey_put_raw(struct softkey_out *out, const void *bytes, size_t len)
{
	if (out->full || len > out->size - out->len) {
		out->full = true;
		return;
	}
	if (len > 0)
		memcpy(out->bytes + out->len, bytes, len);
	out->len += len;
}

void
softkey_put_byte(struct softkey_out *out, unsigned value)
{
	unsigned char byte = (unsigned char)value;

	softkey_put_raw(out, &byte, 1);
}

void
softkey_put_u32(struct softkey_out *out, uint32_t value)
{
	for (unsigned shift = 32; shift > 0; shift -= 8)
		softkey_put_byte(out, value >> (shift - 8) & 0xff);
}

static void
put_head(struct softkey_out *out, unsigned major, uint64_t value)
{
	unsigned size = value < 24 ? 0 : value < 0x100 ? 1 :
	    value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
	unsigned info = size == 0 ? (unsigned)value : size == 1 ? 24 :
	    size == 2 ? 25 : size == 4 ? 26 : 27;

	softkey_put_byte(out, major << 5 | info);
	while (size-- > 0)
		softkey_put_byte(out, (unsigned)(value >> (8 * size)) & 0xff);
}

void
softkey_put_int(struct softkey_out *out, int64_t value)
{
	if (value >= 0)
		put_head(out, 0, (uint64_t)value);
	else
		put_head(out, 1, (uint64_t)(-1 - value));
}

void
softkey_put_bytes(struct softkey_out *out, const void *bytes, size_t len)
{
	put_head(out, 2, len);
	softkey_put_raw(out, bytes, len);
}

void
softkey_put_text(struct softkey_out *out, const char *text)
{
	put_head(out, 3, strlen(text));
	softkey_put_raw(out, text, strlen(text));
}

void
softkey_put_bool(struct softkey_out *out, bool value)
{
	put_head(out, 7, value ? 21 : 20);
}

void
softkey_put_array(struct softkey_out *out, size_t count)
{
	put_head(out, 4, count);
}

void
softkey_put_map(struct softkey_out *out, size_t pairs)
{
	put_head(out, 5, pairs);
}
