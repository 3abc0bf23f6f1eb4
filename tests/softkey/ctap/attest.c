/*
 * The two certificates of attest.h.  They are made anew at each call.  Only the
 * signatures differ, and not names, keys and dates, so that certificates of
 * different calls fit together.
 */
#include "tests/softkey/ctap/attest.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tests/softkey/ctap/crypto.h"

#define AAGUID_OID "1.3.6.1.4.1.45724.1.1.4"

static void
must(int ok)
{
	if (ok <= 0)
		softkey_crypto_broken("X.509");
}

static EVP_PKEY *
derived(const struct softkey *key, const char *purpose)
{
	unsigned char seed[32];
	EVP_PKEY *private;

	softkey_derive(key->config.secret, purpose, seed);
	while ((private = softkey_private(SOFTKEY_ES256, seed)) == NULL)
		softkey_derive(seed, purpose, seed);
	return private;
}

static EVP_PKEY *
ca_key(const struct softkey *key)
{
	return derived(key, "attestation CA");
}

static EVP_PKEY *
model_key(const struct softkey *key)
{
	return derived(key, "attestation");
}

static void
name(X509_NAME *where, const char *field, const char *text)
{
	must(X509_NAME_add_entry_by_txt(where, field, MBSTRING_ASC,
	    (const unsigned char *)text, -1, -1, 0));
}

/* The name depends on the secret, so that each maker has its own. */
static void
name_ca(const struct softkey *key, X509_NAME *where)
{
	unsigned char hash[32];
	char text[40];

	softkey_derive(key->config.secret, "maker", hash);
	snprintf(text, sizeof(text), "softkey maker %02x%02x%02x%02x", hash[0],
	    hash[1], hash[2], hash[3]);
	name(where, "C", "DE");
	name(where, "O", "keyfirst tests");
	name(where, "CN", text);
}

static X509 *
blank(const struct softkey *key, long serial)
{
	X509 *cert = X509_new();

	must(cert != NULL);
	must(X509_set_version(cert, X509_VERSION_3));
	must(ASN1_INTEGER_set(X509_get_serialNumber(cert), serial));
	must(ASN1_TIME_set_string(X509_getm_notBefore(cert),
	    "20200101000000Z"));
	must(ASN1_TIME_set_string(X509_getm_notAfter(cert),
	    "20991231235959Z"));
	name_ca(key, X509_get_issuer_name(cert));
	return cert;
}

static void
extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	must(ext != NULL && X509_add_ext(cert, ext, -1));
	X509_EXTENSION_free(ext);
}

/* The value of the extension: an octet string within an octet string. */
static void
extend_aaguid(X509 *cert, const unsigned char aaguid[16])
{
	unsigned char der[18] = { 0x04, 16 };
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	ASN1_OBJECT *oid = OBJ_txt2obj(AAGUID_OID, 1);
	X509_EXTENSION *ext;

	memcpy(der + 2, aaguid, 16);
	must(octets != NULL && oid != NULL &&
	    ASN1_OCTET_STRING_set(octets, der, sizeof(der)));
	ext = X509_EXTENSION_create_by_OBJ(NULL, oid, 0, octets);
	must(ext != NULL && X509_add_ext(cert, ext, -1));
	X509_EXTENSION_free(ext);
	ASN1_OBJECT_free(oid);
	ASN1_OCTET_STRING_free(octets);
}

size_t
softkey_attest_certificate(const struct softkey *key,
    unsigned char der[SOFTKEY_CERT_MAX])
{
	X509 *cert = blank(key, 2);
	X509_NAME *subject = X509_get_subject_name(cert);
	EVP_PKEY *ca = ca_key(key);
	EVP_PKEY *model = model_key(key);
	int len;

	name(subject, "C", "DE");
	name(subject, "O", "keyfirst tests");
	name(subject, "OU", "Authenticator Attestation");
	name(subject, "CN", "softkey");
	must(X509_set_pubkey(cert, model));
	extend(cert, NID_basic_constraints, "critical,CA:FALSE");
	extend_aaguid(cert, key->config.aaguid);
	must(X509_sign(cert, ca, EVP_sha256()));
	len = i2d_X509(cert, NULL);
	must(len > 0 && len <= SOFTKEY_CERT_MAX);
	must(i2d_X509(cert, &der));
	EVP_PKEY_free(model);
	EVP_PKEY_free(ca);
	X509_free(cert);
	return (size_t)len;
}

size_t
softkey_attest_sign(const struct softkey *key, const unsigned char *bytes,
    size_t len, unsigned char *signature)
{
	EVP_PKEY *model = model_key(key);
	size_t n = softkey_sign(model, bytes, len, signature);

	EVP_PKEY_free(model);
	return n;
}

size_t
softkey_attestation_root(const struct softkey *key, char *pem, size_t size)
{
	X509 *cert = blank(key, 1);
	EVP_PKEY *ca = ca_key(key);
	BIO *bio = BIO_new(BIO_s_mem());
	size_t len = 0;
	char *text;
	long n;

	must(bio != NULL);
	name_ca(key, X509_get_subject_name(cert));
	must(X509_set_pubkey(cert, ca));
	extend(cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
	extend(cert, NID_key_usage, "critical,keyCertSign,cRLSign");
	must(X509_sign(cert, ca, EVP_sha256()));
	must(PEM_write_bio_X509(bio, cert));
	n = BIO_get_mem_data(bio, &text);
	if (n > 0 && (size_t)n < size) {
		memcpy(pem, text, (size_t)n);
		pem[n] = '\0';
		len = (size_t)n;
	}
	BIO_free(bio);
	EVP_PKEY_free(ca);
	X509_free(cert);
	return len;
}
