/*
 * Reads and writes reports for libfido2; see report.h.  An open descriptor
 * receives everything that the device sends, to other programs too, so only
 * answers to our own messages are passed on.
 */
#include "key_device/report.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "key_device/wait.h"

/* Pause before a message is sent again that a busy device did not take. */
#define BUSY_MS 100
#define DRAIN_MAX 4096		/* reports */

/* Commands (CTAP 2.1, 11.2.9), with the bit of a message's first report. */
#define FIRST 0x80
#define MSG 0x83
#define INIT 0x86
#define CBOR 0x90
#define CANCEL 0x91
#define KEEPALIVE 0xbb
#define ERROR 0xbf
#define CHANNEL_BUSY 0x06
#define GET_INFO 0x04
#define TOUCH_NEEDED 0x02	/* of KEEPALIVE: STATUS_UPNEEDED */

/* Offsets in the first report of a message: channel, command, length, data. */
#define CHANNEL_SIZE 4
#define COMMAND 4
#define LENGTH 5
#define DATA 7
#define NONCE_SIZE 8

static const unsigned char everybody[CHANNEL_SIZE] = { 255, 255, 255, 255 };

/* Reads one report; false if there was none, or if the device is gone. */
static bool
take_report(struct kf_key *key, unsigned char report[KF_REPORT_SIZE])
{
	unsigned char bytes[KF_REPORT_SIZE + 1];
	ssize_t n = read(key->fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return false;
	if (n != KF_REPORT_SIZE) {
		key->gone = true;
		return false;
	}
	memcpy(report, bytes, KF_REPORT_SIZE);
	return true;
}

/*
 * True if the report answers our message.  The broadcast channel is shared by
 * all programs: there an answer to INIT must have our nonce.
 */
static bool
answers_us(const struct kf_key *key, const unsigned char *report)
{
	const unsigned char *sent = key->sent.list[0] + 1;

	if (key->sent.count == 0 || memcmp(report, sent, CHANNEL_SIZE) != 0)
		return false;
	if (memcmp(sent, everybody, CHANNEL_SIZE) != 0)
		return true;
	return report[COMMAND] == ERROR || (report[COMMAND] == INIT &&
	    memcmp(report + DATA, sent + DATA, NONCE_SIZE) == 0);
}

static bool
write_report(struct kf_key *key, const unsigned char *bytes)
{
	ssize_t n;

	do
		n = write(key->fd, bytes, KF_REPORT_SIZE + 1);
	while (n < 0 && errno == EINTR);
	if (n != KF_REPORT_SIZE + 1)
		key->gone = true;
	return !key->gone;
}

/*
 * Sends our last message again, which the device did not take because it works
 * for another program.  False if the request has ended.  Called again for each
 * refusal, until the device takes the message or the deadline passes.
 */
static bool
send_again(struct kf_key *key)
{
	if (key->opening)
		kf_wait_longer(key);
	if (!kf_wait_until(key, kf_clock_monotonic() + BUSY_MS))
		return false;
	for (size_t i = 0; i < key->sent.count; i++)
		if (!write_report(key, key->sent.list[i]))
			return false;
	return true;
}

static bool
is_get_info(const struct kf_reports *sent)
{
	const unsigned char *first = sent->list[0] + 1;

	return sent->count == 1 && first[COMMAND] == CBOR &&
	    first[LENGTH] == 0 && first[LENGTH + 1] == 1 &&
	    first[DATA] == GET_INFO;
}

/*
 * Keeps a report of the answer to getInfo.  libfido2 asks for it when it opens
 * a device and keeps only a part of the answer.  When we ask for the rest, the
 * reports are replayed, so that the device is not asked a second time.
 */
static void
keep_info(struct kf_key *key, const unsigned char *report)
{
	struct kf_reports *info = &key->info;

	if (key->info_complete || !is_get_info(&key->sent) ||
	    report[COMMAND] == KEEPALIVE || info->count == KF_REPORTS_MAX)
		return;
	memcpy(info->list[info->count++], report, KF_REPORT_SIZE);
}

int
kf_report_read(void *handle, unsigned char *bytes, size_t len, int ms)
{
	struct kf_key *key = handle;

	(void)ms;	/* key->deadline counts instead */
	if (len != KF_REPORT_SIZE)
		return -1;
	if (key->info_next > 0) {
		if (key->info_next > key->info.count)
			return -1;
		memcpy(bytes, key->info.list[key->info_next++ - 1],
		    KF_REPORT_SIZE);
		return KF_REPORT_SIZE;
	}
	while (kf_wait_for_report(key)) {
		if (!take_report(key, bytes) || !answers_us(key, bytes))
			continue;
		if (bytes[COMMAND] == ERROR && bytes[DATA] == CHANNEL_BUSY &&
		    key->stop == KF_KEY_GOES_ON) {
			if (!send_again(key))
				break;
			continue;
		}
		keep_info(key, bytes);
		if (bytes[COMMAND] == KEEPALIVE && bytes[DATA] == TOUCH_NEEDED)
			kf_tell_touch(key);
		return KF_REPORT_SIZE;
	}
	return -1;
}

/*
 * True if libfido2 asks a U2F device the same question again, which has to wait
 * for the end of the pause (wait.c).  False for a question that asks silently
 * whether a credential is held (check-only, U2F raw messages, 5.1).
 */
static bool
is_repeated(const struct kf_key *key, const unsigned char *bytes)
{
	const unsigned char *apdu = bytes + 1 + DATA;

	return key->sent.count > 0 && bytes[1 + COMMAND] == MSG &&
	    !(apdu[1] == 2 && apdu[2] == 7) &&
	    memcmp(bytes, key->sent.list[0], KF_REPORT_SIZE + 1) == 0;
}

int
kf_report_write(void *handle, const unsigned char *bytes, size_t len)
{
	struct kf_key *key = handle;
	bool first = len > 1 + COMMAND && (bytes[1 + COMMAND] & FIRST) != 0;

	if (len != KF_REPORT_SIZE + 1 || key->gone)
		return -1;
	if (first && bytes[1 + COMMAND] == CANCEL)
		return write_report(key, bytes) ? (int)len : -1;
	if (key->stop != KF_KEY_GOES_ON)
		return -1;
	if (first) {
		if (is_repeated(key, bytes) && !kf_wait_paused(key))
			return -1;
		key->sent.count = 0;
		key->info_next = 0;
	}
	if (key->sent.count == KF_REPORTS_MAX)
		return -1;
	memcpy(key->sent.list[key->sent.count++], bytes, len);
	if (key->info_complete && is_get_info(&key->sent)) {
		key->info_next = 1;
		return (int)len;
	}
	return write_report(key, bytes) ? (int)len : -1;
}

void
kf_report_drain(struct kf_key *key)
{
	unsigned char report[KF_REPORT_SIZE];

	for (int i = 0; i < DRAIN_MAX && !key->gone; i++) {
		struct pollfd p = { .fd = key->fd, .events = POLLIN };
		int n = poll(&p, 1, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		if ((p.revents & POLLIN) == 0)
			key->gone = true;
		else
			(void)take_report(key, report);
	}
}
