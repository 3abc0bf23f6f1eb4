/* Certificates and credentials for tests; see attestation_site.h. */
#include "tests/unit/enroll_tool/attestation_site.h"

#include <string.h>

const unsigned char site_model[16] = "model of a key.";
const unsigned char site_other_model[16] = "another model..";
const unsigned char site_no_model[16];

struct site site;

static const struct maker_certificate as_ca = {
	.name = "root", .version = X509_VERSION_3, .country = "DE", .ca = 1,
};
const struct maker_certificate site_leaf = {
	.name = "leaf", .version = X509_VERSION_3, .country = "DE",
	.unit = "Authenticator Attestation", .ca = 0, .model = site_model,
};

int
site_start(void **state)
{
	struct maker_certificate as = as_ca;

	(void)state;
	site.root = maker_certificate(&as, NULL, NULL, &site.root_key);
	as.name = "stranger";
	site.stranger = maker_certificate(&as, NULL, NULL,
	    &site.stranger_key);
	as.name = "middle";
	site.middle = maker_certificate(&as, site.root, site.root_key,
	    &site.middle_key);
	site.leaf = maker_certificate(&site_leaf, site.root, site.root_key,
	    &site.leaf_key);
	site.es256 = maker_key(KF_ES256);
	site.eddsa = maker_key(KF_EDDSA);
	site.rs256 = maker_key(KF_RS256);
	return 0;
}

int
site_end(void **state)
{
	X509 *certificates[] = { site.root, site.middle, site.leaf,
		site.stranger };
	EVP_PKEY *keys[] = { site.root_key, site.middle_key, site.leaf_key,
		site.stranger_key, site.es256, site.eddsa, site.rs256 };

	(void)state;
	kf_roots_free(&site.roots);
	for (size_t i = 0; i < UNIT_COUNT(certificates); i++)
		X509_free(certificates[i]);
	for (size_t i = 0; i < UNIT_COUNT(keys); i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}

void
site_prepare(void)
{
	site.make = (struct kf_key_make){ .algorithm = KF_ES256,
		.rp_id = "ssh:" };
	memset(site.make.hash, 0x77, sizeof(site.make.hash));
	site.credential = (struct maker_credential){
		.key = site.es256, .rp_id = "ssh:", .aaguid = site_model,
		.flags = SITE_FLAGS, .id_len = 64, .format = "packed",
		.certificate = site.leaf, .attestation_key = site.leaf_key,
	};
	memcpy(site.credential.hash, site.make.hash, sizeof(site.make.hash));
	kf_roots_free(&site.roots);
	maker_trust(&site.roots, site.root);
}

enum kf_attestation_verdict
site_judge(void)
{
	const struct kf_attestation_rules rules = { &site.make, &site.roots };

	memset(&site.key, 0xff, sizeof(site.key));
	return kf_attestation_check(&rules, &site.made, &site.key);
}

enum kf_attestation_verdict
site_attest(void)
{
	maker_make(&site.credential, &site.made);
	return site_judge();
}

void
site_u2f(void)
{
	site_prepare();
	site.credential.format = "fido-u2f";
	site.credential.aaguid = site_no_model;
}
