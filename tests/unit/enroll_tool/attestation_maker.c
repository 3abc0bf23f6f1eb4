/* A manufacturer of security keys for tests; see attestation_maker.h. */
#include "tests/unit/enroll_tool/attestation_maker.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#define MODEL_OID "1.3.6.1.4.1.45724.1.1.4"

EVP_PKEY *
maker_key(enum kf_key_algorithm algorithm)
{
	EVP_PKEY *key = NULL;

	switch (algorithm) {
	case KF_ES256:
		key = EVP_EC_gen("P-256");
		break;
	case KF_EDDSA:
		key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	case KF_RS256:
		key = EVP_RSA_gen(2048);
		break;
	}
	assert_non_null(key);
	return key;
}

static void
add_name(X509_NAME *name, const char *field, const char *text)
{
	if (text != NULL)
		assert_int_equal(X509_NAME_add_entry_by_txt(name, field,
		    MBSTRING_ASC, (const unsigned char *)text, -1, -1, 0), 1);
}

static void
add_model(X509 *certificate, const unsigned char *model, bool critical)
{
	unsigned char der[2 + KF_KEY_AAGUID_SIZE] = { 4, KF_KEY_AAGUID_SIZE };
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *oid = OBJ_txt2obj(MODEL_OID, 1);
	X509_EXTENSION *extension;

	memcpy(der + 2, model, KF_KEY_AAGUID_SIZE);
	assert_int_equal(ASN1_OCTET_STRING_set(value, der, sizeof(der)), 1);
	extension = X509_EXTENSION_create_by_OBJ(NULL, oid, critical, value);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
	ASN1_OBJECT_free(oid);
	ASN1_OCTET_STRING_free(value);
}

static void
add_constraints(X509 *certificate, bool ca)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL,
	    NID_basic_constraints, ca ? "critical,CA:TRUE" : "CA:FALSE");

	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

X509 *
maker_certificate(const struct maker_certificate *as, X509 *issuer,
    EVP_PKEY *issuer_key, EVP_PKEY **key)
{
	static long serial;
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	*key = maker_key(KF_ES256);
	assert_int_equal(X509_set_version(certificate, as->version), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate),
	    ++serial), 1);
	assert_int_equal(ASN1_TIME_set_string(X509_getm_notBefore(certificate),
	    "20200101000000Z"), 1);
	assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(certificate),
	    as->not_after != NULL ? as->not_after : "20500101000000Z"), 1);
	add_name(name, "C", as->country);
	add_name(name, "O", as->country != NULL ? "Maker" : NULL);
	add_name(name, "OU", as->unit);
	add_name(name, "OU", as->second_unit);
	add_name(name, "CN", as->name);
	assert_int_equal(X509_set_issuer_name(certificate, issuer == NULL ?
	    name : X509_get_subject_name(issuer)), 1);
	assert_int_equal(X509_set_pubkey(certificate, *key), 1);
	if (as->ca >= 0)
		add_constraints(certificate, as->ca == 1);
	if (as->model != NULL)
		add_model(certificate, as->model, as->critical);
	assert_true(X509_sign(certificate, issuer_key != NULL ? issuer_key :
	    *key, EVP_sha256()) > 0);
	return certificate;
}

void
maker_trust(struct kf_roots *roots, X509 *certificate)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text;
	long len;

	assert_int_equal(PEM_write_bio_X509(out, certificate), 1);
	len = BIO_get_mem_data(out, &text);
	assert_true(len > 0);
	roots->text = realloc(roots->text, roots->len + (size_t)len);
	assert_non_null(roots->text);
	memcpy(roots->text + roots->len, text, (size_t)len);
	roots->len += (size_t)len;
	BIO_free(out);
}

/* --- authenticator data --- */

struct writer {
	unsigned char *p;
	size_t len;
};

static void
put(struct writer *w, const void *bytes, size_t len)
{
	memcpy(w->p + w->len, bytes, len);
	w->len += len;
}

static void
put_number(struct writer *w, EVP_PKEY *key, const char *name, int len)
{
	unsigned char bytes[512];
	BIGNUM *n = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &n), 1);
	assert_int_equal(BN_bn2binpad(n, bytes, len), len);
	put(w, bytes, (size_t)len);
	BN_free(n);
}

/* The public key as COSE_Key (RFC 9053), in CTAP2 canonical CBOR. */
static void
put_key(struct writer *w, EVP_PKEY *key)
{
	if (EVP_PKEY_is_a(key, "EC")) {
		put(w, "\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10);
		put_number(w, key, "qx", 32);
		put(w, "\x22\x58\x20", 3);
		put_number(w, key, "qy", 32);
	} else if (EVP_PKEY_is_a(key, "RSA")) {
		put(w, "\xa4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00", 11);
		put_number(w, key, "n", 256);
		put(w, "\x21\x43", 2);
		put_number(w, key, "e", 3);
	} else {
		unsigned char raw[32];
		size_t len = sizeof(raw);

		put(w, "\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20", 10);
		assert_int_equal(EVP_PKEY_get_raw_public_key(key, raw, &len),
		    1);
		put(w, raw, len);
	}
}

static void
put_authdata(struct writer *w, const struct maker_credential *as)
{
	const unsigned char id_len[2] = {
		(unsigned char)(as->id_len >> 8), (unsigned char)as->id_len,
	};
	unsigned char hash[32];

	assert_int_equal(EVP_Digest(as->rp_id, strlen(as->rp_id), hash, NULL,
	    EVP_sha256(), NULL), 1);
	put(w, hash, sizeof(hash));
	put(w, &as->flags, 1);
	put(w, "\0\0\0\7", 4);
	put(w, as->aaguid, KF_KEY_AAGUID_SIZE);
	put(w, id_len, 2);
	memset(w->p + w->len, 0x1d, as->id_len);
	w->len += as->id_len;
	put_key(w, as->key);
	if (as->protect != 0) {
		const unsigned char level = (unsigned char)as->protect;

		put(w, "\xa1\x6b" "credProtect", 13);
		put(w, &level, 1);
	}
}

/* The bytes that the attestation signs: WebAuthn, 8.2 and 8.6. */
static void
put_signed(struct writer *w, const struct maker_credential *as,
    const struct kf_key_made *made)
{
	if (strcmp(as->format, "fido-u2f") != 0) {
		put(w, made->authdata, made->authdata_len);
		put(w, as->hash, sizeof(as->hash));
		return;
	}
	put(w, "", 1);
	put(w, made->authdata, 32);
	put(w, as->hash, sizeof(as->hash));
	memset(w->p + w->len, 0x1d, as->id_len);
	w->len += as->id_len;
	put(w, "\4", 1);
	put_number(w, as->key, "qx", 32);
	put_number(w, as->key, "qy", 32);
}

void
maker_make(const struct maker_credential *as, struct kf_key_made *made)
{
	struct writer authdata = { made->authdata, 0 };
	unsigned char bytes[2048];
	struct writer text = { bytes, 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const char *hash = "SHA256";

	memset(made, 0, sizeof(*made));
	memcpy(made->format, as->format, strlen(as->format) + 1);
	put_authdata(&authdata, as);
	made->authdata_len = authdata.len;
	if (as->certificate != NULL) {
		unsigned char *p = made->certificate;

		made->certificate_len = (size_t)i2d_X509(as->certificate, &p);
	}
	if (as->attestation_key != NULL) {
		size_t len = sizeof(made->signature);

		put_signed(&text, as, made);
		if (EVP_PKEY_is_a(as->attestation_key, "ED25519"))
			hash = NULL;
		assert_int_equal(EVP_DigestSignInit_ex(ctx, NULL, hash, NULL,
		    NULL, as->attestation_key, NULL), 1);
		assert_int_equal(EVP_DigestSign(ctx, made->signature, &len,
		    bytes, text.len), 1);
		made->signature_len = len;
	}
	EVP_MD_CTX_free(ctx);
}
