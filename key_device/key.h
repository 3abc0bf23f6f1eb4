/*
 * One security key: the open device, to which libfido2 talks, and the socket of
 * the parent, which may cancel a request at any time.  All data from the device
 * may be hostile.  The device program does not verify signatures; the parent
 * does.
 */
#ifndef KF_KEY_H
#define KF_KEY_H

#include <fido.h>
#include <stdbool.h>
#include <stdint.h>

#include "key_protocol/msg.h"

#define KF_REPORT_SIZE 64	/* bytes (CTAP 2.1, 11.2.4) */
#define KF_REPORTS_MAX 129	/* of one message (CTAP 2.1, 11.2.4) */

/*
 * How long a device may take for a request.  The parent allows a little more,
 * so that it receives the reason of a failure.
 */
#define KF_KEY_QUICK_MS 3000	/* a request that needs no person */
#define KF_KEY_PERSON_MS 40000	/* a touch or a fingerprint */

/* Why a request is ended before the device has answered. */
enum kf_key_stop {
	KF_KEY_GOES_ON = 0,	/* it is not */
	KF_KEY_TOLD,		/* the parent sent CANCEL */
	KF_KEY_LEFT,		/* the parent is gone or broke the protocol */
	KF_KEY_LATE		/* the deadline of the request passed */
};

/* The reports of one message; those that we send begin with a number, 0. */
struct kf_reports {
	size_t count;
	unsigned char list[KF_REPORTS_MAX][KF_REPORT_SIZE + 1];
};

struct kf_key {
	int parent;		/* the socket */
	int fd;			/* the device */
	fido_dev_t *dev;
	bool fido2;		/* else U2F */
	uint64_t list_max;	/* credentials in one question; 0: not said */
	uint64_t credential_max; /* bytes of an id; 0: not said */
	bool gone;		/* the device cannot be used any more */
	bool stale;		/* a late answer may come: reopen the device */
	int64_t deadline;	/* of the present request; monotonic ms */
	enum kf_key_stop stop;	/* of the present request */
	int64_t give_up;	/* after a stop: end of the wait for answers */
	bool opening;		/* OPENED has not been sent yet */
	bool said_busy;		/* BUSY has been sent */
	bool tells_touch;	/* TOUCH may be sent, once */
	struct kf_reports sent;	/* the message that the device answers */
	struct kf_reports info;	/* the answer to getInfo, kept */
	bool info_complete;	/* info is the whole answer */
	size_t info_next;	/* report of info to replay, from 1; 0: none */
	struct kf_key_find known; /* candidates of the last FIND */
	struct kf_frame frame;	/* from the parent, or to it */
};

/* Prepares libfido2 and libcrypto.  Called once, before the sandbox. */
void
kf_key_library_start(void);

/*
 * Opens the device at key->fd with libfido2 and fills in *opened.  False if it
 * is no FIDO device or does not answer as one.
 */
KF_CHECKED bool
kf_key_open(struct kf_key *key, struct kf_key_opened *opened)
    __attribute__((nonnull));

/*
 * Called before each request, which may take ms milliseconds.  Reopens a stale
 * device.  False if it cannot be reopened or is gone.
 */
KF_CHECKED bool
kf_key_begin(struct kf_key *key, int64_t ms) __attribute__((nonnull));

/*
 * Returns why a request failed for which libfido2 returned r.  Must not be
 * called for FIDO_OK unless key->stop says that the request was ended.
 */
enum kf_key_failure
kf_key_failure(struct kf_key *key, int r) __attribute__((nonnull));

/* Closes the device in libfido2 and wipes *key; the descriptors stay open. */
void
kf_key_close(struct kf_key *key) __attribute__((nonnull));

/* Translates a code of libfido2's or of the device (CTAP 2.1, 8.2). */
enum kf_key_failure
kf_fido_failure(int r);

/*
 * Copies the bytes of a CBOR byte string of definite length (RFC 8949, 3.1), as
 * which libfido2 returns authenticator data.  False if cbor is anything else,
 * is not in its shortest form, has a byte behind it, or does not fit.
 */
KF_CHECKED bool
kf_cbor_unwrap(const unsigned char *cbor, size_t cbor_len,
    unsigned char *bytes, size_t size, size_t *len)
    __attribute__((nonnull(3, 5)));

#endif
