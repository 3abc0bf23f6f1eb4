/*
 * The messages between keyfirst-key-device and its parent over the socket that
 * is the program's descriptor 0, as frames (common/frame.h).  The parent
 * decides; the program does with one security key what the parent asks.  The
 * parent takes every message for the word of the key, which may be hostile: it
 * checks each message in full, and nothing in it but a signature proves
 * anything.
 *
 * The program starts by itself to lock and open the device.  It sends BUSY if
 * it has to wait for another program's lock or touch, and then OPENED, or
 * FAILED as its last message.  From then on each request has one answer: the
 * message that is named beside it below, or FAILED.  Before the answer to
 * ASSERT and MAKE, TOUCH may come once, when the key says that it waits for a
 * touch.  The parent sends the next request after the answer.  Only CANCEL may
 * be sent before it; then the answer is FAILED (cancelled).  When the parent
 * closes the socket, the program cancels the present request of the device and
 * leaves.
 */
#ifndef KF_KEY_MSG_H
#define KF_KEY_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/credential.h"
#include "common/frame.h"
#include "common/secret.h"

enum kf_key_msg_type {
	/* to the device program */
	KF_KEY_MSG_FIND = 0x01,		/* -> FOUND */
	KF_KEY_MSG_ASSERT = 0x02,	/* -> ASSERTED */
	KF_KEY_MSG_RETRIES = 0x03,	/* -> RETRIES_LEFT */
	KF_KEY_MSG_MAKE = 0x04,		/* -> MADE */
	KF_KEY_MSG_CANCEL = 0x05,
	/* from the device program */
	KF_KEY_MSG_BUSY = 0x81,
	KF_KEY_MSG_OPENED = 0x82,
	KF_KEY_MSG_FOUND = 0x83,
	KF_KEY_MSG_ASSERTED = 0x84,
	KF_KEY_MSG_RETRIES_LEFT = 0x85,
	KF_KEY_MSG_MADE = 0x86,
	KF_KEY_MSG_FAILED = 0x87,
	KF_KEY_MSG_TOUCH = 0x88
};

/* Limits of the messages; sizes of text include the NUL. */
#define KF_KEY_CANDIDATES_MAX 16
#define KF_KEY_PIN_SIZE 64		/* 63 bytes: CTAP 2.1, 6.5.1 */
#define KF_KEY_AUTHDATA_MAX 1024	/* also of a new credential */
#define KF_KEY_SIGNATURE_MAX 512	/* a valid one has at most 256 */
#define KF_KEY_CERTIFICATE_MAX 4096
#define KF_KEY_USER_SIZE 64

/* How user verification is asked for. */
enum kf_key_verify {
	KF_KEY_VERIFY_NO = 0,	/* only a touch is asked for */
	KF_KEY_VERIFY_BUILT_IN,	/* a fingerprint or the like */
	KF_KEY_VERIFY_PIN
};

/* Why the device program did not do what it was asked for. */
enum kf_key_failure {
	KF_KEY_FAILED_OTHER = 0,
	KF_KEY_FAILED_GONE,		/* unplugged, or no FIDO device */
	KF_KEY_FAILED_TIMEOUT,		/* nobody touched the device */
	KF_KEY_FAILED_CANCELLED,
	KF_KEY_FAILED_REFUSED,		/* the person refused on the device */
	KF_KEY_FAILED_NO_CREDENTIAL,
	KF_KEY_FAILED_PIN_WRONG,
	KF_KEY_FAILED_PIN_NEEDED,	/* it does nothing without a PIN */
	KF_KEY_FAILED_PIN_NOT_SET,
	KF_KEY_FAILED_PIN_PAUSED,	/* until it is plugged in anew */
	KF_KEY_FAILED_PIN_BLOCKED,	/* until it is reset */
	KF_KEY_FAILED_UV_WRONG,		/* fingerprint not recognised */
	KF_KEY_FAILED_UV_BLOCKED,	/* until its PIN is typed */
	KF_KEY_FAILED_EXCLUDED,		/* it holds the person's credential */
	KF_KEY_FAILED_UNSUPPORTED,	/* algorithm, option or length */
	KF_KEY_FAILED_PIN_POLICY	/* the PIN must be changed first */
};

/* OPENED: from authenticatorGetInfo (CTAP 2.1, 6.4); zeros for U2F. */
struct kf_key_opened {
	bool fido2;		/* else U2F (CTAP1) */
	bool has_pin;		/* a PIN is set */
	bool has_verify;	/* built-in verification is set up */
	bool always_verify;	/* it makes no assertion without verification */
	bool protects;		/* it supports credProtect */
	unsigned char aaguid[KF_KEY_AAGUID_SIZE];
	uint8_t algorithms;	/* bit n: kf_key_algorithm n; 0: not said */
	uint32_t credential_max; /* bytes of an id; 0: not said */
};

/* FIND: which of these credentials does it hold?  Needs no touch. */
struct kf_key_candidate {
	char rp_id[KF_KEY_RP_ID_SIZE];
	size_t credential_len;
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
};
struct kf_key_find {
	unsigned char hash[KF_KEY_HASH_SIZE];
	size_t count;
	struct kf_key_candidate candidates[KF_KEY_CANDIDATES_MAX];
};

/* ASSERT: asks for a signature of a credential that FIND has named. */
struct kf_key_assert {
	uint8_t candidate;	/* its number in the last FIND */
	enum kf_key_verify verify;
	unsigned char hash[KF_KEY_HASH_SIZE];	/* of the client data */
	char pin[KF_KEY_PIN_SIZE];	/* empty but for KF_KEY_VERIFY_PIN */
};

/* ASSERTED: authenticator data without its CBOR wrapping, and signature. */
struct kf_key_asserted {
	size_t credential_len;	/* 0: the device did not name one */
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	size_t authdata_len;
	unsigned char authdata[KF_KEY_AUTHDATA_MAX];
	size_t signature_len;
	unsigned char signature[KF_KEY_SIGNATURE_MAX];
};

/*
 * FOUND: bit n of held is candidate n of FIND.  The program stops at the first
 * candidate that is held, so it sets at most one bit. shown is what a FIDO2 key
 * has signed to show that this is true; a U2F key signs nothing, and all
 * lengths are 0.
 */
struct kf_key_found {
	uint32_t held;
	struct kf_key_asserted shown;
};

/* RETRIES_LEFT: how many tries the PIN has left, as the device says. */
struct kf_key_retries {
	uint8_t left;
};

/* MAKE: asks for a non-resident credential; the candidates are excluded. */
struct kf_key_make {
	enum kf_key_algorithm algorithm;
	enum kf_key_verify verify;
	uint8_t protect;	/* credProtect level 1 or 2; 0: not asked for */
	unsigned char hash[KF_KEY_HASH_SIZE];
	char rp_id[KF_KEY_RP_ID_SIZE];
	unsigned char user_id[32];
	char user[KF_KEY_USER_SIZE];
	char pin[KF_KEY_PIN_SIZE];
};

/* MADE: the new credential with its attestation (WebAuthn, 6.5). */
struct kf_key_made {
	char format[33];	/* "packed", "fido-u2f", "none", … */
	size_t authdata_len;
	unsigned char authdata[KF_KEY_AUTHDATA_MAX];
	size_t signature_len;	/* 0: not attested */
	unsigned char signature[KF_KEY_SIGNATURE_MAX];
	size_t certificate_len;	/* 0: signed by the credential itself */
	unsigned char certificate[KF_KEY_CERTIFICATE_MAX]; /* DER, the leaf */
};

/* Encoders; KF_ERR_RANGE when a field is too long.  Frames hold PINs: wipe. */
KF_CHECKED enum kf_err
kf_key_put_find(struct kf_frame *f, const struct kf_key_find *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_put_assert(struct kf_frame *f, const struct kf_key_assert *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_put_make(struct kf_frame *f, const struct kf_key_make *m)
    __attribute__((nonnull));
/* RETRIES, CANCEL, BUSY, TOUCH: nothing but their type. */
void
kf_key_put_bare(struct kf_frame *f, enum kf_key_msg_type type)
    __attribute__((nonnull));
void
kf_key_put_opened(struct kf_frame *f, const struct kf_key_opened *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_put_found(struct kf_frame *f, const struct kf_key_found *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_put_asserted(struct kf_frame *f, const struct kf_key_asserted *m)
    __attribute__((nonnull));
void
kf_key_put_retries(struct kf_frame *f, const struct kf_key_retries *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_put_made(struct kf_frame *f, const struct kf_key_made *m)
    __attribute__((nonnull));
void
kf_key_put_failed(struct kf_frame *f, enum kf_key_failure failure)
    __attribute__((nonnull));

/* Decoders look at the payload; the caller has looked at the type. */
KF_CHECKED enum kf_err
kf_key_get_find(const struct kf_frame *f, struct kf_key_find *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_assert(const struct kf_frame *f, struct kf_key_assert *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_make(const struct kf_frame *f, struct kf_key_make *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_bare(const struct kf_frame *f) __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_opened(const struct kf_frame *f, struct kf_key_opened *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_found(const struct kf_frame *f, struct kf_key_found *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_asserted(const struct kf_frame *f, struct kf_key_asserted *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_retries(const struct kf_frame *f, struct kf_key_retries *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_made(const struct kf_frame *f, struct kf_key_made *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_get_failed(const struct kf_frame *f, enum kf_key_failure *failure)
    __attribute__((nonnull));

#endif
