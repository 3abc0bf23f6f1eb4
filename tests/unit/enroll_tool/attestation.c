/*
 * Attestation of new credentials (enroll_tool/keys/attestation.h).  A
 * credential must be accepted only if it is what was requested and its
 * attestation is signed correctly; each refusal must have the right reason.
 */
#include "tests/unit/enroll_tool/attestation_site.h"

#include <string.h>

/* Prepares a credential with self attestation, and no trusted roots. */
static void
self(enum kf_key_algorithm algorithm, EVP_PKEY *private)
{
	site_prepare();
	kf_roots_free(&site.roots);
	site.make.algorithm = algorithm;
	site.credential.key = site.credential.attestation_key = private;
	site.credential.certificate = NULL;
}

static void
right(void **state)
{
	(void)state;
	site_prepare();
	assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
	assert_int_equal(site.key.attestation, KF_ATTESTATION_CHAIN);
	assert_int_equal(site.key.algorithm, KF_ES256);
	assert_string_equal(site.key.rp_id, "ssh:");
	assert_int_equal(site.key.credential_len, 64);
	assert_memory_equal(site.key.credential, site.made.authdata + 55, 64);
	assert_int_equal(site.key.public_key_len, 64);
	assert_memory_equal(site.key.public_key,
	    site.made.authdata + 55 + 64 + 10, 32);
	assert_memory_equal(site.key.aaguid, site_model, sizeof(site_model));
	assert_false(site.key.synced);
	assert_false(site.key.verify);
	kf_roots_free(&site.roots);
	assert_int_equal(site_judge(), KF_ATTESTED_RIGHT);
	assert_int_equal(site.key.attestation, KF_ATTESTATION_LEAF);
	site_u2f();
	assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
	assert_int_equal(site.key.attestation, KF_ATTESTATION_CHAIN);
	kf_roots_free(&site.roots);
	assert_int_equal(site_judge(), KF_ATTESTED_RIGHT);
	assert_int_equal(site.key.attestation, KF_ATTESTATION_LEAF);
	site_prepare();
	site.credential.flags = SITE_FLAGS | KF_FLAG_BE | KF_FLAG_BS;
	assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
	assert_true(site.key.synced);
	site.credential.flags = SITE_FLAGS | KF_FLAG_BE | KF_FLAG_UV;
	site.make.verify = KF_KEY_VERIFY_PIN;
	assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
	assert_true(site.key.synced);
	site.credential.id_len = KF_KEY_CREDENTIAL_MAX;
	assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
	site_prepare();
	site.make.protect = 2;
	site.credential.protect = 2;
	site.credential.flags = SITE_FLAGS | KF_FLAG_ED;
	assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
}

static void
without_certificate(void **state)
{
	const struct {
		enum kf_key_algorithm algorithm;
		EVP_PKEY *private;
	} all[] = {
		{ KF_ES256, site.es256 },
		{ KF_EDDSA, site.eddsa },
		{ KF_RS256, site.rs256 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(all); i++) {
		self(all[i].algorithm, all[i].private);
		assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
		assert_int_equal(site.key.attestation, KF_ATTESTATION_SELF);
		assert_int_equal(site.key.public_key_len,
		    kf_public_key_size(all[i].algorithm));
		site.made.signature[site.made.signature_len / 2] ^= 1;
		assert_int_equal(site_judge(), KF_ATTESTED_SIGNATURE);
		/* Self attestation must be signed with the key itself. */
		site.credential.attestation_key = site.leaf_key;
		assert_int_equal(site_attest(), KF_ATTESTED_SIGNATURE);
		site.credential.attestation_key = all[i].private;
		assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
		maker_trust(&site.roots, site.root);
		assert_int_equal(site_judge(), KF_ATTESTED_NOTHING);
		kf_roots_free(&site.roots);
		site.credential.format = "none";
		site.credential.attestation_key = NULL;
		assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
		assert_int_equal(site.key.attestation, KF_ATTESTATION_NONE);
		maker_trust(&site.roots, site.root);
		assert_int_equal(site_judge(), KF_ATTESTED_NOTHING);
		/* A certificate, but no signature made with it. */
		site.credential.certificate = site.leaf;
		assert_int_equal(site_attest(), KF_ATTESTED_NOTHING);
	}
	/* U2F with an AAGUID: its signature does not cover the AAGUID. */
	site_u2f();
	site.credential.aaguid = site_model;
	assert_int_equal(site_attest(), KF_ATTESTED_MODEL);
	/* U2F has no self attestation. */
	site_u2f();
	kf_roots_free(&site.roots);
	site.credential.certificate = NULL;
	site.credential.attestation_key = site.es256;
	assert_int_equal(site_attest(), KF_ATTESTED_SIGNATURE);
}

#define REFUSED(statement, why) \
	do { \
		site_prepare(); \
		statement; \
		if (site_attest() != (why)) \
			fail_msg("%s: %x", #statement, \
			    (unsigned)site_judge()); \
		/* The same without trusted roots. */ \
		kf_roots_free(&site.roots); \
		if (site_judge() != (why)) \
			fail_msg("%s, no roots: %x", #statement, \
			    (unsigned)site_judge()); \
	} while (0)

static void
not_as_asked(void **state)
{
	struct maker_credential *c = &site.credential;
	struct kf_key_make *make = &site.make;

	(void)state;
	REFUSED(c->rp_id = "ssh", KF_ATTESTED_OTHER);
	REFUSED(c->rp_id = "ssh:x", KF_ATTESTED_OTHER);
	REFUSED(c->hash[31] ^= 1, KF_ATTESTED_SIGNATURE);
	REFUSED(c->flags = KF_FLAG_AT, KF_ATTESTED_OTHER);
	REFUSED(c->flags = KF_FLAG_UP, KF_ATTESTED_OTHER);
	REFUSED(make->verify = KF_KEY_VERIFY_PIN, KF_ATTESTED_OTHER);
	REFUSED(make->verify = KF_KEY_VERIFY_BUILT_IN, KF_ATTESTED_OTHER);
	REFUSED(c->flags = SITE_FLAGS | KF_FLAG_BS, KF_ATTESTED_OTHER);
	REFUSED(c->flags = SITE_FLAGS | KF_FLAG_ED, KF_ATTESTED_OTHER);
	REFUSED((c->flags = SITE_FLAGS | KF_FLAG_ED, c->protect = 2),
	    KF_ATTESTED_OTHER);
	REFUSED(make->protect = 2, KF_ATTESTED_SIGNATURE);
	REFUSED((c->flags = SITE_FLAGS | KF_FLAG_ED, c->protect = 3,
	    make->protect = 2), KF_ATTESTED_SIGNATURE);
	REFUSED(c->key = site.eddsa, KF_ATTESTED_MALFORMED);
	REFUSED(c->key = site.rs256, KF_ATTESTED_MALFORMED);
	REFUSED(make->algorithm = KF_EDDSA, KF_ATTESTED_MALFORMED);
	REFUSED(make->algorithm = KF_RS256, KF_ATTESTED_MALFORMED);
	REFUSED(c->id_len = 0, KF_ATTESTED_MALFORMED);
	REFUSED(c->id_len = KF_KEY_CREDENTIAL_MIN - 1,
	    KF_ATTESTED_MALFORMED);
	REFUSED(c->id_len = KF_KEY_CREDENTIAL_MAX + 1,
	    KF_ATTESTED_MALFORMED);
	REFUSED(c->attestation_key = site.es256,
	    KF_ATTESTED_SIGNATURE);
	REFUSED(c->attestation_key = site.root_key,
	    KF_ATTESTED_SIGNATURE);
	REFUSED(c->attestation_key = NULL, KF_ATTESTED_SIGNATURE);
}

/* Each byte changed or cut off; useful under ASan and UBSan, too. */
static void
bytes(void **state)
{
	struct kf_key_made whole;

	(void)state;
	site_prepare();
	maker_make(&site.credential, &whole);
	for (size_t i = 0; i < whole.authdata_len; i++) {
		site.made = whole;
		site.made.authdata_len = i;
		assert_int_not_equal(site_judge(), KF_ATTESTED_RIGHT);
		site.made = whole;
		site.made.authdata[i] ^= 0x80;
		assert_int_not_equal(site_judge(), KF_ATTESTED_RIGHT);
	}
	for (size_t i = 0; i < whole.certificate_len; i += 3) {
		site.made = whole;
		site.made.certificate_len = i;
		assert_int_not_equal(site_judge(), KF_ATTESTED_RIGHT);
		site.made = whole;
		site.made.certificate[i] ^= 0x10;
		assert_int_not_equal(site_judge(), KF_ATTESTED_RIGHT);
	}
	site.made = whole;
	site.made.certificate_len++;
	assert_int_not_equal(site_judge(), KF_ATTESTED_RIGHT);
	for (size_t i = 0; i < whole.signature_len; i++) {
		site.made = whole;
		site.made.signature_len = i;
		assert_int_equal(site_judge(), KF_ATTESTED_SIGNATURE);
	}
	site.made = whole;
	assert_int_equal(site_judge(), KF_ATTESTED_RIGHT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(right),
		UNIT_TEST(without_certificate),
		UNIT_TEST(not_as_asked),
		UNIT_TEST(bytes),
	};

	unit_start();
	return cmocka_run_group_tests_name("attestation", tests, site_start,
	    site_end);
}
