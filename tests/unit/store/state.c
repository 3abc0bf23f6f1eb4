/*
 * Slots of the state file (store/state.h): a slot in which one bit has changed,
 * or that was written in part, must be refused.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "store/state.h"

static struct kf_state
state_with(unsigned lines)
{
	struct kf_state s = {
		.uid = 1000,
		.sequence = 77,
		.counts = { { 3, 0 }, { 100, INT64_C(1800000000) } },
	};

	for (unsigned i = 0; i < lines; i++) {
		struct kf_memory *m = kf_state_line(&s, 1000 + i, 5, NULL, 0);

		assert_non_null(m);
		m->counter = UINT64_MAX - 1 - i;
		m->used = 1700000000 + (int64_t)i;
		m->offset = (int32_t)i - 2;
	}
	return s;
}

static void
state_round_trip(void **state)
{
	(void)state;
	for (unsigned lines = 0; lines <= KF_STATE_LINES; lines++) {
		struct kf_state s = state_with(lines), back;
		char slot[KF_SLOT_SIZE];

		if (kf_state_format(&s, slot) != KF_OK)
			fail_msg("%u lines do not fit", lines);
		memset(&back, 0xee, sizeof(back));
		assert_int_equal(kf_state_parse(slot, &back), KF_OK);
		assert_memory_equal(&s, &back, sizeof(s));
	}
}

/* The longest values that the fields can hold, in every line. */
static void
state_fits_its_slot(void **state)
{
	struct kf_state s = state_with(KF_STATE_LINES), back;
	char slot[KF_SLOT_SIZE];

	(void)state;
	s.uid = UINT32_MAX - 1;
	s.sequence = UINT64_MAX - 1;
	for (size_t i = 0; i < KF_POSITIONS; i++)
		s.counts[i] = (struct kf_count){ UINT32_MAX, INT64_MAX };
	for (size_t i = 0; i < s.lines; i++) {
		s.memory[i].tag = UINT64_MAX - i;
		s.memory[i].counter = UINT64_MAX - 1;
		s.memory[i].used = INT64_MAX;
		s.memory[i].offset = -1000;
	}
	assert_int_equal(kf_state_format(&s, slot), KF_OK);
	assert_int_equal(kf_state_parse(slot, &back), KF_OK);
	assert_memory_equal(&s, &back, sizeof(s));
}

static void
state_every_bit(void **state)
{
	struct kf_state s = state_with(2), back;
	char slot[KF_SLOT_SIZE];

	(void)state;
	assert_int_equal(kf_state_format(&s, slot), KF_OK);
	for (size_t bit = 0; bit < 8 * sizeof(slot); bit++) {
		char flip = (char)(1U << bit % 8);

		slot[bit / 8] ^= flip;
		if (kf_state_parse(slot, &back) != KF_ERR_CORRUPT)
			fail_msg("bit %zu", bit);
		slot[bit / 8] ^= flip;
	}
	assert_int_equal(kf_state_parse(slot, &back), KF_OK);
}

/* A slot of which only the first part was written over an older state. */
static void
state_torn_anywhere(void **state)
{
	struct kf_state s = state_with(2), older = state_with(3), back;
	char slot[KF_SLOT_SIZE], other[KF_SLOT_SIZE];

	(void)state;
	older.sequence = 75;
	assert_int_equal(kf_state_format(&s, slot), KF_OK);
	assert_int_equal(kf_state_format(&older, other), KF_OK);
	for (size_t n = 1; n < sizeof(slot); n++) {
		char torn[KF_SLOT_SIZE];
		enum kf_err err;

		memcpy(torn, other, sizeof(torn));
		memcpy(torn, slot, n);
		err = kf_state_parse(torn, &back);
		if (memcmp(torn, slot, sizeof(torn)) == 0 ||
		    memcmp(torn, other, sizeof(torn)) == 0)
			assert_int_equal(err, KF_OK);
		else
			assert_int_equal(err, KF_ERR_CORRUPT);
	}
	memset(slot, 0, sizeof(slot));
	assert_int_equal(kf_state_parse(slot, &back), KF_ERR_CORRUPT);
	memset(slot, '\n', sizeof(slot));
	assert_int_equal(kf_state_parse(slot, &back), KF_ERR_CORRUPT);
}

static void
state_lines(void **state)
{
	struct kf_state s = state_with(KF_STATE_LINES);
	uint64_t keep[KF_STATE_LINES];
	struct kf_memory *m;

	(void)state;
	assert_null(kf_state_find(&s, 1));
	m = kf_state_find(&s, 1005);
	assert_non_null(m);
	/* An existing line is returned unchanged. */
	assert_ptr_equal(kf_state_line(&s, 1005, 1, NULL, 0), m);
	assert_int_equal(m->counter, UINT64_MAX - 6);
	/* Full: the line used longest ago is replaced, unless in keep. */
	keep[0] = 1000;
	m = kf_state_line(&s, 2000, 9, keep, 1);
	assert_non_null(m);
	assert_int_equal(m->tag, 2000);
	assert_int_equal(m->counter, 9);
	assert_int_equal(m->used, 0);
	assert_int_equal(s.lines, KF_STATE_LINES);
	assert_null(kf_state_find(&s, 1001));
	assert_non_null(kf_state_find(&s, 1000));
	for (size_t i = 0; i < s.lines; i++)
		keep[i] = s.memory[i].tag;
	assert_null(kf_state_line(&s, 3000, 9, keep, s.lines));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(state_round_trip),
		UNIT_TEST(state_fits_its_slot),
		UNIT_TEST(state_every_bit),
		UNIT_TEST(state_torn_anywhere),
		UNIT_TEST(state_lines),
	};

	unit_start();
	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
