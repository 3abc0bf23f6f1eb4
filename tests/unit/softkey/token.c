/*
 * softkey's pinUvAuthToken, which stands for a verified person: for which
 * commands and which relying party it is valid, how often, and how long.
 * libfido2 fetches a new token for each request, so its tests would not notice
 * a mistake here.
 */
#include <string.h>

#include "tests/softkey/core.h"
#include "tests/softkey/ctap/credential.h"
#include "tests/softkey/ctap/crypto.h"
#include "tests/softkey/ctap/ctap2.h"
#include "tests/unit/unit.h"

enum {
	MAKE = 1,
	ASSERT = 2,
	OLD = 0,		/* getPinToken, without permissions */

	BAD_TOKEN = 0x33,
	NO_CREDENTIALS = 0x2e,
};

static struct softkey *key;
static struct softkey_credential credential;
static unsigned char token[32];
static const unsigned char hash[32] = "what is signed";
static unsigned char reply[2048];

static int
before(void **state)
{
	struct softkey_config config;
	unsigned char rp[32];

	(void)state;
	softkey_config_default(&config);
	memcpy(config.pin, "1234", 4);
	key = softkey_new(&config, 0);
	assert_non_null(key);
	key->person.automatic = true;
	softkey_sha256("ssh:", 4, rp);
	softkey_credential_make(key, rp, SOFTKEY_ES256, 1, &credential);
	return 0;
}

static int
after(void **state)
{
	(void)state;
	softkey_free(key);
	return 0;
}

/*
 * Runs a new command, without a touch or verification of the command before;
 * returns its status.
 */
static unsigned
run(const struct softkey_out *request)
{
	struct softkey_out out = { reply, sizeof(reply), 0, false };

	assert_false(request->full);
	key->person.act = SOFTKEY_ACT_NONE;
	key->person.verified = false;
	assert_int_equal(softkey_ctap2(key, request->bytes, request->len,
	    &out), SOFTKEY_OK);
	return reply[0];
}

/* Fetches a token with PIN protocol one; OLD: by getPinToken. */
static void
fetch(unsigned permissions, const char *rp)
{
	static const unsigned char zeros[16];
	unsigned char bytes[512], ours[65], theirs[65] = { 4 }, z[32];
	unsigned char shared[32], pin[32], sealed[16];
	struct softkey_out out = { bytes, sizeof(bytes), 0, false };
	EVP_PKEY *mine;

	memset(z, 7, sizeof(z));
	mine = softkey_private(SOFTKEY_ES256, z);
	softkey_point(mine, ours);
	softkey_put_raw(&out, "\6\xa2\1\1\2\2", 6);
	assert_int_equal(run(&out), 0);
	/* Status, map, 1, and a COSE_Key: 1 2, 3 -25, -1 1, -2 x, -3 y. */
	memcpy(theirs + 1, reply + 14, 32);
	memcpy(theirs + 33, reply + 49, 32);
	assert_true(softkey_ecdh(mine, theirs, z));
	EVP_PKEY_free(mine);
	softkey_sha256(z, sizeof(z), shared);
	softkey_sha256("1234", 4, pin);
	softkey_aes_cbc(true, shared, zeros, pin, sizeof(sealed), sealed);

	out.len = 0;
	softkey_put_byte(&out, 6);
	softkey_put_map(&out, permissions == OLD ? 4 : 6);
	softkey_put_raw(&out, "\1\1\2", 3);
	softkey_put_int(&out, permissions == OLD ? 5 : 9);
	softkey_put_raw(&out, "\3\xa5\1\2\3\x38\x18\x20\1\x21", 10);
	softkey_put_bytes(&out, ours + 1, 32);
	softkey_put_int(&out, -3);
	softkey_put_bytes(&out, ours + 33, 32);
	softkey_put_int(&out, 6);
	softkey_put_bytes(&out, sealed, sizeof(sealed));
	if (permissions != OLD) {
		softkey_put_int(&out, 9);
		softkey_put_int(&out, permissions);
		softkey_put_int(&out, 10);
		softkey_put_text(&out, rp);
	}
	assert_int_equal(run(&out), 0);
	assert_memory_equal(reply, "\0\xa1\2\x58\x20", 5);
	softkey_aes_cbc(false, shared, zeros, reply + 5, 32, token);
}

static void
put_param(struct softkey_out *out, int number)
{
	unsigned char mac[32];

	softkey_hmac(token, sizeof(token), hash, sizeof(hash), mac);
	softkey_put_int(out, number);
	softkey_put_bytes(out, mac, 16);
	softkey_put_int(out, number + 1);
	softkey_put_int(out, 1);
}

static unsigned
make(const char *rp)
{
	unsigned char bytes[512];
	struct softkey_out out = { bytes, sizeof(bytes), 0, false };

	softkey_put_raw(&out, "\1\xa6\1", 3);
	softkey_put_bytes(&out, hash, sizeof(hash));
	softkey_put_raw(&out, "\2\xa1\x62id", 5);
	softkey_put_text(&out, rp);
	softkey_put_raw(&out, "\3\xa1\x62id\x41x", 7);
	softkey_put_raw(&out, "\4\x81\xa2\x63" "alg\x26", 8);
	softkey_put_text(&out, "type");
	softkey_put_text(&out, "public-key");
	put_param(&out, 8);
	return run(&out);
}

static unsigned
assertion(const char *rp, const char *type, bool up)
{
	unsigned char bytes[512];
	struct softkey_out out = { bytes, sizeof(bytes), 0, false };

	softkey_put_raw(&out, "\2\xa6\1", 3);
	softkey_put_text(&out, rp);
	softkey_put_int(&out, 2);
	softkey_put_bytes(&out, hash, sizeof(hash));
	softkey_put_raw(&out, "\3\x81\xa2\x62id", 6);
	softkey_put_bytes(&out, credential.id, sizeof(credential.id));
	softkey_put_text(&out, "type");
	softkey_put_text(&out, type);
	softkey_put_raw(&out, "\5\xa1\x62up", 5);
	softkey_put_bool(&out, up);
	put_param(&out, 6);
	return run(&out);
}

static unsigned
signs(bool up)
{
	return assertion("ssh:", "public-key", up);
}

static void
for_what(void **state)
{
	(void)state;
	fetch(MAKE, "ssh:");
	assert_int_equal(signs(true), BAD_TOKEN);
	assert_int_equal(make("ssh:"), 0);
	fetch(ASSERT, "ssh:");
	assert_int_equal(make("ssh:"), BAD_TOKEN);
	assert_int_equal(signs(true), 0);
	fetch(OLD, NULL);
	assert_int_equal(make("ssh:"), 0);
	fetch(OLD, NULL);
	assert_int_equal(signs(true), 0);
}

static void
how_often(void **state)
{
	(void)state;
	fetch(MAKE | ASSERT, "ssh:");
	assert_int_equal(signs(false), 0);
	assert_int_equal(signs(false), 0);
	assert_int_equal(signs(true), 0);
	assert_int_equal(signs(true), BAD_TOKEN);
	assert_int_equal(signs(false), BAD_TOKEN);
	assert_int_equal(make("ssh:"), BAD_TOKEN);
	fetch(MAKE | ASSERT, "ssh:");
	assert_int_equal(make("ssh:"), 0);
	assert_int_equal(make("ssh:"), BAD_TOKEN);
}

static void
for_whom(void **state)
{
	(void)state;
	fetch(MAKE | ASSERT, "ssh:");
	assert_int_equal(make("other"), BAD_TOKEN);
	assert_int_equal(make("ssh:"), 0);
	/* An old token is bound to the first relying party it is used for. */
	fetch(OLD, NULL);
	assert_int_equal(signs(false), 0);
	assert_int_equal(make("other"), BAD_TOKEN);
	assert_int_equal(make("ssh:"), 0);
	/* A credential descriptor of another type is ignored. */
	fetch(ASSERT, "ssh:");
	assert_int_equal(assertion("ssh:", "private-key", false),
	    NO_CREDENTIALS);
	fetch(ASSERT, "other");
	assert_int_equal(assertion("other", "public-key", false),
	    NO_CREDENTIALS);
}

static void
how_long(void **state)
{
	unsigned char before_it[32];

	(void)state;
	fetch(ASSERT, "ssh:");
	key->now += 29999;
	assert_int_equal(signs(false), 0);
	key->now += 600000 - 29999 - 1;
	assert_int_equal(signs(false), 0);
	key->now += 1;
	assert_int_equal(signs(false), BAD_TOKEN);
	fetch(ASSERT, "ssh:");
	key->now += 30000;
	assert_int_equal(signs(false), BAD_TOKEN);
	/* A new token makes the one before invalid. */
	fetch(ASSERT, "ssh:");
	memcpy(before_it, token, sizeof(token));
	fetch(ASSERT, "ssh:");
	assert_memory_not_equal(before_it, token, sizeof(token));
	memcpy(token, before_it, sizeof(token));
	assert_int_equal(signs(false), BAD_TOKEN);
	fetch(ASSERT, "ssh:");
	softkey_power_cycle(key, key->now);
	assert_int_equal(signs(false), BAD_TOKEN);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, before, after)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(for_what),
		TEST(how_often),
		TEST(for_whom),
		TEST(how_long),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_token", tests, NULL, NULL);
}
