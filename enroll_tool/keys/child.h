/*
 * The child of `keyfirst enroll key`: it has become user keyfirst (child.h),
 * finds the security keys that are there (keys/find.c), has one make a
 * credential and prove it (keys/make.c, keys/touch.c), and judges what comes
 * back.  It has nothing of root's: neither the machine key nor a terminal.
 */
#ifndef KF_KEY_CHILD_H
#define KF_KEY_CHILD_H

#include "enroll_tool/keys/enroll.h"
#include "key_dialogue/devices.h"
#include "protocol/msg.h"

struct kf_key_child {
	const struct kf_key_enrol *enrol;
	const struct kf_person *person;
	struct kf_devices devices;
	struct kf_device *device;	/* the chosen one; or NULL */
	struct kf_key_find find;	/* what the person has already */
	uint8_t number;			/* of STOPPED */

	struct kf_key_make make;	/* what was asked for; no PIN */
	unsigned char hash[KF_KEY_HASH_SIZE];	/* to be signed as a proof */
	struct kf_secret pin;		/* empty until it was asked for */
	unsigned wrong;			/* PINs, the ones not tried too */
	unsigned fingers;		/* not recognised */
	struct kf_key_done done;
	struct kf_frame frame;
};

/* The context is a struct kf_key_job; its socket is standard input. */
struct kf_key_job {
	const struct kf_key_enrol *enrol;
	const struct kf_person *person;
};
void
kf_key_child_work(void *context);

/* Finds and chooses one; its device->mark is KF_KEY_CHOSEN from then on. */
#define KF_KEY_CHOSEN 3
enum kf_key_stop
kf_key_child_find(struct kf_key_child *c) __attribute__((nonnull));

/* Makes, judges and proves a credential; c->done. */
enum kf_key_stop
kf_key_child_make(struct kf_key_child *c) __attribute__((nonnull));

/* Is the chosen one still there, and waits for a request? */
bool
kf_key_child_is_there(const struct kf_key_child *c) __attribute__((nonnull));

/*
 * Waits for the answer to a request to it, which is then in devices.frame.
 * show: KF_KEY_SHOW_TOUCH or _AGAIN, said when it has not refused at once; or
 * 0.
 */
#define KF_KEY_QUICK_MS 5000	/* for what needs nobody's hand */
enum kf_key_stop
kf_key_child_await(struct kf_key_child *c, int64_t ms, enum kf_key_show show)
    __attribute__((nonnull));

/*
 * Makes a request that the key has to be touched for, by calling ask with the
 * way of verifying that is to be used, and asks for a PIN where it needs one.
 * NONE: the answer in devices.frame is no refusal.
 */
typedef void kf_key_request(struct kf_key_child *c, enum kf_key_verify verify,
    int64_t ms);
enum kf_key_stop
kf_key_child_touch(struct kf_key_child *c, kf_key_request *ask,
    enum kf_key_verify verify, enum kf_key_show show)
    __attribute__((nonnull));

/* What all of it uses.  BROKEN: nobody is there any more. */
enum kf_key_stop
kf_key_child_show(struct kf_key_child *c, enum kf_key_show what,
    uint8_t number, const struct kf_device *device)
    __attribute__((nonnull(1)));
enum kf_key_stop
kf_key_child_ask(struct kf_key_child *c, enum kf_key_ask what, uint8_t number,
    struct kf_msg_answer *answer) __attribute__((nonnull));

/*
 * The next event of the devices.  BROKEN when the parent says something that it
 * was not asked, or closes.
 */
enum kf_key_stop
kf_key_child_wait(struct kf_key_child *c, int64_t deadline,
    enum kf_devices_event *event, struct kf_device **device)
    __attribute__((nonnull));

#endif
