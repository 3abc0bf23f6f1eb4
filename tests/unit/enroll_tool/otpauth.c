/* Base32 (totp/base32.h), otpauth URIs (totp/otpauth.h), cli/words.h. */
#include "tests/unit/unit.h"

#include <string.h>

#include "enroll_tool/cli/words.h"
#include "enroll_tool/totp/base32.h"
#include "enroll_tool/totp/otpauth.h"

static struct kf_secret
secret(const char *text)
{
	struct kf_secret s;

	assert_int_equal(kf_secret_set(&s, text, strlen(text)), KF_OK);
	return s;
}

/* RFC 4648, section 10. */
static const struct {
	const char *plain;
	const char *base32;
} vectors[] = {
	{ "", "" },
	{ "f", "MY======" },
	{ "fo", "MZXQ====" },
	{ "foo", "MZXW6===" },
	{ "foob", "MZXW6YQ=" },
	{ "fooba", "MZXW6YTB" },
	{ "foobar", "MZXW6YTBOI======" },
	{ "12345678901234567890", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" },
};

static void
rfc_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(vectors); i++) {
		struct kf_secret plain = secret(vectors[i].plain);
		struct kf_secret base32 = secret(vectors[i].base32);
		struct kf_secret out;
		size_t letters = strcspn(vectors[i].base32, "=");

		assert_int_equal(kf_base32_decode(&base32, &out), KF_OK);
		assert_int_equal(out.len, plain.len);
		assert_memory_equal(out.bytes, plain.bytes, plain.len);
		assert_int_equal(kf_base32_encode(&plain, 0, &out), KF_OK);
		assert_int_equal(out.len, letters);
		assert_memory_equal(out.bytes, base32.bytes, letters);
	}
}

static void
as_people_type_it(void **state)
{
	static const struct {
		const char *text;
		enum kf_err err;
	} table[] = {
		{ "mzxw6ytboi", KF_OK },
		{ "MZXW 6YTB OI", KF_OK },
		{ " MZXW6YTBOI ", KF_OK },
		{ "MZXW6YTBOI==", KF_OK },
		{ "MZXW6YTBOI = =", KF_OK },
		{ "MZXW6=YTBOI", KF_ERR_SYNTAX },
		{ "MZXW6YTBO", KF_ERR_SYNTAX },
		{ "MZXW6YTBOIA", KF_ERR_SYNTAX },
		{ "MZXW6YTBOI1", KF_ERR_SYNTAX },
		{ "MZXW6YTBO0", KF_ERR_SYNTAX },
		{ "MZXW6YTB8I", KF_ERR_SYNTAX },
		{ "MZXW-6YTB-OI", KF_ERR_SYNTAX },
		{ "MZXW6YTBOI\t", KF_ERR_SYNTAX },
		{ "MZXW6YTBOI\r", KF_ERR_SYNTAX },
		{ "MZXW6YTBO\xc3\xa4", KF_ERR_SYNTAX },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_secret text = secret(table[i].text);
		struct kf_secret out;
		enum kf_err err = kf_base32_decode(&text, &out);

		if (err != table[i].err)
			fail_msg("\"%s\": %s", table[i].text, kf_strerror(err));
		if (err == KF_OK)
			assert_memory_equal(out.bytes, "foobar", 7);
		else
			assert_int_equal(out.len, 0);
	}
}

/* A NUL does not end the text: it is a wrong character. */
static void
a_nul_is_refused(void **state)
{
	struct kf_secret text, out;

	(void)state;
	assert_int_equal(kf_secret_set(&text, "MZXW6YTB\0MZXW6YTB", 17),
	    KF_OK);
	assert_int_equal(kf_base32_decode(&text, &out), KF_ERR_SYNTAX);
}

static void
groups(void **state)
{
	struct kf_secret plain = secret("12345678901234567890");
	struct kf_secret odd = secret("fooba\1");
	struct kf_secret out;

	(void)state;
	assert_int_equal(kf_base32_encode(&plain, 4, &out), KF_OK);
	assert_string_equal((char *)out.bytes,
	    "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
	assert_int_equal(kf_base32_encode(&odd, 4, &out), KF_OK);
	assert_string_equal((char *)out.bytes, "MZXW 6YTB AE");
}

/* Seeds of every length are decoded as they were encoded. */
static void
round_trips(void **state)
{
	(void)state;
	for (size_t len = 0; len <= KF_SEED_MAX; len++) {
		unsigned char bytes[KF_SEED_MAX];
		struct kf_secret plain, text, out;

		assert_int_equal(kf_random(bytes, sizeof(bytes)), KF_OK);
		assert_int_equal(kf_secret_set(&plain, bytes, len), KF_OK);
		assert_int_equal(kf_base32_encode(&plain, len % 5, &text),
		    KF_OK);
		assert_int_equal(kf_base32_decode(&text, &out), KF_OK);
		assert_int_equal(out.len, len);
		assert_memory_equal(out.bytes, bytes, len);
	}
}

static void
too_long(void **state)
{
	struct kf_secret plain, out;

	(void)state;
	kf_secret_wipe(&plain);
	plain.len = KF_SECRET_MAX;
	assert_int_equal(kf_base32_encode(&plain, 0, &out), KF_ERR_RANGE);
	assert_int_equal(out.len, 0);
}

#define SEED "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void
uris(void **state)
{
	static const struct {
		uint32_t algorithm, digits, period;
		const char *issuer;
		const char *user;
		const char *uri;
	} table[] = {
		{ KF_SHA1, 6, 30, "host.example", "alice",
		  "otpauth://totp/host.example:alice?secret=" SEED
		  "&issuer=host.example" },
		{ KF_SHA256, 8, 60, "h", "a",
		  "otpauth://totp/h:a?secret=" SEED
		  "&issuer=h&algorithm=SHA256&digits=8&period=60" },
		{ KF_SHA512, 7, 15, "h", "a",
		  "otpauth://totp/h:a?secret=" SEED
		  "&issuer=h&algorithm=SHA512&digits=7&period=15" },
		{ KF_SHA1, 6, 30, "A & B = 100%", "a?b/c#d:e+f",
		  "otpauth://totp/A%20%26%20B%20%3D%20100%25:"
		  "a%3Fb%2Fc%23d%3Ae%2Bf?secret=" SEED
		  "&issuer=A%20%26%20B%20%3D%20100%25" },
		{ KF_SHA1, 6, 30, "B\xc3\xbcro", "-._~$",
		  "otpauth://totp/B%C3%BCro:-._~%24?secret=" SEED
		  "&issuer=B%C3%BCro" },
	};
	struct kf_secret seed = secret("12345678901234567890");

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		const struct kf_totp totp = {
			.algorithm = table[i].algorithm,
			.digits = table[i].digits,
			.period = table[i].period,
		};
		struct kf_secret uri;

		assert_int_equal(kf_otpauth_uri(&totp, &seed, table[i].issuer,
		    table[i].user, &uri), KF_OK);
		assert_string_equal((char *)uri.bytes, table[i].uri);
		assert_int_equal(uri.len, strlen(table[i].uri));
	}
}

/* The longest URI, and one byte more. */
static void
long_uris(void **state)
{
	const struct kf_totp totp = {
		.algorithm = KF_SHA1, .digits = 6, .period = 30,
	};
	struct kf_secret seed = secret("12345678901234567890");
	struct kf_secret uri;
	char user[KF_SECRET_MAX + 1];
	size_t rest = strlen("otpauth://totp/h:?secret=" SEED "&issuer=h");

	(void)state;
	memset(user, 'x', sizeof(user));
	user[KF_SECRET_MAX - rest] = '\0';
	assert_int_equal(kf_otpauth_uri(&totp, &seed, "h", user, &uri), KF_OK);
	assert_int_equal(uri.len, KF_SECRET_MAX);
	assert_int_equal(strlen((char *)uri.bytes), KF_SECRET_MAX);
	user[KF_SECRET_MAX - rest] = 'x';
	user[KF_SECRET_MAX - rest + 1] = '\0';
	assert_int_equal(kf_otpauth_uri(&totp, &seed, "h", user, &uri),
	    KF_ERR_RANGE);
	assert_int_equal(uri.len, 0);
	memset(user, '%', KF_SECRET_MAX);
	user[KF_SECRET_MAX] = '\0';
	assert_int_equal(kf_otpauth_uri(&totp, &seed, "h", user, &uri),
	    KF_ERR_RANGE);
}

static void
words(void **state)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} spans[] = {
		{ 0, "0 s" }, { 1, "1 s" }, { 60, "60 s" }, { 119, "119 s" },
		{ 120, "2 minutes" }, { 121, "3 minutes" },
		{ 1800, "30 minutes" }, { 7199, "120 minutes" },
		{ 7200, "2 hours" }, { 86400, "24 hours" },
		{ 172800, "2 days" },
		{ INT64_MAX, "106751991167301 days" },
	};
	static const struct {
		int64_t when;
		const char *text;
	} times[] = {
		{ 0, "never" },
		{ 1, "1970-01-01T00:00:01Z" },
		{ 1111111109, "2005-03-18T01:58:29Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(253402300800), "(no date)" },
		{ INT64_MAX, "(no date)" },
	};
	char text[KF_WORDS_SIZE];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(spans); i++) {
		kf_words_span(spans[i].seconds, text);
		assert_string_equal(text, spans[i].text);
	}
	for (size_t i = 0; i < UNIT_COUNT(times); i++) {
		kf_words_time(times[i].when, text);
		assert_string_equal(text, times[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc_vectors),
		cmocka_unit_test(as_people_type_it),
		cmocka_unit_test(a_nul_is_refused),
		cmocka_unit_test(groups),
		cmocka_unit_test(round_trips),
		cmocka_unit_test(too_long),
		cmocka_unit_test(uris),
		cmocka_unit_test(long_uris),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests_name("otpauth", tests, NULL, NULL);
}
