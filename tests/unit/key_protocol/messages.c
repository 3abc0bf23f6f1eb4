/*
 * The messages of the device program (key_protocol/msg.h).  Bytes that are not
 * exactly one valid message must be refused with KF_ERR_PROTOCOL, and each
 * message must have only one encoding.
 */
#include "tests/unit/key_protocol/samples.h"

#include <string.h>

/* Decodes f, and encodes the result into *second. */
static enum kf_err
again(enum sample sample, const struct kf_frame *f, struct kf_frame *second)
{
	enum kf_err err = sample_decode(sample, f);

	if (err != KF_OK)
		return err;
	sample_in = sample_out;
	return sample_encode(sample, second);
}

static struct kf_frame f, second;

static void
round_trip(void **state)
{
	(void)state;
	for (enum sample s = FIND; s < SAMPLES; s++) {
		sample_fill(s);
		assert_int_equal(sample_encode(s, &f), KF_OK);
		assert_int_equal(again(s, &f, &second), KF_OK);
		assert_int_equal(f.type, second.type);
		assert_int_equal(f.len, second.len);
		assert_memory_equal(f.payload, second.payload, f.len);
	}
}

static void
cut_or_long(void **state)
{
	(void)state;
	for (enum sample s = FIND; s < SAMPLES; s++) {
		size_t whole;

		sample_fill(s);
		assert_int_equal(sample_encode(s, &f), KF_OK);
		whole = f.len;
		for (f.len = 0; f.len < whole; f.len++)
			if (sample_decode(s, &f) != KF_ERR_PROTOCOL)
				fail_msg("message %d of %zu", (int)s, f.len);
		f.len = whole + 1;
		for (unsigned extra = 0; extra < 256; extra++) {
			f.payload[whole] = (unsigned char)extra;
			assert_int_equal(sample_decode(s, &f), KF_ERR_PROTOCOL);
		}
		f.len = sizeof(f.payload);
		assert_int_equal(sample_decode(s, &f), KF_ERR_PROTOCOL);
	}
}

static void
garbled(void **state)
{
	(void)state;
	for (enum sample s = FIND; s < SAMPLES; s++) {
		sample_fill(s);
		assert_int_equal(sample_encode(s, &f), KF_OK);
		for (size_t i = 0; i < f.len; i++) {
			unsigned char was = f.payload[i];

			for (unsigned c = 0; c < 256; c++) {
				f.payload[i] = (unsigned char)c;
				if (again(s, &f, &second) != KF_OK)
					continue;
				assert_int_equal(f.len, second.len);
				assert_memory_equal(f.payload, second.payload,
				    f.len);
			}
			f.payload[i] = was;
		}
	}
}

/* A field with a wrong value, at its offset. */
static void
values(void **state)
{
	static const struct {
		enum sample sample;
		size_t at;
		unsigned char value;
	} table[] = {
		{ FIND, 32, 0 },		/* but two candidates follow */
		{ FIND, 32, KF_KEY_CANDIDATES_MAX + 1 },
		{ FIND, 32, 255 },
		{ FIND, 35, 0 },			/* a NUL in the RP id */
		{ ASSERT, 0, KF_KEY_CANDIDATES_MAX },
		{ ASSERT, 0, 255 },
		{ ASSERT, 1, KF_KEY_VERIFY_PIN },	/* without a PIN */
		{ ASSERT, 1, 3 },
		{ ASSERT, 1, 255 },
		{ ASSERT_PIN, 1, KF_KEY_VERIFY_NO },	/* with a PIN */
		{ ASSERT_PIN, 1, KF_KEY_VERIFY_BUILT_IN },
		{ ASSERT_PIN, 36, 0 },		/* a NUL in the PIN */
		{ MAKE, 0, 0 },
		{ MAKE, 0, KF_RS256 + 1 },
		{ MAKE, 0, 255 },
		{ MAKE, 1, KF_KEY_VERIFY_NO },
		{ MAKE, 1, 3 },
		{ MAKE, 2, 3 },
		{ MAKE, 2, 255 },
		{ MAKE, 37, 0 },		/* a NUL in the RP id */
		{ OPENED, 0, 32 | 31 },
		{ OPENED, 0, 128 | 31 },
		{ OPENED, 0, 30 },		/* U2F with flags of FIDO2 */
		{ OPENED, 17, 1 },
		{ OPENED, 17, 0x1e },
		{ OPENED_U2F, 0, 2 },
		{ OPENED_U2F, 1, 1 },
		{ OPENED_U2F, 17, 2 },
		{ OPENED_U2F, 21, 1 },
		{ FOUND, 0, 1 },
		{ FOUND, 1, 1 },
		{ MADE, 2, 0 },			/* a NUL in the format */
		{ FAILED, 0, KF_KEY_FAILED_PIN_POLICY + 1 },
		{ FAILED, 0, 255 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		sample_fill(table[i].sample);
		assert_int_equal(sample_encode(table[i].sample, &f), KF_OK);
		assert_true(table[i].at < f.len);
		f.payload[table[i].at] = table[i].value;
		if (sample_decode(table[i].sample, &f) != KF_ERR_PROTOCOL)
			fail_msg("row %zu", i);
	}
}

/* A message that is refused leaves nothing in the struct, and no PIN. */
static void
refused_is_wiped(void **state)
{
	static const unsigned char zeros[sizeof(sample_out)];

	(void)state;
	sample_fill(ASSERT_PIN);
	assert_int_equal(sample_encode(ASSERT_PIN, &f), KF_OK);
	f.len++;
	assert_int_equal(sample_decode(ASSERT_PIN, &f), KF_ERR_PROTOCOL);
	assert_memory_equal(&sample_out, zeros, sizeof(sample_out.assert));
	sample_fill(MAKE);
	assert_int_equal(sample_encode(MAKE, &f), KF_OK);
	f.len++;
	assert_int_equal(sample_decode(MAKE, &f), KF_ERR_PROTOCOL);
	assert_memory_equal(&sample_out, zeros, sizeof(sample_out.make));
}

/* Appends a string of len bytes 'x' to a hand-made payload. */
static void
add_string(size_t len)
{
	f.payload[f.len++] = (unsigned char)(len >> 8);
	f.payload[f.len++] = (unsigned char)len;
	memset(f.payload + f.len, 'x', len);
	f.len += len;
}

static void
start(const void *fixed, size_t len)
{
	memset(&f, 0, sizeof(f));
	memcpy(f.payload, fixed, len);
	f.len = len;
}

/* The shortest and longest value of each field, and one byte beyond. */
static void
lengths(void **state)
{
	static const struct {
		size_t fields[4], min[4], max[4];
		enum sample sample;
		size_t before;		/* fixed bytes; the last one is 1 */
	} table[] = {
		{ { 1, 1 }, { 1, 1 }, { KF_KEY_RP_ID_SIZE - 1,
			KF_KEY_CREDENTIAL_MAX }, FIND, KF_KEY_HASH_SIZE + 1 },
		{ { 1, 1, 1 }, { 0, 0, 0 }, { KF_KEY_CREDENTIAL_MAX,
			KF_KEY_AUTHDATA_MAX, KF_KEY_SIGNATURE_MAX }, FOUND, 4 },
		{ { 1, 1, 1 }, { 0, 1, 1 }, { KF_KEY_CREDENTIAL_MAX,
			KF_KEY_AUTHDATA_MAX, KF_KEY_SIGNATURE_MAX }, ASSERTED,
			0 },
		{ { 1, 1, 1, 1 }, { 1, 1, 0, 0 }, { 32, KF_KEY_AUTHDATA_MAX,
			KF_KEY_SIGNATURE_MAX, KF_KEY_CERTIFICATE_MAX }, MADE,
			0 },
	};
	static const unsigned char ends_in_one[KF_KEY_HASH_SIZE + 1] = {
		[KF_KEY_HASH_SIZE] = 1
	};

	(void)state;
	for (size_t row = 0; row < UNIT_COUNT(table); row++)
		for (size_t which = 0; which < 4; which++)
			for (int edge = 0; edge < 4; edge++) {
				size_t min = table[row].min[which];
				size_t max = table[row].max[which];
				size_t len[] = { min, max, max + 1, min - 1 };
				bool fits = edge < 2;

				if (table[row].fields[which] == 0 ||
				    (edge == 3 && min == 0))
					continue;
				start(ends_in_one + sizeof(ends_in_one) -
				    table[row].before, table[row].before);
				for (size_t i = 0; i < 4; i++)
					if (table[row].fields[i] != 0)
						add_string(i == which ?
						    len[edge] : 1);
				if (sample_decode(table[row].sample, &f) !=
				    (fits ? KF_OK : KF_ERR_PROTOCOL))
					fail_msg("row %zu, field %zu, edge %d",
					    row, which, edge);
			}
}

static void
pin_lengths(void **state)
{
	unsigned char fixed[34] = { 0, KF_KEY_VERIFY_PIN };

	(void)state;
	for (size_t len = 0; len < 70; len++) {
		start(fixed, sizeof(fixed));
		add_string(len);
		assert_int_equal(sample_decode(ASSERT, &f), len >= 1 &&
		    len < KF_KEY_PIN_SIZE ? KF_OK : KF_ERR_PROTOCOL);
	}
}

/* Sixteen of the longest candidates fit a frame; one more is refused. */
static void
candidates(void **state)
{
	(void)state;
	memset(&sample_in, 0, sizeof(sample_in));
	sample_in.find.count = KF_KEY_CANDIDATES_MAX;
	for (size_t i = 0; i < KF_KEY_CANDIDATES_MAX; i++) {
		struct kf_key_candidate *c = &sample_in.find.candidates[i];

		memset(c->rp_id, 'x', sizeof(c->rp_id) - 1);
		c->credential_len = sizeof(c->credential);
	}
	assert_int_equal(sample_encode(FIND, &f), KF_OK);
	assert_int_equal(sample_decode(FIND, &f), KF_OK);
	sample_in.find.count++;
	assert_int_equal(sample_encode(FIND, &f), KF_ERR_RANGE);
	sample_in.find.count = 0;
	assert_int_equal(sample_encode(FIND, &f), KF_OK);
	assert_int_equal(sample_decode(FIND, &f), KF_OK);
}

/* A message with a value out of range is not encoded. */
static void
out_of_range(void **state)
{
	(void)state;
	sample_fill(FIND);
	memset(sample_in.find.candidates[1].rp_id, 'x', KF_KEY_RP_ID_SIZE);
	assert_int_equal(sample_encode(FIND, &f), KF_ERR_RANGE);
	sample_fill(FIND);
	sample_in.find.candidates[1].rp_id[0] = '\0';
	assert_int_equal(sample_encode(FIND, &f), KF_ERR_RANGE);
	sample_fill(FIND);
	sample_in.find.candidates[0].credential_len = KF_KEY_CREDENTIAL_MAX + 1;
	assert_int_equal(sample_encode(FIND, &f), KF_ERR_RANGE);
	sample_fill(FIND);
	sample_in.find.candidates[0].credential_len = 0;
	assert_int_equal(sample_encode(FIND, &f), KF_ERR_RANGE);
	sample_fill(ASSERT);
	sample_in.assert.candidate = KF_KEY_CANDIDATES_MAX;
	assert_int_equal(sample_encode(ASSERT, &f), KF_ERR_RANGE);
	sample_fill(ASSERT);
	sample_in.assert.verify = KF_KEY_VERIFY_PIN;
	assert_int_equal(sample_encode(ASSERT, &f), KF_ERR_RANGE);
	sample_fill(ASSERT_PIN);
	sample_in.assert.verify = KF_KEY_VERIFY_BUILT_IN;
	assert_int_equal(sample_encode(ASSERT_PIN, &f), KF_ERR_RANGE);
	sample_fill(ASSERT_PIN);
	memset(sample_in.assert.pin, 'x', sizeof(sample_in.assert.pin));
	assert_int_equal(sample_encode(ASSERT_PIN, &f), KF_ERR_RANGE);
	sample_fill(MAKE);
	sample_in.make.protect = 3;
	assert_int_equal(sample_encode(MAKE, &f), KF_ERR_RANGE);
	sample_fill(MAKE);
	memset(sample_in.make.user, 'x', sizeof(sample_in.make.user));
	assert_int_equal(sample_encode(MAKE, &f), KF_ERR_RANGE);
	sample_fill(ASSERTED);
	sample_in.asserted.signature_len = KF_KEY_SIGNATURE_MAX + 1;
	assert_int_equal(sample_encode(ASSERTED, &f), KF_ERR_RANGE);
	sample_fill(MADE);
	sample_in.made.certificate_len = KF_KEY_CERTIFICATE_MAX + 1;
	assert_int_equal(sample_encode(MADE, &f), KF_ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(round_trip),
		UNIT_TEST(cut_or_long),
		UNIT_TEST(garbled),
		UNIT_TEST(values),
		UNIT_TEST(refused_is_wiped),
		UNIT_TEST(lengths),
		UNIT_TEST(pin_lengths),
		UNIT_TEST(candidates),
		UNIT_TEST(out_of_range),
	};

	unit_start();
	return cmocka_run_group_tests_name("key_messages", tests, NULL, NULL);
}
