/* Stands in for libc's read, write and poll, and the clock; see key_port.h. */
#include "tests/fuzz/key_port.h"

#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

static int64_t now = 1000000;

int64_t
kf_clock_monotonic(void)
{
	return now;
}

int64_t
kf_clock_wall(void)
{
	return 1800000000;
}

/* The parent never cancels; a wait without a report moves the clock. */
int
poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct timespec ts = { .tv_sec = timeout / 1000,
		.tv_nsec = timeout % 1000 * 1000000 };
	bool ours = true;

	for (nfds_t i = 0; i < count; i++) {
		fds[i].revents = 0;
		ours = ours && (fds[i].fd == KEY_PORT_FD || fds[i].fd < 0);
		/* With a timeout of 0 old reports are drained: no report. */
		if (fds[i].fd == KEY_PORT_FD && timeout != 0 &&
		    (fds[i].events & POLLIN) != 0 && key_port_waiting()) {
			fds[i].revents = POLLIN;
			return 1;
		}
	}
	if (!ours)
		return (int)syscall(SYS_ppoll, fds, count,
		    timeout < 0 ? NULL : &ts, NULL, 8);
	if (timeout > 0)
		now += timeout;
	return 0;
}

ssize_t
read(int fd, void *bytes, size_t len)
{
	if (fd != KEY_PORT_FD)
		return syscall(SYS_read, fd, bytes, len);
	return len == KF_REPORT_SIZE + 1 ? (ssize_t)key_port_get(bytes) : -1;
}

ssize_t
write(int fd, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	if (fd != KEY_PORT_FD)
		return syscall(SYS_write, fd, bytes, len);
	if (len != KF_REPORT_SIZE + 1 || p[0] != 0)
		return -1;
	key_port_put(p + 1);
	return (ssize_t)len;
}

void
key_port_know(struct kf_key *key, const unsigned char *credential, size_t len)
{
	memset(&key->known, 0, sizeof(key->known));
	key->known.count = 2;
	for (size_t i = 0; i < 2; i++)
		memcpy(key->known.candidates[i].rp_id, "ssh:", 5);
	key->known.candidates[0].credential_len = 300;
	memset(key->known.candidates[0].credential, 'x', 300);
	key->known.candidates[1].credential_len = len;
	memcpy(key->known.candidates[1].credential, credential, len);
}

static void
request_assert(struct kf_key *key, enum kf_key_verify verify,
    struct kf_frame *answer)
{
	struct kf_key_assert m = { .candidate = 1, .verify = verify };

	if (verify == KF_KEY_VERIFY_PIN)
		memcpy(m.pin, "123456", 7);
	if (kf_key_begin(key, KF_KEY_PERSON_MS))
		kf_request_assert(key, &m, answer);
}

static void
request_make(struct kf_key *key, enum kf_key_algorithm algorithm,
    enum kf_key_verify verify, struct kf_frame *answer)
{
	struct kf_key_make m = { .algorithm = algorithm, .verify = verify,
		.protect = verify == KF_KEY_VERIFY_NO ? 0 : 2,
		.rp_id = "ssh:", .user = "u" };

	if (verify == KF_KEY_VERIFY_PIN)
		memcpy(m.pin, "123456", 7);
	if (kf_key_begin(key, KF_KEY_PERSON_MS))
		kf_request_make(key, &m, answer);
}

void
key_port_request(struct kf_key *key, unsigned which, struct kf_frame *answer)
{
	kf_key_put_failed(answer, KF_KEY_FAILED_GONE);
	switch (which % KEY_PORT_REQUESTS) {
	case 0:
		if (kf_key_begin(key, KF_KEY_QUICK_MS))
			kf_request_find(key, &key->known, answer);
		break;
	case 1:
		request_assert(key, KF_KEY_VERIFY_NO, answer);
		break;
	case 2:
		request_assert(key, KF_KEY_VERIFY_PIN, answer);
		break;
	case 3:
		request_assert(key, KF_KEY_VERIFY_BUILT_IN, answer);
		break;
	case 4:
		if (kf_key_begin(key, KF_KEY_QUICK_MS))
			kf_request_retries(key, answer);
		break;
	case 5:
		request_make(key, KF_ES256, KF_KEY_VERIFY_NO, answer);
		break;
	case 6:
		request_make(key, KF_EDDSA, KF_KEY_VERIFY_PIN, answer);
		break;
	case 7:
		request_make(key, KF_RS256, KF_KEY_VERIFY_BUILT_IN, answer);
		break;
	}
}
