/*
 * Credentials.  The key stores none: a credential id is the private key itself,
 * sealed under the key's secret and bound to the hash of the RP id.  For U2F
 * that hash is the application parameter, so a U2F key handle is a credential
 * id, too.
 */
#ifndef SOFTKEY_CREDENTIAL_H
#define SOFTKEY_CREDENTIAL_H

#include <stdbool.h>

#include "tests/softkey/core.h"
#include "tests/softkey/ctap/crypto.h"

/* Nonce, algorithm and protection, seed, tag. */
#define SOFTKEY_ID_LEN (12 + 2 + 32 + 16)

struct softkey_credential {
	unsigned char id[SOFTKEY_ID_LEN];
	unsigned char rp[32];		/* SHA-256 of the RP id */
	enum softkey_algorithm alg;
	unsigned protect;		/* credProtect: 1, 2, 3 */
	unsigned char seed[32];
};

/* Makes a new credential. */
void
softkey_credential_make(struct softkey *key, const unsigned char rp[32],
    enum softkey_algorithm alg, unsigned protect,
    struct softkey_credential *credential);

/* Opens a credential id.  False: it is another key's or another RP's. */
bool
softkey_credential_open(struct softkey *key, const unsigned char rp[32],
    const unsigned char *id, size_t len,
    struct softkey_credential *credential);

/* The private key; the caller frees it. */
EVP_PKEY *
softkey_credential_key(struct softkey *key,
    const struct softkey_credential *credential);

/* The public key as COSE. */
void
softkey_credential_cose(struct softkey *key,
    const struct softkey_credential *credential, struct softkey_out *out);

/* The public key on P-256 as COSE, with that algorithm. */
void
softkey_cose_point(EVP_PKEY *private, int algorithm, struct softkey_out *out);

/*
 * Writes the signature of an assertion over these bytes (authenticator data and
 * hash), with the faults that a test has set.
 */
size_t
softkey_credential_assert(struct softkey *key,
    const struct softkey_credential *credential, unsigned char *bytes,
    size_t len, unsigned char signature[SOFTKEY_SIGNATURE_MAX]);

#endif
