/*
 * kf_as_service, as root, with a child (user keyfirst) that has been taken
 * over.  Root must accept nothing from it but an error code or a valid state of
 * the person that it asked for, and must not wait for it for ever.  The test
 * decides what the child sends; see child_seam.h.
 */
#include "tests/unit/unit.h"

#include <string.h>
#include <unistd.h>

#include "enroll_tool/children/as_service.h"
#include "tests/unit/enroll_tool/child_seam.h"

#define UID 1000
#define ANSWER (1 + KF_SLOT_SIZE)	/* an error, and a state */

/* What the child sends. */
static char answer[ANSWER];
static size_t answer_len;

/* Makes a good answer, with the state of uid. */
static void
prepare(uint32_t uid)
{
	struct kf_state state = { .uid = uid, .sequence = 7 };

	state.counts[KF_POSITION_KNOWN].failures = 3;
	answer[0] = (char)KF_OK;
	assert_int_equal(kf_state_format(&state, answer + 1), KF_OK);
	answer_len = sizeof(answer);
}

static void
say_answer(void)
{
	(void)!write(3, answer, answer_len);
}

static void
say_slowly(void)
{
	for (size_t i = 0; i < answer_len; i += 64) {
		(void)!write(3, answer + i,
		    answer_len - i < 64 ? answer_len - i : 64);
		(void)usleep(100);
	}
}

static void
say_without_end(void)
{
	for (;;)
		(void)!write(3, answer, answer_len);
}

static enum kf_err
ask(enum kf_service_call call, void (*how)(void), struct kf_state *state)
{
	enum kf_err err;

	child_says = how;
	err = kf_as_service_one(call, "file:/nonexistent", UID, state);
	child_is_gone();
	return err;
}

static void
honest(void **state)
{
	struct kf_state got = { 0 };

	(void)state;
	prepare(UID);
	assert_int_equal(ask(KF_SERVICE_READ, say_answer, &got), KF_OK);
	assert_int_equal(got.counts[KF_POSITION_KNOWN].failures, 3);
	assert_int_equal(ask(KF_SERVICE_READ, say_slowly, &got), KF_OK);
	assert_int_equal(ask(KF_SERVICE_UNLOCK, say_answer, NULL), KF_OK);
	assert_int_equal(ask(KF_SERVICE_DELETE, say_answer, NULL), KF_OK);
}

static void
errors(void **state)
{
	(void)state;
	for (int err = 1; err < 256; err++) {
		enum kf_err got;

		prepare(UID);
		answer[0] = (char)err;
		got = ask(KF_SERVICE_READ, say_answer, NULL);
		if (err <= KF_ERR_CORRUPT)
			assert_int_equal(got, err);
		else
			assert_int_equal(got, KF_ERR_PROTOCOL);
	}
}

static void
lies(void **state)
{
	struct kf_state got = { .sequence = 4711 };

	(void)state;
	prepare(UID + 1);
	assert_int_equal(ask(KF_SERVICE_READ, say_answer, &got),
	    KF_ERR_CORRUPT);
	for (size_t i = 1; i < sizeof(answer); i += 97) {
		prepare(UID);
		answer[i] = (char)(answer[i] ^ 1);
		assert_int_equal(ask(KF_SERVICE_READ, say_answer, &got),
		    KF_ERR_CORRUPT);
	}
	memset(answer, 0, sizeof(answer));
	assert_int_equal(ask(KF_SERVICE_READ, say_answer, &got),
	    KF_ERR_CORRUPT);
	memset(answer + 1, 0xff, sizeof(answer) - 1);
	assert_int_equal(ask(KF_SERVICE_READ, say_answer, &got),
	    KF_ERR_CORRUPT);
	assert_int_equal(got.sequence, 4711);
}

static void
short_and_long(void **state)
{
	static const size_t lengths[] = { 0, 1, 2, 4095, 4096 };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lengths); i++) {
		prepare(UID);
		answer_len = lengths[i];
		assert_int_equal(ask(KF_SERVICE_READ, say_answer, NULL),
		    KF_ERR_CLOSED);
		assert_int_equal(ask(KF_SERVICE_DELETE, say_answer, NULL),
		    KF_ERR_CLOSED);
	}
	prepare(UID);
	assert_int_equal(ask(KF_SERVICE_READ, say_without_end, NULL), KF_OK);
	assert_int_equal(ask(KF_SERVICE_READ, child_dies, NULL), KF_ERR_CLOSED);
}

static void
silence(void **state)
{
	(void)state;
	unit_set_leap(6000);
	assert_int_equal(ask(KF_SERVICE_READ, child_stays, NULL),
	    KF_ERR_TIMEOUT);
}

/* After the first missing answer, no further answer is waited for. */
static void
several(void **state)
{
	struct kf_service_result results[3] = {
		{ .uid = UID }, { .uid = UID }, { .uid = UID },
	};

	(void)state;
	prepare(UID);
	child_says = say_answer;
	kf_as_service(KF_SERVICE_READ, "file:/nonexistent", results, 3);
	assert_int_equal(results[0].err, KF_OK);
	assert_int_equal(results[1].err, KF_ERR_CLOSED);
	assert_int_equal(results[2].err, KF_ERR_CLOSED);
	child_says = say_without_end;
	kf_as_service(KF_SERVICE_READ, "file:/nonexistent", results, 3);
	assert_int_equal(results[2].err, KF_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(honest),
		UNIT_TEST(errors),
		UNIT_TEST(lies),
		UNIT_TEST(short_and_long),
		UNIT_TEST(silence),
		UNIT_TEST(several),
	};

	unit_start();
	return cmocka_run_group_tests_name("as_service", tests, NULL, NULL);
}
