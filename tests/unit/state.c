/*
 * Slots of state, sealed seeds, and the arithmetic of waits.  One bit that is
 * not as it was written is an error.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "store/enrolment.h"
#include "store/seal.h"
#include "store/state.h"
#include "store/throttle.h"

/* State */

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

/* A slot of which the first part was written over an older one. */
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
	/* One that is there is given as it is. */
	assert_ptr_equal(kf_state_line(&s, 1005, 1, NULL, 0), m);
	assert_int_equal(m->counter, UINT64_MAX - 6);
	/* Full: the one used longest ago goes, unless it is kept. */
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

/* Sealing */

static struct kf_machine_key
key_of(unsigned char fill)
{
	unsigned char bytes[KF_MACHINE_KEY_SIZE];
	struct kf_machine_key key;

	memset(bytes, fill, sizeof(bytes));
	assert_int_equal(kf_secret_set(&key.bytes, bytes, sizeof(bytes)),
	    KF_OK);
	return key;
}

static void
seal_round_trip(void **state)
{
	static const size_t lengths[] = { 1, KF_SEED_MIN, 20, KF_SEED_MAX };
	struct kf_machine_key key = key_of(1);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lengths); i++) {
		unsigned char bytes[KF_SEED_MAX];
		unsigned char a[KF_SEALED_MAX], b[KF_SEALED_MAX];
		struct kf_secret seed, back;
		size_t a_len, b_len;

		memset(bytes, 0x5a, sizeof(bytes));
		assert_int_equal(kf_secret_set(&seed, bytes, lengths[i]),
		    KF_OK);
		assert_int_equal(kf_seal(&key, 1000, 7, &seed, a, &a_len),
		    KF_OK);
		assert_int_equal(a_len, lengths[i] + KF_SEAL_OVERHEAD);
		assert_int_equal(kf_seal(&key, 1000, 7, &seed, b, &b_len),
		    KF_OK);
		/* A nonce of its own each time. */
		assert_memory_not_equal(a, b, KF_SEAL_NONCE);
		assert_int_equal(kf_unseal(&key, 1000, 7, a, a_len, &back),
		    KF_OK);
		assert_int_equal(back.len, seed.len);
		assert_memory_equal(back.bytes, seed.bytes, seed.len);
		if (seed.len >= 16)
			for (size_t at = 0; at + 16 <= a_len; at++)
				assert_memory_not_equal(a + at, bytes, 16);
	}
}

static void
seal_refuses(void **state)
{
	static const struct kf_secret empty;
	struct kf_machine_key key = key_of(1), other = key_of(2);
	unsigned char sealed[KF_SEALED_MAX];
	struct kf_secret seed, back;
	size_t len;

	(void)state;
	assert_int_equal(kf_secret_set(&seed, "0123456789abcdef0123", 20),
	    KF_OK);
	assert_int_equal(kf_seal(&key, 1000, 7, &seed, sealed, &len), KF_OK);
	assert_int_equal(kf_unseal(&key, 1001, 7, sealed, len, &back),
	    KF_ERR_CRYPTO);
	assert_int_equal(kf_unseal(&key, 1000, 8, sealed, len, &back),
	    KF_ERR_CRYPTO);
	assert_int_equal(kf_unseal(&key, 1000, 7 + (UINT64_C(1) << 63),
	    sealed, len, &back), KF_ERR_CRYPTO);
	assert_int_equal(kf_unseal(&other, 1000, 7, sealed, len, &back),
	    KF_ERR_CRYPTO);
	assert_memory_equal(&back, &empty, sizeof(back));
	for (size_t bit = 0; bit < 8 * len; bit++) {
		sealed[bit / 8] ^= (unsigned char)(1U << bit % 8);
		assert_int_equal(kf_unseal(&key, 1000, 7, sealed, len, &back),
		    KF_ERR_CRYPTO);
		assert_memory_equal(&back, &empty, sizeof(back));
		sealed[bit / 8] ^= (unsigned char)(1U << bit % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(kf_unseal(&key, 1000, 7, sealed, cut, &back),
		    KF_ERR_CRYPTO);
	other.bytes.len = 16;
	assert_int_equal(kf_seal(&other, 1, 1, &seed, sealed, &len),
	    KF_ERR_CRYPTO);
	other.bytes.len = 0;
	assert_int_equal(kf_unseal(&other, 1000, 7, sealed, 48, &back),
	    KF_ERR_CRYPTO);
}

static void
machine_key(void **state)
{
	static const char head[] = "keyfirst-machine-key 1\n";
	char text[KF_MACHINE_KEY_TEXT + 1], again[KF_MACHINE_KEY_TEXT + 1];
	const char *path = unit_path("machine.key");
	struct kf_machine_key key;

	(void)state;
	assert_int_equal(kf_machine_key_new(text), KF_OK);
	assert_int_equal(kf_machine_key_new(again), KF_OK);
	assert_string_not_equal(text, again);
	assert_int_equal(strlen(text), KF_MACHINE_KEY_TEXT);
	assert_memory_equal(text, head, sizeof(head) - 1);
	assert_int_equal(kf_machine_key_load(path, &key), KF_ERR_MISSING);
	unit_write(path, text, KF_MACHINE_KEY_TEXT, 0640);
	assert_int_equal(kf_machine_key_load(path, &key), KF_OK);
	assert_int_equal(key.bytes.len, KF_MACHINE_KEY_SIZE);
	kf_machine_key_wipe(&key);
	assert_int_equal(key.bytes.len, 0);
	/* Others may not read it, nor its group write it. */
	unit_write(path, text, KF_MACHINE_KEY_TEXT, 0644);
	assert_int_equal(kf_machine_key_load(path, &key), KF_ERR_UNTRUSTED);
	unit_write(path, text, KF_MACHINE_KEY_TEXT, 0660);
	assert_int_equal(kf_machine_key_load(path, &key), KF_ERR_UNTRUSTED);
	for (size_t cut = 0; cut < KF_MACHINE_KEY_TEXT; cut++) {
		unit_write(path, text, cut, 0640);
		assert_int_equal(kf_machine_key_load(path, &key),
		    KF_ERR_CORRUPT);
		assert_int_equal(key.bytes.len, 0);
	}
	unit_write(path, again, KF_MACHINE_KEY_TEXT + 1, 0640);
	assert_int_not_equal(kf_machine_key_load(path, &key), KF_OK);
	text[30] = 'G';
	unit_write(path, text, KF_MACHINE_KEY_TEXT, 0640);
	assert_int_equal(kf_machine_key_load(path, &key), KF_ERR_CORRUPT);
	again[21] = '2';
	unit_write(path, again, KF_MACHINE_KEY_TEXT, 0640);
	assert_int_equal(kf_machine_key_load(path, &key), KF_ERR_CORRUPT);
}

/* Waits */

static const struct kf_throttle usual = { 10, 1800 };

static int64_t
expected_wait(uint32_t failures)
{
	static const int64_t waits[] = { 0, 0, 0, 0, 5, 10, 20, 40, 80, 160 };

	if (failures >= 100)
		return KF_WAIT_FOREVER;
	return failures < 10 ? waits[failures] : 1800;
}

static void
throttle_table(void **state)
{
	struct kf_count count = { 0 };
	int64_t now = 1000;

	(void)state;
	for (uint32_t n = 0; n <= 101; n++) {
		int64_t wait = expected_wait(n);

		assert_int_equal(count.failures, n);
		assert_int_equal(kf_throttle_wait(&count, &usual, now), wait);
		if (n > 0 && n < 100 && wait > 0) {
			/* Over to the second, and not before. */
			assert_int_equal(kf_throttle_wait(&count, &usual,
			    now + wait - 1), 1);
			assert_int_equal(kf_throttle_wait(&count, &usual,
			    now + wait), 0);
			now += wait;
		}
		if (n >= 100)
			assert_int_equal(kf_throttle_wait(&count, &usual,
			    INT64_MAX), KF_WAIT_FOREVER);
		kf_throttle_charge(&count, &usual, now);
	}
	count.failures = UINT32_MAX;
	kf_throttle_charge(&count, &usual, now);
	assert_int_equal(count.failures, UINT32_MAX);
	assert_int_equal(kf_throttle_wait(&count, &usual, now),
	    KF_WAIT_FOREVER);
}

static void
throttle_options(void **state)
{
	static const struct kf_throttle soon = { 1, 60 }, fifth = { 5, 90 };
	struct kf_count count = { 0 };

	(void)state;
	kf_throttle_charge(&count, &soon, 1000);
	assert_int_equal(kf_throttle_wait(&count, &soon, 1000), 60);
	count = (struct kf_count){ .failures = 3 };
	kf_throttle_charge(&count, &fifth, 1000);
	assert_int_equal(kf_throttle_wait(&count, &fifth, 1000), 5);
	kf_throttle_charge(&count, &fifth, 1005);
	assert_int_equal(kf_throttle_wait(&count, &fifth, 1005), 90);
}

/* A wait is never longer than its own length, whatever the clock did. */
static void
throttle_clock_set_back(void **state)
{
	(void)state;
	for (uint32_t n = 4; n < 100; n++) {
		struct kf_count count = { n, INT64_C(1800000000) };
		int64_t length = expected_wait(n);

		assert_int_equal(kf_throttle_wait(&count, &usual, 1000),
		    length);
		/* Cut for good: it goes by with the new clock. */
		assert_int_equal(count.refuse_until, 1000 + length);
		assert_int_equal(kf_throttle_wait(&count, &usual,
		    1000 + length - 1), 1);
		assert_int_equal(kf_throttle_wait(&count, &usual,
		    1000 + length), 0);
	}
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
		UNIT_TEST(seal_round_trip),
		UNIT_TEST(seal_refuses),
		UNIT_TEST(machine_key),
		UNIT_TEST(throttle_table),
		UNIT_TEST(throttle_options),
		UNIT_TEST(throttle_clock_set_back),
	};

	unit_start();
	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
