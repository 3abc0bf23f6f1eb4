/* Recovery codes (factors/recovery.h): shape, hashes, and judging them. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "factors/factor.h"
#include "factors/recovery.h"

#define UID 1000
#define NOW INT64_C(1800000010)

static enum kf_err
parse(const char *text, struct kf_code *code)
{
	struct kf_secret answer;

	assert_int_equal(kf_secret_set(&answer, text, strlen(text)), KF_OK);
	return kf_code_parse(&answer, code);
}

static void
shapes(void **state)
{
	static const struct {
		const char *answer;
		unsigned number;	/* 0: refused */
	} table[] = {
		{ "3-7QKF-M2XT-9HDV-C4WR", 3 },
		{ "37QKFM2XT9HDVC4WR", 3 },
		{ "3 7qkf m2xt 9hdv c4wr", 3 },
		{ "3.7QKF-M2XT-9HDV-C4WR", 0 },
		{ "10-7QKF-M2XT-9HDV-C4WR", 10 },
		{ "10 7QKFM2XT9HDVC4WR", 10 },
		{ "IO-7QKF-M2XT-9HDV-C4WR", 10 },
		{ "0-7QKF-M2XT-9HDV-C4WR", 0 },
		{ "11-7QKF-M2XT-9HDV-C4WR", 0 },
		{ "20-7QKF-M2XT-9HDV-C4WR", 0 },
		{ "A-7QKF-M2XT-9HDV-C4WR", 0 },
		{ "3-7QKF-M2XT-9HDV-C4W", 0 },
		{ "3-7QKF-M2XT-9HDV-C4WRR", 0 },
		{ "3-7QKF-M2XT-9HDV-C4WU", 0 },
		{ "3-7QKF-M2XT-9HDV-C4W\xc3\x89", 0 },
		{ "3-7QKF-M2XT-9HDV-C4W\t", 0 },
		{ "7QKF-M2XT-9HDV-C4WR", 0 },
		{ "7-QKF-M2XT-9HDV-C4WR", 0 },
		{ "- - - - - - - - - - - - - - - - -", 0 },
		{ "3-7-Q-K-F-M-2-X-T-9-H-D-V-C-4-W-R", 3 },
		{ "3--------------------------7QKFM2XT9HDVC4WR", 0 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		static const struct kf_code none;
		struct kf_code code;
		enum kf_err err = parse(table[i].answer, &code);

		if ((err == KF_OK) != (table[i].number > 0))
			fail_msg("row %zu, %s", i, table[i].answer);
		if (err != KF_OK) {
			assert_memory_equal(&code, &none, sizeof(code));
			continue;
		}
		assert_int_equal(code.number, table[i].number);
		assert_string_equal(code.symbols, "7QKFM2XT9HDVC4WR");
		assert_int_equal(code.len, 0);
	}
}

/* Letters that are often mistaken for a digit are read as that digit. */
static void
misread(void **state)
{
	struct kf_code code;

	(void)state;
	assert_int_equal(parse("1-oO0o-iIlL-1111-0000", &code), KF_OK);
	assert_string_equal(code.symbols, "0000111111110000");
}

static char texts[KF_RECOVERY_CODES][KF_RECOVERY_TEXT];

static struct kf_authenticator *
add_recovery(struct kf_person *person)
{
	struct kf_authenticator *a = NULL;

	assert_int_equal(kf_enrolment_add(person, KF_KIND_RECOVERY, &a),
	    KF_OK);
	assert_string_equal(a->id, "R");
	assert_int_equal(kf_recovery_make(person->uid, a->tag, &a->recovery,
	    texts), KF_OK);
	return a;
}

static bool
holds(const void *memory, size_t size, const char *text)
{
	return memmem(memory, size, text, strlen(text)) != NULL;
}

static void
make(void **state)
{
	struct kf_person person = { .uid = UID, .name = "alice" };
	struct kf_authenticator *a = add_recovery(&person);
	struct kf_authenticator *second = NULL;
	char file[KF_ENROLMENT_TEXT_MAX];
	struct kf_ini_error error;
	struct kf_person back;
	size_t len = 0;

	(void)state;
	assert_int_equal(kf_enrolment_format(&person, file, sizeof(file),
	    &len), KF_OK);
	for (unsigned i = 0; i < KF_RECOVERY_CODES; i++) {
		struct kf_code code;

		assert_int_equal(parse(texts[i], &code), KF_OK);
		assert_int_equal(code.number, i + 1);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(strchr(texts[i], '-'),
			    strchr(texts[j], '-'));
		/* Neither the code nor half of it is stored in clear. */
		assert_false(holds(a, sizeof(*a), code.symbols));
		code.symbols[8] = '\0';
		assert_false(holds(a, sizeof(*a), code.symbols));
		assert_false(holds(file, len, code.symbols));
	}
	/* A person has one set of codes, and the file is read back. */
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_RECOVERY, &second),
	    KF_ERR_CONFLICT);
	person.version = 1;
	assert_int_equal(kf_enrolment_format(&person, file, sizeof(file),
	    &len), KF_OK);
	assert_int_equal(kf_enrolment_parse(file, len, &back, &error), KF_OK);
	assert_memory_equal(&back.authenticators[0].recovery, &a->recovery,
	    sizeof(a->recovery));
	assert_int_equal(kf_enrolment_factors(&back), 0);
}

/* Another uid, tag, number, salt or symbol gives another hash. */
static void
hash_is_bound(void **state)
{
	unsigned char salt[KF_RECOVERY_SALT] = "0123456789abcde";
	unsigned char hashes[6][KF_RECOVERY_HASH];
	struct kf_code code;

	(void)state;
	assert_int_equal(parse(texts[0], &code), KF_OK);
	assert_int_equal(kf_recovery_hash(UID, 7, salt, &code, hashes[0]),
	    KF_OK);
	assert_int_equal(kf_recovery_hash(UID + 1, 7, salt, &code, hashes[1]),
	    KF_OK);
	assert_int_equal(kf_recovery_hash(UID, 8, salt, &code, hashes[2]),
	    KF_OK);
	code.number = 2;
	assert_int_equal(kf_recovery_hash(UID, 7, salt, &code, hashes[3]),
	    KF_OK);
	code.number = 1;
	salt[15] ^= 1;
	assert_int_equal(kf_recovery_hash(UID, 7, salt, &code, hashes[4]),
	    KF_OK);
	salt[15] ^= 1;
	code.symbols[15] = code.symbols[15] == '0' ? '1' : '0';
	assert_int_equal(kf_recovery_hash(UID, 7, salt, &code, hashes[5]),
	    KF_OK);
	for (size_t i = 0; i < UNIT_COUNT(hashes); i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(hashes[i], hashes[j],
			    KF_RECOVERY_HASH);
}

/*
 * The hash must never change, because printed codes are kept for years.  The
 * digest below was made with python3's hashlib.scrypt(b"7QKFM2XT9HDVC4WR",
 * n=16384, r=8, p=1, dklen=32); its salt is b"keyfirst-recovery 1\0", the uid
 * in 4 bytes, the tag in 8, the number in 4, and the 16 bytes of salt.
 */
static void
hash_is_fixed(void **state)
{
	static const unsigned char salt[KF_RECOVERY_SALT] = { 1, 2, 3 };
	unsigned char hash[KF_RECOVERY_HASH];
	char hex[2 * KF_RECOVERY_HASH + 1];
	struct kf_code code;

	(void)state;
	assert_int_equal(parse("3-7QKF-M2XT-9HDV-C4WR", &code), KF_OK);
	assert_int_equal(kf_recovery_hash(UID, 7, salt, &code, hash), KF_OK);
	for (size_t i = 0; i < sizeof(hash); i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	assert_string_equal(hex, "f87fcc51e057ecdb996f2e8d4c05cbf9"
	    "7b196573544c88c93c255a5acd2c45d4");
}

static struct kf_guess
guess_of(const struct kf_person *person, uint64_t used)
{
	struct kf_guess guess = {
		.uid = UID,
		.now = NOW,
		.person = *person,
		.state = { .uid = UID },
	};

	if (used != 0)
		assert_non_null(kf_state_line(&guess.state,
		    person->authenticators[0].tag, used, NULL, 0));
	return guess;
}

static enum kf_judgement
judge(struct kf_guess *guess, const char *text, struct kf_judged *judged)
{
	static const struct kf_machine_key key;
	struct kf_conf conf;
	struct kf_code code;

	kf_conf_default(&conf);
	assert_int_equal(parse(text, &code), KF_OK);
	assert_int_equal(kf_factor_prepare(&guess->person, &code), KF_OK);
	assert_int_equal(kf_factor_judge(guess, &code, &conf, &key, judged),
	    KF_OK);
	return judged->judgement;
}

static void
judgement(void **state)
{
	struct kf_person person = { .uid = UID, .name = "alice" };
	struct kf_guess guess;
	struct kf_judged judged;
	char other[KF_RECOVERY_TEXT];

	(void)state;
	(void)add_recovery(&person);
	guess = guess_of(&person, 0);
	assert_int_equal(judge(&guess, texts[9], &judged), KF_JUDGED_RIGHT);
	assert_int_equal(judged.counter, 9);
	assert_true(judged.factor->items);
	assert_string_equal(judged.factor->name, "recovery");
	/* A wrong clock does not matter. */
	guess.now = UNIT_RELEASE_TIME - 1;
	assert_int_equal(judge(&guess, texts[0], &judged), KF_JUDGED_RIGHT);
	guess = guess_of(&person, 1);
	assert_int_equal(judge(&guess, texts[0], &judged), KF_JUDGED_USED);
	assert_int_equal(judge(&guess, texts[1], &judged), KF_JUDGED_RIGHT);
	guess = guess_of(&person, KF_RECOVERY_ALL);
	for (int i = 0; i < KF_RECOVERY_CODES; i++)
		assert_int_equal(judge(&guess, texts[i], &judged),
		    KF_JUDGED_USED);
	/* A right code with another number, and with one wrong symbol. */
	guess = guess_of(&person, 0);
	memcpy(other, texts[1], sizeof(other));
	other[0] = '3';
	assert_int_equal(judge(&guess, other, &judged), KF_JUDGED_WRONG);
	memcpy(other, texts[1], sizeof(other));
	other[20] = other[20] == '0' ? '1' : '0';
	assert_int_equal(judge(&guess, other, &judged), KF_JUDGED_WRONG);
	/* Digits are not compared with hashes. */
	assert_int_equal(judge(&guess, "123456", &judged), KF_JUDGED_WRONG);
	assert_null(judged.factor);
}

/* New codes were issued after the hash was computed: old ones are wrong. */
static void
reissued(void **state)
{
	static const struct kf_machine_key key;
	struct kf_person person = { .uid = UID, .name = "alice" };
	struct kf_recovery old;
	struct kf_guess guess;
	struct kf_judged judged;
	struct kf_conf conf;
	struct kf_code code;
	char text[KF_RECOVERY_TEXT];

	(void)state;
	kf_conf_default(&conf);
	old = add_recovery(&person)->recovery;
	memcpy(text, texts[4], sizeof(text));
	assert_int_equal(parse(text, &code), KF_OK);
	assert_int_equal(kf_factor_prepare(&person, &code), KF_OK);
	kf_enrolment_remove(&person, &person.authenticators[0]);
	(void)add_recovery(&person);
	guess = guess_of(&person, 0);
	assert_int_equal(kf_factor_judge(&guess, &code, &conf, &key, &judged),
	    KF_OK);
	assert_int_equal(judged.judgement, KF_JUDGED_WRONG);
	assert_int_equal(judge(&guess, text, &judged), KF_JUDGED_WRONG);
	/* Even when the old hashes are copied to the new tag. */
	guess.person.authenticators[0].recovery = old;
	assert_int_equal(judge(&guess, text, &judged), KF_JUDGED_WRONG);
	assert_int_equal(kf_factor_judge(&guess, &code, &conf, &key, &judged),
	    KF_OK);
	assert_int_equal(judged.judgement, KF_JUDGED_WRONG);
}

/* For a person without recovery codes a hash is computed just the same. */
static void
nobody(void **state)
{
	struct kf_person person = { .uid = UID, .name = "alice" };
	struct kf_conf conf;
	struct kf_code code;

	(void)state;
	kf_conf_default(&conf);
	assert_int_equal(parse("3-7QKF-M2XT-9HDV-C4WR", &code), KF_OK);
	assert_int_equal(kf_factor_prepare(&person, &code), KF_OK);
	assert_memory_not_equal(code.hash,
	    (unsigned char[KF_RECOVERY_HASH]){ 0 }, KF_RECOVERY_HASH);
	assert_false(kf_factor_could_be(&person, &conf, &code));
	(void)add_recovery(&person);
	assert_true(kf_factor_could_be(&person, &conf, &code));
	assert_int_equal(parse("123456", &code), KF_OK);
	assert_false(kf_factor_could_be(&person, &conf, &code));
}

static void
left(void **state)
{
	(void)state;
	assert_int_equal(kf_recovery_left(0), 10);
	assert_int_equal(kf_recovery_left(1), 9);
	assert_int_equal(kf_recovery_left(KF_RECOVERY_ALL), 0);
	assert_int_equal(kf_recovery_left(KF_RECOVERY_ALL >> 2), 2);
	assert_int_equal(kf_recovery_left(UINT64_MAX), 0);
}

/* In a new state, codes that may have been used before count as used. */
static void
spent(void **state)
{
	struct kf_person person = { .uid = UID, .name = "alice" };
	struct kf_authenticator *r = add_recovery(&person);
	uint64_t r_tag = r->tag, a_tag, b_tag;
	struct kf_authenticator *a = NULL;
	struct kf_state s;

	(void)state;
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_TOTP, &a), KF_OK);
	a->totp = (struct kf_totp){ .period = 30, .first_step = 5 };
	a_tag = a->tag;
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_TOTP, &a), KF_OK);
	a->totp = (struct kf_totp){
		.period = 60,
		.first_step = UINT64_MAX - 1,
	};
	b_tag = a->tag;
	kf_factor_spent(&person, NOW, false, &s);
	assert_int_equal(s.uid, UID);
	assert_int_equal(s.lines, 3);
	assert_int_equal(kf_state_find(&s, r_tag)->counter, KF_RECOVERY_ALL);
	/* The last code of the widest window may have been accepted. */
	assert_int_equal(kf_state_find(&s, a_tag)->counter, NOW / 30 + 2);
	assert_true(kf_state_find(&s, b_tag)->counter == UINT64_MAX - 1);
	assert_int_equal(kf_state_find(&s, a_tag)->used, 0);
	kf_factor_spent(&person, NOW, true, &s);
	assert_int_equal(s.lines, 2);
	assert_null(kf_state_find(&s, r_tag));
	assert_int_equal(kf_state_find(&s, a_tag)->counter, NOW / 30 + 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(shapes),
		UNIT_TEST(misread),
		UNIT_TEST(make),
		UNIT_TEST(hash_is_bound),
		UNIT_TEST(hash_is_fixed),
		UNIT_TEST(judgement),
		UNIT_TEST(reissued),
		UNIT_TEST(nobody),
		UNIT_TEST(left),
		UNIT_TEST(spent),
	};

	unit_start();
	return cmocka_run_group_tests_name("recovery", tests, NULL, NULL);
}
