/* Checks the certificate of an attestation; see attestation_leaf.h. */
#include "enroll_tool/keys/attestation_leaf.h"

#include <openssl/x509v3.h>
#include <string.h>

/* id-fido-gen-ce-aaguid: an OCTET STRING in the extension's OCTET STRING. */
#define OID_AAGUID "1.3.6.1.4.1.45724.1.1.4"

/*
 * Has the subject exactly one entry of that kind, which is not empty and, if
 * expected is not NULL, equal to it?
 */
static bool
has_entry(X509 *leaf, int nid, const char *expected)
{
	const X509_NAME *name = X509_get_subject_name(leaf);
	int at = X509_NAME_get_index_by_NID(name, nid, -1);
	const ASN1_STRING *text;
	size_t len;

	if (at < 0 || X509_NAME_get_index_by_NID(name, nid, at) >= 0)
		return false;
	text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
	len = (size_t)ASN1_STRING_length(text);
	return len > 0 && (expected == NULL || (len == strlen(expected) &&
	    memcmp(ASN1_STRING_get0_data(text), expected, len) == 0));
}

/* Does the certificate meet WebAuthn, 8.2.1? */
static bool
is_packed_leaf(X509 *leaf)
{
	uint32_t flags = X509_get_extension_flags(leaf);

	return X509_get_version(leaf) == X509_VERSION_3 &&
	    (flags & (EXFLAG_INVALID | EXFLAG_CA)) == 0 &&
	    (flags & EXFLAG_BCONS) != 0 &&
	    has_entry(leaf, NID_countryName, NULL) &&
	    has_entry(leaf, NID_organizationName, NULL) &&
	    has_entry(leaf, NID_commonName, NULL) &&
	    has_entry(leaf, NID_organizationalUnitName,
	    "Authenticator Attestation");
}

/*
 * Is the certificate for the model with that AAGUID?  The extension with the
 * AAGUID must be there, because a root may have signed for several models, and
 * without the extension one model could claim to be another.
 */
static bool
is_for_model(X509 *leaf, const unsigned char aaguid[KF_KEY_AAGUID_SIZE])
{
	ASN1_OBJECT *oid = OBJ_txt2obj(OID_AAGUID, 1);
	int at = oid != NULL ? X509_get_ext_by_OBJ(leaf, oid, -1) : -1;
	X509_EXTENSION *extension = at >= 0 ? X509_get_ext(leaf, at) : NULL;
	const ASN1_OCTET_STRING *value;
	const unsigned char *p;
	bool is;

	is = extension != NULL && X509_get_ext_by_OBJ(leaf, oid, at) < 0 &&
	    !X509_EXTENSION_get_critical(extension);
	ASN1_OBJECT_free(oid);
	if (!is)
		return false;
	value = X509_EXTENSION_get_data(extension);
	p = ASN1_STRING_get0_data(value);
	return ASN1_STRING_length(value) == 2 + KF_KEY_AAGUID_SIZE &&
	    p[0] == V_ASN1_OCTET_STRING && p[1] == KF_KEY_AAGUID_SIZE &&
	    memcmp(p + 2, aaguid, KF_KEY_AAGUID_SIZE) == 0;
}

/* The AAGUID of U2F keys, which sign none, is zero (WebAuthn, 8.6). */
static bool
is_no_model(const unsigned char aaguid[KF_KEY_AAGUID_SIZE])
{
	static const unsigned char zeros[KF_KEY_AAGUID_SIZE];

	return memcmp(aaguid, zeros, sizeof(zeros)) == 0;
}

enum kf_attestation_verdict
kf_attestation_leaf_check(X509 *leaf, const char *format,
    const unsigned char aaguid[KF_KEY_AAGUID_SIZE])
{
	if (strcmp(format, "packed") != 0)
		return is_no_model(aaguid) ? KF_ATTESTED_RIGHT :
		    KF_ATTESTED_MODEL;
	if (!is_packed_leaf(leaf))
		return KF_ATTESTED_LEAF;
	return is_for_model(leaf, aaguid) ? KF_ATTESTED_RIGHT :
	    KF_ATTESTED_MODEL;
}
