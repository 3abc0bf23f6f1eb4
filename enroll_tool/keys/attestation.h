/*
 * Checks the attestation that a security key gives with a credential that it
 * has just made (WebAuthn, 6.5 and 7.1) against the request, with libfido2 and
 * libcrypto.  This parses certificates, so it must run in a child that has
 * become user keyfirst, and never in root's process.
 *
 * Without roots, an attestation with a certificate shows only that the
 * credential was made for the request, by a device that has the private key of
 * that certificate.  The device itself says which certificate that is.
 */
#ifndef KF_ATTESTATION_H
#define KF_ATTESTATION_H

#include <limits.h>
#include <stdbool.h>

#include "key_protocol/msg.h"
#include "store/enrolment.h"

/*
 * Certificates in PEM, of which each is trusted: a root, a certificate that a
 * root has signed, or the attestation certificate of a model itself.  The text
 * has those of all files, one file behind the other.
 */
struct kf_roots_file {
	char name[NAME_MAX + 1];
	size_t end;		/* where the file's part of the text ends */
};
struct kf_roots {
	char *text;		/* owned; NULL: no roots are demanded */
	size_t len;
	struct kf_roots_file *files;	/* owned */
	size_t count;		/* of files */
};

/*
 * Reads all files NAME.pem and NAME.crt of a directory.  Only root may be able
 * to change the files, the directory and the directories above it.  Root's
 * process reads the files, and must not parse them.  KF_ERR_MISSING if there is
 * no such directory or no such file in it, KF_ERR_UNTRUSTED, KF_ERR_RANGE if
 * the files are too large, KF_ERR_IO.  On an error there is no text, and the
 * last of files, if there is one, is the file that failed.  kf_roots_free must
 * follow.
 */
KF_CHECKED enum kf_err
kf_roots_read(const char *directory, struct kf_roots *roots)
    __attribute__((nonnull));
void
kf_roots_free(struct kf_roots *roots) __attribute__((nonnull));

/* The request, and the roots that are trusted; both belong to the caller. */
struct kf_attestation_rules {
	const struct kf_key_make *make;
	const struct kf_roots *roots;
};

/*
 * The result of the check.  KF_ATTESTED_RIGHT differs from every other value in
 * many bits, so that one wrong bit or a truth value cannot turn into it.
 */
enum kf_attestation_verdict {
	KF_ATTESTED_MALFORMED = 0,
	KF_ATTESTED_OTHER = 0x0f11,	/* does not fit the request */
	KF_ATTESTED_SIGNATURE = 0x0f12,	/* the signature is wrong */
	KF_ATTESTED_ROOTS = 0x0f13,	/* the roots are no certificates */
	KF_ATTESTED_NOTHING = 0x0f14,	/* no certificate, but roots given */
	KF_ATTESTED_UNKNOWN = 0x0f15,	/* no chain leads to a root */
	KF_ATTESTED_LEAF = 0x0f16,	/* certificate not as WebAuthn, 8.2.1 */
	KF_ATTESTED_MODEL = 0x0f17,	/* certificate not for the AAGUID */
	KF_ATTESTED_BROKEN = 0x0f18,	/* no memory, or a library failed */
	KF_ATTESTED_RIGHT = 0x5ac396c3
};

/*
 * Checks the attestation of made.  On KF_ATTESTED_RIGHT *key has the algorithm,
 * RP id, credential id, public key, AAGUID, whether the credential is synced,
 * and the kind of attestation.  The caller sets first_counter and verify.
 */
enum kf_attestation_verdict
kf_attestation_check(const struct kf_attestation_rules *rules,
    const struct kf_key_made *made, struct kf_key *key)
    __attribute__((nonnull, warn_unused_result));

/*
 * Checks that all roots are certificates, before a person has to touch a key.
 * Otherwise sets *bad to the number, from 1, of the first file that is not, and
 * returns KF_ATTESTED_ROOTS.
 */
enum kf_attestation_verdict
kf_attestation_roots(const struct kf_roots *roots, size_t *bad)
    __attribute__((nonnull, warn_unused_result));

#endif
