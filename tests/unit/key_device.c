/*
 * The real device program with softkey in place of a device: what it does with
 * a key in order, and that one which is not can do nothing but fail, in time
 * and alone.
 */
#include "tests/unit/key_site.h"

#include <errno.h>
#include <fcntl.h>
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

#define QUICK_MS 4000
#define PERSON_MS 45000

static struct kf_devices devices;
static struct kf_key_find find;
static struct kf_key_made made;
static struct kf_key_asserted asserted;
static const unsigned char hash[KF_KEY_HASH_SIZE] =
    "not a hash, but 32 bytes long.";

static void
forget(void)
{
	memset(&find, 0, sizeof(find));
}

static struct kf_key_make
a_make(enum kf_key_algorithm algorithm, const char *pin)
{
	struct kf_key_make m = {
		.algorithm = algorithm, .protect = 2, .rp_id = "ssh:",
		.user_id = "an id", .user = "alice",
		.verify = pin[0] != '\0' ? KF_KEY_VERIFY_PIN : KF_KEY_VERIFY_NO,
	};

	memcpy(m.hash, hash, sizeof(hash));
	memcpy(m.pin, pin, strlen(pin));
	return m;
}

static struct kf_key_assert
an_assert(const char *pin)
{
	struct kf_key_assert m = {
		.verify = pin[0] != '\0' ? KF_KEY_VERIFY_PIN : KF_KEY_VERIFY_NO,
	};

	memcpy(m.hash, hash, sizeof(hash));
	memcpy(m.pin, pin, strlen(pin));
	return m;
}

static bool
answer_is(unsigned type)
{
	enum kf_key_failure why = KF_KEY_FAILED_OTHER;

	if (devices.frame.type == type)
		return true;
	(void)!kf_key_get_failed(&devices.frame, &why);
	print_error("answer 0x%02x, failure %d\n", devices.frame.type,
	    (int)why);
	return false;
}

/* A new credential becomes the only candidate. */
static void
make(struct kf_device *d, struct key_soft *soft,
    enum kf_key_algorithm algorithm, const char *pin)
{
	struct kf_key_make m = a_make(algorithm, pin);
	struct kf_key_candidate *c = &find.candidates[0];

	kf_device_make(&devices, d, &m, PERSON_MS);
	assert_int_equal(d->phase, KF_DEVICE_WORKING);
	key_soft_tell(soft, "wait touch");
	key_soft_tell(soft, "touch");
	assert_ptr_equal(key_site_expect(&devices, KF_DEVICES_ANSWER), d);
	assert_true(answer_is(KF_KEY_MSG_MADE));
	assert_int_equal(kf_key_get_made(&devices.frame, &made), KF_OK);
	forget();
	find.count = 1;
	memcpy(c->rp_id, "ssh:", 5);
	c->credential_len = (size_t)made.authdata[53] << 8 | made.authdata[54];
	assert_in_range(c->credential_len, 1, sizeof(c->credential));
	memcpy(c->credential, made.authdata + 55, c->credential_len);
}

static uint32_t
held(struct kf_device *d)
{
	struct kf_key_found found;

	kf_device_find(&devices, d, &find, QUICK_MS);
	assert_ptr_equal(key_site_expect(&devices, KF_DEVICES_ANSWER), d);
	assert_true(answer_is(KF_KEY_MSG_FOUND));
	assert_int_equal(kf_key_get_found(&devices.frame, &found), KF_OK);
	return found.held;
}

static void
assert_touched(struct kf_device *d, struct key_soft *soft, const char *pin)
{
	struct kf_key_assert m = an_assert(pin);

	kf_device_assert(&devices, d, &m, PERSON_MS);
	key_soft_tell(soft, "wait touch");
	key_soft_tell(soft, "touch");
	assert_ptr_equal(key_site_expect(&devices, KF_DEVICES_ANSWER), d);
	assert_true(answer_is(KF_KEY_MSG_ASSERTED));
	assert_int_equal(kf_key_get_asserted(&devices.frame, &asserted), KF_OK);
}

/* libfido2 judges what came through: attestation, then signature. */
static void
judge(int cose, bool verified)
{
	fido_cred_t *cred = fido_cred_new();
	fido_assert_t *a = fido_assert_new();
	const unsigned char *p;
	void *pk = NULL;

	assert_int_equal(fido_cred_set_type(cred, cose), FIDO_OK);
	assert_int_equal(fido_cred_set_clientdata_hash(cred, hash,
	    sizeof(hash)), FIDO_OK);
	assert_int_equal(fido_cred_set_rp(cred, "ssh:", NULL), FIDO_OK);
	assert_int_equal(fido_cred_set_fmt(cred, made.format), FIDO_OK);
	if (strcmp(made.format, "packed") == 0)
		assert_int_equal(fido_cred_set_prot(cred,
		    FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID), FIDO_OK);
	assert_int_equal(fido_cred_set_authdata_raw(cred, made.authdata,
	    made.authdata_len), FIDO_OK);
	assert_int_equal(fido_cred_set_x509(cred, made.certificate,
	    made.certificate_len), FIDO_OK);
	assert_int_equal(fido_cred_set_sig(cred, made.signature,
	    made.signature_len), FIDO_OK);
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
	assert_int_equal(fido_assert_set_clientdata_hash(a, hash,
	    sizeof(hash)), FIDO_OK);
	assert_int_equal(fido_assert_set_rp(a, "ssh:"), FIDO_OK);
	assert_int_equal(fido_assert_set_count(a, 1), FIDO_OK);
	assert_int_equal(fido_assert_set_up(a, FIDO_OPT_TRUE), FIDO_OK);
	if (verified)
		assert_int_equal(fido_assert_set_uv(a, FIDO_OPT_TRUE), FIDO_OK);
	assert_int_equal(fido_assert_set_authdata_raw(a, 0, asserted.authdata,
	    asserted.authdata_len), FIDO_OK);
	assert_int_equal(fido_assert_set_sig(a, 0, asserted.signature,
	    asserted.signature_len), FIDO_OK);
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

/* Made, found, signed with; and the credential of another key is not found. */
static void
round_trip(struct key_soft *soft, enum kf_key_algorithm algorithm, int cose,
    const char *pin)
{
	struct kf_device *d = key_site_open(&devices, 1);

	make(d, soft, algorithm, pin);
	assert_int_equal(held(d), 1);
	assert_touched(d, soft, pin);
	judge(cose, pin[0] != '\0');
	find.candidates[1] = find.candidates[0];
	find.candidates[0].credential[20] ^= 1;
	find.count = 2;
	assert_int_equal(held(d), 2);
	find.count = 1;
	assert_int_equal(held(d), 0);
	key_site_close(&devices);
}

static void
every_algorithm(void **state)
{
	struct key_soft soft;

	(void)state;
	key_soft_start(&soft, "a", NULL);
	round_trip(&soft, KF_ES256, COSE_ES256, "");
	round_trip(&soft, KF_EDDSA, COSE_EDDSA, "");
	round_trip(&soft, KF_RS256, COSE_RS256, "");
	key_soft_stop(&soft);
}

/* A FIDO2 key that says how many it takes is asked for many at once. */
static void
many_at_once(void **state)
{
	const size_t last = KF_KEY_CANDIDATES_MAX - 1;
	struct key_soft soft;
	struct kf_device *d;

	(void)state;
	key_soft_start(&soft, "a", NULL);
	d = key_site_open(&devices, 1);
	make(d, &soft, KF_ES256, "");
	for (size_t i = 1; i <= last; i++)
		find.candidates[i] = find.candidates[0];
	for (size_t i = 0; i < last; i++)
		find.candidates[i].credential[20] ^= (unsigned char)(i + 1);
	find.count = last + 1;
	key_soft_tell(&soft, "stats reset");
	assert_int_equal(held(d), UINT32_C(1) << last);
	/* What a message holds is the limit. */
	assert_non_null(strstr(key_soft_ask(&soft, "stats"), "cbor=2 "));
	/* Apart: another party's, and one longer than the key's own are. */
	find.count = 4;
	find.candidates[3] = find.candidates[last];
	find.candidates[1].rp_id[0] = 'x';
	find.candidates[2].credential_len = KF_KEY_CREDENTIAL_MAX;
	key_soft_tell(&soft, "stats reset");
	assert_int_equal(held(d), 8);
	assert_non_null(strstr(key_soft_ask(&soft, "stats"), "cbor=4 "));
	key_site_close(&devices);
	key_soft_stop(&soft);
}

static void
what_a_key_says_of_itself(void **state)
{
	struct key_soft soft;
	struct kf_device *d;

	(void)state;
	key_soft_start(&soft, "a", "--pin", "123456", "--aaguid",
	    "000102030405060708090a0b0c0d0e0f", "--algorithms",
	    "es256,eddsa", NULL);
	d = key_site_open(&devices, 1);
	assert_true(d->opened.fido2 && d->opened.has_pin && d->opened.protects);
	assert_false(d->opened.has_verify || d->opened.always_verify);
	assert_int_equal(d->opened.algorithms, 1 << KF_ES256 | 1 << KF_EDDSA);
	for (unsigned i = 0; i < KF_KEY_AAGUID_SIZE; i++)
		assert_int_equal(d->opened.aaguid[i], i);
	/* One INIT and one getInfo, though getInfo is read twice. */
	assert_non_null(strstr(key_soft_ask(&soft, "stats"), "init=1 cbor=1 "));
	key_site_close(&devices);
	key_soft_stop(&soft);
}

static void
u2f(void **state)
{
	struct key_soft soft;
	struct kf_device *d;
	struct kf_key_make m = a_make(KF_ES256, "");
	struct kf_key_assert with_pin = an_assert("123456");
	struct kf_key_assert without = an_assert("");
	int64_t start;

	(void)state;
	key_soft_start(&soft, "a", "--mode", "u2f", NULL);
	d = key_site_open(&devices, 1);
	assert_false(d->opened.fido2);
	make(d, &soft, KF_ES256, "");
	assert_string_equal(made.format, "fido-u2f");
	/* Too long for a U2F key, and of a length that it does not know. */
	find.candidates[2] = find.candidates[0];
	find.candidates[0].credential_len = 300;
	find.candidates[1] = find.candidates[2];
	find.candidates[1].credential_len = 255;
	find.count = 3;
	assert_int_equal(held(d), 4);
	find.candidates[0] = find.candidates[2];
	find.count = 1;
	assert_int_equal(held(d), 1);
	assert_touched(d, &soft, "");
	judge(COSE_ES256, false);
	/* libfido2 alone would sleep 100 ms behind each touch. */
	key_soft_tell(&soft, "auto on");
	start = kf_clock_monotonic();
	for (int i = 0; i < 20; i++) {
		kf_device_assert(&devices, d, &without, PERSON_MS);
		(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
		assert_true(answer_is(KF_KEY_MSG_ASSERTED));
	}
	assert_true(kf_clock_monotonic() - start < 1800);
	key_soft_tell(&soft, "auto off");
	/* It knows no PIN, and is not asked without where one is wanted. */
	kf_device_assert(&devices, d, &with_pin, PERSON_MS);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_UNSUPPORTED);
	kf_device_retries(&devices, d, QUICK_MS);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_UNSUPPORTED);
	m.algorithm = KF_EDDSA;
	kf_device_make(&devices, d, &m, PERSON_MS);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_UNSUPPORTED);
	key_site_close(&devices);
	key_soft_stop(&soft);
}

static unsigned
retries(struct kf_device *d)
{
	struct kf_key_retries m;

	kf_device_retries(&devices, d, QUICK_MS);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	assert_true(answer_is(KF_KEY_MSG_RETRIES_LEFT));
	assert_int_equal(kf_key_get_retries(&devices.frame, &m), KF_OK);
	return m.left;
}

static void
wrong_pin(struct kf_device *d, enum kf_key_failure failure)
{
	struct kf_key_assert m = an_assert("654321");

	kf_device_assert(&devices, d, &m, PERSON_MS);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, failure);
}

static void
pin(void **state)
{
	static const char *const protocols[] = { "1", "2" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(protocols); i++) {
		struct key_soft soft;
		struct kf_key_make without = a_make(KF_ES256, "");
		struct kf_device *d;

		key_soft_start(&soft, "a", "--pin", "123456",
		    "--pin-protocols", protocols[i], NULL);
		round_trip(&soft, KF_ES256, COSE_ES256, "123456");
		d = key_site_open(&devices, 1);
		make(d, &soft, KF_ES256, "123456");
		assert_int_equal(held(d), 1);
		/* A wrong one costs one try, never two. */
		assert_int_equal(retries(d), 8);
		wrong_pin(d, KF_KEY_FAILED_PIN_WRONG);
		assert_int_equal(retries(d), 7);
		wrong_pin(d, KF_KEY_FAILED_PIN_WRONG);
		assert_int_equal(retries(d), 6);
		assert_touched(d, &soft, "123456");
		assert_int_equal(retries(d), 8);
		wrong_pin(d, KF_KEY_FAILED_PIN_WRONG);
		wrong_pin(d, KF_KEY_FAILED_PIN_WRONG);
		wrong_pin(d, KF_KEY_FAILED_PIN_PAUSED);
		assert_int_equal(retries(d), 5);
		kf_device_make(&devices, d, &without, PERSON_MS);
		key_site_close(&devices);
		key_soft_stop(&soft);
	}
}

/* An empty PIN is no message; nothing reaches the key. */
static void
empty_pin(void **state)
{
	struct key_soft soft;
	struct kf_key_assert m = an_assert("");
	struct kf_device *d;

	(void)state;
	key_soft_start(&soft, "a", "--pin", "123456", NULL);
	d = key_site_open(&devices, 1);
	make(d, &soft, KF_ES256, "123456");
	assert_int_equal(held(d), 1);
	key_soft_tell(&soft, "stats reset");
	m.verify = KF_KEY_VERIFY_PIN;
	kf_device_assert(&devices, d, &m, PERSON_MS);
	assert_int_equal(d->phase, KF_DEVICE_DONE);
	assert_non_null(strstr(key_soft_ask(&soft, "stats"), "cbor=0 "));
	assert_string_equal(key_soft_ask(&soft, "retries"),
	    "ok pin=8 uv=5 wrong=0");
	key_site_close(&devices);
	key_soft_stop(&soft);
}

static void
fingerprint(void **state)
{
	struct key_soft soft;
	struct kf_key_assert m = an_assert("");
	struct kf_device *d;

	(void)state;
	m.verify = KF_KEY_VERIFY_BUILT_IN;
	key_soft_start(&soft, "a", "--uv", "--pin", "123456", NULL);
	key_soft_tell(&soft, "auto on");
	d = key_site_open(&devices, 1);
	assert_true(d->opened.has_verify);
	key_soft_tell(&soft, "auto off");
	make(d, &soft, KF_ES256, "123456");
	assert_int_equal(held(d), 1);
	key_soft_tell(&soft, "auto on");
	kf_device_assert(&devices, d, &m, PERSON_MS);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	assert_true(answer_is(KF_KEY_MSG_ASSERTED));
	assert_int_equal(kf_key_get_asserted(&devices.frame, &asserted), KF_OK);
	judge(COSE_ES256, true);
	key_soft_tell(&soft, "uv fail");
	kf_device_assert(&devices, d, &m, PERSON_MS);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_UV_WRONG);
	key_soft_tell(&soft, "uv block");
	kf_device_assert(&devices, d, &m, PERSON_MS);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_UV_BLOCKED);
	key_site_close(&devices);
	key_soft_stop(&soft);
}

/* Ends the wait at once, and the key serves the next. */
static void
cancelled(const char *mode)
{
	struct key_soft soft;
	struct kf_key_assert m = an_assert("");
	struct kf_device *d;
	int64_t start;

	key_soft_start(&soft, "a", "--mode", mode, NULL);
	d = key_site_open(&devices, 1);
	make(d, &soft, KF_ES256, "");
	assert_int_equal(held(d), 1);
	for (int i = 0; i < 3; i++) {
		kf_device_assert(&devices, d, &m, PERSON_MS);
		key_soft_tell(&soft, "wait touch");
		start = kf_clock_monotonic();
		kf_device_cancel(&devices, d);
		(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
		assert_true(kf_clock_monotonic() - start < 2000);
		key_site_failed(&devices, KF_KEY_FAILED_CANCELLED);
		assert_touched(d, &soft, "");
	}
	/* One that comes too late does no harm. */
	assert_int_equal(held(d), 1);
	d->phase = KF_DEVICE_WORKING;
	kf_device_cancel(&devices, d);
	d->phase = KF_DEVICE_IDLE;
	assert_touched(d, &soft, "");
	key_site_close(&devices);
	key_soft_stop(&soft);
}

static void
cancel(void **state)
{
	(void)state;
	cancelled("both");
	cancelled("u2f");
}

/* Ended in the middle of a wait, the key is told, and no process is left. */
static void
ended_while_waiting(void **state)
{
	struct key_soft soft;
	struct kf_key_assert m = an_assert("");
	struct kf_device *d;

	(void)state;
	key_soft_start(&soft, "a", NULL);
	d = key_site_open(&devices, 1);
	make(d, &soft, KF_ES256, "");
	assert_int_equal(held(d), 1);
	key_soft_tell(&soft, "stats reset");
	kf_device_assert(&devices, d, &m, PERSON_MS);
	key_soft_tell(&soft, "wait touch");
	key_site_close(&devices);
	key_soft_tell(&soft, "wait idle");
	assert_non_null(strstr(key_soft_ask(&soft, "stats"), "cancels=1"));
	d = key_site_open(&devices, 1);
	assert_int_equal(held(d), 1);
	assert_touched(d, &soft, "");
	key_site_close(&devices);
	key_soft_stop(&soft);
}

static void
refused_and_expired(void **state)
{
	struct key_soft soft;
	struct kf_key_assert m = an_assert("");
	struct kf_device *d;

	(void)state;
	key_soft_start(&soft, "a", NULL);
	d = key_site_open(&devices, 1);
	make(d, &soft, KF_ES256, "");
	assert_int_equal(held(d), 1);
	kf_device_assert(&devices, d, &m, PERSON_MS);
	key_soft_tell(&soft, "wait touch");
	key_soft_tell(&soft, "refuse");
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_REFUSED);
	kf_device_assert(&devices, d, &m, PERSON_MS);
	key_soft_tell(&soft, "wait touch");
	key_soft_tell(&soft, "expire");
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_TIMEOUT);
	assert_touched(d, &soft, "");
	key_site_close(&devices);
	key_soft_stop(&soft);
}

/* A key of this person's is not enrolled again. */
static void
excluded(void **state)
{
	struct key_soft soft;
	struct kf_key_make m = a_make(KF_ES256, "");
	struct kf_device *d;

	(void)state;
	key_soft_start(&soft, "a", NULL);
	d = key_site_open(&devices, 1);
	make(d, &soft, KF_ES256, "");
	assert_int_equal(held(d), 1);
	kf_device_make(&devices, d, &m, PERSON_MS);
	key_soft_tell(&soft, "wait touch");
	key_soft_tell(&soft, "touch");
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_EXCLUDED);
	key_site_close(&devices);
	key_soft_stop(&soft);
}

/* Pulled out at work: its process may say so before the watch does. */
static void
expect_gone(const struct kf_device *d)
{
	struct kf_device *who;
	enum kf_devices_event e;

	do
		e = kf_devices_wait(&devices, -1, kf_clock_monotonic() +
		    PERSON_MS, &who);
	while (e == KF_DEVICES_TOUCH);
	assert_ptr_equal(who, d);
	if (e == KF_DEVICES_ANSWER) {
		key_site_failed(&devices, KF_KEY_FAILED_GONE);
		assert_ptr_equal(key_site_expect(&devices, KF_DEVICES_GONE),
		    d);
	} else {
		assert_int_equal(e, KF_DEVICES_GONE);
	}
}

static void
plugged_in_and_out(void **state)
{
	struct key_soft soft;
	struct kf_device *d;

	(void)state;
	kf_devices_start(&devices, NULL);
	key_soft_start(&soft, "a", NULL);
	d = key_site_expect(&devices, KF_DEVICES_ARRIVED);
	assert_ptr_equal(key_site_expect(&devices, KF_DEVICES_OPENED), d);
	key_soft_tell(&soft, "unplug");
	assert_ptr_equal(key_site_expect(&devices, KF_DEVICES_GONE), d);
	key_soft_tell(&soft, "plug");
	d = key_site_expect(&devices, KF_DEVICES_OPENED);
	/* In the middle of a wait for a touch. */
	make(d, &soft, KF_ES256, "");
	assert_int_equal(held(d), 1);
	{
		struct kf_key_assert m = an_assert("");

		kf_device_assert(&devices, d, &m, PERSON_MS);
	}
	key_soft_tell(&soft, "wait touch");
	key_soft_tell(&soft, "unplug");
	expect_gone(d);
	/* One that is let go is not taken again until it is pulled out. */
	key_soft_tell(&soft, "plug");
	d = key_site_expect(&devices, KF_DEVICES_OPENED);
	kf_device_release(&devices, d);
	assert_int_equal(d->phase, KF_DEVICE_DONE);
	devices.look = true;
	assert_int_equal(kf_devices_wait(&devices, -1,
	    kf_clock_monotonic() + 100, &d), KF_DEVICES_TIMEOUT);
	key_soft_tell(&soft, "unplug");
	key_soft_tell(&soft, "plug");
	(void)key_site_expect(&devices, KF_DEVICES_OPENED);
	key_site_close(&devices);
	key_soft_stop(&soft);
}

/* One that we may not open is said to be there; when we may, it arrives. */
static void
refused(void **state)
{
	struct key_soft soft;
	struct kf_device *d;

	(void)state;
	key_soft_start(&soft, "a", "--permissions", "0", NULL);
	kf_devices_start(&devices, NULL);
	assert_true(devices.refused);
	assert_int_equal(kf_devices_wait(&devices, -1,
	    kf_clock_monotonic() + 100, &d), KF_DEVICES_TIMEOUT);
	/* As when udev gives it to us at last. */
	assert_int_equal(chmod(unit_path("keys/a"), 0600), 0);
	(void)key_site_expect(&devices, KF_DEVICES_ARRIVED);
	assert_false(devices.refused);
	(void)key_site_expect(&devices, KF_DEVICES_OPENED);
	key_site_close(&devices);
	key_soft_stop(&soft);
}

/* Only the path that was asked for. */
static void
one_path(void **state)
{
	struct key_soft soft[2];
	struct kf_device *d;

	(void)state;
	key_soft_start(&soft[0], "a", NULL);
	key_soft_start(&soft[1], "b", NULL);
	kf_devices_start(&devices, unit_path("keys/b"));
	d = key_site_expect(&devices, KF_DEVICES_OPENED);
	assert_string_equal(d->reader.name, "softkey b");
	assert_int_equal(kf_devices_wait(&devices, -1,
	    kf_clock_monotonic() + 100, &d), KF_DEVICES_TIMEOUT);
	key_site_close(&devices);
	key_soft_stop(&soft[0]);
	key_soft_stop(&soft[1]);
}

static const char *const hostile[] = {
	"silent", "slow", "keepalive", "vanish", "short-report", "long-report",
	"garbage",
};

/*
 * Seven hostile keys, and one in order beside them: that one works, and the
 * others have failed within the limit.
 */
static void
hostile_when_asked(void **state)
{
	struct key_soft soft[8];
	struct kf_device *good = NULL, *d;
	struct kf_key_found found;
	unsigned failed = 0;
	int64_t start;

	(void)state;
	key_soft_start(&soft[7], "good", NULL);
	good = key_site_open(&devices, 1);
	make(good, &soft[7], KF_ES256, "");
	for (size_t i = 0; i < UNIT_COUNT(hostile); i++)
		key_soft_start(&soft[i], hostile[i], NULL);
	for (size_t i = 0; i < UNIT_COUNT(hostile); i++)
		(void)key_site_expect(&devices, KF_DEVICES_OPENED);
	for (size_t i = 0; i < UNIT_COUNT(hostile); i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "hostile %s", hostile[i]);
		key_soft_tell(&soft[i], line);
	}
	start = kf_clock_monotonic();
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		if (&devices.list[i] != good)
			kf_device_find(&devices, &devices.list[i], &find,
			    QUICK_MS);
	kf_device_find(&devices, good, &find, QUICK_MS);
	while (failed < UNIT_COUNT(hostile)) {
		enum kf_devices_event e = kf_devices_wait(&devices, -1,
		    start + 10000, &d);

		assert_true(e == KF_DEVICES_ANSWER || e == KF_DEVICES_GONE);
		if (d == good) {
			assert_int_equal(devices.frame.type,
			    KF_KEY_MSG_FOUND);
			assert_true(failed < UNIT_COUNT(hostile));
			continue;
		}
		/* Garbage can be a "no". */
		if (e == KF_DEVICES_ANSWER &&
		    devices.frame.type == KF_KEY_MSG_FOUND)
			assert_int_equal(kf_key_get_found(&devices.frame,
			    &found) == KF_OK ? found.held : 1, 0);
		else if (e == KF_DEVICES_ANSWER)
			assert_int_equal(devices.frame.type,
			    KF_KEY_MSG_FAILED);
		/* One that is gone may have said so first. */
		if (e == KF_DEVICES_ANSWER && d->mark++ == 0)
			failed++;
		if (e == KF_DEVICES_GONE && d->mark++ == 0)
			failed++;
	}
	assert_true(kf_clock_monotonic() - start < 2 * QUICK_MS);
	assert_int_equal(good->phase, KF_DEVICE_IDLE);
	assert_touched(good, &soft[7], "");
	key_site_close(&devices);
	for (size_t i = 0; i < UNIT_COUNT(soft); i++)
		key_soft_stop(&soft[i]);
}

static bool
are_active(void)
{
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		if (devices.list[i].phase != KF_DEVICE_NONE &&
		    devices.list[i].phase != KF_DEVICE_DONE)
			return true;
	return false;
}

/* The same when they are opened. */
static void
hostile_from_the_start(void **state)
{
	struct key_soft soft[UNIT_COUNT(hostile)];
	struct kf_device *d;
	int64_t start;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(hostile); i++) {
		char line[64];

		key_soft_start(&soft[i], hostile[i], NULL);
		(void)snprintf(line, sizeof(line), "hostile %s", hostile[i]);
		key_soft_tell(&soft[i], line);
	}
	start = kf_clock_monotonic();
	kf_devices_start(&devices, NULL);
	/* One may have vanished by then. */
	while (are_active())
		(void)key_site_expect(&devices, KF_DEVICES_GONE);
	assert_true(kf_clock_monotonic() - start < 2 * QUICK_MS);
	/* None is tried again and again. */
	assert_int_equal(kf_devices_wait(&devices, -1,
	    kf_clock_monotonic() + 100, &d), KF_DEVICES_TIMEOUT);
	key_site_close(&devices);
	for (size_t i = 0; i < UNIT_COUNT(hostile); i++)
		key_soft_stop(&soft[i]);
}

/* Told to stop while a key keeps it waiting for ever. */
static void
hostile_and_cancelled(void **state)
{
	struct key_soft soft;
	struct kf_key_assert m = an_assert("");
	struct kf_device *d;
	int64_t start;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char line[64];

		key_soft_start(&soft, "a", NULL);
		d = key_site_open(&devices, 1);
		make(d, &soft, KF_ES256, "");
		assert_int_equal(held(d), 1);
		(void)snprintf(line, sizeof(line), "hostile %s", hostile[i]);
		key_soft_tell(&soft, line);
		kf_device_assert(&devices, d, &m, PERSON_MS);
		start = kf_clock_monotonic();
		kf_device_cancel(&devices, d);
		(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
		key_site_failed(&devices, KF_KEY_FAILED_CANCELLED);
		assert_true(kf_clock_monotonic() - start < QUICK_MS);
		/* In order again, it is of use again. */
		key_soft_tell(&soft, "hostile none");
		assert_touched(d, &soft, "");
		key_site_close(&devices);
		key_soft_stop(&soft);
	}
}

/*
 * Another program, which knows no lock, has asked the key for a touch: said
 * once, waited for longer than a key may take otherwise, then ours.
 */
static void
busy(void **state)
{
	static struct kf_devices other;
	struct key_soft soft;
	struct kf_key_assert m = an_assert("");
	struct kf_device *d, *second;

	(void)state;
	key_soft_start(&soft, "a", NULL);
	d = key_site_open(&devices, 1);
	make(d, &soft, KF_ES256, "");
	assert_int_equal(held(d), 1);
	kf_device_assert(&devices, d, &m, PERSON_MS);
	key_soft_tell(&soft, "wait touch");
	kf_devices_start(&other, NULL);
	second = key_site_expect(&other, KF_DEVICES_BUSY);
	assert_int_equal(kf_devices_wait(&other, -1, kf_clock_monotonic() +
	    3500, &second), KF_DEVICES_TIMEOUT);
	/* The first was not disturbed. */
	assert_int_equal(d->phase, KF_DEVICE_WORKING);
	key_soft_tell(&soft, "touch");
	second = key_site_expect(&other, KF_DEVICES_OPENED);
	assert_ptr_equal(key_site_expect(&devices, KF_DEVICES_ANSWER), d);
	assert_true(answer_is(KF_KEY_MSG_ASSERTED));
	/* And the other way round, in the middle of a request. */
	kf_device_assert(&devices, d, &m, PERSON_MS);
	key_soft_tell(&soft, "wait touch");
	kf_device_find(&other, second, &find, QUICK_MS);
	assert_int_equal(kf_devices_wait(&other, -1, kf_clock_monotonic() +
	    300, &second), KF_DEVICES_TIMEOUT);
	key_soft_tell(&soft, "touch");
	(void)key_site_expect(&other, KF_DEVICES_ANSWER);
	assert_int_equal(other.frame.type, KF_KEY_MSG_FOUND);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	assert_true(answer_is(KF_KEY_MSG_ASSERTED));
	key_site_close(&other);
	key_site_close(&devices);
	key_soft_stop(&soft);
}

/* What the kernel says of a process that has a key open. */
static void
shut_in(void **state)
{
	struct key_soft soft;
	struct kf_device *d;
	char path[64], line[256];
	unsigned right = 0;
	FILE *file;

	(void)state;
	key_soft_start(&soft, "a", NULL);
	d = key_site_open(&devices, 1);
	(void)snprintf(path, sizeof(path), "/proc/%d/status",
	    (int)d->process.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		right += strcmp(line, "Seccomp:\t2\n") == 0 ||
		    strcmp(line, "NoNewPrivs:\t1\n") == 0 ||
		    strcmp(line, "CapEff:\t0000000000000000\n") == 0;
	(void)fclose(file);
	assert_int_equal(right, 3);
	key_site_close(&devices);
	key_soft_stop(&soft);
}

/*
 * A key that answers only after it was given up: what it says then is not taken
 * for the answer to the next request.
 */
static void
late_answer(void **state)
{
	struct key_soft soft;
	struct kf_key_assert m = an_assert("");
	struct kf_key_found found;
	struct kf_device *d, *nobody;
	int status;

	(void)state;
	key_soft_start(&soft, "a", NULL);
	d = key_site_open(&devices, 1);
	make(d, &soft, KF_ES256, "");
	assert_int_equal(held(d), 1);
	kf_device_assert(&devices, d, &m, PERSON_MS);
	key_soft_tell(&soft, "wait touch");
	assert_int_equal(kill(soft.pid, SIGSTOP), 0);
	assert_int_equal(waitpid(soft.pid, &status, WUNTRACED), soft.pid);
	kf_device_cancel(&devices, d);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	key_site_failed(&devices, KF_KEY_FAILED_CANCELLED);
	kf_device_find(&devices, d, &find, QUICK_MS);
	assert_int_equal(kf_devices_wait(&devices, -1, kf_clock_monotonic() +
	    200, &nobody), KF_DEVICES_TIMEOUT);
	assert_int_equal(kill(soft.pid, SIGCONT), 0);
	(void)key_site_expect(&devices, KF_DEVICES_ANSWER);
	assert_true(answer_is(KF_KEY_MSG_FOUND));
	assert_int_equal(kf_key_get_found(&devices.frame, &found), KF_OK);
	assert_int_equal(found.held, 1);
	assert_touched(d, &soft, "");
	key_site_close(&devices);
	key_soft_stop(&soft);
}

/* Another program has the lock: said once, then waited for. */
static void
locked(void **state)
{
	const char *path = unit_path("device");
	struct kf_process p;
	struct kf_frame f;
	int other, fd;
	enum kf_key_failure why;

	(void)state;
	unit_write(path, "", 0, 0600);
	other = open(path, O_RDWR | O_CLOEXEC);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX), 0);
	assert_int_equal(kf_process_start(unit_path("keyfirst-key-device"),
	    fd, &p), KF_OK);
	assert_int_equal(kf_frame_read(p.fd, &f, kf_clock_monotonic() + 5000),
	    KF_OK);
	assert_int_equal(f.type, KF_KEY_MSG_BUSY);
	assert_int_equal(kf_frame_read(p.fd, &f, kf_clock_monotonic() + 200),
	    KF_ERR_TIMEOUT);
	(void)close(other);
	assert_int_equal(kf_frame_read(p.fd, &f, kf_clock_monotonic() + 5000),
	    KF_OK);
	assert_int_equal(f.type, KF_KEY_MSG_FAILED);
	assert_int_equal(kf_key_get_failed(&f, &why), KF_OK);
	assert_int_equal(why, KF_KEY_FAILED_GONE);
	kf_process_stop(&p, 2000);
	(void)close(fd);
}

/* Without its socket or its device, and as root, it does not start. */
static void
started_wrongly(void **state)
{
	const char *path = unit_path("keyfirst-key-device");
	struct kf_process p;
	struct kf_frame f;

	(void)state;
	assert_int_equal(kf_process_start(path, -1, &p), KF_OK);
	assert_int_equal(kf_frame_read(p.fd, &f, kf_clock_monotonic() + 5000),
	    KF_ERR_CLOSED);
	kf_process_stop(&p, 2000);
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
		UNIT_TEST(cancel),
		UNIT_TEST(ended_while_waiting),
		UNIT_TEST(refused_and_expired),
		UNIT_TEST(excluded),
		UNIT_TEST(plugged_in_and_out),
		UNIT_TEST(refused),
		UNIT_TEST(one_path),
		UNIT_TEST(hostile_when_asked),
		UNIT_TEST(hostile_from_the_start),
		UNIT_TEST(hostile_and_cancelled),
		UNIT_TEST(busy),
		UNIT_TEST(late_answer),
		UNIT_TEST(shut_in),
		UNIT_TEST(locked),
		UNIT_TEST(started_wrongly),
	};

	key_site_start();
	fido_init(0);
	return cmocka_run_group_tests_name("key_device", tests, NULL, NULL);
}
