/*
 * Makes and opens credentials; see credential.h.
 */
#include "tests/softkey/ctap/credential.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <string.h>

enum {
	NONCE = 12,
	TEXT = 2 + 32,
	LONG = 300,
};

static const struct {
	unsigned char number;
	enum softkey_algorithm alg;
} algorithms[] = {
	{ 1, SOFTKEY_ES256 },
	{ 2, SOFTKEY_EDDSA },
	{ 3, SOFTKEY_RS256 },
};

static void
seal_key(const struct softkey *key, unsigned char bytes[32])
{
	softkey_derive(key->secret, "credentials", bytes);
}

/* Of 2^32 random seeds one is not valid for ES256. */
static void
make_seed(enum softkey_algorithm alg, unsigned char seed[32])
{
	for (;;) {
		EVP_PKEY *private;

		softkey_random(seed, 32);
		if (alg != SOFTKEY_ES256)
			return;
		private = softkey_private(alg, seed);
		if (private != NULL) {
			EVP_PKEY_free(private);
			return;
		}
	}
}

void
softkey_credential_make(struct softkey *key, const unsigned char rp[32],
    enum softkey_algorithm alg, unsigned protect,
    struct softkey_credential *credential)
{
	unsigned char text[TEXT] = { 0 };
	unsigned char wrap[32];

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		if (algorithms[i].alg == alg)
			text[0] = algorithms[i].number;
	text[1] = (unsigned char)protect;
	credential->alg = alg;
	credential->protect = protect;
	memcpy(credential->rp, rp, 32);
	make_seed(alg, credential->seed);
	memcpy(text + 2, credential->seed, 32);
	seal_key(key, wrap);
	softkey_random(credential->id, NONCE);
	softkey_seal(wrap, credential->id, rp, text, TEXT,
	    credential->id + NONCE);
}

bool
softkey_credential_open(struct softkey *key, const unsigned char rp[32],
    const unsigned char *id, size_t len,
    struct softkey_credential *credential)
{
	unsigned char text[TEXT];
	unsigned char wrap[32];

	if (len != SOFTKEY_ID_LEN)
		return false;
	seal_key(key, wrap);
	if (!softkey_unseal(wrap, id, rp, id + NONCE, TEXT, text))
		return false;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++)
		if (algorithms[i].number == text[0])
			credential->alg = algorithms[i].alg;
	credential->protect = text[1];
	memcpy(credential->seed, text + 2, 32);
	memcpy(credential->rp, rp, 32);
	memcpy(credential->id, id, SOFTKEY_ID_LEN);
	return true;
}

/* RSA keys take long to make, so a few are kept. */
static EVP_PKEY *
kept(struct softkey *key, const unsigned char seed[32])
{
	struct softkey_rsa_kept *slot;

	for (unsigned i = 0; i < SOFTKEY_RSA_KEPT; i++) {
		slot = &key->rsa[i];
		if (slot->key != NULL && memcmp(slot->seed, seed, 32) == 0)
			return slot->key;
	}
	softkey_hid_processing(key);
	slot = &key->rsa[key->rsa_next++ % SOFTKEY_RSA_KEPT];
	EVP_PKEY_free(slot->key);
	slot->key = softkey_rsa(seed);
	memcpy(slot->seed, seed, 32);
	return slot->key;
}

EVP_PKEY *
softkey_credential_key(struct softkey *key,
    const struct softkey_credential *credential)
{
	EVP_PKEY *private;

	if (credential->alg != SOFTKEY_RS256)
		return softkey_private(credential->alg, credential->seed);
	private = kept(key, credential->seed);
	if (!EVP_PKEY_up_ref(private))
		softkey_crypto_broken("EVP_PKEY_up_ref");
	return private;
}

void
softkey_cose_point(EVP_PKEY *private, int algorithm, struct softkey_out *out)
{
	unsigned char point[65];

	softkey_point(private, point);
	softkey_put_map(out, 5);
	softkey_put_int(out, 1);
	softkey_put_int(out, 2);
	softkey_put_int(out, 3);
	softkey_put_int(out, algorithm);
	softkey_put_int(out, -1);
	softkey_put_int(out, 1);
	softkey_put_int(out, -2);
	softkey_put_bytes(out, point + 1, 32);
	softkey_put_int(out, -3);
	softkey_put_bytes(out, point + 33, 32);
}

static void
cose_eddsa(EVP_PKEY *private, struct softkey_out *out)
{
	unsigned char x[32];
	size_t len = sizeof(x);

	if (EVP_PKEY_get_raw_public_key(private, x, &len) <= 0)
		softkey_crypto_broken("Ed25519");
	softkey_put_map(out, 4);
	softkey_put_int(out, 1);
	softkey_put_int(out, 1);
	softkey_put_int(out, 3);
	softkey_put_int(out, SOFTKEY_EDDSA);
	softkey_put_int(out, -1);
	softkey_put_int(out, 6);
	softkey_put_int(out, -2);
	softkey_put_bytes(out, x, sizeof(x));
}

static void
cose_rs256(EVP_PKEY *private, struct softkey_out *out)
{
	unsigned char n[256];
	BIGNUM *number = NULL;

	if (!EVP_PKEY_get_bn_param(private, OSSL_PKEY_PARAM_RSA_N, &number) ||
	    BN_bn2binpad(number, n, sizeof(n)) != sizeof(n))
		softkey_crypto_broken("RSA");
	BN_free(number);
	softkey_put_map(out, 4);
	softkey_put_int(out, 1);
	softkey_put_int(out, 3);
	softkey_put_int(out, 3);
	softkey_put_int(out, SOFTKEY_RS256);
	softkey_put_int(out, -1);
	softkey_put_bytes(out, n, sizeof(n));
	softkey_put_int(out, -2);
	softkey_put_bytes(out, "\1\0\1", 3);
}

void
softkey_credential_cose(struct softkey *key,
    const struct softkey_credential *credential, struct softkey_out *out)
{
	EVP_PKEY *private = softkey_credential_key(key, credential);

	switch (credential->alg) {
	case SOFTKEY_ES256:
		softkey_cose_point(private, SOFTKEY_ES256, out);
		break;
	case SOFTKEY_EDDSA:
		cose_eddsa(private, out);
		break;
	case SOFTKEY_RS256:
		cose_rs256(private, out);
		break;
	}
	EVP_PKEY_free(private);
}

size_t
softkey_credential_assert(struct softkey *key,
    const struct softkey_credential *credential, unsigned char *bytes,
    size_t len, unsigned char signature[SOFTKEY_SIGNATURE_MAX])
{
	struct softkey_credential used = *credential;
	EVP_PKEY *private;
	size_t n;

	if (key->faults.wrong_algorithm)
		used.alg = credential->alg == SOFTKEY_EDDSA ? SOFTKEY_ES256 :
		    SOFTKEY_EDDSA;
	if (key->faults.wrong_challenge)
		bytes[len - 1] ^= 1;
	private = softkey_credential_key(key, &used);
	if (private == NULL)
		softkey_crypto_broken("a seed that is no number of P-256");
	n = softkey_sign(private, bytes, len, signature);
	EVP_PKEY_free(private);
	switch (key->faults.sig) {
	case SOFTKEY_SIG_OK:
		break;
	case SOFTKEY_SIG_BAD:
		signature[n - 1] ^= 1;
		break;
	case SOFTKEY_SIG_LONG:
		memset(signature + n, 0xaa, SOFTKEY_SIGNATURE_MAX - n);
		n = LONG;
		break;
	case SOFTKEY_SIG_EMPTY:
		n = 0;
		break;
	case SOFTKEY_SIG_TRAILING:
		memcpy(signature + n, "\0\1\2\3", 4);
		n += 4;
		break;
	}
	return n;
}
