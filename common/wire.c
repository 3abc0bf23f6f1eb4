/* Writes and reads the fields of a payload; see wire.h. */
#include "common/wire.h"

#include <string.h>

void
kf_wire_start(struct kf_frame *f, unsigned type)
{
	f->type = (uint8_t)type;
	f->len = 0;
}

void
kf_wire_put_bytes(struct kf_frame *f, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(f->payload + f->len, bytes, len);
	f->len += len;
}

void
kf_wire_put_u8(struct kf_frame *f, uint8_t n)
{
	kf_wire_put_bytes(f, &n, 1);
}

void
kf_wire_put_u16(struct kf_frame *f, uint16_t n)
{
	kf_wire_put_u8(f, (uint8_t)(n >> 8));
	kf_wire_put_u8(f, (uint8_t)n);
}

void
kf_wire_put_u32(struct kf_frame *f, uint32_t n)
{
	kf_wire_put_u16(f, (uint16_t)(n >> 16));
	kf_wire_put_u16(f, (uint16_t)n);
}

enum kf_err
kf_wire_put_string(struct kf_frame *f, const void *bytes, size_t len)
{
	if (len > UINT16_MAX || f->len + 2 + len > sizeof(f->payload))
		return KF_ERR_RANGE;
	kf_wire_put_u16(f, (uint16_t)len);
	kf_wire_put_bytes(f, bytes, len);
	return KF_OK;
}

struct kf_wire
kf_wire_open(const struct kf_frame *f)
{
	return (struct kf_wire){ f->payload, f->len, false };
}

const unsigned char *
kf_wire_take(struct kf_wire *w, size_t len)
{
	const unsigned char *p = w->p;

	if (w->bad || len > w->left) {
		w->bad = true;
		return NULL;
	}
	w->p += len;
	w->left -= len;
	return p;
}

void
kf_wire_get_bytes(struct kf_wire *w, void *bytes, size_t len)
{
	const unsigned char *p = kf_wire_take(w, len);

	if (p != NULL)
		memcpy(bytes, p, len);
	else
		memset(bytes, 0, len);
}

uint8_t
kf_wire_get_u8(struct kf_wire *w)
{
	const unsigned char *p = kf_wire_take(w, 1);

	return p != NULL ? p[0] : 0;
}

uint16_t
kf_wire_get_u16(struct kf_wire *w)
{
	uint16_t high = kf_wire_get_u8(w);

	return (uint16_t)(high << 8 | kf_wire_get_u8(w));
}

uint32_t
kf_wire_get_u32(struct kf_wire *w)
{
	uint32_t high = kf_wire_get_u16(w);

	return high << 16 | kf_wire_get_u16(w);
}

void
kf_wire_get_text(struct kf_wire *w, char *dst, size_t size)
{
	size_t len = kf_wire_get_u16(w);
	const unsigned char *p = kf_wire_take(w, len);

	dst[0] = '\0';
	if (p == NULL)
		return;
	if (len >= size || memchr(p, '\0', len) != NULL) {
		w->bad = true;
		return;
	}
	memcpy(dst, p, len);
	dst[len] = '\0';
}

size_t
kf_wire_get_string(struct kf_wire *w, void *dst, size_t size)
{
	size_t len = kf_wire_get_u16(w);
	const unsigned char *p = kf_wire_take(w, len);

	if (p == NULL)
		return 0;
	if (len > size) {
		w->bad = true;
		return 0;
	}
	memcpy(dst, p, len);
	return len;
}

enum kf_err
kf_wire_finish(const struct kf_wire *w)
{
	return w->bad || w->left != 0 ? KF_ERR_PROTOCOL : KF_OK;
}
