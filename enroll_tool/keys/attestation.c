/*
 * Checks attestations; see attestation.h.  No other file of the tool may use
 * libfido2.  libfido2 decodes CBOR and COSE and checks the signature of the
 * attestation.  It checks neither the chain of certificates nor their purpose:
 * that is done here, with libcrypto.
 */
#include "enroll_tool/keys/attestation.h"

#include <fido.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "enroll_tool/keys/attestation_leaf.h"
#include "factors/assertion.h"
#include "key_protocol/cose.h"

#define HEAD 37			/* RP id hash, flags, counter */
#define FLAGS 32		/* the offset of the flags */

/* libfido2 must not print to the terminal of the tool. */
static void
say_nothing(const char *line)
{
	(void)line;
}

/*
 * Checks the authenticator data against the request.  libfido2 checks the RP id
 * and the flags only if there is a certificate, and does not check that there
 * are no extensions unless they were requested, and no backup state without
 * backup eligibility.
 */
static bool
is_as_asked(const struct kf_key_make *make, const struct kf_key_made *made)
{
	unsigned char rp_id_hash[KF_KEY_HASH_SIZE];
	unsigned must = KF_FLAG_UP | KF_FLAG_AT;
	unsigned flags;

	if (made->authdata_len < HEAD ||
	    EVP_Digest(make->rp_id, strlen(make->rp_id), rp_id_hash, NULL,
	    EVP_sha256(), NULL) != 1 ||
	    memcmp(made->authdata, rp_id_hash, sizeof(rp_id_hash)) != 0)
		return false;
	flags = made->authdata[FLAGS];
	if (make->verify != KF_KEY_VERIFY_NO)
		must |= KF_FLAG_UV;
	if ((flags & must) != must ||
	    (flags & (KF_FLAG_BE | KF_FLAG_BS)) == KF_FLAG_BS)
		return false;
	return make->protect != 0 || (flags & KF_FLAG_ED) == 0;
}

/*
 * Decodes the credential; NULL if it is malformed or of another algorithm than
 * requested.  The caller frees it.
 */
static fido_cred_t *
decode(const struct kf_key_make *make, const struct kf_key_made *made)
{
	fido_cred_t *cred = fido_cred_new();
	bool fits = cred != NULL;

	if (fits)
		fits = fido_cred_set_type(cred,
		    kf_cose_number(make->algorithm)) == FIDO_OK &&
		    fido_cred_set_clientdata_hash(cred, make->hash,
		    sizeof(make->hash)) == FIDO_OK &&
		    fido_cred_set_rp(cred, make->rp_id, NULL) == FIDO_OK &&
		    fido_cred_set_prot(cred, make->protect) == FIDO_OK &&
		    (make->verify == KF_KEY_VERIFY_NO ||
		    fido_cred_set_uv(cred, FIDO_OPT_TRUE) == FIDO_OK) &&
		    fido_cred_set_authdata_raw(cred, made->authdata,
		    made->authdata_len) == FIDO_OK;
	if (!fits)
		fido_cred_free(&cred);
	return fits ? cred : NULL;
}

/*
 * Copies the credential to *key.  The lengths are those of libfido2's structs;
 * the key cannot claim other lengths.
 */
static bool
take(const fido_cred_t *cred, const struct kf_key_make *make,
    struct kf_key *key)
{
	const size_t id_len = fido_cred_id_len(cred);
	const size_t public_len = fido_cred_pubkey_len(cred);

	if (id_len < KF_KEY_CREDENTIAL_MIN ||
	    id_len > sizeof(key->credential) ||
	    public_len != kf_public_key_size(make->algorithm) ||
	    public_len > sizeof(key->public_key) ||
	    fido_cred_aaguid_len(cred) != sizeof(key->aaguid))
		return false;
	*key = (struct kf_key){
		.algorithm = (uint32_t)make->algorithm,
		.credential_len = id_len,
		.public_key_len = public_len,
		.synced = (fido_cred_flags(cred) & KF_FLAG_BE) != 0,
		.aaguid_len = sizeof(key->aaguid),
	};
	memcpy(key->rp_id, make->rp_id, strlen(make->rp_id) + 1);
	memcpy(key->credential, fido_cred_id_ptr(cred), id_len);
	memcpy(key->public_key, fido_cred_pubkey_ptr(cred), public_len);
	memcpy(key->aaguid, fido_cred_aaguid_ptr(cred), sizeof(key->aaguid));
	return true;
}

/*
 * Checks the signature of the attestation and notes who made it.  An unknown
 * format is no error, but counts as no attestation.
 */
static enum kf_attestation_verdict
check_signature(fido_cred_t *cred, const struct kf_key_made *made,
    struct kf_key *key)
{
	bool packed = strcmp(made->format, "packed") == 0;
	bool right;

	key->attestation = KF_ATTESTATION_NONE;
	if (!packed && strcmp(made->format, "fido-u2f") != 0)
		return KF_ATTESTED_RIGHT;
	if (fido_cred_set_fmt(cred, made->format) != FIDO_OK ||
	    fido_cred_set_sig(cred, made->signature, made->signature_len) !=
	    FIDO_OK)
		return KF_ATTESTED_SIGNATURE;
	if (made->certificate_len > 0) {
		key->attestation = KF_ATTESTATION_LEAF;
		right = fido_cred_set_x509(cred, made->certificate,
		    made->certificate_len) == FIDO_OK &&
		    fido_cred_verify(cred) == FIDO_OK;
	} else {
		key->attestation = KF_ATTESTATION_SELF;
		right = packed && fido_cred_verify_self(cred) == FIDO_OK;
	}
	return right ? KF_ATTESTED_RIGHT : KF_ATTESTED_SIGNATURE;
}

/* Adds all certificates of text to store; false if a part is no certificate. */
static bool
add_roots(X509_STORE *store, const char *text, size_t len, size_t *count)
{
	BIO *in = len > INT_MAX ? NULL : BIO_new_mem_buf(text, (int)len);
	bool right = in != NULL;
	X509 *x509;

	ERR_clear_error();
	while (right && (x509 = PEM_read_bio_X509(in, NULL, NULL, NULL)) !=
	    NULL) {
		right = X509_STORE_add_cert(store, x509) == 1;
		X509_free(x509);
		(*count)++;
	}
	/* The loop may end only because there is no further certificate. */
	right = right &&
	    ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	BIO_free(in);
	return right;
}

/*
 * Parses all roots to a store, which the caller frees; NULL on an error.  Then
 * *bad is the number, from 1, of the file with the error.
 */
static X509_STORE *
parse_roots(const struct kf_roots *roots, size_t *bad)
{
	X509_STORE *store = X509_STORE_new();
	/* Each certificate is trusted, also one that is not self-signed. */
	bool right = store != NULL &&
	    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1;
	size_t count = 0, start = 0;

	for (*bad = 0; right && start < roots->len; (*bad)++) {
		size_t end = *bad < roots->count ? roots->files[*bad].end :
		    roots->len;

		right = add_roots(store, roots->text + start, end - start,
		    &count);
		start = end;
	}
	if (right && count > 0)
		return store;
	X509_STORE_free(store);
	return NULL;
}

static enum kf_attestation_verdict
check_chain(X509_STORE *store, X509 *leaf)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	enum kf_attestation_verdict verdict = KF_ATTESTED_BROKEN;

	if (ctx != NULL && X509_STORE_CTX_init(ctx, store, leaf, NULL) == 1)
		verdict = X509_verify_cert(ctx) == 1 ? KF_ATTESTED_RIGHT :
		    KF_ATTESTED_UNKNOWN;
	X509_STORE_CTX_free(ctx);
	return verdict;
}

/*
 * Checks that the certificate of the attestation leads to a root and is for the
 * AAGUID.
 */
static enum kf_attestation_verdict
check_roots(const struct kf_roots *roots, const struct kf_key_made *made,
    struct kf_key *key)
{
	const unsigned char *p = made->certificate;
	enum kf_attestation_verdict verdict = KF_ATTESTED_ROOTS;
	X509_STORE *store = NULL;
	X509 *leaf = NULL;
	size_t bad;

	if (key->attestation != KF_ATTESTATION_LEAF)
		return KF_ATTESTED_NOTHING;
	store = parse_roots(roots, &bad);
	if (store == NULL)
		goto out;
	verdict = KF_ATTESTED_MALFORMED;
	leaf = d2i_X509(NULL, &p, (long)made->certificate_len);
	if (leaf == NULL || p != made->certificate + made->certificate_len)
		goto out;
	verdict = check_chain(store, leaf);
	if (verdict == KF_ATTESTED_RIGHT)
		verdict = kf_attestation_leaf_check(leaf, made->format,
		    key->aaguid);
	if (verdict == KF_ATTESTED_RIGHT)
		key->attestation = KF_ATTESTATION_CHAIN;
out:
	X509_free(leaf);
	X509_STORE_free(store);
	ERR_clear_error();
	return verdict;
}

enum kf_attestation_verdict
kf_attestation_roots(const struct kf_roots *roots, size_t *bad)
{
	X509_STORE *store = parse_roots(roots, bad);

	if (store == NULL)
		return KF_ATTESTED_ROOTS;
	X509_STORE_free(store);
	return KF_ATTESTED_RIGHT;
}

enum kf_attestation_verdict
kf_attestation_check(const struct kf_attestation_rules *rules,
    const struct kf_key_made *made, struct kf_key *key)
{
	enum kf_attestation_verdict verdict;
	fido_cred_t *cred;

	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	fido_set_log_handler(say_nothing);
	if (!is_as_asked(rules->make, made))
		return KF_ATTESTED_OTHER;
	cred = decode(rules->make, made);
	if (cred == NULL)
		return KF_ATTESTED_MALFORMED;
	verdict = KF_ATTESTED_MALFORMED;
	if (take(cred, rules->make, key))
		verdict = check_signature(cred, made, key);
	if (verdict == KF_ATTESTED_RIGHT && rules->roots->text != NULL)
		verdict = check_roots(rules->roots, made, key);
	fido_cred_free(&cred);
	return verdict;
}
