/* Seals and unseals seeds with OpenSSL's EVP interface; see seal.h. */
#include "store/seal.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "common/paths.h"
#include "common/text.h"
#include "common/trust.h"

#define KEY_HEAD "keyfirst-machine-key 1\n"
#define AAD_HEAD "keyfirst-seed 1"
#define AAD_SIZE (sizeof(AAD_HEAD) + 4 + 8)

void
kf_crypto_start(void)
{
	(void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
	    OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS, NULL);
}

enum kf_err
kf_machine_key_load(const char *path, struct kf_machine_key *key)
{
	const struct kf_trust trust = {
		.owner = kf_trusted_uid(),
		.forbidden = 0037,
		.max = KF_MACHINE_KEY_TEXT,
	};
	const size_t head = strlen(KEY_HEAD);
	char text[KF_MACHINE_KEY_TEXT + 1];
	unsigned char bytes[KF_MACHINE_KEY_SIZE];
	size_t len = 0;
	enum kf_err err;

	kf_secret_wipe(&key->bytes);
	err = kf_trust_read(path, &trust, text, sizeof(text), &len);
	if (err != KF_OK)
		goto out;
	err = KF_ERR_CORRUPT;
	if (len != head + 2 * sizeof(bytes) + 1 || text[len - 1] != '\n' ||
	    memcmp(text, KEY_HEAD, head) != 0)
		goto out;
	text[len - 1] = '\0';
	if (kf_text_unhex(bytes, sizeof(bytes), text + head) != KF_OK)
		goto out;
	err = kf_secret_set(&key->bytes, bytes, sizeof(bytes));
out:
	explicit_bzero(text, sizeof(text));
	explicit_bzero(bytes, sizeof(bytes));
	return err;
}

enum kf_err
kf_machine_key_new(char text[KF_MACHINE_KEY_TEXT + 1])
{
	unsigned char bytes[KF_MACHINE_KEY_SIZE];
	const size_t head = strlen(KEY_HEAD);
	enum kf_err err = kf_random(bytes, sizeof(bytes));

	if (err == KF_OK) {
		memcpy(text, KEY_HEAD, head);
		kf_text_hex(text + head, bytes, sizeof(bytes));
		memcpy(text + head + 2 * sizeof(bytes), "\n", 2);
	}
	explicit_bzero(bytes, sizeof(bytes));
	return err;
}

void
kf_machine_key_wipe(struct kf_machine_key *key)
{
	kf_secret_wipe(&key->bytes);
}

/* The head with its NUL, then uid and tag in network order. */
static void
associated_data(unsigned char aad[AAD_SIZE], uint32_t uid, uint64_t tag)
{
	unsigned char *p = aad + sizeof(AAD_HEAD);

	memcpy(aad, AAD_HEAD, sizeof(AAD_HEAD));
	for (int i = 0; i < 4; i++)
		*p++ = (unsigned char)(uid >> (24 - 8 * i));
	for (int i = 0; i < 8; i++)
		*p++ = (unsigned char)(tag >> (56 - 8 * i));
}

/*
 * Encrypts or decrypts with AES-256-GCM; tag is written when encrypting and
 * checked when decrypting.  id is the tag of the authenticator.
 */
static bool
run_gcm(const struct kf_machine_key *key, bool encrypt, uint32_t uid,
    uint64_t id, const unsigned char nonce[KF_SEAL_NONCE],
    const unsigned char *in, size_t len, unsigned char *out,
    unsigned char tag[KF_SEAL_TAG])
{
	unsigned char aad[AAD_SIZE];
	unsigned char rest[16];
	EVP_CIPHER_CTX *ctx = NULL;
	bool ok = false;
	int n = 0;

	if (key->bytes.len != KF_MACHINE_KEY_SIZE || len > KF_SECRET_MAX)
		return false;
	associated_data(aad, uid, id);
	ctx = EVP_CIPHER_CTX_new();
	if (ctx == NULL)
		goto out;
	if (EVP_CipherInit_ex2(ctx, EVP_aes_256_gcm(), key->bytes.bytes, nonce,
	    encrypt, NULL) != 1)
		goto out;
	if (!encrypt && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
	    KF_SEAL_TAG, tag) != 1)
		goto out;
	if (EVP_CipherUpdate(ctx, NULL, &n, aad, (int)sizeof(aad)) != 1 ||
	    EVP_CipherUpdate(ctx, out, &n, in, (int)len) != 1 ||
	    (size_t)n != len || EVP_CipherFinal_ex(ctx, rest, &n) != 1 ||
	    n != 0)
		goto out;
	ok = !encrypt || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
	    KF_SEAL_TAG, tag) == 1;
out:
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

enum kf_err
kf_seal(const struct kf_machine_key *key, uint32_t uid, uint64_t tag,
    const struct kf_secret *seed, unsigned char *sealed, size_t *sealed_len)
{
	enum kf_err err = kf_random(sealed, KF_SEAL_NONCE);

	*sealed_len = 0;
	if (err != KF_OK)
		return err;
	if (!run_gcm(key, true, uid, tag, sealed, seed->bytes, seed->len,
	    sealed + KF_SEAL_NONCE, sealed + KF_SEAL_NONCE + seed->len))
		return KF_ERR_CRYPTO;
	*sealed_len = seed->len + KF_SEAL_OVERHEAD;
	return KF_OK;
}

enum kf_err
kf_unseal(const struct kf_machine_key *key, uint32_t uid, uint64_t tag,
    const unsigned char *sealed, size_t sealed_len, struct kf_secret *seed)
{
	unsigned char expected[KF_SEAL_TAG];
	size_t len;

	kf_secret_wipe(seed);
	if (sealed_len <= KF_SEAL_OVERHEAD ||
	    sealed_len - KF_SEAL_OVERHEAD > KF_SECRET_MAX)
		return KF_ERR_CRYPTO;
	len = sealed_len - KF_SEAL_OVERHEAD;
	memcpy(expected, sealed + KF_SEAL_NONCE + len, sizeof(expected));
	if (!run_gcm(key, false, uid, tag, sealed, sealed + KF_SEAL_NONCE, len,
	    seed->bytes, expected)) {
		kf_secret_wipe(seed);
		return KF_ERR_CRYPTO;
	}
	seed->len = len;
	return KF_OK;
}
