/*
 * libfido2 on top of a softkey in this process, or on top of another device
 * that was opened with judge_open_other; see judge.h.
 */
#include "tests/unit/softkey/judge.h"

#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <stdio.h>
#include <string.h>

struct judge judge;

static void *
io_open(const char *path)
{
	(void)path;
	softkey_opened(judge.key);
	return &judge;
}

static void
io_close(void *handle)
{
	(void)handle;
}

/* Does what the person does when the key waits for a touch. */
static void
people(void)
{
	if (judge.person == NULL || !softkey_waits(judge.key, judge.now))
		return;
	if (strcmp(judge.person, "cancel") == 0)
		assert_int_equal(fido_dev_cancel(judge.dev), FIDO_OK);
	else
		judge_tell("%s", judge.person);
}

static int
io_read(void *handle, unsigned char *bytes, size_t len, int timeout)
{
	(void)handle;
	assert_int_equal(len, SOFTKEY_REPORT);
	people();
	while (!softkey_get(judge.key, bytes, judge.now)) {
		int64_t due = softkey_deadline(judge.key);

		if (judge.give_up != 0 && due >= judge.give_up) {
			judge.now = judge.give_up;
			return -1;
		}
		if (timeout >= 0 && due - judge.now > timeout) {
			judge.now += timeout;
			return -1;
		}
		/* Nothing would end this wait: the test is wrong. */
		assert_true(due != SOFTKEY_NEVER);
		if (due > judge.now)
			judge.now = due;
	}
	return (int)len;
}

static int
io_write(void *handle, const unsigned char *bytes, size_t len)
{
	(void)handle;
	assert_int_equal(len, SOFTKEY_REPORT + 1);
	assert_int_equal(bytes[0], 0);
	softkey_put(judge.key, bytes + 1, judge.now);
	if (judge.person == NULL || strcmp(judge.person, "cancel") != 0)
		people();
	return (int)len;
}

void
judge_restart(void)
{
	softkey_free(judge.key);
	judge.key = softkey_new(&judge.config, judge.now);
	assert_non_null(judge.key);
}

int
judge_before(void **state)
{
	(void)state;
	fido_init(0);
	memset(&judge, 0, sizeof(judge));
	judge.now = 1000;
	judge.person = "touch";
	softkey_config_default(&judge.config);
	judge_restart();
	return 0;
}

int
judge_after(void **state)
{
	(void)state;
	judge_close();
	softkey_free(judge.key);
	judge.key = NULL;
	return 0;
}

void
judge_close(void)
{
	if (judge.dev != NULL)
		(void)fido_dev_close(judge.dev);
	fido_dev_free(&judge.dev);
}

int
judge_open_other(const fido_dev_io_t *io, const char *path)
{
	judge_close();
	judge.dev = fido_dev_new();
	assert_non_null(judge.dev);
	assert_int_equal(fido_dev_set_io_functions(judge.dev, io), FIDO_OK);
	return fido_dev_open(judge.dev, path);
}

void
judge_open(void)
{
	static const fido_dev_io_t io = { io_open, io_close, io_read,
		io_write };

	assert_int_equal(judge_open_other(&io, "softkey"), FIDO_OK);
}

const char *
judge_tell(const char *format, ...)
{
	static char answer[256];
	char line[128];
	va_list list;

	va_start(list, format);
	vsnprintf(line, sizeof(line), format, list);
	va_end(list);
	softkey_control(judge.key, line, judge.now, answer, sizeof(answer));
	if (strncmp(answer, "ok", 2) != 0)
		fail_msg("%s: %s", line, answer);
	return answer;
}

static const unsigned char hash[32] = "what is signed";

static void
keep(const fido_cred_t *cred, struct judge_credential *credential)
{
	credential->id_len = fido_cred_id_len(cred);
	assert_true(credential->id_len > 0);
	assert_true(credential->id_len <= sizeof(credential->id));
	memcpy(credential->id, fido_cred_id_ptr(cred), credential->id_len);
	credential->key_len = fido_cred_pubkey_len(cred);
	assert_true(credential->key_len <= sizeof(credential->key));
	memcpy(credential->key, fido_cred_pubkey_ptr(cred),
	    credential->key_len);
	credential->type = fido_cred_type(cred);
	credential->flags = fido_cred_flags(cred);
	credential->counter = fido_cred_sigcount(cred);
}

int
judge_make(int type, int protect, fido_opt_t uv, const char *pin,
    const struct judge_credential *exclude,
    struct judge_credential *credential)
{
	fido_cred_t *cred = fido_cred_new();
	int r;

	assert_non_null(cred);
	assert_int_equal(fido_cred_set_type(cred, type), FIDO_OK);
	assert_int_equal(fido_cred_set_clientdata_hash(cred, hash, 32),
	    FIDO_OK);
	assert_int_equal(fido_cred_set_rp(cred, JUDGE_RP, "keyfirst"),
	    FIDO_OK);
	assert_int_equal(fido_cred_set_user(cred, hash, 16, "alice", NULL,
	    NULL), FIDO_OK);
	assert_int_equal(fido_cred_set_uv(cred, uv), FIDO_OK);
	if (protect != 0)
		assert_int_equal(fido_cred_set_prot(cred, protect), FIDO_OK);
	if (exclude != NULL)
		assert_int_equal(fido_cred_exclude(cred, exclude->id,
		    exclude->id_len), FIDO_OK);
	r = fido_dev_make_cred(judge.dev, cred, pin);
	if (r == FIDO_OK && strcmp(fido_cred_fmt(cred), "none") != 0)
		assert_int_equal(fido_cred_x5c_ptr(cred) == NULL ?
		    fido_cred_verify_self(cred) : fido_cred_verify(cred),
		    FIDO_OK);
	if (r == FIDO_OK && protect != 0)
		assert_int_equal(fido_cred_prot(cred), protect);
	if (r == FIDO_OK && judge.made != NULL)
		judge.made(cred);
	if (r == FIDO_OK && credential != NULL)
		keep(cred, credential);
	fido_cred_free(&cred);
	return r;
}

struct judge_credential
judge_made(int protect, fido_opt_t uv, const char *pin)
{
	struct judge_credential one;

	assert_int_equal(judge_make(COSE_ES256, protect, uv, pin, NULL, &one),
	    FIDO_OK);
	return one;
}

static int
verify(const struct judge_credential *credential, const fido_assert_t *got)
{
	es256_pk_t *es256 = es256_pk_new();
	eddsa_pk_t *eddsa = eddsa_pk_new();
	rs256_pk_t *rs256 = rs256_pk_new();
	const void *key = es256;
	int r;

	assert_non_null(es256);
	assert_non_null(eddsa);
	assert_non_null(rs256);
	if (credential->type == COSE_ES256) {
		r = es256_pk_from_ptr(es256, credential->key,
		    credential->key_len);
	} else if (credential->type == COSE_EDDSA) {
		r = eddsa_pk_from_ptr(eddsa, credential->key,
		    credential->key_len);
		key = eddsa;
	} else {
		r = rs256_pk_from_ptr(rs256, credential->key,
		    credential->key_len);
		key = rs256;
	}
	assert_int_equal(r, FIDO_OK);
	r = fido_assert_verify(got, 0, credential->type, key);
	es256_pk_free(&es256);
	eddsa_pk_free(&eddsa);
	rs256_pk_free(&rs256);
	return r;
}

int
judge_assert(const struct judge_credential *credential, fido_opt_t up,
    fido_opt_t uv, const char *pin)
{
	struct judge_assertion *assertion = &judge.got;
	fido_assert_t *got = fido_assert_new();
	int r;

	memset(assertion, 0, sizeof(*assertion));
	assert_non_null(got);
	assert_int_equal(fido_assert_set_clientdata_hash(got, hash, 32),
	    FIDO_OK);
	assert_int_equal(fido_assert_set_rp(got, JUDGE_RP), FIDO_OK);
	assert_int_equal(fido_assert_allow_cred(got, credential->id,
	    credential->id_len), FIDO_OK);
	assert_int_equal(fido_assert_set_up(got, up), FIDO_OK);
	assert_int_equal(fido_assert_set_uv(got, uv), FIDO_OK);
	r = fido_dev_get_assert(judge.dev, got, pin);
	if (r == FIDO_OK && fido_assert_count(got) == 1) {
		assertion->flags = fido_assert_flags(got, 0);
		assertion->counter = fido_assert_sigcount(got, 0);
		assertion->authdata_len = fido_assert_authdata_len(got, 0);
		assertion->signature_len = fido_assert_sig_len(got, 0);
		assertion->id_len = fido_assert_id_len(got, 0);
		if (assertion->id_len > 0 &&
		    assertion->id_len <= sizeof(assertion->id))
			memcpy(assertion->id, fido_assert_id_ptr(got, 0),
			    assertion->id_len);
		assertion->verified = verify(credential, got);
	}
	fido_assert_free(&got);
	return r;
}

int
judge_touched(const struct judge_credential *credential)
{
	return judge_assert(credential, FIDO_OPT_TRUE, FIDO_OPT_OMIT, NULL);
}

bool
judge_good(const struct judge_credential *credential)
{
	return judge_touched(credential) == FIDO_OK &&
	    judge.got.verified == FIDO_OK;
}

int
judge_silent(const struct judge_credential *credential)
{
	return judge_assert(credential, FIDO_OPT_FALSE, FIDO_OPT_OMIT, NULL);
}
