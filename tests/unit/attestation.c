/*
 * Attestation: what a security key says of a new credential is believed where
 * it is signed, for what was asked, and up to a root; everything else is
 * refused, each for its own reason.
 */
#include <openssl/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "factors/assertion.h"
#include "tests/unit/attestation_maker.h"
#include "tests/unit/unit.h"

#define FLAGS (KF_FLAG_UP | KF_FLAG_AT)

static const unsigned char model[16] = "model of a key.";
static const unsigned char other_model[16] = "another model..";
static const unsigned char no_model[16];

/* A maker with a root, what it has signed, and a model of keys. */
static struct {
	X509 *root, *middle, *leaf, *stranger;
	EVP_PKEY *root_key, *middle_key, *leaf_key, *stranger_key;
	EVP_PKEY *es256, *eddsa, *rs256;
} site;

static const struct maker_certificate as_ca = {
	.name = "root", .version = X509_VERSION_3, .country = "DE", .ca = 1,
};
static const struct maker_certificate as_leaf = {
	.name = "leaf", .version = X509_VERSION_3, .country = "DE",
	.unit = "Authenticator Attestation", .ca = 0, .model = model,
};

static int
set_up(void **state)
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
	site.leaf = maker_certificate(&as_leaf, site.root, site.root_key,
	    &site.leaf_key);
	site.es256 = maker_key(KF_ES256);
	site.eddsa = maker_key(KF_EDDSA);
	site.rs256 = maker_key(KF_RS256);
	return 0;
}

/* What was asked for, and what comes back when all is well. */
static struct kf_key_make make;
static struct maker_credential credential;
static struct kf_key_made made;
static struct kf_key key;
static struct kf_roots roots;

static int
tear_down(void **state)
{
	X509 *certificates[] = { site.root, site.middle, site.leaf,
		site.stranger };
	EVP_PKEY *keys[] = { site.root_key, site.middle_key, site.leaf_key,
		site.stranger_key, site.es256, site.eddsa, site.rs256 };

	(void)state;
	kf_roots_free(&roots);
	for (size_t i = 0; i < UNIT_COUNT(certificates); i++)
		X509_free(certificates[i]);
	for (size_t i = 0; i < UNIT_COUNT(keys); i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}

static void
prepare(void)
{
	make = (struct kf_key_make){ .algorithm = KF_ES256, .rp_id = "ssh:" };
	memset(make.hash, 0x77, sizeof(make.hash));
	credential = (struct maker_credential){
		.key = site.es256, .rp_id = "ssh:", .aaguid = model,
		.flags = FLAGS, .id_len = 64, .format = "packed",
		.certificate = site.leaf, .attestation_key = site.leaf_key,
	};
	memcpy(credential.hash, make.hash, sizeof(make.hash));
	kf_roots_free(&roots);
	maker_trust(&roots, site.root);
}

static enum kf_attestation_verdict
judge(void)
{
	const struct kf_attestation_rules rules = { &make, &roots };

	memset(&key, 0xff, sizeof(key));
	return kf_attestation_check(&rules, &made, &key);
}

static enum kf_attestation_verdict
make_and_judge(void)
{
	maker_make(&credential, &made);
	return judge();
}

static void
u2f(void)
{
	prepare();
	credential.format = "fido-u2f";
	credential.aaguid = no_model;
}

static void
self(enum kf_key_algorithm algorithm, EVP_PKEY *private)
{
	prepare();
	kf_roots_free(&roots);
	make.algorithm = algorithm;
	credential.key = credential.attestation_key = private;
	credential.certificate = NULL;
}

static void
right(void **state)
{
	(void)state;
	prepare();
	assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
	assert_int_equal(key.attestation, KF_ATTESTATION_CHAIN);
	assert_int_equal(key.algorithm, KF_ES256);
	assert_string_equal(key.rp_id, "ssh:");
	assert_int_equal(key.credential_len, 64);
	assert_memory_equal(key.credential, made.authdata + 55, 64);
	assert_int_equal(key.public_key_len, 64);
	assert_memory_equal(key.public_key, made.authdata + 55 + 64 + 10, 32);
	assert_memory_equal(key.aaguid, model, sizeof(model));
	assert_false(key.synced);
	assert_false(key.verify);
	kf_roots_free(&roots);
	assert_int_equal(judge(), KF_ATTESTED_RIGHT);
	assert_int_equal(key.attestation, KF_ATTESTATION_LEAF);
	u2f();
	assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
	assert_int_equal(key.attestation, KF_ATTESTATION_CHAIN);
	kf_roots_free(&roots);
	assert_int_equal(judge(), KF_ATTESTED_RIGHT);
	assert_int_equal(key.attestation, KF_ATTESTATION_LEAF);
	prepare();
	credential.flags = FLAGS | KF_FLAG_BE | KF_FLAG_BS;
	assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
	assert_true(key.synced);
	credential.flags = FLAGS | KF_FLAG_BE | KF_FLAG_UV;
	make.verify = KF_KEY_VERIFY_PIN;
	assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
	assert_true(key.synced);
	credential.id_len = KF_KEY_CREDENTIAL_MAX;
	assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
	prepare();
	make.protect = 2;
	credential.protect = 2;
	credential.flags = FLAGS | KF_FLAG_ED;
	assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
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
		assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
		assert_int_equal(key.attestation, KF_ATTESTATION_SELF);
		assert_int_equal(key.public_key_len,
		    kf_public_key_size(all[i].algorithm));
		made.signature[made.signature_len / 2] ^= 1;
		assert_int_equal(judge(), KF_ATTESTED_SIGNATURE);
		/* No key attests to itself with that of another. */
		credential.attestation_key = site.leaf_key;
		assert_int_equal(make_and_judge(), KF_ATTESTED_SIGNATURE);
		credential.attestation_key = all[i].private;
		assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
		maker_trust(&roots, site.root);
		assert_int_equal(judge(), KF_ATTESTED_NOTHING);
		kf_roots_free(&roots);
		credential.format = "none";
		credential.attestation_key = NULL;
		assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
		assert_int_equal(key.attestation, KF_ATTESTATION_NONE);
		maker_trust(&roots, site.root);
		assert_int_equal(judge(), KF_ATTESTED_NOTHING);
		/* A certificate that nothing was signed with. */
		credential.certificate = site.leaf;
		assert_int_equal(make_and_judge(), KF_ATTESTED_NOTHING);
	}
	/* Nor an AAGUID: the signature would be right with any. */
	u2f();
	credential.aaguid = model;
	assert_int_equal(make_and_judge(), KF_ATTESTED_MODEL);
	/* U2F has no attestation by itself. */
	u2f();
	kf_roots_free(&roots);
	credential.certificate = NULL;
	credential.attestation_key = site.es256;
	assert_int_equal(make_and_judge(), KF_ATTESTED_SIGNATURE);
}

#define REFUSED(statement, why) \
	do { \
		prepare(); \
		statement; \
		if (make_and_judge() != (why)) \
			fail_msg("%s: %x", #statement, (unsigned)judge()); \
		/* Roots or not: what was asked is asked. */ \
		kf_roots_free(&roots); \
		if (judge() != (why)) \
			fail_msg("%s, no roots: %x", #statement, \
			    (unsigned)judge()); \
	} while (0)

static void
not_as_asked(void **state)
{
	(void)state;
	REFUSED(credential.rp_id = "ssh", KF_ATTESTED_OTHER);
	REFUSED(credential.rp_id = "ssh:x", KF_ATTESTED_OTHER);
	REFUSED(credential.hash[31] ^= 1, KF_ATTESTED_SIGNATURE);
	REFUSED(credential.flags = KF_FLAG_AT, KF_ATTESTED_OTHER);
	REFUSED(credential.flags = KF_FLAG_UP, KF_ATTESTED_OTHER);
	REFUSED(make.verify = KF_KEY_VERIFY_PIN, KF_ATTESTED_OTHER);
	REFUSED(make.verify = KF_KEY_VERIFY_BUILT_IN, KF_ATTESTED_OTHER);
	REFUSED(credential.flags = FLAGS | KF_FLAG_BS, KF_ATTESTED_OTHER);
	REFUSED(credential.flags = FLAGS | KF_FLAG_ED, KF_ATTESTED_OTHER);
	REFUSED((credential.flags = FLAGS | KF_FLAG_ED, credential.protect = 2),
	    KF_ATTESTED_OTHER);
	REFUSED(make.protect = 2, KF_ATTESTED_SIGNATURE);
	REFUSED((credential.flags = FLAGS | KF_FLAG_ED, credential.protect = 3,
	    make.protect = 2), KF_ATTESTED_SIGNATURE);
	REFUSED(credential.key = site.eddsa, KF_ATTESTED_MALFORMED);
	REFUSED(credential.key = site.rs256, KF_ATTESTED_MALFORMED);
	REFUSED(make.algorithm = KF_EDDSA, KF_ATTESTED_MALFORMED);
	REFUSED(make.algorithm = KF_RS256, KF_ATTESTED_MALFORMED);
	REFUSED(credential.id_len = 0, KF_ATTESTED_MALFORMED);
	REFUSED(credential.id_len = KF_KEY_CREDENTIAL_MIN - 1,
	    KF_ATTESTED_MALFORMED);
	REFUSED(credential.id_len = KF_KEY_CREDENTIAL_MAX + 1,
	    KF_ATTESTED_MALFORMED);
	REFUSED(credential.attestation_key = site.es256,
	    KF_ATTESTED_SIGNATURE);
	REFUSED(credential.attestation_key = site.root_key,
	    KF_ATTESTED_SIGNATURE);
	REFUSED(credential.attestation_key = NULL, KF_ATTESTED_SIGNATURE);
}

/* Each byte of it, changed or cut off; run under ASan and UBSan too. */
static void
bytes(void **state)
{
	struct kf_key_made whole;

	(void)state;
	prepare();
	maker_make(&credential, &whole);
	for (size_t i = 0; i < whole.authdata_len; i++) {
		made = whole;
		made.authdata_len = i;
		assert_int_not_equal(judge(), KF_ATTESTED_RIGHT);
		made = whole;
		made.authdata[i] ^= 0x80;
		assert_int_not_equal(judge(), KF_ATTESTED_RIGHT);
	}
	for (size_t i = 0; i < whole.certificate_len; i += 3) {
		made = whole;
		made.certificate_len = i;
		assert_int_not_equal(judge(), KF_ATTESTED_RIGHT);
		made = whole;
		made.certificate[i] ^= 0x10;
		assert_int_not_equal(judge(), KF_ATTESTED_RIGHT);
	}
	made = whole;
	made.certificate_len++;
	assert_int_not_equal(judge(), KF_ATTESTED_RIGHT);
	for (size_t i = 0; i < whole.signature_len; i++) {
		made = whole;
		made.signature_len = i;
		assert_int_equal(judge(), KF_ATTESTED_SIGNATURE);
	}
	made = whole;
	assert_int_equal(judge(), KF_ATTESTED_RIGHT);
}

static enum kf_attestation_verdict
with_leaf(const struct maker_certificate *as, X509 *issuer, EVP_PKEY *private)
{
	enum kf_attestation_verdict verdict;

	credential.certificate = maker_certificate(as, issuer, private,
	    &credential.attestation_key);
	verdict = make_and_judge();
	X509_free(credential.certificate);
	EVP_PKEY_free(credential.attestation_key);
	return verdict;
}

#define LEAF(statement, why) \
	do { \
		struct maker_certificate as = as_leaf; \
		prepare(); \
		statement; \
		if (with_leaf(&as, site.root, site.root_key) != (why)) \
			fail_msg("%s: %x", #statement, (unsigned)judge()); \
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
	LEAF(as.model = other_model, KF_ATTESTED_MODEL);
	LEAF(as.critical = true, KF_ATTESTED_UNKNOWN);
	LEAF(credential.aaguid = other_model, KF_ATTESTED_MODEL);
	LEAF(as.not_after = "20210101000000Z", KF_ATTESTED_UNKNOWN);
	/* U2F asks none of that. */
	LEAF((u2f(), as.unit = NULL, as.model = NULL, as.country = NULL),
	    KF_ATTESTED_RIGHT);
}

static void
chains(void **state)
{
	(void)state;
	prepare();
	kf_roots_free(&roots);
	maker_trust(&roots, site.stranger);
	assert_int_equal(make_and_judge(), KF_ATTESTED_UNKNOWN);
	u2f();
	kf_roots_free(&roots);
	maker_trust(&roots, site.stranger);
	assert_int_equal(make_and_judge(), KF_ATTESTED_UNKNOWN);
	/* What is between is no longer known, unless it is there. */
	prepare();
	assert_int_equal(with_leaf(&as_leaf, site.middle, site.middle_key),
	    KF_ATTESTED_UNKNOWN);
	maker_trust(&roots, site.middle);
	assert_int_equal(with_leaf(&as_leaf, site.middle, site.middle_key),
	    KF_ATTESTED_RIGHT);
	kf_roots_free(&roots);
	maker_trust(&roots, site.middle);
	assert_int_equal(with_leaf(&as_leaf, site.middle, site.middle_key),
	    KF_ATTESTED_RIGHT);
	/* The name of the root, and another key. */
	prepare();
	assert_int_equal(with_leaf(&as_leaf, site.root, site.stranger_key),
	    KF_ATTESTED_UNKNOWN);
	/* A leaf is no root of others, whatever signs. */
	prepare();
	assert_int_equal(with_leaf(&as_leaf, site.leaf, site.leaf_key),
	    KF_ATTESTED_UNKNOWN);
	maker_trust(&roots, site.leaf);
	assert_int_equal(with_leaf(&as_leaf, site.leaf, site.leaf_key),
	    KF_ATTESTED_UNKNOWN);
	/* A model may be trusted by itself. */
	kf_roots_free(&roots);
	prepare();
	kf_roots_free(&roots);
	maker_trust(&roots, site.leaf);
	assert_int_equal(make_and_judge(), KF_ATTESTED_RIGHT);
}

static void
bad_roots(void **state)
{
	static char junk[] = "junk\n";
	static char half[] = "-----BEGIN CERTIFICATE-----\nMIIB\n";
	static char wrong[] = "-----BEGIN CERTIFICATE-----\nMIIB\n"
	    "-----END CERTIFICATE-----\n";
	char *const texts[] = { junk, half, wrong };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		prepare();
		/* Behind a good one, too; text between is no matter. */
		roots.text = realloc(roots.text,
		    roots.len + strlen(texts[i]));
		memcpy(roots.text + roots.len, texts[i], strlen(texts[i]));
		roots.len += strlen(texts[i]);
		assert_int_equal(kf_attestation_roots(&roots), i == 0 ?
		    KF_ATTESTED_RIGHT : KF_ATTESTED_ROOTS);
		assert_int_equal(make_and_judge(), i == 0 ?
		    KF_ATTESTED_RIGHT : KF_ATTESTED_ROOTS);
		kf_roots_free(&roots);
		roots = (struct kf_roots){ strdup(texts[i]),
			strlen(texts[i]) };
		assert_int_equal(kf_attestation_roots(&roots),
		    KF_ATTESTED_ROOTS);
	}
	kf_roots_free(&roots);
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
	kf_roots_free(&read);
	assert_null(read.text);
	assert_int_equal(symlink(unit_path("roots"), unit_path("link")), 0);
	assert_int_equal(kf_roots_read(unit_path("link"), &read), KF_OK);
	kf_roots_free(&read);
	assert_int_equal(chmod(unit_path("roots/a.pem"), 0664), 0);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_UNTRUSTED);
	assert_int_equal(chmod(unit_path("roots/a.pem"), 0644), 0);
	assert_int_equal(symlink("a.pem", unit_path("roots/c.pem")), 0);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(unit_path("roots/c.pem")), 0);
	assert_int_equal(mkfifo(unit_path("roots/c.pem"), 0644), 0);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_UNTRUSTED);
	assert_int_equal(unlink(unit_path("roots/c.pem")), 0);
	assert_int_equal(chmod(dir, 0775), 0);
	assert_int_equal(kf_roots_read(dir, &read), KF_ERR_UNTRUSTED);
	assert_null(read.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(right),
		UNIT_TEST(without_certificate),
		UNIT_TEST(not_as_asked),
		UNIT_TEST(bytes),
		UNIT_TEST(leaves),
		UNIT_TEST(chains),
		UNIT_TEST(bad_roots),
		UNIT_TEST(directories),
	};

	unit_start();
	return cmocka_run_group_tests_name("attestation", tests, set_up,
	    tear_down);
}
