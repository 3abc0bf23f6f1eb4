/*
 * One security key behind an open descriptor, spoken to through libfido2, and
 * the parent that may say stop at any time.  Whatever comes from the key may be
 * hostile; nothing here judges what it signed.
 */
#ifndef KF_KEY_H
#define KF_KEY_H

#include <fido.h>
#include <stdbool.h>
#include <stdint.h>

#include "key_protocol/msg.h"

#define KF_REPORT_SIZE 64	/* of a FIDO device (CTAP 2.1, 11.2.4) */
#define KF_REPORTS_MAX 129	/* of one message (CTAP 2.1, 11.2.4) */

/*
 * How long a key may take; a little less than what the parent allows, so that
 * it hears why.
 */
#define KF_KEY_QUICK_MS 3000	/* what needs no person */
#define KF_KEY_PERSON_MS 40000	/* a touch, a fingerprint */

/* Why a request is being ended before its answer. */
enum kf_key_stop {
	KF_KEY_GOES_ON = 0,
	KF_KEY_TOLD,		/* CANCEL */
	KF_KEY_LEFT,		/* the parent is gone, or speaks nonsense */
	KF_KEY_LATE		/* its deadline passed */
};

/* Reports of one message. */
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
	bool gone;		/* there is no use in going on */
	bool stale;		/* an answer may still come: reopen first */
	int64_t deadline;	/* of the present request */
	enum kf_key_stop stop;
	int64_t give_up;	/* of a request that is being ended */
	bool opening;		/* OPENED has not been said yet */
	bool said_busy;
	bool tells_touch;	/* TOUCH may be said, once */
	struct kf_reports sent;	/* the message that is being answered */
	struct kf_reports info;	/* the answer to getInfo, kept */
	bool info_complete;
	size_t info_next;	/* to be played back; 0: none */
	struct kf_key_find known; /* candidates of the last FIND */
	struct kf_frame frame;	/* of the parent */
};

/* Once a process, and before the sandbox. */
void
kf_key_library_start(void);

/*
 * Gets in touch with the device behind key->fd and fills in *opened.  False:
 * it is no FIDO device, or not in order.
 */
KF_CHECKED bool
kf_key_open(struct kf_key *key, struct kf_key_opened *opened)
    __attribute__((nonnull));

/*
 * Before each request: it may take so long.  False when the device has to be
 * opened anew after the last one, and cannot be.
 */
KF_CHECKED bool
kf_key_begin(struct kf_key *key, int64_t ms) __attribute__((nonnull));

/*
 * After a request that libfido2 answered with r: why it failed.  Not to be
 * called for FIDO_OK unless key->stop says that it was ended.
 */
enum kf_key_failure
kf_key_failure(struct kf_key *key, int r) __attribute__((nonnull));

void
kf_key_close(struct kf_key *key) __attribute__((nonnull));

/* A failure of libfido2's or the device's own (CTAP 2.1, 8.2). */
enum kf_key_failure
kf_fido_failure(int r);

/*
 * The bytes of a definite CBOR byte string and nothing else (RFC 8949, 3.1), in
 * its shortest form, as authenticator data come from libfido2.  False when it
 * is anything else, or does not fit.
 */
KF_CHECKED bool
kf_cbor_unwrap(const unsigned char *cbor, size_t cbor_len,
    unsigned char *bytes, size_t size, size_t *len)
    __attribute__((nonnull(3, 5)));

#endif
