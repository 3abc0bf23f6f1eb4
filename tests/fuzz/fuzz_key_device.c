/*
 * Fuzzes the code of key_device/ and libfido2 with the data of a security key.
 * The first byte of the input has the request (bits 0 to 2), whether the device
 * is a U2F device (bit 3), and the meaning of the other bytes:
 *
 *	messages (bit 4 clear): the answers to our messages, one after the
 *	other: a length of two bytes, then the bytes.  They are put into
 *	correct packets.  Bit 15 of the length: keep-alives come first; bit
 *	14: the answer is an error; bit 13: a packet of another channel comes
 *	first.
 *	reports (bit 4 set): packets of 64 bytes, in answer to all messages;
 *	a channel of zeros is replaced by ours.
 *
 * For every input the parent must be given a message that it understands.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "tests/fuzz/key_port.h"

#define IS_U2F 8
#define AS_REPORTS 16
#define LONGEST 7609

/*
 * libcbor allocates the length that a device names, even gigabytes.  In the
 * program RLIMIT_AS makes that fail, here the sanitizer does.
 */
const char *
__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1:max_allocation_size_mb=256";
}

/* A prime, so that in time every bit and every value is tried. */
unsigned fuzz_stride = 23;

static const unsigned char channel[4] = { 1, 2, 3, 4 };

static struct {
	const uint8_t *data;		/* the rest of the input */
	size_t left;
	unsigned mode;
	unsigned char command;		/* of the message that was sent */
	size_t expected, got;		/* bytes of it */
	unsigned char nonce[8];
	bool answering;
	unsigned before;		/* keep-alives to send first */
	bool elsewhere;			/* send another channel's first */
	unsigned char message[LONGEST];
	size_t len, sent;
	unsigned seq;
} port;

static void
answer_init(void)
{
	memcpy(port.message, port.nonce, 8);
	memcpy(port.message + 8, channel, 4);
	memcpy(port.message + 12, "\2\5\0\0", 4);
	port.message[16] = (port.mode & IS_U2F) != 0 ? 0 : 4;
	port.len = 17;
}

/* Takes the next answer from the input; false if there is none. */
static bool
take_answer(void)
{
	unsigned head;

	if (port.left < 2)
		return false;
	head = (unsigned)port.data[0] << 8 | port.data[1];
	port.data += 2;
	port.left -= 2;
	port.before = (head & 0x8000) != 0 ? 2 : 0;
	if ((head & 0x4000) != 0)
		port.command = 0xbf;
	port.elsewhere = (head & 0x2000) != 0;
	port.len = head & 0x1fff;
	if (port.len > port.left)
		port.len = port.left;
	if (port.len > LONGEST)
		port.len = LONGEST;
	memcpy(port.message, port.data, port.len);
	port.data += port.len;
	port.left -= port.len;
	return true;
}

void
key_port_put(const unsigned char report[KF_REPORT_SIZE])
{
	if (report[4] == 0x91)
		return;
	if ((report[4] & 0x80) != 0) {
		port.command = report[4];
		port.expected = (size_t)report[5] << 8 | report[6];
		port.got = KF_REPORT_SIZE - 7;
		memcpy(port.nonce, report + 7, sizeof(port.nonce));
	} else {
		port.got += KF_REPORT_SIZE - 5;
	}
	port.answering = false;
	if (port.got < port.expected)
		return;
	port.sent = 0;
	port.seq = 0;
	port.before = 0;
	port.elsewhere = false;
	if (port.command == 0x86 && (port.mode & AS_REPORTS) == 0)
		answer_init();
	else if ((port.mode & AS_REPORTS) == 0 && !take_answer())
		return;
	port.answering = true;
}

bool
key_port_waiting(void)
{
	return port.answering &&
	    ((port.mode & AS_REPORTS) == 0 || port.left > 0);
}

static size_t
get_report(unsigned char *bytes)
{
	size_t n = port.left < KF_REPORT_SIZE ? port.left : KF_REPORT_SIZE;

	memset(bytes, 0, KF_REPORT_SIZE);
	memcpy(bytes, port.data, n);
	port.data += n;
	port.left -= n;
	if (memcmp(bytes, "\0\0\0", 4) == 0)
		memcpy(bytes, channel, 4);
	/* An answer to INIT is accepted only with its nonce. */
	if (port.command == 0x86 && bytes[4] == 0x86) {
		memset(bytes, 0xff, 4);
		memcpy(bytes + 7, port.nonce, 8);
	}
	return n == KF_REPORT_SIZE || n % 2 == 0 ? KF_REPORT_SIZE : n;
}

size_t
key_port_get(unsigned char bytes[KF_REPORT_SIZE + 1])
{
	size_t head, n;

	if ((port.mode & AS_REPORTS) != 0)
		return get_report(bytes);
	memset(bytes, 0, KF_REPORT_SIZE);
	memcpy(bytes, channel, 4);
	if (port.command == 0x86)
		memset(bytes, 0xff, 4);
	if (port.elsewhere) {
		port.elsewhere = false;
		bytes[0] ^= 0x55;
		return KF_REPORT_SIZE;
	}
	if (port.before > 0) {
		port.before--;
		memcpy(bytes + 4, "\273\0\1\2", 4);
		return KF_REPORT_SIZE;
	}
	if (port.sent == 0 && port.seq == 0) {
		bytes[4] = port.command;
		bytes[5] = (unsigned char)(port.len >> 8);
		bytes[6] = (unsigned char)port.len;
		head = 7;
	} else {
		bytes[4] = (unsigned char)(port.seq++);
		head = 5;
	}
	n = port.len - port.sent < KF_REPORT_SIZE - head ?
	    port.len - port.sent : KF_REPORT_SIZE - head;
	memcpy(bytes + head, port.message + port.sent, n);
	port.sent += n;
	port.answering = port.sent < port.len;
	return KF_REPORT_SIZE;
}

/* The parent must understand the answer, and it must belong to the request. */
static void
check_answer(const struct kf_frame *f, unsigned which)
{
	static struct kf_key_asserted asserted;
	static struct kf_key_made made;
	static struct kf_key_found found;
	struct kf_key_retries retries;
	enum kf_key_failure why;

	switch ((enum kf_key_msg_type)f->type) {
	case KF_KEY_MSG_FOUND:
		FUZZ_CHECK(which == 0);
		FUZZ_CHECK(kf_key_get_found(f, &found) == KF_OK);
		FUZZ_CHECK(found.held < 4);
		return;
	case KF_KEY_MSG_ASSERTED:
		FUZZ_CHECK(which >= 1 && which <= 3);
		FUZZ_CHECK(kf_key_get_asserted(f, &asserted) == KF_OK);
		return;
	case KF_KEY_MSG_RETRIES_LEFT:
		FUZZ_CHECK(which == 4);
		FUZZ_CHECK(kf_key_get_retries(f, &retries) == KF_OK);
		return;
	case KF_KEY_MSG_MADE:
		FUZZ_CHECK(which >= 5);
		FUZZ_CHECK(kf_key_get_made(f, &made) == KF_OK);
		return;
	case KF_KEY_MSG_FAILED:
		FUZZ_CHECK(kf_key_get_failed(f, &why) == KF_OK);
		return;
	case KF_KEY_MSG_FIND:
	case KF_KEY_MSG_ASSERT:
	case KF_KEY_MSG_RETRIES:
	case KF_KEY_MSG_MAKE:
	case KF_KEY_MSG_CANCEL:
	case KF_KEY_MSG_BUSY:
	case KF_KEY_MSG_OPENED:
	case KF_KEY_MSG_TOUCH:
		break;
	}
	FUZZ_CHECK(!"an answer");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char credential[64] = "credential";
	static struct kf_key key;
	static struct kf_frame answer;
	static bool started;
	struct kf_key_opened opened;

	if (!started)
		kf_key_library_start();
	started = true;
	if (size < 1)
		return 0;
	memset(&port, 0, sizeof(port));
	port.mode = data[0];
	port.data = data + 1;
	port.left = size - 1;
	memset(&key, 0, sizeof(key));
	key.parent = -1;
	key.fd = KEY_PORT_FD;
	if (kf_key_open(&key, &opened)) {
		kf_key_put_opened(&answer, &opened);
		FUZZ_CHECK(kf_key_get_opened(&answer, &opened) == KF_OK);
		key_port_know(&key, credential, sizeof(credential));
		/* Twice: after a failure the device is reopened. */
		for (int i = 0; i < 2; i++) {
			key_port_request(&key, port.mode, &answer);
			check_answer(&answer, port.mode % KEY_PORT_REQUESTS);
		}
	}
	kf_key_close(&key);
	return 0;
}

/* The seeds are files: answers of softkey (record_key_device.c). */
void
fuzz_seeds(fuzz_take *take)
{
	const char *top = getenv("srcdir");
	uint8_t bytes[8192];
	char path[512];

	for (unsigned i = 0;; i++) {
		FILE *file;
		size_t n;

		(void)snprintf(path, sizeof(path),
		    "%s/tests/fuzz/key_device/%u", top != NULL ? top : ".", i);
		file = fopen(path, "re");
		if (file == NULL) {
			FUZZ_CHECK(i > 0);
			return;
		}
		n = fread(bytes, 1, sizeof(bytes), file);
		(void)fclose(file);
		take(bytes, n);
	}
}
