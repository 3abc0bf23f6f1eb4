/*
 * The two PIN/UV auth protocols; see pin_crypto.h.
 */
#include "tests/softkey/ctap/pin_crypto.h"

#include <openssl/crypto.h>
#include <string.h>

#include "tests/softkey/ctap/crypto.h"

void
softkey_pin_regenerate(struct softkey *key)
{
	EVP_PKEY *fresh = NULL;

	while (fresh == NULL) {
		unsigned char seed[32];

		softkey_random(seed, sizeof(seed));
		fresh = softkey_private(SOFTKEY_ES256, seed);
	}
	EVP_PKEY_free(key->pin.agreement);
	key->pin.agreement = fresh;
}

/* HKDF with a salt of zeros, 32 bytes. */
static void
expand(const unsigned char z[32], const char *info, unsigned char out[32])
{
	static const unsigned char salt[32];
	unsigned char prk[32], text[32];
	size_t len = strlen(info);

	softkey_hmac(salt, sizeof(salt), z, 32, prk);
	memcpy(text, info, len);
	text[len] = 1;
	softkey_hmac(prk, sizeof(prk), text, len + 1, out);
}

static enum softkey_status
number_is(struct softkey_cbor cose, int64_t label, int64_t wanted)
{
	struct softkey_cbor at;
	enum softkey_status status = softkey_cbor_at(cose, label, &at);
	int64_t n;

	if (status == SOFTKEY_OK)
		status = softkey_cbor_int(&at, &n);
	if (status == SOFTKEY_OK && n != wanted)
		status = SOFTKEY_INVALID_PARAMETER;
	return status;
}

static enum softkey_status
coordinate(struct softkey_cbor cose, int64_t label, unsigned char bytes[32])
{
	struct softkey_cbor at;
	struct softkey_span span;
	enum softkey_status status = softkey_cbor_at(cose, label, &at);

	if (status == SOFTKEY_OK)
		status = softkey_cbor_bytes(&at, &span);
	if (status != SOFTKEY_OK)
		return status;
	if (span.len != 32)
		return SOFTKEY_INVALID_PARAMETER;
	memcpy(bytes, span.bytes, 32);
	return SOFTKEY_OK;
}

enum softkey_status
softkey_pin_agree(struct softkey *key, unsigned protocol,
    struct softkey_cbor cose, struct softkey_shared *shared)
{
	unsigned char point[65] = { 4 }, z[32];
	enum softkey_status status;

	status = number_is(cose, 1, 2);
	if (status == SOFTKEY_OK)
		status = number_is(cose, 3, -25);
	if (status == SOFTKEY_OK)
		status = number_is(cose, -1, 1);
	if (status == SOFTKEY_OK)
		status = coordinate(cose, -2, point + 1);
	if (status == SOFTKEY_OK)
		status = coordinate(cose, -3, point + 33);
	if (status != SOFTKEY_OK)
		return status;
	if (!softkey_ecdh(key->pin.agreement, point, z))
		return SOFTKEY_INVALID_PARAMETER;
	shared->protocol = protocol;
	if (protocol == 1) {
		softkey_sha256(z, sizeof(z), shared->aes);
		memcpy(shared->mac, shared->aes, sizeof(shared->mac));
	} else {
		expand(z, "CTAP2 HMAC key", shared->mac);
		expand(z, "CTAP2 AES key", shared->aes);
	}
	return SOFTKEY_OK;
}

bool
softkey_pin_mac_is(unsigned protocol, const unsigned char key[32],
    const unsigned char *bytes, size_t len, struct softkey_span mac)
{
	unsigned char right[32];
	size_t wanted = protocol == 1 ? 16 : 32;

	softkey_hmac(key, 32, bytes, len, right);
	return mac.len == wanted &&
	    CRYPTO_memcmp(right, mac.bytes, wanted) == 0;
}

bool
softkey_pin_decrypt(const struct softkey_shared *shared,
    struct softkey_span sealed, unsigned char *text, size_t len)
{
	static const unsigned char zeros[16];
	const unsigned char *iv = zeros;

	if (shared->protocol == 2) {
		if (sealed.len < 16)
			return false;
		iv = sealed.bytes;
		sealed.bytes += 16;
		sealed.len -= 16;
	}
	if (sealed.len != len || len % 16 != 0)
		return false;
	softkey_aes_cbc(false, shared->aes, iv, sealed.bytes, len, text);
	return true;
}

size_t
softkey_pin_encrypt(const struct softkey_shared *shared,
    const unsigned char *text, size_t len, unsigned char *sealed)
{
	unsigned char iv[16] = { 0 };
	size_t before = 0;

	if (shared->protocol == 2) {
		softkey_random(iv, sizeof(iv));
		memcpy(sealed, iv, sizeof(iv));
		before = sizeof(iv);
	}
	softkey_aes_cbc(true, shared->aes, iv, text, len, sealed + before);
	return before + len;
}
