/*
 * The functions of libcrypto that softkey needs.  A failure of libcrypto ends
 * the process, because a test without its key would prove nothing.
 */
#ifndef SOFTKEY_CRYPTO_H
#define SOFTKEY_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <openssl/evp.h>

/* COSE's numbers. */
enum softkey_algorithm {
	SOFTKEY_ES256 = -7,
	SOFTKEY_EDDSA = -8,
	SOFTKEY_RS256 = -257,
};

#define SOFTKEY_SIGNATURE_MAX 512

void
softkey_random(void *bytes, size_t len);
void
softkey_sha256(const void *bytes, size_t len, unsigned char hash[32]);
void
softkey_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
    unsigned char mac[32]);

/* Derives a key for one purpose from another key. */
void
softkey_derive(const unsigned char secret[32], const char *purpose,
    unsigned char key[32]);

/* Whole blocks, no padding. */
void
softkey_aes_cbc(bool encrypt, const unsigned char key[32],
    const unsigned char iv[16], const unsigned char *in, size_t len,
    unsigned char *out);

/* AES-256-GCM with a tag of 16 bytes after the text. */
void
softkey_seal(const unsigned char key[32], const unsigned char nonce[12],
    const unsigned char bound[32], const unsigned char *text, size_t len,
    unsigned char *sealed);
bool
softkey_unseal(const unsigned char key[32], const unsigned char nonce[12],
    const unsigned char bound[32], const unsigned char *sealed, size_t len,
    unsigned char *text);

/*
 * The private key of an algorithm for this seed; the caller frees it.  For
 * ES256 the seed is the private number; NULL when the curve has no such number.
 */
EVP_PKEY *
softkey_private(enum softkey_algorithm alg, const unsigned char seed[32]);

/* The RS256 key for this seed, always the same; slow. */
EVP_PKEY *
softkey_rsa(const unsigned char seed[32]);

/* The point of a P-256 key: 0x04, x, y. */
void
softkey_point(EVP_PKEY *key, unsigned char point[65]);

/* The shared secret; false: the peer's point is not on the curve. */
bool
softkey_ecdh(EVP_PKEY *key, const unsigned char point[65],
    unsigned char x[32]);

/* Signs; returns the length of the signature (ES256: DER). */
size_t
softkey_sign(EVP_PKEY *key, const unsigned char *bytes, size_t len,
    unsigned char signature[SOFTKEY_SIGNATURE_MAX]);

/* Prints the place and ends the process. */
void
softkey_crypto_broken(const char *where) __attribute__((noreturn));

#endif
