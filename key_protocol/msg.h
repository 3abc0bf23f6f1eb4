/*
 * The messages between keyfirst-key-device and its parent, over the socket that
 * is the device program's descriptor 0, as frames (common/frame.h).  The parent
 * decides; the device program carries out its requests on one security key.
 * The parent must treat every message as written by the key itself, which may
 * be hostile: it checks every message in full, and takes nothing but a
 * signature as proof.
 *
 * The device program first locks and opens the device, without a request.  It
 * sends BUSY if it has to wait because another program holds the lock or waits
 * for a touch; then OPENED, or FAILED and the end of the stream.  After OPENED
 * the parent sends one request at a time and gets one answer to each: the
 * message named below, or FAILED.  Before the answer to ASSERT or MAKE, TOUCH
 * may come once, when the key says that it waits for a touch.  While the parent
 * waits for an answer it may send CANCEL only; the answer is then FAILED
 * (cancelled), unless another answer was on its way already.  When the parent
 * closes the socket, the device program cancels the operation on the device and
 * exits.
 */
#ifndef KF_KEY_MSG_H
#define KF_KEY_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/credential.h"
#include "common/frame.h"
#include "common/secret.h"

enum kf_key_msg_type {
	/* from the parent to the device program */
	KF_KEY_MSG_FIND = 0x01,		/* -> FOUND */
	KF_KEY_MSG_ASSERT = 0x02,	/* -> ASSERTED */
	KF_KEY_MSG_RETRIES = 0x03,	/* -> RETRIES_LEFT */
	KF_KEY_MSG_MAKE = 0x04,		/* -> MADE */
	KF_KEY_MSG_CANCEL = 0x05,
	/* from the device program to the parent */
	KF_KEY_MSG_BUSY = 0x81,
	KF_KEY_MSG_OPENED = 0x82,
	KF_KEY_MSG_FOUND = 0x83,
	KF_KEY_MSG_ASSERTED = 0x84,
	KF_KEY_MSG_RETRIES_LEFT = 0x85,
	KF_KEY_MSG_MADE = 0x86,
	KF_KEY_MSG_FAILED = 0x87,
	KF_KEY_MSG_TOUCH = 0x88
};

/* Limits of the fields; sizes of text include the NUL. */
#define KF_KEY_CANDIDATES_MAX 16
#define KF_KEY_PIN_SIZE 64		/* 63 bytes: CTAP 2.1, 6.5.1 */
#define KF_KEY_AUTHDATA_MAX 1024	/* with a new credential's data */
#define KF_KEY_SIGNATURE_MAX 512	/* our algorithms make up to 256 */
#define KF_KEY_CERTIFICATE_MAX 4096
#define KF_KEY_USER_SIZE 64

/* Which user verification a request asks for. */
enum kf_key_verify {
	KF_KEY_VERIFY_NO = 0,	/* none; a touch is enough */
	KF_KEY_VERIFY_BUILT_IN,	/* by the device: a fingerprint or the like */
	KF_KEY_VERIFY_PIN
};

/* FAILED: why the device program did not carry out a request. */
enum kf_key_failure {
	KF_KEY_FAILED_OTHER = 0,
	KF_KEY_FAILED_GONE,		/* unplugged, or no FIDO device */
	KF_KEY_FAILED_TIMEOUT,		/* nobody touched the key in time */
	KF_KEY_FAILED_CANCELLED,
	KF_KEY_FAILED_REFUSED,		/* the person refused on the device */
	KF_KEY_FAILED_NO_CREDENTIAL,
	KF_KEY_FAILED_PIN_WRONG,
	KF_KEY_FAILED_PIN_NEEDED,	/* the key demands its PIN for this */
	KF_KEY_FAILED_PIN_NOT_SET,
	KF_KEY_FAILED_PIN_PAUSED,	/* until the key is plugged in anew */
	KF_KEY_FAILED_PIN_BLOCKED,	/* until the key is reset */
	KF_KEY_FAILED_UV_WRONG,		/* fingerprint not recognised */
	KF_KEY_FAILED_UV_BLOCKED,	/* only the PIN can verify now */
	KF_KEY_FAILED_EXCLUDED,		/* holds a credential of this person */
	KF_KEY_FAILED_UNSUPPORTED,	/* algorithm, option or length */
	KF_KEY_FAILED_PIN_POLICY	/* the PIN must be changed first */
};

/* OPENED: from authenticatorGetInfo (CTAP 2.1, 6.4); zeros for U2F. */
struct kf_key_opened {
	bool fido2;		/* FIDO2; false: U2F (CTAP1) */
	bool has_pin;		/* a PIN is set */
	bool has_verify;	/* built-in verification is set up */
	bool always_verify;	/* no assertion without verification */
	bool protects;		/* supports credProtect */
	unsigned char aaguid[KF_KEY_AAGUID_SIZE];
	uint8_t algorithms;	/* bit n: kf_key_algorithm n; 0: not said */
	uint32_t credential_max; /* bytes of a credential id; 0: not said */
};

/* FIND: which of these credentials does the key hold?  No touch is needed. */
struct kf_key_candidate {
	char rp_id[KF_KEY_RP_ID_SIZE];
	size_t credential_len;
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];	/* its id */
};
struct kf_key_find {
	unsigned char hash[KF_KEY_HASH_SIZE];	/* a FIDO2 key signs it */
	size_t count;
	struct kf_key_candidate candidates[KF_KEY_CANDIDATES_MAX];
};

/* ASSERT: make a signature with one candidate of the last FIND. */
struct kf_key_assert {
	uint8_t candidate;	/* its number in that FIND, from 0 */
	enum kf_key_verify verify;
	unsigned char hash[KF_KEY_HASH_SIZE];	/* of the client data */
	char pin[KF_KEY_PIN_SIZE];	/* empty except with VERIFY_PIN */
};

/* ASSERTED: authenticator data without their CBOR head, and the signature. */
struct kf_key_asserted {
	size_t credential_len;	/* 0: the device has not named the credential */
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	size_t authdata_len;
	unsigned char authdata[KF_KEY_AUTHDATA_MAX];
	size_t signature_len;
	unsigned char signature[KF_KEY_SIGNATURE_MAX];
};

/*
 * FOUND: which candidates of FIND the key holds.  The device program stops at
 * the first candidate that the key holds, so it sets at most one bit.  A FIDO2
 * key proves by a signature that it holds the credential; a U2F key signs
 * nothing here, and all lengths in shown are 0.
 */
struct kf_key_found {
	uint32_t held;		/* bit n: candidate n */
	struct kf_key_asserted shown;	/* signed without a touch */
};

/* RETRIES_LEFT: how many tries of the PIN are left, as the device says. */
struct kf_key_retries {
	uint8_t left;
};

/*
 * MAKE: make a non-resident credential.  The key refuses (EXCLUDED) if it holds
 * a candidate of the last FIND for the same relying party.
 */
struct kf_key_make {
	enum kf_key_algorithm algorithm;
	enum kf_key_verify verify;
	uint8_t protect;	/* credProtect level 1 or 2; 0: not asked for */
	unsigned char hash[KF_KEY_HASH_SIZE];	/* of the client data */
	char rp_id[KF_KEY_RP_ID_SIZE];
	unsigned char user_id[32];
	char user[KF_KEY_USER_SIZE];
	char pin[KF_KEY_PIN_SIZE];	/* empty except with VERIFY_PIN */
};

/* MADE: the new credential and its attestation (WebAuthn, 6.5). */
struct kf_key_made {
	char format[33];	/* "packed", "fido-u2f", "none", … */
	size_t authdata_len;
	unsigned char authdata[KF_KEY_AUTHDATA_MAX];
	size_t signature_len;	/* 0: there is no attestation */
	unsigned char signature[KF_KEY_SIGNATURE_MAX];
	size_t certificate_len;	/* 0: signed by the credential itself */
	unsigned char certificate[KF_KEY_CERTIFICATE_MAX]; /* the leaf, DER */
};

/*
 * Encoders fill in a frame; KF_ERR_RANGE when a field is too long.  A frame of
 * ASSERT or MAKE may hold a PIN, so the caller must wipe it.
 */
KF_CHECKED enum kf_err
kf_key_put_find(struct kf_frame *f, const struct kf_key_find *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_put_assert(struct kf_frame *f, const struct kf_key_assert *m)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_key_put_make(struct kf_frame *f, const struct kf_key_make *m)
    __attribute__((nonnull));
/* RETRIES, CANCEL, BUSY and TOUCH have no payload. */
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

/*
 * Decoders read the payload; the caller has checked the frame's type.
 * KF_ERR_PROTOCOL when the payload is not as described above, and then *m is
 * overwritten with zeros.
 */
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
