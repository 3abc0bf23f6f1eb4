/*
 * The parser for files of pam_u2f (enroll_tool/import/import.h): what it takes
 * from a line, for which person, and which keys it must refuse, and why.
 */
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

#include "enroll_tool/import/import.h"

/* 16 bytes, in base64: 0x30 to 0x3f. */
#define HANDLE "MDEyMzQ1Njc4OTo7PD0+Pw=="
#define HANDLE_OLD "MDEyMzQ1Njc4OTo7PD0-Pw"
/* The generator of P-256, so that it is a point on the curve. */
#define POINT_HEX \
	"6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" \
	"4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
#define POINT "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8" \
	"D54WK84zV2sxXs7LtkBoN79R9Q=="
/* One bit of y is changed, so that it is no point on the curve. */
#define NO_POINT \
	"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8" \
	"D54WK84zV2sxXs7LtkBoN79R9A=="
#define KEY HANDLE "," POINT

static struct kf_import_entry taken[8];
static size_t count;

static void
take(void *context, const struct kf_import_entry *entry)
{
	(void)context;
	assert_true(count < UNIT_COUNT(taken));
	taken[count++] = *entry;
	/* A refused entry holds no part of the key. */
	if (entry->why != KF_IMPORT_TAKEN)
		assert_int_equal(entry->credential_len +
		    entry->public_key_len + entry->credential[0] +
		    entry->public_key[0], 0);
}

/* The text is in a block of exactly its size, for the sanitizers. */
static void
parse(const char *text, size_t len, const char *user)
{
	char *copy = malloc(len + 1);

	assert_non_null(copy);
	memcpy(copy + 1, text, len);
	count = 0;
	kf_import_u2f(copy + 1, len, user, take, NULL);
	free(copy);
}

static const struct kf_import_entry *
u2f(const char *text)
{
	parse(text, strlen(text), NULL);
	assert_int_equal(count, 1);
	return &taken[0];
}

static void
takes(void **state)
{
	static const struct {
		const char *text;
		uint32_t verify;
		uint32_t flags;
	} table[] = {
		{ "alice:" KEY ",es256,+presence", 0, 0 },
		{ "alice:" KEY ",es256,+presence\r\n", 0, 0 },
		{ "alice:" KEY ",ES256,+presence:\n", 0, 0 },
		{ ":alice::" KEY ",es256,+presence\n", 0, 0 },
		{ "# keys\n\nalice:" KEY ",es256,+presence\n", 0, 0 },
		{ "alice:" KEY ",es256,+presence+verification\n", 1, 0 },
		{ "alice:" KEY ",es256,+presence+pin\n", 1, 0 },
		{ "alice:" KEY ",es256,+pin+verification+presence", 1, 0 },
		{ "alice:" KEY ",es256,+pin", 1, KF_IMPORT_HAS_NO_TOUCH },
		{ "alice:" KEY ",es256,", 0, KF_IMPORT_HAS_NO_TOUCH },
		{ "alice:" KEY ",es256", 0, KF_IMPORT_HAS_NO_TOUCH },
		{ "alice:" HANDLE_OLD ",04" POINT_HEX "\n", 0, 0 },
		{ "alice:" HANDLE_OLD "," POINT_HEX "\n", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		const struct kf_import_entry *e = u2f(table[i].text);

		if (e->why != KF_IMPORT_TAKEN)
			fail_msg("%zu: %u", i, e->why);
		assert_int_equal(e->line, i == 4 ? 3 : 1);
		assert_string_equal(e->user, "alice");
		assert_int_equal(e->algorithm, KF_ES256);
		assert_int_equal(e->verify, table[i].verify);
		assert_int_equal(e->flags, table[i].flags);
		assert_int_equal(e->credential_len, 16);
		assert_memory_equal(e->credential, "0123456789:;<=>?", 16);
		assert_int_equal(e->public_key_len, 64);
		assert_memory_equal(e->public_key, "\x6b\x17\xd1\xf2", 4);
		assert_memory_equal(e->public_key + 60, "\x37\xbf\x51\xf5", 4);
	}
}

/* Appends bytes to text in base64; text must have the room. */
static void
append64(char *text, const unsigned char *bytes, size_t len)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghij"
	    "klmnopqrstuvwxyz0123456789+/";
	char *end = text + strlen(text);

	for (size_t i = 0; i < len; i += 3) {
		unsigned all = 0;

		for (size_t j = i; j < i + 3; j++)
			all = all << 8 | (j < len ? bytes[j] : 0);
		for (size_t j = 0; j < 4; j++)
			*end++ = i + j > len ? '=' :
			    letters[all >> (18 - 6 * j) & 63];
	}
	*end = '\0';
}

static const struct kf_import_entry *
u2f_key(const unsigned char *handle, size_t handle_len,
    const unsigned char *public_key, size_t public_key_len, const char *type)
{
	char line[2048] = "alice:";

	append64(line, handle, handle_len);
	strncat(line, ",", 2);
	append64(line, public_key, public_key_len);
	strncat(line, ",", 2);
	strncat(line, type, 8);
	return u2f(line);
}

/* The lengths of key handles, and of public keys of each type. */
static void
sizes(void **state)
{
	static const struct {
		const char *type;
		size_t handle;
		size_t public_key;
		uint32_t why;
	} table[] = {
		{ "eddsa", 64, 32, KF_IMPORT_TAKEN },
		{ "EdDSA", 64, 32, KF_IMPORT_TAKEN },
		{ "rs256", 64, 259, KF_IMPORT_TAKEN },
		{ "eddsa", 16, 32, KF_IMPORT_TAKEN },
		{ "eddsa", 480, 32, KF_IMPORT_TAKEN },
		{ "eddsa", 15, 32, KF_IMPORT_HANDLE_LENGTH },
		{ "eddsa", 481, 32, KF_IMPORT_HANDLE_LENGTH },
		{ "eddsa", 0, 32, KF_IMPORT_HANDLE_LENGTH },
		{ "eddsa", 64, 31, KF_IMPORT_PUBLIC_KEY },
		{ "eddsa", 64, 33, KF_IMPORT_PUBLIC_KEY },
		{ "eddsa", 64, 64, KF_IMPORT_PUBLIC_KEY },
		{ "eddsa", 64, 0, KF_IMPORT_PUBLIC_KEY },
		{ "rs256", 64, 256, KF_IMPORT_PUBLIC_KEY },
		{ "rs256", 64, 258, KF_IMPORT_PUBLIC_KEY },
		{ "rs256", 64, 260, KF_IMPORT_PUBLIC_KEY },
		{ "rs256", 64, 261, KF_IMPORT_PUBLIC_KEY },
		{ "es256", 64, 64, KF_IMPORT_PUBLIC_KEY },
		{ "es256", 64, 32, KF_IMPORT_PUBLIC_KEY },
		{ "es384", 64, 32, KF_IMPORT_KEY_TYPE },
		{ "", 64, 32, KF_IMPORT_KEY_TYPE },
	};

	unsigned char handle[481];
	unsigned char public_key[261];

	(void)state;
	memset(handle, 0x5a, sizeof(handle));
	/* As RSA: an odd modulus of 2048 bits, and a large exponent. */
	memset(public_key, 0xd7, sizeof(public_key));
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		const struct kf_import_entry *e = u2f_key(handle,
		    table[i].handle, public_key, table[i].public_key,
		    table[i].type);

		if (e->why != table[i].why)
			fail_msg("%zu: %u", i, e->why);
		if (e->why != KF_IMPORT_TAKEN)
			continue;
		assert_int_equal(e->credential_len, table[i].handle);
		assert_memory_equal(e->credential, handle, table[i].handle);
		assert_int_equal(e->public_key_len, table[i].public_key);
		assert_memory_equal(e->public_key, public_key,
		    table[i].public_key);
	}
}

/* Public keys of RSA with a wrong modulus or exponent. */
static void
modulus(void **state)
{
	static const struct {
		unsigned char first, last, exponent[3];
		uint32_t why;
	} table[] = {
		{ 0xd7, 0xd7, { 1, 0, 1 }, KF_IMPORT_TAKEN },
		{ 0x57, 0xd7, { 1, 0, 1 }, KF_IMPORT_PUBLIC_KEY },
		{ 0xd7, 0xd6, { 1, 0, 1 }, KF_IMPORT_PUBLIC_KEY },
		{ 0xd7, 0xd7, { 0, 0, 0 }, KF_IMPORT_PUBLIC_KEY },
		{ 0xd7, 0xd7, { 0, 0, 1 }, KF_IMPORT_PUBLIC_KEY },
		{ 0xd7, 0xd7, { 0, 0, 3 }, KF_IMPORT_PUBLIC_KEY },
		{ 0xd7, 0xd7, { 1, 0, 2 }, KF_IMPORT_PUBLIC_KEY },
	};
	unsigned char key[259];

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		memset(key, 0xd7, sizeof(key));
		key[0] = table[i].first;
		key[255] = table[i].last;
		memcpy(key + 256, table[i].exponent, 3);
		if (u2f_key(key, 64, key, sizeof(key), "rs256")->why !=
		    table[i].why)
			fail_msg("%zu: %u", i, taken[0].why);
	}
}

static void
refuses(void **state)
{
	static const struct {
		const char *text;
		uint32_t why;
	} table[] = {
		{ "alice", KF_IMPORT_NO_KEY },
		{ "alice:", KF_IMPORT_NO_KEY },
		{ "alice:::", KF_IMPORT_NO_KEY },
		/* The output of pamu2fcfg -n, which has no user name. */
		{ ":" KEY ",es256,+presence", KF_IMPORT_NO_KEY },
		{ "alice:" HANDLE, KF_IMPORT_SYNTAX },
		{ "alice:" KEY ",es256,+presence,x", KF_IMPORT_SYNTAX },
		{ "alice:" KEY ",es256,+presence,", KF_IMPORT_SYNTAX },
		{ "alice:*," POINT ",es256,+presence", KF_IMPORT_RESIDENT },
		{ "alice:*,04" POINT_HEX, KF_IMPORT_RESIDENT },
		{ "alice:**," POINT ",es256,+presence", KF_IMPORT_HANDLE },
		{ "alice: " KEY ",es256", KF_IMPORT_HANDLE },
		{ "alice:x" HANDLE "," POINT ",es256", KF_IMPORT_HANDLE },
		{ "alice:=" HANDLE "," POINT ",es256", KF_IMPORT_HANDLE },
		{ "alice:" HANDLE "=," POINT ",es256", KF_IMPORT_HANDLE },
		{ "alice:MDEyMzQ1Njc4OTo7PD0+Px==," POINT ",es256",
		  KF_IMPORT_HANDLE },
		{ "alice:MDEyMzQ1Njc4OTo7PD0+Pw=," POINT ",es256",
		  KF_IMPORT_HANDLE },
		{ "alice:," POINT ",es256", KF_IMPORT_HANDLE_LENGTH },
		{ "alice:MDEy," POINT ",es256", KF_IMPORT_HANDLE_LENGTH },
		{ "alice:" HANDLE "," NO_POINT ",es256",
		  KF_IMPORT_PUBLIC_KEY },
		{ "alice:" HANDLE ",,es256", KF_IMPORT_PUBLIC_KEY },
		{ "alice:" HANDLE "," HANDLE ",es256", KF_IMPORT_PUBLIC_KEY },
		{ "alice:" KEY ",eddsa", KF_IMPORT_PUBLIC_KEY },
		{ "alice:" KEY ",rs256", KF_IMPORT_PUBLIC_KEY },
		/* The old format with a base64 key, and the new with hex. */
		{ "alice:" KEY, KF_IMPORT_PUBLIC_KEY },
		{ "alice:" HANDLE ",04" POINT_HEX ",es256",
		  KF_IMPORT_PUBLIC_KEY },
		{ "alice:" HANDLE_OLD ",05" POINT_HEX, KF_IMPORT_PUBLIC_KEY },
		{ "alice:" HANDLE_OLD ",04" POINT_HEX "00",
		  KF_IMPORT_PUBLIC_KEY },
		{ "alice:" HANDLE_OLD ",04" POINT_HEX "0",
		  KF_IMPORT_PUBLIC_KEY },
		{ "alice:" HANDLE_OLD ",0x04" POINT_HEX,
		  KF_IMPORT_PUBLIC_KEY },
		{ "alice:" KEY ",", KF_IMPORT_KEY_TYPE },
		{ "alice:" KEY ",es256k", KF_IMPORT_KEY_TYPE },
		{ "alice:" KEY ",es256,presence", KF_IMPORT_OPTION },
		{ "alice:" KEY ",es256,+Presence", KF_IMPORT_OPTION },
		{ "alice:" KEY ",es256,+presence ", KF_IMPORT_OPTION },
		{ "alice:" KEY ",es256,+presence+", KF_IMPORT_OPTION },
		{ "alice:" KEY ",es256,+presence+new", KF_IMPORT_OPTION },
		{ "ali\xff" "ce:" KEY ",es256", KF_IMPORT_SYNTAX },
		{ "a\033[2Jlice:" KEY ",es256", KF_IMPORT_SYNTAX },
		{ "-----BEGIN OPENSSH PRIVATE KEY-----", KF_IMPORT_NO_KEY },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++)
		if (u2f(table[i].text)->why != table[i].why)
			fail_msg("%zu: %u", i, taken[0].why);
	for (size_t i = 0; i < 3; i++) {
		static const char *const none[] = { "", "::\n", "# a:b\n\n" };

		parse(none[i], strlen(none[i]), NULL);
		assert_int_equal(count, 0);
	}
}

/* Each key of a line is judged by itself; only one person's are taken. */
static void
users(void **state)
{
	static const char text[] = "alice:" KEY ",es256,+presence:*,x,es256:"
		HANDLE_OLD ",04" POINT_HEX ":" KEY ",eddsa\n"
		"bob:" KEY ",es256,+presence+pin\nalice\n";
	static const uint32_t whys[] = {
		KF_IMPORT_TAKEN, KF_IMPORT_RESIDENT, KF_IMPORT_TAKEN,
		KF_IMPORT_PUBLIC_KEY, KF_IMPORT_TAKEN, KF_IMPORT_NO_KEY,
	};
	char *line = calloc(1, 2 * KF_IMPORT_LINE_MAX);

	(void)state;
	assert_non_null(line);
	parse(text, sizeof(text) - 1, NULL);
	assert_int_equal(count, UNIT_COUNT(whys));
	for (size_t i = 0; i < count; i++)
		assert_int_equal(taken[i].why, whys[i]);
	assert_int_equal(taken[4].verify, 1);
	assert_int_equal(taken[5].line, 3);
	parse(text, sizeof(text) - 1, "bob");
	assert_int_equal(count, 1);
	assert_string_equal(taken[0].user, "bob");
	parse(text, sizeof(text) - 1, "bo");
	assert_int_equal(count, 0);
	/* A line that is too long is reported with its user name. */
	memcpy(line, text, 6);
	memset(line + 6, 'A', KF_IMPORT_LINE_MAX);
	assert_int_equal(u2f(line)->why, KF_IMPORT_SYNTAX);
	assert_string_equal(taken[0].user, "alice");
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(takes),
		UNIT_TEST(sizes),
		UNIT_TEST(modulus),
		UNIT_TEST(refuses),
		UNIT_TEST(users),
	};

	unit_start();
	return cmocka_run_group_tests_name("import_u2f", tests, NULL, NULL);
}
