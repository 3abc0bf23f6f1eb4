/*
 * Makes and hashes recovery codes; see recovery.h.  libcrypto does the hashing
 * and is used for nothing else here.
 */
#include "factors/recovery.h"

#include <openssl/evp.h>
#include <string.h>

#include "common/text.h"

/* RFC 7914, section 2: 128 * N * r bytes of memory. */
#define COST_N 16384
#define COST_R 8
#define COST_P 1
#define COST_MEMORY (32UL << 20)

#define DOMAIN "keyfirst-recovery 1"

/* Holds uid and tag, so that a hash serves no other person or authenticator. */
struct salt {
	size_t len;
	unsigned char bytes[sizeof(DOMAIN) + 4 + 8 + 4 + KF_RECOVERY_SALT];
};

static void
add_number(struct salt *salt, uint64_t number, unsigned size)
{
	for (unsigned i = size; i-- > 0; )
		salt->bytes[salt->len++] = (unsigned char)(number >> (8 * i));
}

static void
add_bytes(struct salt *salt, const void *bytes, size_t len)
{
	memcpy(salt->bytes + salt->len, bytes, len);
	salt->len += len;
}

enum kf_err
kf_recovery_hash(uint32_t uid, uint64_t tag,
    const unsigned char salt[KF_RECOVERY_SALT], const struct kf_code *code,
    unsigned char hash[KF_RECOVERY_HASH])
{
	struct salt full = { 0 };

	add_bytes(&full, DOMAIN, sizeof(DOMAIN));
	add_number(&full, uid, 4);
	add_number(&full, tag, 8);
	add_number(&full, code->number, 4);
	add_bytes(&full, salt, KF_RECOVERY_SALT);
	if (EVP_PBE_scrypt(code->symbols, KF_RECOVERY_SYMBOLS, full.bytes,
	    full.len, COST_N, COST_R, COST_P, COST_MEMORY, hash,
	    KF_RECOVERY_HASH) == 1)
		return KF_OK;
	explicit_bzero(hash, KF_RECOVERY_HASH);
	return KF_ERR_CRYPTO;
}

/* Takes five bits of a random byte for each symbol: all are equally likely. */
static enum kf_err
make_symbols(char symbols[KF_RECOVERY_SYMBOLS + 1])
{
	unsigned char random[KF_RECOVERY_SYMBOLS];
	enum kf_err err = kf_random(random, sizeof(random));

	for (size_t i = 0; i < KF_RECOVERY_SYMBOLS; i++)
		symbols[i] = kf_recovery_alphabet[random[i] & 31];
	explicit_bzero(random, sizeof(random));
	return err;
}

static enum kf_err
make_one(uint32_t uid, uint64_t tag, uint32_t number,
    struct kf_recovery *recovery, char text[KF_RECOVERY_TEXT])
{
	struct kf_code code = { .number = number };
	const char *s = code.symbols;
	enum kf_err err = make_symbols(code.symbols);

	if (err == KF_OK)
		err = kf_recovery_hash(uid, tag, recovery->salt, &code,
		    recovery->hashes + (number - 1) * KF_RECOVERY_HASH);
	if (err == KF_OK)
		err = kf_text_format(text, KF_RECOVERY_TEXT,
		    "%u-%.4s-%.4s-%.4s-%.4s", number, s, s + 4, s + 8, s + 12);
	kf_code_wipe(&code);
	return err;
}

enum kf_err
kf_recovery_make(uint32_t uid, uint64_t tag, struct kf_recovery *recovery,
    char texts[KF_RECOVERY_CODES][KF_RECOVERY_TEXT])
{
	enum kf_err err;

	*recovery = (struct kf_recovery){
		.salt_len = KF_RECOVERY_SALT,
		.hashes_len = sizeof(recovery->hashes),
	};
	err = kf_random(recovery->salt, sizeof(recovery->salt));
	for (uint32_t i = 0; err == KF_OK && i < KF_RECOVERY_CODES; i++)
		err = make_one(uid, tag, i + 1, recovery, texts[i]);
	return err;
}

unsigned
kf_recovery_left(uint64_t used)
{
	unsigned left = 0;

	for (uint64_t rest = ~used & KF_RECOVERY_ALL; rest != 0; rest >>= 1)
		left += (unsigned)(rest & 1);
	return left;
}
