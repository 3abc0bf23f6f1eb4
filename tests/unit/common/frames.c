/*
 * Reading and writing frames (common/frame.h).  The length must be checked
 * before anything else, and every wait must end at its deadline.
 */
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/frame.h"

static int pair[2];

static void
open_pair(void)
{
	int size = 1 << 18;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    pair), 0);
	/* Large enough that a frame of any size is sent before it is read. */
	(void)setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	(void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

static void
close_pair(void)
{
	assert_int_equal(close(pair[0]), 0);
	if (pair[1] >= 0)
		assert_int_equal(close(pair[1]), 0);
}

static int64_t
soon(void)
{
	return kf_clock_monotonic() + 5000;
}

/* Sends raw bytes, closes the sender's end if end is set, reads a frame. */
static enum kf_err
read_raw(const void *bytes, size_t len, bool end, struct kf_frame *f)
{
	enum kf_err err;

	open_pair();
	assert_int_equal(send(pair[1], bytes, len, MSG_NOSIGNAL),
	    (ssize_t)len);
	if (end) {
		(void)close(pair[1]);
		pair[1] = -1;
	}
	err = kf_frame_read(pair[0], f, end ? soon() :
	    kf_clock_monotonic() + 30);
	close_pair();
	return err;
}

static void
frames_round_trip(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 255, 256, 16382, 16383 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lengths); i++) {
		static struct kf_frame out, in;

		open_pair();
		out.type = (uint8_t)(7 + i);
		out.len = lengths[i];
		for (size_t n = 0; n < out.len; n++)
			out.payload[n] = (unsigned char)(n * 31 + i);
		assert_int_equal(kf_frame_write(pair[0], &out, soon()), KF_OK);
		assert_int_equal(kf_frame_write(pair[0], &out, soon()), KF_OK);
		for (int twice = 0; twice < 2; twice++) {
			memset(&in, 0xee, sizeof(in));
			assert_int_equal(kf_frame_read(pair[1], &in, soon()),
			    KF_OK);
			assert_int_equal(in.type, out.type);
			assert_int_equal(in.len, out.len);
			assert_memory_equal(in.payload, out.payload, out.len);
		}
		close_pair();
	}
}

static void
frame_lengths(void **state)
{
	static const struct {
		unsigned char head[4];
		enum kf_err err;
	} table[] = {
		{ { 0, 0, 0, 0 }, KF_ERR_PROTOCOL },
		{ { 0, 0, 0, 1 }, KF_OK },
		{ { 0, 0, 0x40, 0 }, KF_OK },
		{ { 0, 0, 0x40, 1 }, KF_ERR_PROTOCOL },
		{ { 0, 1, 0, 1 }, KF_ERR_PROTOCOL },
		{ { 1, 0, 0, 1 }, KF_ERR_PROTOCOL },
		{ { 0x7f, 0xff, 0xff, 0xff }, KF_ERR_PROTOCOL },
		{ { 0x80, 0, 0, 1 }, KF_ERR_PROTOCOL },
		{ { 0xff, 0xff, 0xff, 0xff }, KF_ERR_PROTOCOL },
	};
	static unsigned char bytes[4 + KF_FRAME_MAX + 16];
	static struct kf_frame f;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		memset(bytes, 0x5a, sizeof(bytes));
		memcpy(bytes, table[i].head, 4);
		assert_int_equal(read_raw(bytes, sizeof(bytes), false, &f),
		    table[i].err);
	}
}

/* After each byte of a frame: the stream ends, or stays open but silent. */
static void
frame_cut(void **state)
{
	static const unsigned char bytes[] = { 0, 0, 0, 5, 0x84, 0, 2, 'h',
		'i' };
	static struct kf_frame f;

	(void)state;
	assert_int_equal(read_raw(bytes, sizeof(bytes), true, &f), KF_OK);
	assert_int_equal(f.len, 4);
	assert_int_equal(read_raw(bytes, 0, true, &f), KF_ERR_CLOSED);
	assert_int_equal(read_raw(bytes, 0, false, &f), KF_ERR_TIMEOUT);
	for (size_t len = 1; len < sizeof(bytes); len++) {
		assert_int_equal(read_raw(bytes, len, true, &f),
		    KF_ERR_PROTOCOL);
		assert_int_equal(f.len, 0);
		assert_int_equal(read_raw(bytes, len, false, &f),
		    KF_ERR_TIMEOUT);
		assert_int_equal(f.len, 0);
	}
}

/* One byte at a time, from another process. */
static void
frame_in_pieces(void **state)
{
	static const unsigned char bytes[] = { 0, 0, 0, 5, 0x84, 0, 2, 'h',
		'i' };
	static struct kf_frame f;
	pid_t pid;

	(void)state;
	open_pair();
	pid = fork();
	if (pid == 0) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			struct timespec ms = { .tv_nsec = 1000000 };

			(void)send(pair[1], bytes + i, 1, MSG_NOSIGNAL);
			(void)nanosleep(&ms, NULL);
		}
		_exit(0);
	}
	assert_int_equal(kf_frame_read(pair[0], &f, soon()), KF_OK);
	assert_int_equal(f.type, 0x84);
	assert_memory_equal(f.payload, bytes + 5, 4);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close_pair();
}

/* The deadline is for the whole frame: each new byte does not extend it. */
static void
frame_deadline(void **state)
{
	static const unsigned char bytes[] = { 0, 0, 0, 9, 1, 2, 3 };
	static struct kf_frame f;
	int64_t start = kf_clock_monotonic();

	(void)state;
	assert_int_equal(read_raw(bytes, sizeof(bytes), false, &f),
	    KF_ERR_TIMEOUT);
	assert_true(kf_clock_monotonic() - start < 2000);
	open_pair();
	assert_int_equal(kf_frame_read(pair[0], &f, kf_clock_monotonic() - 1),
	    KF_ERR_TIMEOUT);
	assert_int_equal(send(pair[1], bytes, sizeof(bytes), 0),
	    (ssize_t)sizeof(bytes));
	unit_set_leap(60);
	assert_int_equal(kf_frame_read(pair[0], &f,
	    kf_clock_monotonic() + 1000), KF_ERR_TIMEOUT);
	close_pair();
}

static void
frame_write_fails(void **state)
{
	static struct kf_frame f = { .type = 1, .len = KF_FRAME_MAX - 1 };
	enum kf_err err = KF_OK;

	(void)state;
	/* The peer reads nothing: writing ends at the deadline. */
	open_pair();
	for (int i = 0; i < 1000 && err == KF_OK; i++)
		err = kf_frame_write(pair[0], &f, kf_clock_monotonic() + 30);
	assert_int_equal(err, KF_ERR_TIMEOUT);
	/* The peer has closed its end: an error, and no SIGPIPE. */
	(void)close(pair[1]);
	pair[1] = -1;
	assert_int_equal(kf_frame_write(pair[0], &f, soon()), KF_ERR_CLOSED);
	f.len = KF_FRAME_MAX;
	assert_int_equal(kf_frame_write(pair[0], &f, soon()), KF_ERR_RANGE);
	f.len = 1;
	close_pair();
	assert_int_equal(kf_frame_read(-1, &f, kf_clock_monotonic() + 5),
	    KF_ERR_TIMEOUT);
	assert_int_not_equal(kf_frame_read(pair[0], &f, soon()), KF_OK);
}

static void
frame_end(void **state)
{
	(void)state;
	open_pair();
	assert_int_equal(kf_frame_end(pair[0], kf_clock_monotonic() + 20),
	    KF_ERR_TIMEOUT);
	assert_int_equal(send(pair[1], "x", 1, 0), 1);
	assert_int_equal(kf_frame_end(pair[0], soon()), KF_ERR_PROTOCOL);
	(void)close(pair[1]);
	pair[1] = -1;
	assert_int_equal(kf_frame_end(pair[0], soon()), KF_OK);
	close_pair();
}

/* Sends the bytes, and a descriptor together with byte number at. */
static void
send_descriptor(const unsigned char *bytes, size_t len, size_t at)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec where = { (void *)(uintptr_t)(bytes + at), 1 };
	struct msghdr m = {
		.msg_iov = &where,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	control.head.cmsg_level = SOL_SOCKET;
	control.head.cmsg_type = SCM_RIGHTS;
	control.head.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.head), &pair[0], sizeof(int));
	assert_int_equal(send(pair[0], bytes, at, 0), (ssize_t)at);
	assert_int_equal(sendmsg(pair[0], &m, 0), 1);
	assert_int_equal(send(pair[0], bytes + at + 1, len - at - 1, 0),
	    (ssize_t)(len - at - 1));
}

/* A descriptor with any byte of a frame is an error, and is closed. */
static void
frame_with_descriptor(void **state)
{
	static const unsigned char bytes[] = { 0, 0, 0, 4, 7, 1, 2, 3 };
	static struct kf_frame f;

	(void)state;
	for (size_t at = 0; at < sizeof(bytes); at++) {
		unsigned before;

		open_pair();
		before = unit_descriptors();
		send_descriptor(bytes, sizeof(bytes), at);
		assert_int_equal(kf_frame_read(pair[1], &f, soon()),
		    KF_ERR_PROTOCOL);
		assert_int_equal(unit_descriptors(), before);
		close_pair();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(frames_round_trip),
		UNIT_TEST(frame_lengths),
		UNIT_TEST(frame_cut),
		UNIT_TEST(frame_in_pieces),
		UNIT_TEST(frame_deadline),
		UNIT_TEST(frame_write_fails),
		UNIT_TEST(frame_end),
		UNIT_TEST(frame_with_descriptor),
	};

	unit_start();
	return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
