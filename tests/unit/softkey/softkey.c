/*
 * softkey and libfido2: the usual requests to a security key, over FIDO2 and
 * U2F, which it must fulfil or refuse as a real key does.  libfido2 verifies
 * the answers; time is a number (judge.h).
 */
#include "tests/unit/softkey/judge.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

static void
algorithms(void **state)
{
	static const int types[] = { COSE_ES256, COSE_EDDSA, COSE_RS256 };

	(void)state;
	judge_open();
	for (size_t i = 0; i < UNIT_COUNT(types); i++) {
		struct judge_credential one;

		assert_int_equal(judge_make(types[i], 0, FIDO_OPT_OMIT, NULL,
		    NULL, &one), FIDO_OK);
		assert_int_equal(one.type, types[i]);
		assert_int_equal(one.flags, 0x41);
		assert_true(judge_good(&one));
		assert_int_equal(judge.got.flags, 0x01);
		assert_true(judge.got.counter > one.counter);
		/* Restarted with the same secret, it is the same key. */
		judge_restart();
		judge_open();
		assert_true(judge_good(&one));
	}
}

/* The certificate leads to the root that --attestation-root writes. */
static void
chain(const fido_cred_t *cred)
{
	char pem[4096];
	const unsigned char *der = fido_cred_x5c_ptr(cred);
	X509 *leaf = d2i_X509(NULL, &der, (long)fido_cred_x5c_len(cred));
	X509 *root = NULL;
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.4", 1);
	const ASN1_OCTET_STRING *octets;
	BIO *bio;
	int place;

	assert_non_null(leaf);
	assert_true(softkey_attestation_root(judge.key, pem, sizeof(pem)) > 0);
	bio = BIO_new_mem_buf(pem, -1);
	root = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	assert_non_null(root);
	assert_int_equal(X509_STORE_add_cert(store, root), 1);
	assert_int_equal(X509_STORE_CTX_init(ctx, store, leaf, NULL), 1);
	assert_int_equal(X509_verify_cert(ctx), 1);
	place = X509_get_ext_by_OBJ(leaf, oid, -1);
	assert_true(place >= 0);
	octets = X509_EXTENSION_get_data(X509_get_ext(leaf, place));
	assert_int_equal(ASN1_STRING_length(octets), 18);
	assert_memory_equal(ASN1_STRING_get0_data(octets) + 2,
	    judge.config.aaguid, 16);
	assert_int_equal(fido_cred_aaguid_len(cred), 16);
	assert_memory_equal(fido_cred_aaguid_ptr(cred), judge.config.aaguid,
	    16);
	ASN1_OBJECT_free(oid);
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	BIO_free(bio);
	X509_free(root);
	X509_free(leaf);
}

static void
attestations(void **state)
{
	(void)state;
	judge_open();
	judge.made = chain;
	(void)judge_made(0, FIDO_OPT_OMIT, NULL);
	/* Another model with the same secret has the same root. */
	judge.config.aaguid[0] ^= 1;
	judge_restart();
	judge_open();
	(void)judge_made(0, FIDO_OPT_OMIT, NULL);
	judge.made = NULL;
	judge.config.attestation = SOFTKEY_ATTEST_SELF;
	judge_restart();
	judge_open();
	(void)judge_made(0, FIDO_OPT_OMIT, NULL);
	judge.config.attestation = SOFTKEY_ATTEST_NONE;
	judge_restart();
	judge_open();
	(void)judge_made(0, FIDO_OPT_OMIT, NULL);
}

/* Silent requests: they need no touch, and find only the key's credentials. */
static void
probes(void **state)
{
	struct judge_credential one, other;

	(void)state;
	judge_open();
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	judge.person = NULL;
	assert_int_equal(judge_silent(&one), FIDO_OK);
	assert_int_equal(judge.got.flags, 0);
	other = one;
	other.id[20] ^= 1;
	assert_int_equal(judge_silent(&other), FIDO_ERR_NO_CREDENTIALS);
	other.id_len--;
	assert_int_equal(judge_silent(&other), FIDO_ERR_NO_CREDENTIALS);
	/* A key with another secret. */
	judge.config.secret[0] ^= 1;
	judge_restart();
	judge_open();
	assert_int_equal(judge_silent(&one), FIDO_ERR_NO_CREDENTIALS);
	assert_non_null(strstr(judge_tell("stats"), "touches=0"));
	assert_non_null(strstr(judge_tell("stats"), "silent=1"));
}

/* A credential made over FIDO2 works over U2F, and the other way round. */
static void
both_ways(void **state)
{
	struct judge_credential old, new, other;

	(void)state;
	judge_open();
	new = judge_made(0, FIDO_OPT_OMIT, NULL);
	fido_dev_force_u2f(judge.dev);
	old = judge_made(0, FIDO_OPT_OMIT, NULL);
	assert_true(judge_good(&old));
	assert_true(judge_good(&new));
	judge.person = NULL;
	assert_int_equal(judge_silent(&old), FIDO_ERR_USER_PRESENCE_REQUIRED);
	assert_int_equal(judge_silent(&new), FIDO_ERR_USER_PRESENCE_REQUIRED);
	other = old;
	other.id[0] ^= 1;
	assert_int_equal(judge_silent(&other), FIDO_ERR_NO_CREDENTIALS);
	judge.person = "touch";
	fido_dev_force_fido2(judge.dev);
	assert_true(judge_good(&old));
}

/* Over U2F, a credential that needs verification or is not ES256 is absent. */
static void
u2f_sees_less(void **state)
{
	struct judge_credential guarded, eddsa;

	(void)state;
	judge_open();
	assert_int_equal(judge_make(COSE_ES256, 3, FIDO_OPT_OMIT, NULL, NULL,
	    &guarded), FIDO_OK);
	assert_int_equal(judge_make(COSE_EDDSA, 0, FIDO_OPT_OMIT, NULL, NULL,
	    &eddsa), FIDO_OK);
	fido_dev_force_u2f(judge.dev);
	assert_int_equal(judge_silent(&guarded), FIDO_ERR_NO_CREDENTIALS);
	eddsa.type = COSE_ES256;
	assert_int_equal(judge_silent(&eddsa), FIDO_ERR_NO_CREDENTIALS);
}

static void
one_protocol(void **state)
{
	struct judge_credential one;

	(void)state;
	judge.config.mode = SOFTKEY_U2F_ONLY;
	judge_restart();
	judge_open();
	assert_false(fido_dev_is_fido2(judge.dev));
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	assert_true(judge_good(&one));
	assert_int_not_equal(judge_make(COSE_EDDSA, 0, FIDO_OPT_OMIT, NULL,
	    NULL, NULL), FIDO_OK);
	judge.config.mode = SOFTKEY_FIDO2_ONLY;
	judge_restart();
	judge_open();
	assert_true(fido_dev_is_fido2(judge.dev));
	assert_int_equal(judge_touched(&one), FIDO_OK);
	fido_dev_force_u2f(judge.dev);
	assert_int_not_equal(judge_touched(&one), FIDO_OK);
}

static void
algorithms_it_has(void **state)
{
	(void)state;
	judge.config.algorithms = SOFTKEY_HAS_ES256;
	judge_restart();
	judge_open();
	(void)judge_made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(judge_make(COSE_EDDSA, 0, FIDO_OPT_OMIT, NULL, NULL,
	    NULL), FIDO_ERR_UNSUPPORTED_ALGORITHM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGE_TEST(algorithms),
		JUDGE_TEST(attestations),
		JUDGE_TEST(probes),
		JUDGE_TEST(both_ways),
		JUDGE_TEST(u2f_sees_less),
		JUDGE_TEST(one_protocol),
		JUDGE_TEST(algorithms_it_has),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey", tests, NULL, NULL);
}
