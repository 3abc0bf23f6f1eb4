/*
 * Makes an RS256 key that is always the same for the same seed, because a
 * credential id has no room for two primes and carries their seed.  This is for
 * tests only; nobody should make RSA keys like this.
 */
#include "tests/softkey/ctap/crypto.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <string.h>

enum { PRIME_BYTES = 128 };

/* The first prime of 1024 bits after a start that seed and name decide. */
static void
prime_from(const unsigned char seed[32], char name, BIGNUM *prime, BN_CTX *ctx)
{
	unsigned char bytes[PRIME_BYTES];
	int found;

	for (unsigned i = 0; i < PRIME_BYTES; i += 32) {
		char purpose[3] = { name, (char)('a' + i / 32), '\0' };

		softkey_derive(seed, purpose, bytes + i);
	}
	bytes[0] |= 0xc0;
	bytes[PRIME_BYTES - 1] |= 1;
	if (BN_bin2bn(bytes, sizeof(bytes), prime) == NULL)
		softkey_crypto_broken("RSA");
	for (;;) {
		/* 65537 must not divide prime - 1. */
		BN_ULONG rest = BN_mod_word(prime, 65537);

		found = rest == 1 ? 0 : BN_check_prime(prime, ctx, NULL);
		if (found < 0)
			softkey_crypto_broken("BN_check_prime");
		if (found > 0)
			return;
		if (!BN_add_word(prime, 2))
			softkey_crypto_broken("RSA");
	}
}

static EVP_PKEY *
from_numbers(const BIGNUM *n, const BIGNUM *e, const BIGNUM *d)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (ctx == NULL || build == NULL ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) ||
	    !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_D, d) ||
	    (params = OSSL_PARAM_BLD_to_param(build)) == NULL ||
	    EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) <= 0)
		softkey_crypto_broken("RSA");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *
softkey_rsa(const unsigned char seed[32])
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = BN_new(), *q = BN_new(), *n = BN_new();
	BIGNUM *e = BN_new(), *d = BN_new(), *phi = BN_new();
	EVP_PKEY *key;

	if (ctx == NULL || p == NULL || q == NULL || n == NULL || e == NULL ||
	    d == NULL || phi == NULL)
		softkey_crypto_broken("RSA");
	prime_from(seed, 'p', p, ctx);
	prime_from(seed, 'q', q, ctx);
	/* (p - 1)(q - 1) */
	if (!BN_mul(n, p, q, ctx) || !BN_sub_word(p, 1) ||
	    !BN_sub_word(q, 1) || !BN_mul(phi, p, q, ctx) ||
	    !BN_set_word(e, 65537) ||
	    BN_mod_inverse(d, e, phi, ctx) == NULL)
		softkey_crypto_broken("RSA");
	key = from_numbers(n, e, d);
	BN_free(phi);
	BN_free(d);
	BN_free(e);
	BN_free(n);
	BN_free(q);
	BN_free(p);
	BN_CTX_free(ctx);
	return key;
}
