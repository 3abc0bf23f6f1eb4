/*
 * Numbers, bytes and strings in the payload of a frame, in network order: what
 * the messages of PROTOCOL and those of the device program are made of.  It
 * knows no message.
 */
#ifndef KF_WIRE_H
#define KF_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/frame.h"

/*
 * Writing.  What has a fixed size fits: the caller has begun with kf_wire_start
 * and knows what it puts in.
 */
void
kf_wire_start(struct kf_frame *f, unsigned type) __attribute__((nonnull));
void
kf_wire_put_u8(struct kf_frame *f, uint8_t n) __attribute__((nonnull));
void
kf_wire_put_u16(struct kf_frame *f, uint16_t n) __attribute__((nonnull));
void
kf_wire_put_u32(struct kf_frame *f, uint32_t n) __attribute__((nonnull));
void
kf_wire_put_bytes(struct kf_frame *f, const void *bytes, size_t len)
    __attribute__((nonnull(1)));
/* With its length in front; KF_ERR_RANGE when it does not fit. */
KF_CHECKED enum kf_err
kf_wire_put_string(struct kf_frame *f, const void *bytes, size_t len)
    __attribute__((nonnull(1)));

/* Reading: goes bad on the first short or wrong field, and stays bad. */
struct kf_wire {
	const unsigned char *p;
	size_t left;
	bool bad;
};

struct kf_wire
kf_wire_open(const struct kf_frame *f) __attribute__((nonnull));
/* NULL when there are fewer; the bytes are the frame's. */
const unsigned char *
kf_wire_take(struct kf_wire *w, size_t len) __attribute__((nonnull));
/* Zeros when bad. */
void
kf_wire_get_bytes(struct kf_wire *w, void *bytes, size_t len)
    __attribute__((nonnull));
uint8_t
kf_wire_get_u8(struct kf_wire *w) __attribute__((nonnull));
uint16_t
kf_wire_get_u16(struct kf_wire *w) __attribute__((nonnull));
uint32_t
kf_wire_get_u32(struct kf_wire *w) __attribute__((nonnull));
/* A string that becomes a C string: it must fit and hold no NUL. */
void
kf_wire_get_text(struct kf_wire *w, char *dst, size_t size)
    __attribute__((nonnull));
/* A string of any bytes, at most size of them; how many. */
size_t
kf_wire_get_string(struct kf_wire *w, void *dst, size_t size)
    __attribute__((nonnull));
/* KF_ERR_PROTOCOL when it went bad, or something is left. */
KF_CHECKED enum kf_err
kf_wire_finish(const struct kf_wire *w) __attribute__((nonnull));

#endif
