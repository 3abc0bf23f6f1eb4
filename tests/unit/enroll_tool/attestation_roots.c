/*
 * Attestation with trusted roots (enroll_tool/keys/attestation.h): which leaf
 * certificates are valid for a key's model, which chains lead to a trusted
 * root, and which files roots are read from.
 */
#include "tests/unit/enroll_tool/attestation_site.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum kf_attestation_verdict
with_leaf(const struct maker_certificate *as, X509 *issuer, EVP_PKEY *private)
{
	enum kf_attestation_verdict verdict;

	site.credential.certificate = maker_certificate(as, issuer, private,
	    &site.credential.attestation_key);
	verdict = site_attest();
	X509_free(site.credential.certificate);
	EVP_PKEY_free(site.credential.attestation_key);
	return verdict;
}

#define LEAF(statement, why) \
	do { \
		struct maker_certificate as = site_leaf; \
		site_prepare(); \
		statement; \
		if (with_leaf(&as, site.root, site.root_key) != (why)) \
			fail_msg("%s: %x", #statement, \
			    (unsigned)site_judge()); \
	} while (0)

static void
leaves(void **state)
{
	(void)state;
	LEAF(as.name = "good", KF_ATTESTED_RIGHT);
	LEAF(as.unit = "Authenticator", KF_ATTESTED_LEAF);
	LEAF(as.unit = "Authenticator Attestation ", KF_ATTESTED_LEAF);
	LEAF(as.unit = NULL, KF_ATTESTED_LEAF);
	LEAF((as.second_unit = as.unit, as.unit = "x"), KF_ATTESTED_LEAF);
	LEAF(as.second_unit = "x", KF_ATTESTED_LEAF);
	LEAF(as.country = NULL, KF_ATTESTED_LEAF);
	LEAF(as.name = NULL, KF_ATTESTED_LEAF);
	LEAF(as.ca = 1, KF_ATTESTED_LEAF);
	LEAF(as.ca = -1, KF_ATTESTED_LEAF);
	LEAF((as.version = X509_VERSION_1, as.ca = -1, as.model = NULL),
	    KF_ATTESTED_LEAF);
	LEAF(as.model = NULL, KF_ATTESTED_MODEL);
	LEAF(as.model = site_other_model, KF_ATTESTED_MODEL);
	LEAF(as.critical = true, KF_ATTESTED_UNKNOWN);
	LEAF(site.credential.aaguid = site_other_model, KF_ATTESTED_MODEL);
	LEAF(as.not_after = "20210101000000Z", KF_ATTESTED_UNKNOWN);
	/* U2F has none of these rules. */
	LEAF((site_u2f(), as.unit = NULL, as.model = NULL, as.country = NULL),
	    KF_ATTESTED_RIGHT);
}

static void
chains(void **state)
{
	(void)state;
	site_prepare();
	kf_roots_free(&site.roots);
	maker_trust(&site.roots, site.stranger);
	assert_int_equal(site_attest(), KF_ATTESTED_UNKNOWN);
	site_u2f();
	kf_roots_free(&site.roots);
	maker_trust(&site.roots, site.stranger);
	assert_int_equal(site_attest(), KF_ATTESTED_UNKNOWN);
	/* Only the leaf is known: an intermediate must be among the roots. */
	site_prepare();
	assert_int_equal(with_leaf(&site_leaf, site.middle, site.middle_key),
	    KF_ATTESTED_UNKNOWN);
	maker_trust(&site.roots, site.middle);
	assert_int_equal(with_leaf(&site_leaf, site.middle, site.middle_key),
	    KF_ATTESTED_RIGHT);
	kf_roots_free(&site.roots);
	maker_trust(&site.roots, site.middle);
	assert_int_equal(with_leaf(&site_leaf, site.middle, site.middle_key),
	    KF_ATTESTED_RIGHT);
	/* An issuer with the name of the root, but another key. */
	site_prepare();
	assert_int_equal(with_leaf(&site_leaf, site.root, site.stranger_key),
	    KF_ATTESTED_UNKNOWN);
	/* A leaf cannot issue certificates, even when it is trusted. */
	site_prepare();
	assert_int_equal(with_leaf(&site_leaf, site.leaf, site.leaf_key),
	    KF_ATTESTED_UNKNOWN);
	maker_trust(&site.roots, site.leaf);
	assert_int_equal(with_leaf(&site_leaf, site.leaf, site.leaf_key),
	    KF_ATTESTED_UNKNOWN);
	/* The leaf itself may be the trusted certificate. */
	kf_roots_free(&site.roots);
	site_prepare();
	kf_roots_free(&site.roots);
	maker_trust(&site.roots, site.leaf);
	assert_int_equal(site_attest(), KF_ATTESTED_RIGHT);
}

static void
bad_roots(void **state)
{
	static char junk[] = "junk\n";
	static char half[] = "-----BEGIN CERTIFICATE-----\nMIIB\n";
	static char wrong[] = "-----BEGIN CERTIFICATE-----\nMIIB\n"
	    "-----END CERTIFICATE-----\n";
	char *const texts[] = { junk, half, wrong };
	size_t bad = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		site_prepare();
		/* After a good certificate, other text is ignored. */
		site.roots.text = realloc(site.roots.text,
		    site.roots.len + strlen(texts[i]));
		memcpy(site.roots.text + site.roots.len, texts[i],
		    strlen(texts[i]));
		site.roots.len += strlen(texts[i]);
		assert_int_equal(kf_attestation_roots(&site.roots, &bad),
		    i == 0 ? KF_ATTESTED_RIGHT : KF_ATTESTED_ROOTS);
		assert_int_equal(site_attest(), i == 0 ?
		    KF_ATTESTED_RIGHT : KF_ATTESTED_ROOTS);
		kf_roots_free(&site.roots);
		site.roots = (struct kf_roots){ .text = strdup(texts[i]),
			.len = strlen(texts[i]) };
		assert_int_equal(kf_attestation_roots(&site.roots, &bad),
		    KF_ATTESTED_ROOTS);
		kf_roots_free(&site.roots);
	}
}

/* The bad file is reported, even when its certificate has no end line. */
static void
bad_file(void **state)
{
	static const char half[] = "-----BEGIN CERTIFICATE-----\nMIIB\n";
	struct kf_roots_file files[3] = { { .end = 0 } };
	size_t bad = 0;

	(void)state;
	for (size_t at = 0; at < UNIT_COUNT(files); at++) {
		struct kf_roots all = { .files = files, .count = 3 };

		site_prepare();
		all.text = calloc(3, site.roots.len + sizeof(half));
		assert_non_null(all.text);
		for (size_t i = 0; i < UNIT_COUNT(files); i++) {
			const char *text = i == at ? half : site.roots.text;
			size_t len = i == at ? sizeof(half) - 1 :
			    site.roots.len;

			memcpy(all.text + all.len, text, len);
			all.len += len;
			files[i].end = all.len;
		}
		assert_int_equal(kf_attestation_roots(&all, &bad),
		    KF_ATTESTED_ROOTS);
		assert_int_equal(bad, at + 1);
		free(all.text);
	}
	kf_roots_free(&site.roots);
}

static void
directories(void **state)
{
	const char *dir = unit_path("roots");
	struct kf_roots read;

	(void)state;
	assert_int_equal(kf_roots_read(unit_path("none"), &read),
	    KF_ERR_MISSING);
	assert_int_equal(mkdir(dir, 0755), 0);
	unit_write(unit_path("roots/readme"), "x", 1, 0644);
	unit_write(unit_path("roots/.pem"), "x", 1, 0644);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_MISSING);
	unit_write(unit_path("roots/a.pem"), "aa", 2, 0644);
	unit_write(unit_path("roots/b.crt"), "bb", 2, 0644);
	assert_int_equal(kf_roots_read(dir, &read), KF_OK);
	assert_int_equal(read.len, 6);
	assert_int_equal(read.count, 2);
	assert_int_equal(read.files[0].end, 3);
	assert_int_equal(read.files[1].end, 6);
	kf_roots_free(&read);
	assert_null(read.text);
	assert_int_equal(symlink(unit_path("roots"), unit_path("link")), 0);
	assert_int_equal(kf_roots_read(unit_path("link"), &read), KF_OK);
	kf_roots_free(&read);
	assert_int_equal(chmod(unit_path("roots/a.pem"), 0664), 0);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_UNTRUSTED);
	assert_null(read.text);
	assert_string_equal(read.files[read.count - 1].name, "a.pem");
	kf_roots_free(&read);
	assert_int_equal(chmod(unit_path("roots/a.pem"), 0644), 0);
	assert_int_equal(symlink("a.pem", unit_path("roots/c.pem")), 0);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_UNTRUSTED);
	assert_string_equal(read.files[read.count - 1].name, "c.pem");
	kf_roots_free(&read);
	assert_int_equal(unlink(unit_path("roots/c.pem")), 0);
	assert_int_equal(mkfifo(unit_path("roots/c.pem"), 0644), 0);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_UNTRUSTED);
	assert_string_equal(read.files[read.count - 1].name, "c.pem");
	kf_roots_free(&read);
	assert_int_equal(unlink(unit_path("roots/c.pem")), 0);
	assert_int_equal(chmod(dir, 0775), 0);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_UNTRUSTED);
	assert_null(read.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(leaves),
		UNIT_TEST(chains),
		UNIT_TEST(bad_roots),
		UNIT_TEST(bad_file),
		UNIT_TEST(directories),
	};

	unit_start();
	return cmocka_run_group_tests_name("attestation_roots", tests,
	    site_start, site_end);
}
