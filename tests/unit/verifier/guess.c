/*
 * kf_guess_try, linked with functions of this file in place of the store, the
 * factors and the log.  A stranger's answer must take the same time whether the
 * person is enrolled or not.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/clock.h"
#include "verifier/guess.h"
#include "verifier/report.h"

/*
 * By so many milliseconds these functions move the clock; so large that the
 * speed of the machine does not matter.
 */
#define READ_MS 100000
#define HASH_MS 1000000
#define NOISE_MS 90000

static unsigned charges;

/* Reading an enrolment takes long, and is done for enrolled persons only. */
enum kf_err
kf_store_get(struct kf_store *store, uint32_t uid, int64_t deadline,
    struct kf_person *person)
{
	(void)store;
	(void)uid;
	(void)deadline;
	*person = (struct kf_person){ .name = "alice" };
	unit_skip(READ_MS);
	return KF_OK;
}

enum kf_err
kf_store_state(struct kf_store *store, uint32_t uid, int64_t deadline,
    struct kf_state *state)
{
	(void)store;
	(void)uid;
	(void)deadline;
	(void)state;
	return KF_ERR_UNAVAILABLE;
}

/* Hashing a recovery code takes long, and is done for everybody. */
enum kf_err
kf_factor_prepare(const struct kf_person *person, struct kf_code *code)
{
	(void)person;
	if (code->number > 0)
		unit_skip(HASH_MS);
	return KF_OK;
}

bool
kf_factor_could_be(const struct kf_person *person, const struct kf_conf *conf,
    const struct kf_code *code)
{
	(void)person;
	(void)conf;
	(void)code;
	return true;
}

enum kf_err
kf_store_charge(struct kf_store *store, struct kf_guess *guess)
{
	(void)store;
	(void)guess;
	charges++;
	return KF_ERR_LOCKED;
}

enum kf_err
kf_factor_judge(struct kf_guess *guess, const struct kf_code *code,
    const struct kf_conf *conf, const struct kf_machine_key *key,
    struct kf_judged *judged)
{
	(void)guess;
	(void)code;
	(void)conf;
	(void)key;
	(void)judged;
	return KF_ERR_CRYPTO;
}

enum kf_err
kf_factor_spend(struct kf_store *store, struct kf_guess *guess,
    const struct kf_judged *judged)
{
	(void)store;
	(void)guess;
	(void)judged;
	return KF_ERR_CRYPTO;
}

uint64_t
kf_guess_counter(struct kf_guess *guess, const struct kf_authenticator *a)
{
	(void)guess;
	(void)a;
	return 0;
}

enum kf_err
kf_store_refund(struct kf_store *store, struct kf_guess *guess)
{
	(void)store;
	(void)guess;
	return KF_ERR_UNAVAILABLE;
}

void
kf_store_release(struct kf_store *store, struct kf_guess *guess)
{
	(void)store;
	(void)guess;
}

void
kf_report_start(const struct kf_session *s, struct kf_log *log,
    const char *event, const char *result)
{
	(void)s;
	kf_log_start(log, event);
	kf_log_add(log, "result", result);
}

void
kf_report_end(const struct kf_session *s, struct kf_log *log, int priority)
{
	(void)s;
	(void)log;
	(void)priority;
}

/*
 * Tries a guess.  Returns by how many milliseconds the time from which the
 * delay of strangers is counted comes after the answer.
 */
static int64_t
shift(enum kf_standing standing, const char *text)
{
	static struct kf_session s;
	static char store;	/* only its address is used */
	struct kf_msg_answer answer = { .kind = KF_ANSWER_TEXT };
	int64_t begun, prepared;

	s.standing = standing;
	s.store = (struct kf_store *)(void *)&store;
	assert_int_equal(kf_secret_set(&answer.text, text, strlen(text)),
	    KF_OK);
	begun = kf_clock_monotonic();
	assert_int_equal(kf_guess_try(&s, &answer, &prepared),
	    standing == KF_STANDING_ENROLLED ? KF_RESULT_WAIT :
	    KF_RESULT_WRONG);
	return prepared - begun;
}

/*
 * That time may only be moved by work that is done for everybody.  Other work
 * would make the answer for an enrolled person later than for others.
 */
static void
same_for_everybody(void **state)
{
	static const enum kf_standing standings[] = {
		KF_STANDING_ENROLLED, KF_STANDING_UNKNOWN,
		KF_STANDING_NOBODY, KF_STANDING_REUSED, KF_STANDING_BROKEN,
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(standings); i++) {
		assert_in_range(shift(standings[i], "123456"), 0, NOISE_MS);
		assert_in_range(shift(standings[i], "3-7QKF-M2XT-9HDV-C4WR"),
		    HASH_MS, HASH_MS + NOISE_MS);
	}
	assert_int_equal(charges, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(same_for_everybody),
	};

	unit_start();
	return cmocka_run_group_tests_name("guess", tests, NULL, NULL);
}
