/*
 * The messages of `keyfirst enroll key` and its child over a socket, as frames
 * (common/frame.h).  The child has become user keyfirst and listens to security
 * keys.  Root's process shows, asks and stores, and does not trust the child.
 * So the child sends numbers, and no text but the name that a key gives itself;
 * the texts that are shown and asked are root's own.
 *
 * SHOW has no answer; ASK has one, which is ANSWER of PROTOCOL; DONE and
 * STOPPED are the last message.
 */
#ifndef KF_KEY_TALK_H
#define KF_KEY_TALK_H

#include "common/frame.h"
#include "key_dialogue/reader.h"
#include "store/enrolment.h"

enum kf_key_talk_type {
	KF_KEY_TALK_SHOW = 0xc1,
	KF_KEY_TALK_ASK = 0xc2,
	KF_KEY_TALK_DONE = 0xc3,
	KF_KEY_TALK_STOPPED = 0xc4
};

enum kf_key_show {
	KF_KEY_SHOW_INSERT = 1,	/* no key is plugged in: insert one */
	KF_KEY_SHOW_DEVICE,	/* this key; number: of the choice, or 0 */
	KF_KEY_SHOW_KNOWN,	/* it is enrolled; number: the candidate */
	KF_KEY_SHOW_BUSY,	/* another program is using a key */
	KF_KEY_SHOW_TOUCH,	/* touch the key to enrol it */
	KF_KEY_SHOW_AGAIN,	/* touch it once more to prove it */
	KF_KEY_SHOW_WRONG_PIN,	/* number: tries left */
	KF_KEY_SHOW_NO_PIN,	/* no key can have that as a PIN: not sent */
	KF_KEY_SHOW_WRONG_FINGER /* the fingerprint was not recognised */
};

struct kf_key_shown {
	enum kf_key_show what;
	uint8_t number;
	/* Of DEVICE and KNOWN; else empty. */
	char path[KF_READER_PATH_SIZE];
	char name[KF_READER_NAME_SIZE];
	bool fido2;
	unsigned char aaguid[KF_KEY_AAGUID_SIZE];
};

enum kf_key_ask {
	KF_KEY_ASK_PIN = 1,	/* the PIN; number: tries left */
	KF_KEY_ASK_CHOICE	/* which key; number: how many there are */
};

struct kf_key_asked {
	enum kf_key_ask what;
	uint8_t number;
};

/* Why no credential was enrolled. */
enum kf_key_stop {
	KF_KEY_STOP_NONE = 0,	/* there is no reason yet; never sent */
	KF_KEY_STOP_BROKEN,	/* an error on our side */
	KF_KEY_STOP_ABSENT,	/* no key is plugged in */
	KF_KEY_STOP_RULE,	/* we may not open the key: no udev rule */
	KF_KEY_STOP_BUSY,	/* another program keeps the key */
	KF_KEY_STOP_SEVERAL,	/* several keys, and nobody to choose one */
	KF_KEY_STOP_CHOICE,	/* the person chose none of the keys */
	KF_KEY_STOP_KNOWN,	/* enrolled already; number: the candidate */
	KF_KEY_STOP_EXCLUDED,	/* the key says so; as which is not known */
	KF_KEY_STOP_GONE,	/* the key was pulled out */
	KF_KEY_STOP_TIMEOUT,	/* nobody touched the key */
	KF_KEY_STOP_DECLINED,	/* the person refused on the key */
	KF_KEY_STOP_FAILED,	/* the key failed, or its answer is not valid */
	KF_KEY_STOP_UNSUPPORTED, /* algorithm, option or length */
	KF_KEY_STOP_SSH,	/* no algorithm that OpenSSH knows */
	KF_KEY_STOP_NO_VERIFY,	/* the key has neither PIN nor fingerprint */
	KF_KEY_STOP_NO_ANSWER,	/* nobody typed a PIN */
	KF_KEY_STOP_PIN_WRONG,	/* too often in this run */
	KF_KEY_STOP_PIN_LAST,	/* the next wrong PIN would block the key */
	KF_KEY_STOP_PIN_PAUSED,	/* until the key is plugged in anew */
	KF_KEY_STOP_PIN_BLOCKED, /* until the key is reset */
	KF_KEY_STOP_PIN_POLICY,	/* the PIN must be changed first */
	KF_KEY_STOP_FINGER,	/* no fingerprint was recognised */
	KF_KEY_STOP_MODEL,	/* the model is not in key.aaguid-allow */
	KF_KEY_STOP_SYNCED,	/* it can be copied, and key.synced = deny */
	KF_KEY_STOP_ATTESTATION, /* forged, or not for what was asked */
	KF_KEY_STOP_ROOTS,	/* no certificates; number: the file of roots */
	KF_KEY_STOP_NO_CHAIN,	/* the key attests without a certificate */
	KF_KEY_STOP_UNKNOWN_ROOT, /* the certificate leads to no root */
	KF_KEY_STOP_BAD_LEAF,	/* the certificate is not one of a key */
	KF_KEY_STOP_OTHER_MODEL, /* the certificate is another AAGUID's */
	KF_KEY_STOP_UNPROVED,	/* the proof is not right */
	KF_KEY_STOPS
};

struct kf_key_stopped {
	enum kf_key_stop why;
	uint8_t number;
};

/* A credential that was proved. */
struct kf_key_done {
	char name[KF_READER_NAME_SIZE];	/* as of KF_KEY_SHOW_DEVICE */
	struct kf_key key;		/* but for rp_id and verify */
};

/* KF_ERR_RANGE when something does not fit. */
KF_CHECKED enum kf_err
kf_key_talk_put_show(struct kf_frame *f, const struct kf_key_shown *m)
    __attribute__((nonnull));
void
kf_key_talk_put_ask(struct kf_frame *f, const struct kf_key_asked *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_talk_put_done(struct kf_frame *f, const struct kf_key_done *m)
    __attribute__((nonnull));
void
kf_key_talk_put_stopped(struct kf_frame *f, const struct kf_key_stopped *m)
    __attribute__((nonnull));

/* KF_ERR_PROTOCOL for whatever is not exactly that. */
KF_CHECKED enum kf_err
kf_key_talk_get_show(const struct kf_frame *f, struct kf_key_shown *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_talk_get_ask(const struct kf_frame *f, struct kf_key_asked *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_talk_get_done(const struct kf_frame *f, struct kf_key_done *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_talk_get_stopped(const struct kf_frame *f, struct kf_key_stopped *m)
    __attribute__((nonnull));

#endif
