/*
 * softkey as libfido2 sees it: whatever a real key would be asked, and what it
 * would refuse.  libfido2 is the judge, and time is a number.
 */
#include "tests/unit/softkey_judge.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "tests/unit/unit.h"

static struct judge_assertion got;

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
		assert_int_equal(judge_assert(&one, FIDO_OPT_TRUE,
		    FIDO_OPT_OMIT, NULL, &got), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
		assert_int_equal(got.flags, 0x01);
		assert_true(got.counter > one.counter);
		/* The same secret is the same key. */
		judge_restart();
		judge_open();
		assert_int_equal(judge_assert(&one, FIDO_OPT_TRUE,
		    FIDO_OPT_OMIT, NULL, &got), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
	}
}

/* Makes one that the test goes on with. */
static struct judge_credential
made(int protect, fido_opt_t uv, const char *pin)
{
	struct judge_credential one;

	assert_int_equal(judge_make(COSE_ES256, protect, uv, pin, NULL, &one),
	    FIDO_OK);
	return one;
}

static int
touched(const struct judge_credential *one)
{
	return judge_assert(one, FIDO_OPT_TRUE, FIDO_OPT_OMIT, NULL, &got);
}

static int
silent(const struct judge_credential *one)
{
	return judge_assert(one, FIDO_OPT_FALSE, FIDO_OPT_OMIT, NULL, &got);
}

/* The certificate is of the CA that --attestation-root writes. */
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
	(void)made(0, FIDO_OPT_OMIT, NULL);
	/* Another key of the same secret has the same CA. */
	judge.config.aaguid[0] ^= 1;
	judge_restart();
	judge_open();
	(void)made(0, FIDO_OPT_OMIT, NULL);
	judge.made = NULL;
	judge.config.attestation = SOFTKEY_ATTEST_SELF;
	judge_restart();
	judge_open();
	(void)made(0, FIDO_OPT_OMIT, NULL);
	judge.config.attestation = SOFTKEY_ATTEST_NONE;
	judge_restart();
	judge_open();
	(void)made(0, FIDO_OPT_OMIT, NULL);
}

/* What a probe tells, and that it needs nobody. */
static void
probes(void **state)
{
	struct judge_credential one, other;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge.person = NULL;
	assert_int_equal(silent(&one), FIDO_OK);
	assert_int_equal(got.flags, 0);
	other = one;
	other.id[20] ^= 1;
	assert_int_equal(silent(&other), FIDO_ERR_NO_CREDENTIALS);
	other.id_len--;
	assert_int_equal(silent(&other), FIDO_ERR_NO_CREDENTIALS);
	/* Another key. */
	judge.config.secret[0] ^= 1;
	judge_restart();
	judge_open();
	assert_int_equal(silent(&one), FIDO_ERR_NO_CREDENTIALS);
	assert_non_null(strstr(judge_tell("stats"), "touches=0"));
	assert_non_null(strstr(judge_tell("stats"), "silent=1"));
}

/* Keys and handles are the same thing over both protocols. */
static void
both_ways(void **state)
{
	struct judge_credential old, new, other;

	(void)state;
	judge_open();
	new = made(0, FIDO_OPT_OMIT, NULL);
	fido_dev_force_u2f(judge.dev);
	old = made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(touched(&old), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
	assert_int_equal(touched(&new), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
	judge.person = NULL;
	assert_int_equal(silent(&old), FIDO_ERR_USER_PRESENCE_REQUIRED);
	assert_int_equal(silent(&new), FIDO_ERR_USER_PRESENCE_REQUIRED);
	other = old;
	other.id[0] ^= 1;
	assert_int_equal(silent(&other), FIDO_ERR_NO_CREDENTIALS);
	judge.person = "touch";
	fido_dev_force_fido2(judge.dev);
	assert_int_equal(touched(&old), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
}

/* What needs verification, or is no ES256, does not exist for U2F. */
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
	assert_int_equal(silent(&guarded), FIDO_ERR_NO_CREDENTIALS);
	eddsa.type = COSE_ES256;
	assert_int_equal(silent(&eddsa), FIDO_ERR_NO_CREDENTIALS);
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
	one = made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
	assert_int_not_equal(judge_make(COSE_EDDSA, 0, FIDO_OPT_OMIT, NULL,
	    NULL, NULL), FIDO_OK);
	judge.config.mode = SOFTKEY_FIDO2_ONLY;
	judge_restart();
	judge_open();
	assert_true(fido_dev_is_fido2(judge.dev));
	assert_int_equal(touched(&one), FIDO_OK);
	fido_dev_force_u2f(judge.dev);
	assert_int_not_equal(touched(&one), FIDO_OK);
}

static void
algorithms_it_has(void **state)
{
	(void)state;
	judge.config.algorithms = SOFTKEY_HAS_ES256;
	judge_restart();
	judge_open();
	(void)made(0, FIDO_OPT_OMIT, NULL);
	assert_int_equal(judge_make(COSE_EDDSA, 0, FIDO_OPT_OMIT, NULL, NULL,
	    NULL), FIDO_ERR_UNSUPPORTED_ALGORITHM);
}

/* People */

static void
people(void **state)
{
	struct judge_credential one;
	int64_t before;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge.person = "refuse";
	assert_int_equal(touched(&one), FIDO_ERR_OPERATION_DENIED);
	judge.person = "expire";
	assert_int_equal(touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	judge.person = "cancel";
	assert_int_equal(touched(&one), FIDO_ERR_KEEPALIVE_CANCEL);
	assert_non_null(strstr(judge_tell("stats"), "cancels=1"));
	judge.person = NULL;
	before = judge.now;
	assert_int_equal(touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	assert_int_equal(judge.now - before, 30000);
	judge_tell("auto on");
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(judge.now - before, 30000);
	judge_tell("auto off");
	assert_int_equal(touched(&one), FIDO_ERR_USER_ACTION_TIMEOUT);
	judge.person = "touch";
	assert_int_equal(touched(&one), FIDO_OK);
	assert_int_equal(got.verified, FIDO_OK);
}

/* The limit of the client; after it the device has to be opened again. */
static void
client_gives_up(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("hostile silent");
	judge.person = NULL;
	assert_int_equal(fido_dev_set_timeout(judge.dev, 1000), FIDO_OK);
	assert_int_equal(touched(&one), FIDO_ERR_RX);
	judge_tell("hostile none");
	assert_int_equal(fido_dev_cancel(judge.dev), FIDO_OK);
	judge.person = "touch";
	judge_open();
	assert_int_equal(touched(&one), FIDO_OK);
}

static void
excluded(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_open();
	one = made(0, FIDO_OPT_OMIT, NULL);
	judge_tell("stats reset");
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, &one,
	    NULL), FIDO_ERR_CREDENTIAL_EXCLUDED);
	assert_non_null(strstr(judge_tell("stats"), "touches=1"));
	assert_non_null(strstr(judge_tell("stats"), "makecred=0"));
	judge.person = "refuse";
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, &one,
	    NULL), FIDO_ERR_OPERATION_DENIED);
	judge.person = "touch";
	one.id[0] ^= 1;
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, &one,
	    NULL), FIDO_OK);
	/* Protected: that it is there is told to nobody unverified. */
	one = made(3, FIDO_OPT_OMIT, NULL);
	assert_int_equal(judge_make(COSE_ES256, 0, FIDO_OPT_OMIT, NULL, &one,
	    NULL), FIDO_OK);
}

/* A touch and nothing else, as clients let people choose among keys. */
static void
chosen(void **state)
{
	int is_touched = -1;

	(void)state;
	judge.person = NULL;
	judge_open();
	assert_int_equal(fido_dev_get_touch_begin(judge.dev), FIDO_OK);
	judge.give_up = judge.now + 200;
	assert_int_equal(fido_dev_get_touch_status(judge.dev, &is_touched,
	    200), FIDO_OK);
	assert_int_equal(is_touched, 0);
	judge.give_up = 0;
	judge.person = "touch";
	assert_int_equal(fido_dev_get_touch_status(judge.dev, &is_touched,
	    200), FIDO_OK);
	assert_int_equal(is_touched, 1);
}

static void
reset(void **state)
{
	struct judge_credential one;

	(void)state;
	judge_tell("pin 1234");
	judge_open();
	one = made(0, FIDO_OPT_OMIT, "1234");
	judge.now += 11000;
	assert_int_equal(fido_dev_reset(judge.dev), FIDO_ERR_NOT_ALLOWED);
	judge_tell("power-cycle");
	judge_open();
	judge.person = "refuse";
	assert_int_equal(fido_dev_reset(judge.dev),
	    FIDO_ERR_OPERATION_DENIED);
	assert_int_equal(silent(&one), FIDO_OK);
	judge.person = "touch";
	assert_int_equal(fido_dev_reset(judge.dev), FIDO_OK);
	judge_open();
	assert_false(fido_dev_has_pin(judge.dev));
	assert_int_equal(silent(&one), FIDO_ERR_NO_CREDENTIALS);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, judge_before, judge_after)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(algorithms),
		TEST(attestations),
		TEST(probes),
		TEST(both_ways),
		TEST(u2f_sees_less),
		TEST(one_protocol),
		TEST(algorithms_it_has),
		TEST(people),
		TEST(client_gives_up),
		TEST(excluded),
		TEST(chosen),
		TEST(reset),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey", tests, NULL, NULL);
}
