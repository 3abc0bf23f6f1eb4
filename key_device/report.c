/*
 * Reading and writing reports for libfido2, and hearing the parent meanwhile;
 * see report.h.  Every wait ends at the deadline of the request.  An open
 * descriptor sees the whole traffic of the device, other programs' too, so
 * only what answers us is passed on.
 */
#include "key_device/report.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"

/* How long a device has to answer that it has been stopped. */
#define STOP_MS 300
/* The rest of a frame of the parent's follows its beginning. */
#define FRAME_MS 1000
/* Before a message that was refused is sent once more. */
#define BUSY_MS 100
#define DRAIN_MAX 4096

/* CTAP 2.1, 11.2.9: commands, with the bit of a message's first packet. */
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

/* Where things are in a report: channel, command, length, then data. */
#define CHANNEL_SIZE 4
#define COMMAND 4
#define LENGTH 5
#define DATA 7
#define NONCE_SIZE 8

static const unsigned char everybody[CHANNEL_SIZE] = { 255, 255, 255, 255 };

/*
 * libfido2 sleeps 100 ms by usleep after every answer of a U2F device, since it
 * asks again and again whether it was touched.  A program that defines usleep
 * is asked instead: here the pause is taken before the question is repeated, so
 * none stands between a touch and our answer.
 */
static int64_t pause_until;

int
usleep(useconds_t us)
{
	pause_until = kf_clock_monotonic() + us / 1000;
	return 0;
}

/* Ends the request; a device that knows how to stop is told, once. */
static void
stop(struct kf_key *key, enum kf_key_stop why)
{
	key->stop = why;
	key->stale = true;
	key->give_up = kf_clock_monotonic() + STOP_MS;
	if (key->fido2 && !key->gone && key->dev != NULL)
		(void)fido_dev_cancel(key->dev);
}

static void
hear_parent(struct kf_key *key)
{
	enum kf_err err = kf_frame_read(key->parent, &key->frame,
	    kf_clock_monotonic() + FRAME_MS);

	if (err == KF_OK && key->frame.type == KF_KEY_MSG_CANCEL &&
	    kf_key_get_bare(&key->frame) == KF_OK)
		stop(key, KF_KEY_TOLD);
	else
		stop(key, KF_KEY_LEFT);
	kf_frame_wipe(&key->frame);
}

/* Until then, unless the parent says stop. */
static bool
pause_for(struct kf_key *key, int64_t until)
{
	struct pollfd p = { .fd = key->parent, .events = POLLIN };

	while (key->stop == KF_KEY_GOES_ON) {
		int64_t now = kf_clock_monotonic();
		int n;

		if (now >= until)
			return true;
		if (now >= key->deadline) {
			stop(key, KF_KEY_LATE);
			break;
		}
		n = poll(&p, 1, (int)((until < key->deadline ? until :
		    key->deadline) - now));
		if (n > 0)
			hear_parent(key);
		else if (n < 0 && errno != EINTR)
			key->gone = true;
		if (key->gone)
			return false;
	}
	return false;
}

/* Waits for a report.  False: there will be none. */
static bool
wait_for_report(struct kf_key *key)
{
	while (!key->gone) {
		bool stopping = key->stop != KF_KEY_GOES_ON;
		struct pollfd p[2] = {
			{ .fd = key->fd, .events = POLLIN },
			/* An end of file would be seen over and over. */
			{ .fd = stopping ? -1 : key->parent,
			    .events = POLLIN },
		};
		int64_t left = (stopping ? key->give_up : key->deadline) -
		    kf_clock_monotonic();
		int n;

		if (left <= 0) {
			if (stopping)
				return false;
			stop(key, KF_KEY_LATE);
			continue;
		}
		n = poll(p, 2, (int)left);
		if (n < 0 && errno != EINTR)
			key->gone = true;
		else if (n > 0 && p[1].revents != 0)
			hear_parent(key);
		else if (n > 0 && (p[0].revents & POLLIN) != 0)
			return true;
		else if (n > 0)
			key->gone = true;
	}
	return false;
}

/* One report; false when there was none after all, or the device is gone. */
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
 * Is it for us?  On the channel that everybody shares, only the answer to our
 * own nonce is.
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
 * While it is being opened, a key that is busy is waited for as one that is
 * locked: for as long as the parent likes, who is told once.
 */
static void
wait_longer(struct kf_key *key)
{
	if (!key->said_busy) {
		kf_key_put_bare(&key->frame, KF_KEY_MSG_BUSY);
		(void)!kf_frame_write(key->parent, &key->frame,
		    kf_clock_monotonic() + FRAME_MS);
		key->said_busy = true;
	}
	key->deadline = kf_clock_monotonic() + KF_KEY_QUICK_MS;
}

/*
 * The device is at work for another program and has not taken our message: the
 * same again, until it does or our time is over.
 */
static bool
send_again(struct kf_key *key)
{
	if (key->opening)
		wait_longer(key);
	if (!pause_for(key, kf_clock_monotonic() + BUSY_MS))
		return false;
	for (size_t i = 0; i < key->sent.count; i++)
		if (!write_report(key, key->sent.list[i]))
			return false;
	return true;
}

/* The person is told when there is something to touch, and not before. */
static void
tell_touch(struct kf_key *key, const unsigned char *report)
{
	if (!key->tells_touch || key->stop != KF_KEY_GOES_ON ||
	    report[COMMAND] != KEEPALIVE || report[DATA] != TOUCH_NEEDED)
		return;
	key->tells_touch = false;
	kf_key_put_bare(&key->frame, KF_KEY_MSG_TOUCH);
	(void)!kf_frame_write(key->parent, &key->frame, kf_clock_monotonic() +
	    FRAME_MS);
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
 * libfido2 asks getInfo when it opens a device, keeps a part of the answer and
 * forgets the rest; when we ask for that, it comes from here instead of being
 * asked once more.
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

	(void)ms;	/* the deadline is our own */
	if (len != KF_REPORT_SIZE)
		return -1;
	if (key->info_next > 0) {
		if (key->info_next > key->info.count)
			return -1;
		memcpy(bytes, key->info.list[key->info_next++ - 1],
		    KF_REPORT_SIZE);
		return KF_REPORT_SIZE;
	}
	while (wait_for_report(key)) {
		if (!take_report(key, bytes) || !answers_us(key, bytes))
			continue;
		if (bytes[COMMAND] == ERROR && bytes[DATA] == CHANNEL_BUSY &&
		    key->stop == KF_KEY_GOES_ON) {
			if (!send_again(key))
				break;
			continue;
		}
		keep_info(key, bytes);
		tell_touch(key, bytes);
		return KF_REPORT_SIZE;
	}
	return -1;
}

/*
 * A question that is asked again waits for its time; one that asks silently
 * whether a credential is held (check-only, U2F raw messages, 5.1) does not.
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
		if (is_repeated(key, bytes) && !pause_for(key, pause_until))
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
