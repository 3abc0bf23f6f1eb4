/* Public keys of credentials; see public_key.h. */
#include "factors/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#define ES256_HALF 32		/* bytes of a coordinate */
#define RS256_BITS 2048
/* An exponent of 1 would make a signature of anything. */
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
 * A point that is not on the curve would be one of a weaker curve.  libcrypto
 * looks at it when it loads one, but promises that nowhere.  P-256 has a
 * cofactor of 1, so that there is nothing beyond that to check.
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

EVP_PKEY *
kf_public_key_load(const struct kf_key *key)
{
	switch ((enum kf_key_algorithm)key->algorithm) {
	case KF_ES256:
		return load_es256(key);
	case KF_EDDSA:
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
		    key->public_key, key->public_key_len);
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
