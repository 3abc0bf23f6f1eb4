/*
 * What a security key says of a credential that it has just made (WebAuthn,
 * 6.5 and 7.1), checked against what was asked, with libfido2 and libcrypto.
 * Certificates are parsed here, so this runs in a child that has become user
 * keyfirst, and never in root's process.
 *
 * Without roots an attestation shows no more than that the credential was made
 * for what was asked, by something that has the private key of a certificate;
 * whose that is, is its own word.
 */
#ifndef KF_ATTESTATION_H
#define KF_ATTESTATION_H

#include <limits.h>
#include <stdbool.h>

#include "key_protocol/msg.h"
#include "store/enrolment.h"

/*
 * Certificates, PEM, of which each is trusted: roots, what roots have signed,
 * or what a model of keys attests with itself.
 */
struct kf_roots_file {
	char name[NAME_MAX + 1];
	size_t end;		/* of its part of the text */
};
struct kf_roots {
	char *text;		/* NULL: none are asked for */
	size_t len;
	struct kf_roots_file *files;
	size_t count;
};

/*
 * The texts of NAME.pem and NAME.crt in a directory that nobody but root can
 * change, nor any above it.  Root reads them, and does not parse them.
 * KF_ERR_MISSING: no such directory, or no such file in it; KF_ERR_UNTRUSTED;
 * KF_ERR_RANGE: too much; KF_ERR_IO.  Then the last file, if there is one, is
 * where it failed, and there is no text.  kf_roots_free must follow.
 */
KF_CHECKED enum kf_err
kf_roots_read(const char *directory, struct kf_roots *roots)
    __attribute__((nonnull));
void
kf_roots_free(struct kf_roots *roots) __attribute__((nonnull));

/* What was asked for. */
struct kf_attestation_rules {
	const struct kf_key_make *make;
	const struct kf_roots *roots;
};

/* Wide, so that no slip makes a refusal of one the other. */
enum kf_attestation_verdict {
	KF_ATTESTED_MALFORMED = 0,
	KF_ATTESTED_OTHER = 0x0f11,	/* not what was asked for */
	KF_ATTESTED_SIGNATURE = 0x0f12,	/* not by who it says */
	KF_ATTESTED_ROOTS = 0x0f13,	/* the roots are no certificates */
	KF_ATTESTED_NOTHING = 0x0f14,	/* no certificate, and one is needed */
	KF_ATTESTED_UNKNOWN = 0x0f15,	/* it does not lead to a root */
	KF_ATTESTED_LEAF = 0x0f16,	/* not as WebAuthn, 8.2.1, has it */
	KF_ATTESTED_MODEL = 0x0f17,	/* for another AAGUID, or none */
	KF_ATTESTED_BROKEN = 0x0f18,	/* no memory, or a library refused */
	KF_ATTESTED_RIGHT = 0x5ac396c3
};

/*
 * Fills in, of *key, what was attested to: algorithm, RP id, credential,
 * public key, whether it is synced, AAGUID, and how it was attested.  first
 * counter and verify are for others to say.
 */
enum kf_attestation_verdict
kf_attestation_check(const struct kf_attestation_rules *rules,
    const struct kf_key_made *made, struct kf_key *key)
    __attribute__((nonnull, warn_unused_result));

/*
 * Are these roots certificates, all of them?  For before a key is touched.
 * bad: the number, from 1, of the file where that fails.
 */
enum kf_attestation_verdict
kf_attestation_roots(const struct kf_roots *roots, size_t *bad)
    __attribute__((nonnull, warn_unused_result));

#endif
