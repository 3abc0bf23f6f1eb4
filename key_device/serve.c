/*
 * Serves the requests of the parent, one after the other, as key_protocol/msg.h
 * lays down.  Any other message of the parent ends the program.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "common/clock.h"
#include "key_device/request.h"

/* How long the parent may take to read a message; after that it is gone. */
#define SAY_MS 5000
/* How long the rest of a frame may take once it has begun. */
#define FRAME_MS 1000

static bool
say(struct kf_key *key, const struct kf_frame *frame)
{
	return kf_frame_write(key->parent, frame, kf_clock_monotonic() +
	    SAY_MS) == KF_OK;
}

/* A PIN is in the frame and in the request, and is wiped from both. */
static bool
do_assert(struct kf_key *key, struct kf_frame *answer)
{
	struct kf_key_assert request;
	bool good = kf_key_get_assert(&key->frame, &request) == KF_OK;

	kf_frame_wipe(&key->frame);
	if (good && kf_key_begin(key, KF_KEY_PERSON_MS)) {
		key->tells_touch = true;
		kf_request_assert(key, &request, answer);
	}
	explicit_bzero(&request, sizeof(request));
	return good;
}

static bool
do_make(struct kf_key *key, struct kf_frame *answer)
{
	struct kf_key_make request;
	bool good = kf_key_get_make(&key->frame, &request) == KF_OK;

	kf_frame_wipe(&key->frame);
	if (good && kf_key_begin(key, KF_KEY_PERSON_MS)) {
		key->tells_touch = true;
		kf_request_make(key, &request, answer);
	}
	explicit_bzero(&request, sizeof(request));
	return good;
}

static bool
do_find(struct kf_key *key, struct kf_frame *answer)
{
	if (kf_key_get_find(&key->frame, &key->known) != KF_OK)
		return false;
	if (kf_key_begin(key, KF_KEY_QUICK_MS))
		kf_request_find(key, &key->known, answer);
	return true;
}

static bool
do_retries(struct kf_key *key, struct kf_frame *answer)
{
	if (kf_key_get_bare(&key->frame) != KF_OK)
		return false;
	if (kf_key_begin(key, KF_KEY_QUICK_MS))
		kf_request_retries(key, answer);
	return true;
}

/* Fills in the answer; false if the parent sent no request that is valid. */
static bool
do_request(struct kf_key *key, struct kf_frame *answer)
{
	/* This is the answer if kf_key_begin fails; else it is replaced. */
	kf_key_put_failed(answer, KF_KEY_FAILED_GONE);
	switch ((enum kf_key_msg_type)key->frame.type) {
	case KF_KEY_MSG_FIND:
		return do_find(key, answer);
	case KF_KEY_MSG_ASSERT:
		return do_assert(key, answer);
	case KF_KEY_MSG_RETRIES:
		return do_retries(key, answer);
	case KF_KEY_MSG_MAKE:
		return do_make(key, answer);
	case KF_KEY_MSG_CANCEL:
	case KF_KEY_MSG_BUSY:
	case KF_KEY_MSG_OPENED:
	case KF_KEY_MSG_FOUND:
	case KF_KEY_MSG_ASSERTED:
	case KF_KEY_MSG_RETRIES_LEFT:
	case KF_KEY_MSG_MADE:
	case KF_KEY_MSG_FAILED:
	case KF_KEY_MSG_TOUCH:
		break;
	}
	return false;
}

/* Waits for a message of the parent; false if the device is pulled out. */
static bool
wait_for_parent(const struct kf_key *key)
{
	struct pollfd p[2] = {
		{ .fd = key->parent, .events = POLLIN },
		{ .fd = key->fd },
	};
	int n;

	do
		n = poll(p, 2, -1);
	while (n < 0 && errno == EINTR);
	return n > 0 && p[1].revents == 0;
}

static bool
open_key(struct kf_key *key, struct kf_frame *answer)
{
	struct kf_key_opened opened;
	bool done;

	key->opening = true;
	done = kf_key_open(key, &opened);
	key->opening = false;
	if (done)
		kf_key_put_opened(answer, &opened);
	else if (key->stop == KF_KEY_LATE)
		kf_key_put_failed(answer, KF_KEY_FAILED_TIMEOUT);
	else
		kf_key_put_failed(answer, KF_KEY_FAILED_GONE);
	return say(key, answer) && done;
}

void
kf_serve(struct kf_key *key)
{
	static struct kf_frame answer;

	if (!open_key(key, &answer))
		return;
	while (wait_for_parent(key)) {
		if (kf_frame_read(key->parent, &key->frame,
		    kf_clock_monotonic() + FRAME_MS) != KF_OK)
			break;
		/* A CANCEL that came too late: the answer was on its way. */
		if (key->frame.type == KF_KEY_MSG_CANCEL &&
		    kf_key_get_bare(&key->frame) == KF_OK)
			continue;
		if (!do_request(key, &answer) || key->stop == KF_KEY_LEFT ||
		    !say(key, &answer) || key->gone)
			break;
	}
	kf_frame_wipe(&key->frame);
}
