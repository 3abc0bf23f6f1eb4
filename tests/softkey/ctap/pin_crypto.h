/*
 * PIN/UV auth protocols one and two (CTAP 2.1, sections 6.5.6 and 6.5.7).
 */
#ifndef SOFTKEY_PIN_CRYPTO_H
#define SOFTKEY_PIN_CRYPTO_H

#include "tests/softkey/core.h"

/* Protocol one uses one key for both. */
struct softkey_shared {
	unsigned protocol;
	unsigned char mac[32];
	unsigned char aes[32];
};

/* Makes a new key-agreement key. */
void
softkey_pin_regenerate(struct softkey *key);

/* Computes the shared secret from the client's key, COSE. */
enum softkey_status
softkey_pin_agree(struct softkey *key, unsigned protocol,
    struct softkey_cbor cose, struct softkey_shared *shared);

/* Is it the right authentication of these bytes by this protocol? */
bool
softkey_pin_mac_is(unsigned protocol, const unsigned char key[32],
    const unsigned char *bytes, size_t len, struct softkey_span mac);

/* False unless it decrypts to exactly len bytes. */
bool
softkey_pin_decrypt(const struct softkey_shared *shared,
    struct softkey_span sealed, unsigned char *text, size_t len);

/* Encrypts; returns the length, at most 16 bytes more. */
size_t
softkey_pin_encrypt(const struct softkey_shared *shared,
    const unsigned char *text, size_t len, unsigned char *sealed);

#endif
