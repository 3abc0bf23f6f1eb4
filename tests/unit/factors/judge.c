/*
 * Judging a code against all authenticators of a person (factors/factor.h):
 * right, wrong, used before, or not to be judged by this clock.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "factors/factor.h"
#include "tests/unit/factors/totp_site.h"

#define UID 1000

static struct kf_machine_key key;

static struct kf_authenticator *
add_totp(struct kf_guess *guess, const char *seed_text, uint64_t last)
{
	struct kf_secret seed = totp_seed(seed_text);
	struct kf_authenticator *a = NULL;
	struct kf_memory *line;

	assert_int_equal(kf_enrolment_add(&guess->person, KF_KIND_TOTP, &a),
	    KF_OK);
	a->totp = totp_of(KF_SHA1, 6);
	assert_int_equal(kf_seal(&key, UID, a->tag, &seed, a->totp.sealed,
	    &a->totp.sealed_len), KF_OK);
	line = kf_state_line(&guess->state, a->tag, last, NULL, 0);
	assert_non_null(line);
	return a;
}

static struct kf_guess
new_guess(void)
{
	char bytes[KF_MACHINE_KEY_SIZE];

	memset(bytes, 7, sizeof(bytes));
	assert_int_equal(kf_secret_set(&key.bytes, bytes, sizeof(bytes)),
	    KF_OK);
	return (struct kf_guess){
		.uid = UID, .now = TOTP_NOW, .state = { .uid = UID },
		.person = { .uid = UID, .name = "alice" },
	};
}

static const char seed_a[] = "aaaaaaaaaaaaaaaaaaaa";
static const char seed_b[] = "bbbbbbbbbbbbbbbbbbbb";

static struct kf_code
typed(const char *seed_text, uint64_t step)
{
	const struct kf_totp totp = totp_of(KF_SHA1, 6);
	const struct kf_secret seed = totp_seed(seed_text);

	return totp_code(&totp, &seed, step);
}

/* Returns a code that is wrong for both seeds in all steps near TOTP_STEP. */
static struct kf_code
wrong_code(void)
{
	struct kf_code code = { .len = 6 };

	for (unsigned n = 0;; n++) {
		bool taken = false;

		(void)snprintf(code.digits, sizeof(code.digits), "%06u",
		    n % 1000000);
		for (uint64_t s = TOTP_STEP - 3; s <= TOTP_STEP + 3; s++)
			taken = taken || strcmp(typed(seed_a, s).digits,
			    code.digits) == 0 || strcmp(typed(seed_b,
			    s).digits, code.digits) == 0;
		if (!taken)
			return code;
	}
}

static enum kf_judgement
judgement(struct kf_guess *guess, const struct kf_code *code,
    struct kf_judged *judged)
{
	struct kf_conf conf;

	kf_conf_default(&conf);
	assert_int_equal(kf_factor_judge(guess, code, &conf, &key, judged),
	    KF_OK);
	return judged->judgement;
}

static void
judge_right(void **state)
{
	struct kf_guess guess = new_guess();
	struct kf_authenticator *a = add_totp(&guess, seed_a, 0);
	struct kf_authenticator *b = add_totp(&guess, seed_b, TOTP_STEP);
	struct kf_judged judged;
	struct kf_code code = typed(seed_a, TOTP_STEP + 1);

	(void)state;
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_RIGHT);
	assert_ptr_equal(judged.authenticator, a);
	assert_string_equal(judged.factor->name, "totp");
	assert_int_equal(judged.counter, TOTP_STEP + 1);
	assert_int_equal(judged.offset, 1);
	code = typed(seed_b, TOTP_STEP + 1);
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_RIGHT);
	assert_ptr_equal(judged.authenticator, b);
	/* b's step is used; it does not matter that a's is not. */
	code = typed(seed_b, TOTP_STEP);
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_USED);
	assert_ptr_equal(judged.authenticator, b);
	code = typed(seed_b, TOTP_STEP - 1);
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_USED);
	code = wrong_code();
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_WRONG);
	/* Without a line of state, the first step of the enrolment is used. */
	guess.state.lines = 0;
	a->totp.first_step = TOTP_STEP;
	code = typed(seed_a, TOTP_STEP);
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_USED);
}

static void
judge_nobody(void **state)
{
	struct kf_guess guess = new_guess();
	struct kf_code code = typed(seed_a, TOTP_STEP);
	struct kf_conf conf;
	struct kf_judged judged;

	(void)state;
	assert_int_not_equal(judgement(&guess, &code, &judged),
	    KF_JUDGED_RIGHT);
	assert_null(judged.authenticator);
	(void)add_totp(&guess, seed_a, 0);
	kf_conf_default(&conf);
	assert_true(kf_factor_can_prove(&guess.person, &conf));
	conf.factors = 0;
	assert_false(kf_factor_can_prove(&guess.person, &conf));
	assert_int_equal(kf_factor_judge(&guess, &code, &conf, &key, &judged),
	    KF_OK);
	assert_int_not_equal(judged.judgement, KF_JUDGED_RIGHT);
	assert_null(judged.authenticator);
}

static void
judge_with_bad_clock(void **state)
{
	struct kf_guess guess = new_guess();
	struct kf_code code = typed(seed_a, TOTP_STEP);
	struct kf_judged judged;

	(void)state;
	(void)add_totp(&guess, seed_a, TOTP_STEP + 3);
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_CLOCK);
	guess.now = UNIT_RELEASE_TIME - 1;
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_CLOCK);
}

/*
 * A code that was compared with one authenticator must be counted as a guess,
 * even when another authenticator cannot be judged.
 */
static void
judge_counts_beside_bad_clock(void **state)
{
	struct kf_guess guess = new_guess();
	struct kf_code code = wrong_code();
	struct kf_judged judged;

	(void)state;
	(void)add_totp(&guess, seed_a, 0);
	(void)add_totp(&guess, seed_b, TOTP_STEP + 100);
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_WRONG);
	code = typed(seed_a, TOTP_STEP);
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_RIGHT);
}

static void
judge_counts_beside_broken(void **state)
{
	struct kf_guess guess = new_guess();
	struct kf_authenticator *b;
	struct kf_code code = wrong_code();
	struct kf_judged judged;
	struct kf_conf conf;

	(void)state;
	(void)add_totp(&guess, seed_a, 0);
	b = add_totp(&guess, seed_b, 0);
	b->totp.sealed[20] ^= 1;
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_WRONG);
	code = typed(seed_a, TOTP_STEP);
	assert_int_equal(judgement(&guess, &code, &judged), KF_JUDGED_RIGHT);
	/* The broken authenticator alone proves nothing. */
	kf_enrolment_remove(&guess.person, &guess.person.authenticators[0]);
	code = typed(seed_b, TOTP_STEP);
	kf_conf_default(&conf);
	assert_int_equal(kf_factor_judge(&guess, &code, &conf, &key, &judged),
	    KF_ERR_CRYPTO);
	assert_int_not_equal(judged.judgement, KF_JUDGED_RIGHT);
}

static struct kf_authenticator *
add_key(struct kf_guess *guess)
{
	struct kf_authenticator *a = NULL;

	assert_int_equal(kf_enrolment_add(&guess->person, KF_KIND_KEY, &a),
	    KF_OK);
	a->key.first_counter = 7;
	return a;
}

/* A key is a factor, but no code that is typed can prove it. */
static void
keys_take_no_code(void **state)
{
	struct kf_guess guess = new_guess();
	struct kf_code codes[] = { typed(seed_a, TOTP_STEP), { .number = 1 },
		{ 0 }, { .len = 7 } };
	struct kf_authenticator *a = add_key(&guess);
	struct kf_judged judged;
	struct kf_conf conf;

	(void)state;
	kf_conf_default(&conf);
	assert_true(kf_factor_can_prove(&guess.person, &conf));
	assert_false(kf_factor_has_code(&guess.person, &conf));
	for (size_t i = 0; i < UNIT_COUNT(codes); i++) {
		assert_false(kf_factor_could_be(&guess.person, &conf,
		    &codes[i]));
		assert_int_equal(judgement(&guess, &codes[i], &judged),
		    KF_JUDGED_WRONG);
		assert_null(judged.authenticator);
	}
	/* The judge function in its row of kf_factors says wrong, too. */
	for (size_t i = 0; i < kf_factor_count; i++) {
		struct kf_trial trial = { .code = &codes[0],
			.judgement = KF_JUDGED_RIGHT };

		if (kf_factors[i].kind != KF_KIND_KEY)
			continue;
		assert_int_equal(kf_factors[i].judge(a, &trial), KF_OK);
		assert_int_equal(trial.judgement, KF_JUDGED_WRONG);
	}
	assert_int_equal(kf_guess_counter(&guess, a), 7);
}

/* A factor that is not in `factors` proves nothing and takes no code. */
static void
keys_and_codes(void **state)
{
	static const struct {
		uint32_t factors;
		bool key, totp;		/* what the person has */
		bool proves, code;
	} table[] = {
		{ KF_CONF_FACTOR_KEY, true, false, true, false },
		{ KF_CONF_FACTOR_KEY, false, true, false, false },
		{ KF_CONF_FACTOR_KEY, true, true, true, false },
		{ KF_CONF_FACTOR_TOTP, true, false, false, false },
		{ KF_CONF_FACTOR_TOTP, false, true, true, true },
		{ KF_CONF_FACTOR_TOTP, true, true, true, true },
		{ KF_CONF_FACTOR_KEY | KF_CONF_FACTOR_TOTP, true, true, true,
		  true },
		{ KF_CONF_FACTOR_KEY | KF_CONF_FACTOR_TOTP, false, false,
		  false, false },
		{ 0, true, true, false, false },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_guess guess = new_guess();
		struct kf_authenticator *a = NULL;
		struct kf_conf conf;

		kf_conf_default(&conf);
		conf.factors = table[i].factors;
		if (table[i].key)
			(void)add_key(&guess);
		if (table[i].totp)
			(void)add_totp(&guess, seed_a, 0);
		assert_int_equal(kf_factor_can_prove(&guess.person, &conf),
		    table[i].proves);
		assert_int_equal(kf_factor_has_code(&guess.person, &conf),
		    table[i].code);
		/* Recovery codes replace a lost key, too. */
		if (conf.factors == 0 || (!table[i].key && !table[i].totp))
			continue;
		assert_int_equal(kf_enrolment_add(&guess.person,
		    KF_KIND_RECOVERY, &a), KF_OK);
		assert_true(kf_factor_has_code(&guess.person, &conf));
	}
}

static void
keys_are_first(void **state)
{
	(void)state;
	assert_string_equal(kf_factors[0].name, "key");
	assert_ptr_equal(kf_factor_of(KF_KIND_KEY), &kf_factors[0]);
	assert_int_equal(kf_factors[0].conf_bit, KF_CONF_FACTOR_KEY);
	assert_false(kf_factors[0].items);
}

/* A key is proved at enrolment or by use; a repaired state has no use. */
static void
keys_are_proved(void **state)
{
	struct kf_guess guess = new_guess();
	struct kf_authenticator *a = add_key(&guess);
	struct kf_memory memory = { .tag = a->tag, .counter = 9 };

	(void)state;
	assert_false(kf_factor_is_proved(a, NULL));
	assert_false(kf_factor_is_proved(a, &memory));
	memory.used = TOTP_NOW;
	assert_true(kf_factor_is_proved(a, &memory));
	a->proved = true;
	assert_true(kf_factor_is_proved(a, NULL));
	for (int first_use = 0; first_use < 2; first_use++) {
		struct kf_memory *line;
		struct kf_state s;

		kf_factor_spent(&guess.person, TOTP_NOW, first_use, &s);
		line = kf_state_find(&s, a->tag);
		assert_non_null(line);
		assert_int_equal(line->counter, 7);
		assert_int_equal(line->used, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(judge_right),
		UNIT_TEST(judge_nobody),
		UNIT_TEST(judge_with_bad_clock),
		UNIT_TEST(judge_counts_beside_bad_clock),
		UNIT_TEST(judge_counts_beside_broken),
		UNIT_TEST(keys_take_no_code),
		UNIT_TEST(keys_and_codes),
		UNIT_TEST(keys_are_first),
		UNIT_TEST(keys_are_proved),
	};

	unit_start();
	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
