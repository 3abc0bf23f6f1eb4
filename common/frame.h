/*
 * Frames of PROTOCOL over a stream socket: a length in network order, a type,
 * a payload.  The length is checked before a byte of payload is read, and every
 * wait ends at an absolute deadline (common/clock.h, monotonic milliseconds).
 */
#ifndef KF_FRAME_H
#define KF_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/* Bytes of type and payload; the four bytes of length are not counted. */
#define KF_FRAME_MAX 16384

/*
 * A frame may hold a secret answer, so the function that declares a frame wipes
 * it.
 */
struct kf_frame {
	uint8_t type;
	size_t len;				/* of payload */
	unsigned char payload[KF_FRAME_MAX - 1];
};

/*
 * Reads one frame.  KF_ERR_CLOSED: end of file before the first byte.
 * KF_ERR_PROTOCOL: length out of range, a descriptor passed along, or end of
 * file within the frame.  KF_ERR_TIMEOUT, KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_frame_read(int fd, struct kf_frame *frame, int64_t deadline)
    __attribute__((nonnull));

/*
 * Writes one frame.  KF_ERR_CLOSED: the peer has closed the connection (no
 * SIGPIPE is raised).  KF_ERR_RANGE, KF_ERR_TIMEOUT, KF_ERR_IO.
 */
KF_CHECKED enum kf_err
kf_frame_write(int fd, const struct kf_frame *frame, int64_t deadline)
    __attribute__((nonnull));

/*
 * Waits until the peer closes the connection; KF_ERR_PROTOCOL when the peer
 * sends another byte instead.
 */
KF_CHECKED enum kf_err
kf_frame_end(int fd, int64_t deadline);

/* Overwrites the whole frame. */
void
kf_frame_wipe(struct kf_frame *frame) __attribute__((nonnull));

#endif
