/*
 * For the tests of attestation: a maker of security keys with a root, what it
 * has signed, and a credential that a test changes before it is looked at.
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
	/* What is asked for, what a key makes of it, and what is trusted. */
	struct kf_key_make make;
	struct maker_credential credential;
	struct kf_roots roots;
	/* What comes of it. */
	struct kf_key_made made;
	struct kf_key key;
};
extern struct site site;

/* AAGUIDs. */
extern const unsigned char site_model[16];
extern const unsigned char site_other_model[16];
extern const unsigned char site_no_model[16];

/* What the leaf was made from. */
extern const struct maker_certificate site_leaf;

/* Set-up and teardown of a group of tests. */
int
site_start(void **state);
int
site_end(void **state);

/* All is well: packed and by the leaf, or U2F; the root is trusted. */
void
site_prepare(void);
void
site_u2f(void);

/* The verdict on site.made; the same, once the key has made it. */
enum kf_attestation_verdict
site_judge(void);
enum kf_attestation_verdict
site_attest(void);

#endif
