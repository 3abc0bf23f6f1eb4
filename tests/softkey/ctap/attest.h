/*
 * Attestation: a CA of the key's maker, and a certificate of this model that
 * it has signed (WebAuthn, section 8.2.1).  Both keys come from the secret.
 */
#ifndef SOFTKEY_ATTEST_H
#define SOFTKEY_ATTEST_H

#include "tests/softkey/core.h"

#define SOFTKEY_CERT_MAX 1024

/* Writes the model's certificate as DER; returns its length. */
size_t
softkey_attest_certificate(const struct softkey *key,
    unsigned char der[SOFTKEY_CERT_MAX]);

/* Signs with its key; at most SOFTKEY_SIGNATURE_MAX bytes. */
size_t
softkey_attest_sign(const struct softkey *key, const unsigned char *bytes,
    size_t len, unsigned char *signature);

#endif
