/*
 * Verifies the assertions of security keys; see assertion.h.  libcrypto does
 * the arithmetic and nothing else here.
 *
 * Checks that need no public key come first.  The verdict starts as a refusal,
 * every check can only replace it with another refusal, and one line assigns
 * KF_ASSERTION_RIGHT.  Every result of libcrypto but 1 is a refusal.
 */
#include "factors/assertion.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "factors/public_key.h"

/*
 * Authenticator data without attested data and extensions: hash of the RP id,
 * flags, counter (WebAuthn, 6.1).
 */
#define AUTHDATA_SIZE 37
#define AT_FLAGS 32
#define AT_COUNTER 33

/* Two integers of at most 33 bytes each, and six bytes of DER around them. */
#define ES256_SIGNATURE_MAX 72
#define ES256_HALF 32		/* bytes of each integer */
#define EDDSA_SIGNATURE 64
#define RS256_SIGNATURE 256

const char *
kf_assertion_reason(enum kf_assertion_verdict verdict)
{
	switch (verdict) {
	case KF_ASSERTION_MALFORMED:
		return "malformed";
	case KF_ASSERTION_CREDENTIAL:
		return "wrong-credential";
	case KF_ASSERTION_RP:
		return "wrong-rp";
	case KF_ASSERTION_PRESENCE:
		return "no-presence";
	case KF_ASSERTION_VERIFICATION:
		return "no-verification";
	case KF_ASSERTION_SYNCED:
		return "synced";
	case KF_ASSERTION_SIGNATURE:
		return "wrong-signature";
	case KF_ASSERTION_BROKEN:
		return "broken-key";
	case KF_ASSERTION_RIGHT:
		return "right";
	}
	return "malformed";
}

/* Checks a positive DER integer in its shortest form; moves *at behind it. */
static bool
skip_der_integer(const unsigned char *der, size_t len, size_t *at)
{
	const unsigned char *value = der + *at + 2;
	size_t size;

	if (len - *at < 3 || der[*at] != 0x02)
		return false;
	size = der[*at + 1];
	if (size < 1 || size > ES256_HALF + 1 || size > len - *at - 2)
		return false;
	/* Refuse a negative integer, zero, and a needless leading 0. */
	if ((value[0] & 0x80) != 0 ||
	    (value[0] == 0 && (size == 1 || (value[1] & 0x80) == 0)))
		return false;
	/* Only a leading 0 may make it 33 bytes. */
	if (size == ES256_HALF + 1 && value[0] != 0)
		return false;
	*at += 2 + size;
	return true;
}

/* True for Ecdsa-Sig-Value (RFC 3279, 2.2.3) in DER, with no byte behind it. */
static bool
is_der_pair(const unsigned char *der, size_t len)
{
	size_t at = 2;

	return len >= 8 && len <= ES256_SIGNATURE_MAX && der[0] == 0x30 &&
	    der[1] == len - 2 && skip_der_integer(der, len, &at) &&
	    skip_der_integer(der, len, &at) && at == len;
}

static bool
is_signature_shaped(const struct kf_key *key, const struct kf_assertion *a)
{
	switch ((enum kf_key_algorithm)key->algorithm) {
	case KF_ES256:
		return is_der_pair(a->signature, a->signature_len);
	case KF_EDDSA:
		return a->signature_len == EDDSA_SIGNATURE;
	case KF_RS256:
		return a->signature_len == RS256_SIGNATURE;
	}
	return false;
}

/*
 * Attested data and extensions are refused, because they were not requested.
 * Backup state without backup eligibility is refused, because the two flags
 * contradict each other (WebAuthn, 7.2).  The two bits that are reserved for
 * future use are ignored: they are signed too, and change nothing about the
 * other flags.
 */
static bool
is_well_formed(const struct kf_key *key, const struct kf_assertion *a)
{
	unsigned flags;

	if (a->authdata_len != AUTHDATA_SIZE)
		return false;
	flags = a->authdata[AT_FLAGS];
	if ((flags & (KF_FLAG_AT | KF_FLAG_ED)) != 0)
		return false;
	if ((flags & KF_FLAG_BS) != 0 && (flags & KF_FLAG_BE) == 0)
		return false;
	return is_signature_shaped(key, a);
}

static bool
is_usable(const struct kf_key *key)
{
	return key->public_key_len > 0 &&
	    key->public_key_len == kf_public_key_size(key->algorithm) &&
	    key->rp_id[0] != '\0' && key->credential_len > 0 &&
	    key->credential_len <= sizeof(key->credential);
}

static bool
is_for_rp(const struct kf_key *key, const struct kf_assertion *a)
{
	unsigned char hash[KF_KEY_HASH_SIZE];
	unsigned len = 0;

	return EVP_Digest(key->rp_id, strlen(key->rp_id), hash, &len,
	    EVP_sha256(), NULL) == 1 && len == sizeof(hash) &&
	    memcmp(hash, a->authdata, sizeof(hash)) == 0;
}

/* True if the assertion names this credential and its RP; else see *refusal. */
static bool
is_of_credential(const struct kf_key *key, const struct kf_assertion *a,
    enum kf_assertion_verdict *refusal)
{
	*refusal = KF_ASSERTION_BROKEN;
	if (!is_usable(key))
		return false;
	*refusal = KF_ASSERTION_MALFORMED;
	if (!is_well_formed(key, a))
		return false;
	*refusal = KF_ASSERTION_CREDENTIAL;
	if (a->credential_len != key->credential_len ||
	    memcmp(a->credential, key->credential, key->credential_len) != 0)
		return false;
	*refusal = KF_ASSERTION_RP;
	return is_for_rp(key, a);
}

/* All checks that need no public key; if false, *refusal is the verdict. */
static bool
meets_rules(const struct kf_key *key, const struct kf_assertion_rules *rules,
    const struct kf_assertion *a, enum kf_assertion_verdict *refusal)
{
	unsigned flags;

	if (!is_of_credential(key, a, refusal))
		return false;
	flags = a->authdata[AT_FLAGS];
	*refusal = KF_ASSERTION_PRESENCE;
	if ((flags & KF_FLAG_UP) == 0)
		return false;
	*refusal = KF_ASSERTION_VERIFICATION;
	if ((rules->verify || key->verify) && (flags & KF_FLAG_UV) == 0)
		return false;
	/* A credential that was synced at enrolment remains so. */
	*refusal = KF_ASSERTION_SYNCED;
	return !rules->hardware || ((flags & KF_FLAG_BE) == 0 && !key->synced);
}

/* Verifies the signature over authenticator data and client data hash. */
static bool
is_signed(EVP_PKEY *pkey, const struct kf_key *key,
    const unsigned char hash[KF_KEY_HASH_SIZE], const struct kf_assertion *a)
{
	unsigned char text[AUTHDATA_SIZE + KF_KEY_HASH_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *padding = NULL;
	/* Ed25519 hashes by itself (RFC 8032, 5.1). */
	const EVP_MD *md = key->algorithm == KF_EDDSA ? NULL : EVP_sha256();
	bool good = false;

	memcpy(text, a->authdata, AUTHDATA_SIZE);
	memcpy(text + AUTHDATA_SIZE, hash, KF_KEY_HASH_SIZE);
	if (ctx == NULL ||
	    EVP_DigestVerifyInit(ctx, &padding, md, NULL, pkey) != 1)
		goto out;
	if (key->algorithm == KF_RS256 && EVP_PKEY_CTX_set_rsa_padding(padding,
	    RSA_PKCS1_PADDING) != 1)
		goto out;
	good = EVP_DigestVerify(ctx, a->signature, a->signature_len, text,
	    sizeof(text)) == 1;
out:
	EVP_MD_CTX_free(ctx);
	return good;
}

static void
read_facts(const struct kf_assertion *a, struct kf_assertion_facts *facts)
{
	const unsigned char *counter = a->authdata + AT_COUNTER;

	for (size_t i = 0; i < 4; i++)
		facts->counter = facts->counter << 8 | counter[i];
	facts->verified = (a->authdata[AT_FLAGS] & KF_FLAG_UV) != 0;
	facts->synced = (a->authdata[AT_FLAGS] & KF_FLAG_BE) != 0;
}

enum kf_assertion_verdict
kf_assertion_check(const struct kf_key *key,
    const struct kf_assertion_rules *rules,
    const struct kf_assertion *assertion, struct kf_assertion_facts *facts)
{
	enum kf_assertion_verdict verdict = KF_ASSERTION_MALFORMED;
	EVP_PKEY *pkey;

	*facts = (struct kf_assertion_facts){ 0 };
	if (!meets_rules(key, rules, assertion, &verdict))
		return verdict;
	pkey = kf_public_key_load(key);
	if (pkey == NULL) {
		verdict = KF_ASSERTION_BROKEN;
	} else if (!is_signed(pkey, key, rules->hash, assertion)) {
		verdict = KF_ASSERTION_SIGNATURE;
	} else {
		read_facts(assertion, facts);
		verdict = KF_ASSERTION_RIGHT;
	}
	EVP_PKEY_free(pkey);
	return verdict;
}

bool
kf_assertion_is_held(const struct kf_key *key,
    const unsigned char hash[KF_KEY_HASH_SIZE],
    const struct kf_assertion *assertion)
{
	enum kf_assertion_verdict refusal;
	EVP_PKEY *pkey = NULL;
	bool held = false;

	if (is_of_credential(key, assertion, &refusal))
		pkey = kf_public_key_load(key);
	if (pkey != NULL)
		held = is_signed(pkey, key, hash, assertion);
	EVP_PKEY_free(pkey);
	return held;
}
