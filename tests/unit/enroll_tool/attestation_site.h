/*
 * For the tests of attestation: a manufacturer's root, intermediate and leaf
 * certificates, and a credential, which a test changes before it is checked.
 */
#ifndef KF_TESTS_ATTESTATION_SITE_H
#define KF_TESTS_ATTESTATION_SITE_H

#include "tests/unit/unit.h"

#include "factors/assertion.h"
#include "tests/unit/enroll_tool/attestation_maker.h"

#define SITE_FLAGS (KF_FLAG_UP | KF_FLAG_AT)

struct site {
	X509 *root, *middle, *leaf, *stranger;
	EVP_PKEY *root_key, *middle_key, *leaf_key, *stranger_key;
	EVP_PKEY *es256, *eddsa, *rs256;
	/* The request, the key's new credential, and the trusted roots. */
	struct kf_key_make make;
	struct maker_credential credential;
	struct kf_roots roots;
	/* The answer of the key, and the key as it would be enrolled. */
	struct kf_key_made made;
	struct kf_key key;
};
extern struct site site;

/* AAGUIDs; that of the leaf is site_model. */
extern const unsigned char site_model[16];
extern const unsigned char site_other_model[16];
extern const unsigned char site_no_model[16];

/* The contents of the leaf certificate. */
extern const struct maker_certificate site_leaf;

/* Set-up and teardown of a group of tests. */
int
site_start(void **state);
int
site_end(void **state);

/*
 * Prepare a correct credential, packed or U2F, attested with the leaf; the root
 * is trusted.
 */
void
site_prepare(void);
void
site_u2f(void);

/*
 * site_judge returns the verdict on site.made; site_attest first makes that
 * from site.credential.
 */
enum kf_attestation_verdict
site_judge(void);
enum kf_attestation_verdict
site_attest(void);

#endif
