/* Checks and loads public keys of credentials; see public_key.h. */
#include "factors/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#define ES256_HALF 32		/* bytes of a coordinate */
#define EDDSA_SIZE 32
#define RS256_BITS 2048
/* With an exponent of 1 anybody could make a signature. */
#define RS256_EXPONENT_MIN 65537

static EVP_PKEY *
from_parameters(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

/*
 * A point that is not on the curve is on another one, which can be weaker.
 * libcrypto checks a point when it loads it, but does not promise to do so.
 * P-256 has a cofactor of 1, so no point on it has a small order.
 */
static bool
is_on_curve(EVP_PKEY *pkey)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	bool good = ctx != NULL && EVP_PKEY_public_check_quick(ctx) == 1;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

static EVP_PKEY *
load_es256(const struct kf_key *key)
{
	char group[] = "P-256";
	unsigned char point[1 + 2 * ES256_HALF] = { 0x04 }; /* SEC 1, 2.3.4 */
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
		    point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *pkey;

	memcpy(point + 1, key->public_key, sizeof(point) - 1);
	pkey = from_parameters("EC", params);
	if (pkey != NULL && !is_on_curve(pkey)) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

static EVP_PKEY *
load_rs256(const struct kf_key *key)
{
	const int modulus = RS256_BITS / 8;
	BIGNUM *n = BN_bin2bn(key->public_key, modulus, NULL);
	BIGNUM *e = BN_bin2bn(key->public_key + modulus,
	    KF_PUBLIC_KEY_MAX - modulus, NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;

	if (n == NULL || e == NULL || build == NULL)
		goto out;
	if (BN_num_bits(n) != RS256_BITS || !BN_is_odd(n) || !BN_is_odd(e) ||
	    BN_get_word(e) < RS256_EXPONENT_MIN)
		goto out;
	if (OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) != 1)
		goto out;
	params = OSSL_PARAM_BLD_to_param(build);
	pkey = from_parameters("RSA", params);
out:
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return pkey;
}

/*
 * True for an Ed25519 key of small order.  Anybody can sign for such a key, as
 * for an RSA exponent of 1.  The point is recognised by y, lowest byte first
 * and without the sign of x (RFC 8032, 5.1.2).  The table has 0, 1 and the two
 * y of order 8; the last lines find p - 1, and p and p + 1, which are second
 * ways to write 0 and 1.
 */
static bool
is_of_small_order(const unsigned char point[EDDSA_SIZE])
{
	static const unsigned char small[][EDDSA_SIZE] = {
		{ 0 },
		{ 1 },
		{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3,
		    0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05,
		    0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
		    0xfc, 0x05 },
		{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c,
		    0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa,
		    0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
		    0x03, 0x7a },
	};
	unsigned char y[EDDSA_SIZE];
	bool ones = true;

	memcpy(y, point, sizeof(y));
	y[EDDSA_SIZE - 1] &= 0x7f;
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		if (memcmp(y, small[i], sizeof(y)) == 0)
			return true;
	for (size_t i = 1; i < EDDSA_SIZE; i++)
		ones &= y[i] == (i < EDDSA_SIZE - 1 ? 0xff : 0x7f);
	return ones && y[0] >= 0xec && y[0] <= 0xee;
}

static EVP_PKEY *
load_eddsa(const struct kf_key *key)
{
	if (key->public_key_len != EDDSA_SIZE ||
	    is_of_small_order(key->public_key))
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
	    key->public_key, key->public_key_len);
}

EVP_PKEY *
kf_public_key_load(const struct kf_key *key)
{
	switch ((enum kf_key_algorithm)key->algorithm) {
	case KF_ES256:
		return load_es256(key);
	case KF_EDDSA:
		return load_eddsa(key);
	case KF_RS256:
		return load_rs256(key);
	}
	return NULL;
}

bool
kf_public_key_can_use(const struct kf_key *key)
{
	EVP_PKEY *pkey = kf_public_key_load(key);
	bool can = pkey != NULL;

	EVP_PKEY_free(pkey);
	return can;
}
