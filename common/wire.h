/*
 * Numbers, bytes and strings in the payload of a frame, in network order.  The
 * messages of PROTOCOL and of the device program consist of such fields; these
 * functions know no message.
 */
#ifndef KF_WIRE_H
#define KF_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/frame.h"

/*
 * Writing.  Fields of a fixed size always fit, because a message has only so
 * many of them.  Begin with kf_wire_start.
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
/* Writes length and bytes; KF_ERR_RANGE when they do not fit. */
KF_CHECKED enum kf_err
kf_wire_put_string(struct kf_frame *f, const void *bytes, size_t len)
    __attribute__((nonnull(1)));

/* Reading.  It goes bad at the first short or wrong field, and stays bad. */
struct kf_wire {
	const unsigned char *p;
	size_t left;
	bool bad;
};

struct kf_wire
kf_wire_open(const struct kf_frame *f) __attribute__((nonnull));
/* NULL when fewer bytes are left.  The bytes stay the frame's. */
const unsigned char *
kf_wire_take(struct kf_wire *w, size_t len) __attribute__((nonnull));
/* Fills with zeros when it is or goes bad. */
void
kf_wire_get_bytes(struct kf_wire *w, void *bytes, size_t len)
    __attribute__((nonnull));
uint8_t
kf_wire_get_u8(struct kf_wire *w) __attribute__((nonnull));
uint16_t
kf_wire_get_u16(struct kf_wire *w) __attribute__((nonnull));
uint32_t
kf_wire_get_u32(struct kf_wire *w) __attribute__((nonnull));
/* Reads a string as a C string: it must fit and hold no NUL. */
void
kf_wire_get_text(struct kf_wire *w, char *dst, size_t size)
    __attribute__((nonnull));
/* Reads a string of at most size bytes of any value; returns how many. */
size_t
kf_wire_get_string(struct kf_wire *w, void *dst, size_t size)
    __attribute__((nonnull));
/* KF_ERR_PROTOCOL when it is bad, or bytes are left. */
KF_CHECKED enum kf_err
kf_wire_finish(const struct kf_wire *w) __attribute__((nonnull));

#endif
