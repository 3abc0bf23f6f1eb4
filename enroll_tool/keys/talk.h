/*
 * What `keyfirst enroll key` and its child say to each other over a socket, as
 * frames (common/frame.h).  The child has become user keyfirst and listens to
 * security keys; root's process shows, asks and stores, and takes all that the
 * child says as a stranger's.  So the child sends numbers, and no words but the
 * name that a key gives itself: what is shown and asked are root's own texts.
 *
 * To SHOW there is no answer; ASK has one, ANSWER of PROTOCOL; DONE and STOPPED
 * end it.
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
	KF_KEY_SHOW_INSERT = 1,	/* none is there */
	KF_KEY_SHOW_DEVICE,	/* this one is; its number, or 0: it alone */
	KF_KEY_SHOW_KNOWN,	/* and holds that candidate already */
	KF_KEY_SHOW_BUSY,	/* another program has one */
	KF_KEY_SHOW_TOUCH,	/* to enrol it */
	KF_KEY_SHOW_AGAIN,	/* to prove it */
	KF_KEY_SHOW_WRONG_PIN,	/* number: tries left */
	KF_KEY_SHOW_NO_PIN,	/* none that a key could have: not tried */
	KF_KEY_SHOW_WRONG_FINGER
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
	KF_KEY_ASK_PIN = 1,	/* number: tries left */
	KF_KEY_ASK_CHOICE	/* number: of how many */
};

struct kf_key_asked {
	enum kf_key_ask what;
	uint8_t number;
};

/* Why nothing came of it. */
enum kf_key_stop {
	KF_KEY_STOP_NONE = 0,	/* it goes on; never sent */
	KF_KEY_STOP_BROKEN,	/* something of ours */
	KF_KEY_STOP_ABSENT,	/* no key is there */
	KF_KEY_STOP_RULE,	/* one is, and we may not open it */
	KF_KEY_STOP_BUSY,	/* another program keeps it */
	KF_KEY_STOP_SEVERAL,	/* and nobody to ask */
	KF_KEY_STOP_CHOICE,	/* none was made */
	KF_KEY_STOP_KNOWN,	/* enrolled already; number: the candidate */
	KF_KEY_STOP_EXCLUDED,	/* the same, and it is not known as what */
	KF_KEY_STOP_GONE,
	KF_KEY_STOP_TIMEOUT,	/* nobody touched it */
	KF_KEY_STOP_DECLINED,	/* somebody said no on it */
	KF_KEY_STOP_FAILED,	/* it did not do it, or we did not understand */
	KF_KEY_STOP_UNSUPPORTED,
	KF_KEY_STOP_SSH,	/* no algorithm that OpenSSH knows */
	KF_KEY_STOP_NO_VERIFY,	/* it has neither PIN nor fingerprint */
	KF_KEY_STOP_NO_ANSWER,	/* nobody typed a PIN */
	KF_KEY_STOP_PIN_WRONG,	/* again */
	KF_KEY_STOP_PIN_LAST,	/* the next wrong one would lock it */
	KF_KEY_STOP_PIN_PAUSED,
	KF_KEY_STOP_PIN_BLOCKED,
	KF_KEY_STOP_PIN_POLICY,
	KF_KEY_STOP_FINGER,
	KF_KEY_STOP_MODEL,	/* not in key.aaguid-allow */
	KF_KEY_STOP_SYNCED,	/* key.synced = deny */
	KF_KEY_STOP_ATTESTATION, /* forged, or not for what was asked */
	KF_KEY_STOP_ROOTS,	/* are no certificates; number: the file */
	KF_KEY_STOP_NO_CHAIN,	/* it attests with no certificate */
	KF_KEY_STOP_UNKNOWN_ROOT,
	KF_KEY_STOP_BAD_LEAF,
	KF_KEY_STOP_OTHER_MODEL, /* the certificate is another AAGUID's */
	KF_KEY_STOP_UNPROVED,	/* what it signed is not right */
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
