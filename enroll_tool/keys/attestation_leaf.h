/*
 * The certificate of an attestation: is it one of a security key, and for the
 * model that the key claims?  Only attestation.c uses this.
 */
#ifndef KF_ATTESTATION_LEAF_H
#define KF_ATTESTATION_LEAF_H

#include <openssl/x509.h>

#include "enroll_tool/keys/attestation.h"

/*
 * format: "packed", or another for U2F.  RIGHT, LEAF or MODEL.
 *
 * Of a U2F certificate WebAuthn, 8.6, demands only the kind of its public key,
 * which libfido2 checks.  A U2F key does not sign an AAGUID, so an AAGUID
 * beside a U2F attestation is refused: an attacker between us and the key could
 * have put in that of any model.
 */
KF_CHECKED enum kf_attestation_verdict
kf_attestation_leaf_check(X509 *leaf, const char *format,
    const unsigned char aaguid[KF_KEY_AAGUID_SIZE]) __attribute__((nonnull));

#endif
