/*
 * Waits within a request; see wait.h.  Every wait ends at the deadline of the
 * request.  A device that was told to cancel gets a little more time to answer.
 */
#include "key_device/wait.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "common/clock.h"

/* How long a device may take to answer after it was told to cancel. */
#define STOP_MS 300
/* How long the rest of a frame of the parent may take once it has begun. */
#define FRAME_MS 1000

/*
 * libfido2 asks a U2F device again and again whether it was touched, and calls
 * usleep for 100 ms after every answer.  This usleep takes the place of libc's.
 * It only notes when the pause ends; kf_wait_paused makes the pause before the
 * question is repeated, so that none delays our answer after a touch.
 */
static int64_t pause_until;

int
usleep(useconds_t us)
{
	pause_until = kf_clock_monotonic() + us / 1000;
	return 0;
}

/* Ends the request and tells a FIDO2 device to cancel; U2F knows no cancel. */
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

bool
kf_wait_until(struct kf_key *key, int64_t until)
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

bool
kf_wait_paused(struct kf_key *key)
{
	return kf_wait_until(key, pause_until);
}

bool
kf_wait_for_report(struct kf_key *key)
{
	while (!key->gone) {
		bool stopping = key->stop != KF_KEY_GOES_ON;
		struct pollfd p[2] = {
			{ .fd = key->fd, .events = POLLIN },
			/* After a stop, poll would report the socket again. */
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

void
kf_wait_longer(struct kf_key *key)
{
	if (!key->said_busy) {
		kf_key_put_bare(&key->frame, KF_KEY_MSG_BUSY);
		(void)!kf_frame_write(key->parent, &key->frame,
		    kf_clock_monotonic() + FRAME_MS);
		key->said_busy = true;
	}
	key->deadline = kf_clock_monotonic() + KF_KEY_QUICK_MS;
}

void
kf_tell_touch(struct kf_key *key)
{
	if (!key->tells_touch || key->stop != KF_KEY_GOES_ON)
		return;
	key->tells_touch = false;
	kf_key_put_bare(&key->frame, KF_KEY_MSG_TOUCH);
	(void)!kf_frame_write(key->parent, &key->frame, kf_clock_monotonic() +
	    FRAME_MS);
}
