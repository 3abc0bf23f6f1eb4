/*
 * The real keyfirst-key-device with softkey as its device: requests to a device
 * that behaves as the standards say.
 */
#include "tests/unit/key_device/one.h"

#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <string.h>

#include "common/clock.h"

/* libfido2 verifies what came back: the attestation, then the assertion. */
static void
judge(int cose, bool verified)
{
	fido_cred_t *cred = fido_cred_new();
	fido_assert_t *a = fido_assert_new();
	const unsigned char *p;
	void *pk = NULL;

	assert_int_equal(fido_cred_set_type(cred, cose), FIDO_OK);
	assert_int_equal(fido_cred_set_clientdata_hash(cred, one_hash,
	    sizeof(one_hash)), FIDO_OK);
	assert_int_equal(fido_cred_set_rp(cred, "ssh:", NULL), FIDO_OK);
	assert_int_equal(fido_cred_set_fmt(cred, one.made.format), FIDO_OK);
	if (strcmp(one.made.format, "packed") == 0)
		assert_int_equal(fido_cred_set_prot(cred,
		    FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID), FIDO_OK);
	assert_int_equal(fido_cred_set_authdata_raw(cred, one.made.authdata,
	    one.made.authdata_len), FIDO_OK);
	assert_int_equal(fido_cred_set_x509(cred, one.made.certificate,
	    one.made.certificate_len), FIDO_OK);
	assert_int_equal(fido_cred_set_sig(cred, one.made.signature,
	    one.made.signature_len), FIDO_OK);
	assert_int_equal(fido_cred_verify(cred), FIDO_OK);

	p = fido_cred_pubkey_ptr(cred);
	if (cose == COSE_ES256) {
		pk = es256_pk_new();
		assert_int_equal(es256_pk_from_ptr(pk, p,
		    fido_cred_pubkey_len(cred)), FIDO_OK);
	} else if (cose == COSE_EDDSA) {
		pk = eddsa_pk_new();
		assert_int_equal(eddsa_pk_from_ptr(pk, p,
		    fido_cred_pubkey_len(cred)), FIDO_OK);
	} else {
		pk = rs256_pk_new();
		assert_int_equal(rs256_pk_from_ptr(pk, p,
		    fido_cred_pubkey_len(cred)), FIDO_OK);
	}
	assert_int_equal(fido_assert_set_clientdata_hash(a, one_hash,
	    sizeof(one_hash)), FIDO_OK);
	assert_int_equal(fido_assert_set_rp(a, "ssh:"), FIDO_OK);
	assert_int_equal(fido_assert_set_count(a, 1), FIDO_OK);
	assert_int_equal(fido_assert_set_up(a, FIDO_OPT_TRUE), FIDO_OK);
	if (verified)
		assert_int_equal(fido_assert_set_uv(a, FIDO_OPT_TRUE), FIDO_OK);
	assert_int_equal(fido_assert_set_authdata_raw(a, 0,
	    one.asserted.authdata, one.asserted.authdata_len), FIDO_OK);
	assert_int_equal(fido_assert_set_sig(a, 0, one.asserted.signature,
	    one.asserted.signature_len), FIDO_OK);
	assert_int_equal(fido_assert_verify(a, 0, cose, pk), FIDO_OK);
	if (cose == COSE_ES256)
		es256_pk_free((es256_pk_t **)&pk);
	else if (cose == COSE_EDDSA)
		eddsa_pk_free((eddsa_pk_t **)&pk);
	else
		rs256_pk_free((rs256_pk_t **)&pk);
	fido_assert_free(&a);
	fido_cred_free(&cred);
}

/*
 * Makes a credential, finds it, and signs with it.  The credential id of
 * another key is not found.
 */
static void
round_trip(enum kf_key_algorithm algorithm, int cose, const char *pin)
{
	one_make(algorithm, pin);
	assert_int_equal(one_held(), 1);
	one_assert(pin);
	judge(cose, pin[0] != '\0');
	one.find.candidates[1] = one.find.candidates[0];
	one.find.candidates[0].credential[20] ^= 1;
	one.find.count = 2;
	assert_int_equal(one_held(), 2);
	one.find.count = 1;
	assert_int_equal(one_held(), 0);
}

static void
every_algorithm(void **state)
{
	(void)state;
	key_soft_start(&one.soft, "a", NULL);
	one_open();
	round_trip(KF_ES256, COSE_ES256, "");
	round_trip(KF_EDDSA, COSE_EDDSA, "");
	round_trip(KF_RS256, COSE_RS256, "");
	one_end();
}

/* A FIDO2 key is asked for as many candidates at once as it says it takes. */
static void
many_at_once(void **state)
{
	const size_t last = KF_KEY_CANDIDATES_MAX - 1;
	struct kf_key_candidate *c = one.find.candidates;

	(void)state;
	one_start();
	for (size_t i = 1; i <= last; i++)
		c[i] = c[0];
	for (size_t i = 0; i < last; i++)
		c[i].credential[20] ^= (unsigned char)(i + 1);
	one.find.count = last + 1;
	one_tell("stats reset");
	assert_int_equal(one_held(), UINT32_C(1) << last);
	/* Two requests, because a message does not hold all candidates. */
	assert_non_null(strstr(one_stats(), "cbor=2 "));
	/*
	 * Another relying party, or an id longer than the key takes, needs a
	 * request of its own.
	 */
	one.find.count = 4;
	c[3] = c[last];
	c[1].rp_id[0] = 'x';
	c[2].credential_len = KF_KEY_CREDENTIAL_MAX;
	one_tell("stats reset");
	assert_int_equal(one_held(), 8);
	assert_non_null(strstr(one_stats(), "cbor=4 "));
	one_end();
}

static void
what_a_key_says_of_itself(void **state)
{
	const struct kf_key_opened *opened;

	(void)state;
	key_soft_start(&one.soft, "a", "--pin", "123456", "--aaguid",
	    "000102030405060708090a0b0c0d0e0f", "--algorithms",
	    "es256,eddsa", NULL);
	one_open();
	opened = &one.device->opened;
	assert_true(opened->fido2 && opened->has_pin && opened->protects);
	assert_false(opened->has_verify || opened->always_verify);
	assert_int_equal(opened->algorithms, 1 << KF_ES256 | 1 << KF_EDDSA);
	for (unsigned i = 0; i < KF_KEY_AAGUID_SIZE; i++)
		assert_int_equal(opened->aaguid[i], i);
	/* The device gets one INIT and one getInfo, not two. */
	assert_non_null(strstr(one_stats(), "init=1 cbor=1 "));
	one_end();
}

static void
u2f(void **state)
{
	struct kf_key_candidate *c = one.find.candidates;
	int64_t start;

	(void)state;
	key_soft_start(&one.soft, "a", "--mode", "u2f", NULL);
	one_open();
	assert_false(one.device->opened.fido2);
	one_make(KF_ES256, "");
	assert_string_equal(one.made.format, "fido-u2f");
	/* Ids that are too long for U2F, or of a length unknown to the key. */
	c[2] = c[0];
	c[0].credential_len = 300;
	c[1] = c[2];
	c[1].credential_len = 255;
	one.find.count = 3;
	assert_int_equal(one_held(), 4);
	c[0] = c[2];
	one.find.count = 1;
	assert_int_equal(one_held(), 1);
	one_assert("");
	judge(COSE_ES256, false);
	/* Without our usleep, libfido2 would sleep 100 ms after each touch. */
	one_tell("auto on");
	start = kf_clock_monotonic();
	for (int i = 0; i < 20; i++) {
		one_ask_assert(KF_KEY_VERIFY_NO, "");
		one_signed();
	}
	assert_true(kf_clock_monotonic() - start < 1800);
	one_tell("auto off");
	/* U2F has no PIN: a request with a PIN must not be made without it. */
	one_ask_assert(KF_KEY_VERIFY_PIN, "123456");
	one_failed(KF_KEY_FAILED_UNSUPPORTED);
	kf_device_retries(&one.devices, one.device, ONE_QUICK_MS);
	one_failed(KF_KEY_FAILED_UNSUPPORTED);
	one_ask_make(KF_EDDSA, "");
	one_failed(KF_KEY_FAILED_UNSUPPORTED);
	one_end();
}

static unsigned
retries(void)
{
	struct kf_key_retries m;

	kf_device_retries(&one.devices, one.device, ONE_QUICK_MS);
	one_answered(KF_KEY_MSG_RETRIES_LEFT);
	assert_int_equal(kf_key_get_retries(&one.devices.frame, &m), KF_OK);
	return m.left;
}

static void
wrong_pin(enum kf_key_failure failure)
{
	one_ask_assert(KF_KEY_VERIFY_PIN, "654321");
	one_failed(failure);
}

static void
pin(void **state)
{
	static const char *const protocols[] = { "1", "2" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(protocols); i++) {
		key_soft_start(&one.soft, "a", "--pin", "123456",
		    "--pin-protocols", protocols[i], NULL);
		one_open();
		round_trip(KF_ES256, COSE_ES256, "123456");
		one_enrol("123456");
		/* A wrong PIN costs one try, never two. */
		assert_int_equal(retries(), 8);
		wrong_pin(KF_KEY_FAILED_PIN_WRONG);
		assert_int_equal(retries(), 7);
		wrong_pin(KF_KEY_FAILED_PIN_WRONG);
		assert_int_equal(retries(), 6);
		one_assert("123456");
		assert_int_equal(retries(), 8);
		wrong_pin(KF_KEY_FAILED_PIN_WRONG);
		wrong_pin(KF_KEY_FAILED_PIN_WRONG);
		wrong_pin(KF_KEY_FAILED_PIN_PAUSED);
		assert_int_equal(retries(), 5);
		one_ask_make(KF_ES256, "");
		one_end();
	}
}

/* A request with an empty PIN cannot be made, and nothing reaches the key. */
static void
empty_pin(void **state)
{
	(void)state;
	key_soft_start(&one.soft, "a", "--pin", "123456", NULL);
	one_open();
	one_enrol("123456");
	one_tell("stats reset");
	one_ask_assert(KF_KEY_VERIFY_PIN, "");
	assert_int_equal(one.device->phase, KF_DEVICE_DONE);
	assert_non_null(strstr(one_stats(), "cbor=0 "));
	assert_string_equal(key_soft_ask(&one.soft, "retries"),
	    "ok pin=8 uv=5 wrong=0");
	one_end();
}

static void
fingerprint(void **state)
{
	(void)state;
	key_soft_start(&one.soft, "a", "--uv", "--pin", "123456", NULL);
	one_tell("auto on");
	one_open();
	assert_true(one.device->opened.has_verify);
	one_tell("auto off");
	one_enrol("123456");
	one_tell("auto on");
	one_ask_assert(KF_KEY_VERIFY_BUILT_IN, "");
	one_signed();
	judge(COSE_ES256, true);
	one_tell("uv fail");
	one_ask_assert(KF_KEY_VERIFY_BUILT_IN, "");
	one_failed(KF_KEY_FAILED_UV_WRONG);
	one_tell("uv block");
	one_ask_assert(KF_KEY_VERIFY_BUILT_IN, "");
	one_failed(KF_KEY_FAILED_UV_BLOCKED);
	one_end();
}

/* A key that holds one of the excluded credentials makes no new one. */
static void
excluded(void **state)
{
	(void)state;
	one_start();
	one_ask_make(KF_ES256, "");
	one_tell("wait touch");
	one_tell("touch");
	one_failed(KF_KEY_FAILED_EXCLUDED);
	one_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(what_a_key_says_of_itself),
		UNIT_TEST(every_algorithm),
		UNIT_TEST(many_at_once),
		UNIT_TEST(u2f),
		UNIT_TEST(pin),
		UNIT_TEST(empty_pin),
		UNIT_TEST(fingerprint),
		UNIT_TEST(excluded),
	};

	key_site_start();
	fido_init(0);
	return cmocka_run_group_tests_name("key_device", tests, NULL, NULL);
}
