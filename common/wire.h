/*
 * Numbers, bytes and strings in the payload of a frame, in network order.  The
 * messages of PROTOCOL and of the device program are built from these fields;
 * this file must not know any message.
 */
#ifndef KF_WIRE_H
#define KF_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/frame.h"

/*
 * Writing.  kf_wire_start begins an empty payload.  Only kf_wire_put_string
 * checks the space that is left: the caller of the others must know that its
 * fields of fixed size fit.
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
/* Writes the length, then the bytes; KF_ERR_RANGE when they do not fit. */
KF_CHECKED enum kf_err
kf_wire_put_string(struct kf_frame *f, const void *bytes, size_t len)
    __attribute__((nonnull(1)));

/* Reading.  A field that is short or wrong sets bad, which stays set. */
struct kf_wire {
	const unsigned char *p;	/* the next byte, in the frame */
	size_t left;		/* bytes that are not read yet */
	bool bad;
};

/* Starts at the beginning of the payload; the frame must outlive it. */
struct kf_wire
kf_wire_open(const struct kf_frame *f) __attribute__((nonnull));
/* The next len bytes, which stay the frame's; NULL if fewer are left. */
const unsigned char *
kf_wire_take(struct kf_wire *w, size_t len) __attribute__((nonnull));
/* These give zeros when the payload is bad or too short. */
void
kf_wire_get_bytes(struct kf_wire *w, void *bytes, size_t len)
    __attribute__((nonnull));
uint8_t
kf_wire_get_u8(struct kf_wire *w) __attribute__((nonnull));
uint16_t
kf_wire_get_u16(struct kf_wire *w) __attribute__((nonnull));
uint32_t
kf_wire_get_u32(struct kf_wire *w) __attribute__((nonnull));
/* Reads a string as a C string; bad if it does not fit or holds a NUL. */
void
kf_wire_get_text(struct kf_wire *w, char *dst, size_t size)
    __attribute__((nonnull));
/* Reads a string of any bytes, at most size; returns its length. */
size_t
kf_wire_get_string(struct kf_wire *w, void *dst, size_t size)
    __attribute__((nonnull));
/* KF_ERR_PROTOCOL when a field was bad, or bytes are left over. */
KF_CHECKED enum kf_err
kf_wire_finish(const struct kf_wire *w) __attribute__((nonnull));

#endif
