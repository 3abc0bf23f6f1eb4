/*
 * Reading and writing frames; see frame.h and PROTOCOL.  This file must not
 * interpret a payload.
 */
#include "common/frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "common/clock.h"

/* Waits for events on fd until the deadline; signals do not prolong it. */
static enum kf_err
wait_for(int fd, short events, int64_t deadline)
{
	for (;;) {
		struct pollfd p = { .fd = fd, .events = events };
		int64_t left = deadline - kf_clock_monotonic();
		int n;

		if (left <= 0)
			return KF_ERR_TIMEOUT;
		n = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (n > 0)
			return (p.revents & POLLNVAL) != 0 ? KF_ERR_IO : KF_OK;
		if (n < 0 && errno != EINTR)
			return KF_ERR_IO;
	}
}

/*
 * Like recv(2), but fails with EBADMSG when the peer has passed a descriptor
 * along.  The call gives the kernel no room for a descriptor, so the kernel has
 * closed it already.
 */
static ssize_t
receive(int fd, unsigned char *bytes, size_t len)
{
	struct iovec where = { .iov_base = bytes, .iov_len = len };
	struct msghdr m = { .msg_iov = &where, .msg_iovlen = 1 };
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (n >= 0 && (m.msg_flags & MSG_CTRUNC) != 0) {
		errno = EBADMSG;
		return -1;
	}
	return n;
}

static enum kf_err
read_all(int fd, unsigned char *bytes, size_t len, int64_t deadline)
{
	size_t done = 0;

	while (done < len) {
		enum kf_err err = wait_for(fd, POLLIN, deadline);
		ssize_t n;

		if (err != KF_OK)
			return err;
		n = receive(fd, bytes + done, len - done);
		if (n == 0)
			return done == 0 ? KF_ERR_CLOSED : KF_ERR_PROTOCOL;
		if (n < 0 && errno == ECONNRESET)
			return KF_ERR_CLOSED;
		if (n < 0 && errno == EBADMSG)
			return KF_ERR_PROTOCOL;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return KF_ERR_IO;
		if (n > 0)
			done += (size_t)n;
	}
	return KF_OK;
}

static enum kf_err
write_all(int fd, const unsigned char *bytes, size_t len, int64_t deadline)
{
	size_t done = 0;

	while (done < len) {
		enum kf_err err = wait_for(fd, POLLOUT, deadline);
		ssize_t n;

		if (err != KF_OK)
			return err;
		n = send(fd, bytes + done, len - done,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return KF_ERR_CLOSED;
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return KF_ERR_IO;
		if (n > 0)
			done += (size_t)n;
	}
	return KF_OK;
}

enum kf_err
kf_frame_read(int fd, struct kf_frame *frame, int64_t deadline)
{
	unsigned char head[4];
	uint32_t len;
	enum kf_err err;

	frame->len = 0;
	err = read_all(fd, head, sizeof(head), deadline);
	if (err != KF_OK)
		return err;
	len = (uint32_t)head[0] << 24 | (uint32_t)head[1] << 16 |
	    (uint32_t)head[2] << 8 | (uint32_t)head[3];
	if (len < 1 || len > KF_FRAME_MAX)
		return KF_ERR_PROTOCOL;
	err = read_all(fd, &frame->type, 1, deadline);
	if (err == KF_OK)
		err = read_all(fd, frame->payload, len - 1, deadline);
	if (err == KF_ERR_CLOSED)
		return KF_ERR_PROTOCOL;
	if (err == KF_OK)
		frame->len = len - 1;
	return err;
}

enum kf_err
kf_frame_write(int fd, const struct kf_frame *frame, int64_t deadline)
{
	unsigned char head[5];
	size_t len = frame->len + 1;
	enum kf_err err;

	if (len > KF_FRAME_MAX)
		return KF_ERR_RANGE;
	head[0] = (unsigned char)(len >> 24);
	head[1] = (unsigned char)(len >> 16);
	head[2] = (unsigned char)(len >> 8);
	head[3] = (unsigned char)len;
	head[4] = frame->type;
	err = write_all(fd, head, sizeof(head), deadline);
	if (err != KF_OK)
		return err;
	return write_all(fd, frame->payload, frame->len, deadline);
}

enum kf_err
kf_frame_end(int fd, int64_t deadline)
{
	unsigned char extra;
	enum kf_err err = read_all(fd, &extra, 1, deadline);

	if (err == KF_ERR_CLOSED)
		return KF_OK;
	return err == KF_OK ? KF_ERR_PROTOCOL : err;
}

void
kf_frame_wipe(struct kf_frame *frame)
{
	explicit_bzero(frame, sizeof(*frame));
}
