/*
 * Hashes, ciphers and signatures; see crypto.h.  Keys here protect nothing but
 * tests: no memory is wiped.
 */
#include "tests/softkey/ctap/crypto.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
softkey_crypto_broken(const char *where)
{
	fprintf(stderr, "softkey: libcrypto: %s\n", where);
	abort();
}

/* Ends the process when a step of libcrypto fails. */
static void
must(int ok, const char *where)
{
	if (ok <= 0)
		softkey_crypto_broken(where);
}

void
softkey_random(void *bytes, size_t len)
{
	must(RAND_bytes(bytes, (int)len), "RAND_bytes");
}

void
softkey_sha256(const void *bytes, size_t len, unsigned char hash[32])
{
	must(EVP_Digest(bytes, len, hash, NULL, EVP_sha256(), NULL),
	    "EVP_Digest");
}

void
softkey_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
    unsigned char mac[32])
{
	unsigned n = 32;

	must(HMAC(EVP_sha256(), key, (int)key_len, bytes, len, mac, &n) != NULL,
	    "HMAC");
}

void
softkey_derive(const unsigned char secret[32], const char *purpose,
    unsigned char key[32])
{
	softkey_hmac(secret, 32, purpose, strlen(purpose), key);
}

void
softkey_aes_cbc(bool encrypt, const unsigned char key[32],
    const unsigned char iv[16], const unsigned char *in, size_t len,
    unsigned char *out)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	must(ctx != NULL, "EVP_CIPHER_CTX_new");
	must(EVP_CipherInit_ex(ctx, EVP_aes_256_cbc(), NULL, key, iv,
	    encrypt), "AES-CBC");
	EVP_CIPHER_CTX_set_padding(ctx, 0);
	must(EVP_CipherUpdate(ctx, out, &n, in, (int)len), "AES-CBC");
	EVP_CIPHER_CTX_free(ctx);
}

void
softkey_seal(const unsigned char key[32], const unsigned char nonce[12],
    const unsigned char bound[32], const unsigned char *text, size_t len,
    unsigned char *sealed)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n;

	must(ctx != NULL, "EVP_CIPHER_CTX_new");
	must(EVP_EncryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) &&
	    EVP_EncryptUpdate(ctx, NULL, &n, bound, 32) &&
	    EVP_EncryptUpdate(ctx, sealed, &n, text, (int)len) &&
	    EVP_EncryptFinal_ex(ctx, sealed + n, &n) &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, 16,
	    sealed + len), "AES-GCM");
	EVP_CIPHER_CTX_free(ctx);
}

bool
softkey_unseal(const unsigned char key[32], const unsigned char nonce[12],
    const unsigned char bound[32], const unsigned char *sealed, size_t len,
    unsigned char *text)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char tag[16];
	bool ok;
	int n;

	must(ctx != NULL, "EVP_CIPHER_CTX_new");
	memcpy(tag, sealed + len, sizeof(tag));
	must(EVP_DecryptInit_ex(ctx, EVP_aes_256_gcm(), NULL, key, nonce) &&
	    EVP_DecryptUpdate(ctx, NULL, &n, bound, 32) &&
	    EVP_DecryptUpdate(ctx, text, &n, sealed, (int)len) &&
	    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, 16, tag),
	    "AES-GCM");
	ok = EVP_DecryptFinal_ex(ctx, text + n, &n) > 0;
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

/* A key of P-256 from its point and, unless NULL, its private number. */
static EVP_PKEY *
p256(const unsigned char point[65], const BIGNUM *number)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	must(ctx != NULL && build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
	    "prime256v1", 0) && OSSL_PARAM_BLD_push_octet_string(build,
	    OSSL_PKEY_PARAM_PUB_KEY, point, 65), "P-256");
	if (number != NULL)
		must(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY,
		    number), "P-256");
	params = OSSL_PARAM_BLD_to_param(build);
	must(params != NULL && EVP_PKEY_fromdata_init(ctx), "P-256");
	/* Fails for a point that is not on the curve. */
	if (EVP_PKEY_fromdata(ctx, &key, number == NULL ?
	    EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR, params) <= 0)
		key = NULL;
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *
p256_private(const unsigned char seed[32])
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	BIGNUM *number = BN_bin2bn(seed, 32, NULL);
	unsigned char bytes[65];
	EC_POINT *point = NULL;
	EVP_PKEY *key = NULL;

	must(group != NULL && number != NULL, "P-256");
	if (!BN_is_zero(number) &&
	    BN_cmp(number, EC_GROUP_get0_order(group)) < 0) {
		point = EC_POINT_new(group);
		must(point != NULL && EC_POINT_mul(group, point, number, NULL,
		    NULL, NULL) && EC_POINT_point2oct(group, point,
		    POINT_CONVERSION_UNCOMPRESSED, bytes, sizeof(bytes),
		    NULL) == sizeof(bytes), "P-256");
		key = p256(bytes, number);
		must(key != NULL, "P-256");
	}
	EC_POINT_free(point);
	BN_free(number);
	EC_GROUP_free(group);
	return key;
}

EVP_PKEY *
softkey_private(enum softkey_algorithm alg, const unsigned char seed[32])
{
	EVP_PKEY *key = NULL;

	switch (alg) {
	case SOFTKEY_ES256:
		return p256_private(seed);
	case SOFTKEY_EDDSA:
		key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
		    seed, 32);
		break;
	case SOFTKEY_RS256:
		key = softkey_rsa(seed);
		break;
	}
	must(key != NULL, "private key");
	return key;
}

void
softkey_point(EVP_PKEY *key, unsigned char point[65])
{
	size_t len;

	must(EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
	    point, 65, &len) && len == 65 && point[0] == 4, "point");
}

bool
softkey_ecdh(EVP_PKEY *key, const unsigned char point[65], unsigned char x[32])
{
	EVP_PKEY *peer = p256(point, NULL);
	EVP_PKEY_CTX *ctx;
	size_t len = 32;

	if (peer == NULL)
		return false;
	ctx = EVP_PKEY_CTX_new(key, NULL);
	must(ctx != NULL && EVP_PKEY_derive_init(ctx) > 0, "ECDH");
	if (EVP_PKEY_derive_set_peer(ctx, peer) <= 0 ||
	    EVP_PKEY_derive(ctx, x, &len) <= 0)
		len = 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return len == 32;
}

size_t
softkey_sign(EVP_PKEY *key, const unsigned char *bytes, size_t len,
    unsigned char signature[SOFTKEY_SIGNATURE_MAX])
{
	const EVP_MD *md = EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 ? NULL :
	    EVP_sha256();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = SOFTKEY_SIGNATURE_MAX;

	must(ctx != NULL && EVP_DigestSignInit(ctx, NULL, md, NULL, key) > 0 &&
	    EVP_DigestSign(ctx, signature, &n, bytes, len) > 0, "signature");
	EVP_MD_CTX_free(ctx);
	return n;
}
