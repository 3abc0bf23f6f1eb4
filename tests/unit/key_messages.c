/*
 * Messages of the device program.  Whatever is not exactly a message is
 * KF_ERR_PROTOCOL, and what is understood has one way only to be said.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "common/key_msg.h"

enum sample {
	FIND, ASSERT, ASSERT_PIN, MAKE, BARE, OPENED, OPENED_U2F, FOUND,
	ASSERTED, RETRIES, MADE, FAILED, SAMPLES
};

static union {
	struct kf_key_find find;
	struct kf_key_assert assert;
	struct kf_key_make make;
	struct kf_key_opened opened;
	struct kf_key_found found;
	struct kf_key_asserted asserted;
	struct kf_key_retries retries;
	struct kf_key_made made;
	enum kf_key_failure failure;
} in, out;

static void
fill_in(enum sample sample)
{
	memset(&in, 0, sizeof(in));
	switch (sample) {
	case FIND:
		memcpy(in.find.hash, "hash", 4);
		in.find.count = 2;
		for (size_t i = 0; i < 2; i++) {
			memcpy(in.find.candidates[i].rp_id, "ssh:", 5);
			in.find.candidates[i].credential_len = 3 + i;
			memcpy(in.find.candidates[i].credential, "\0ab1", 4);
		}
		break;
	case ASSERT:
		in.assert.candidate = 15;
		memcpy(in.assert.hash, "hash", 4);
		break;
	case ASSERT_PIN:
		in.assert.verify = KF_KEY_VERIFY_PIN;
		memcpy(in.assert.pin, "1234", 5);
		break;
	case MAKE:
		in.make.algorithm = KF_RS256;
		in.make.verify = KF_KEY_VERIFY_PIN;
		in.make.protect = 2;
		memcpy(in.make.rp_id, "r", 2);
		memcpy(in.make.user_id, "id", 2);
		memcpy(in.make.user, "u", 2);
		memcpy(in.make.pin, "p", 2);
		break;
	case OPENED:
		in.opened = (struct kf_key_opened){ .fido2 = true,
			.has_pin = true, .has_verify = true,
			.always_verify = true, .protects = true,
			.aaguid = "123456789012345", .algorithms = 0x0e,
			.credential_max = 0xffffffff };
		break;
	case FOUND:
		in.found.held = 0x8001;
		in.found.shown.credential_len = 2;
		in.found.shown.authdata_len = 37;
		in.found.shown.signature_len = 71;
		break;
	case ASSERTED:
		in.asserted.credential_len = 1;
		in.asserted.authdata_len = 37;
		in.asserted.signature_len = 70;
		break;
	case RETRIES:
		in.retries.left = 8;
		break;
	case MADE:
		memcpy(in.made.format, "packed", 7);
		in.made.authdata_len = 160;
		in.made.signature_len = 71;
		in.made.certificate_len = 400;
		break;
	case FAILED:
		in.failure = KF_KEY_FAILED_PIN_POLICY;
		break;
	case BARE:
	case OPENED_U2F:
	case SAMPLES:
		break;
	}
}

static enum kf_err
encode(enum sample sample, struct kf_frame *f)
{
	memset(f, 0, sizeof(*f));
	switch (sample) {
	case FIND:
		return kf_key_put_find(f, &in.find);
	case ASSERT:
	case ASSERT_PIN:
		return kf_key_put_assert(f, &in.assert);
	case MAKE:
		return kf_key_put_make(f, &in.make);
	case BARE:
		kf_key_put_bare(f, KF_KEY_MSG_CANCEL);
		return KF_OK;
	case OPENED:
	case OPENED_U2F:
		kf_key_put_opened(f, &in.opened);
		return KF_OK;
	case FOUND:
		return kf_key_put_found(f, &in.found);
	case ASSERTED:
		return kf_key_put_asserted(f, &in.asserted);
	case RETRIES:
		kf_key_put_retries(f, &in.retries);
		return KF_OK;
	case MADE:
		return kf_key_put_made(f, &in.made);
	case FAILED:
		kf_key_put_failed(f, in.failure);
		return KF_OK;
	case SAMPLES:
		break;
	}
	return KF_ERR_IO;
}

static enum kf_err
decode(enum sample sample, const struct kf_frame *f)
{
	memset(&out, 0xee, sizeof(out));
	switch (sample) {
	case FIND:
		return kf_key_get_find(f, &out.find);
	case ASSERT:
	case ASSERT_PIN:
		return kf_key_get_assert(f, &out.assert);
	case MAKE:
		return kf_key_get_make(f, &out.make);
	case BARE:
		return kf_key_get_bare(f);
	case OPENED:
	case OPENED_U2F:
		return kf_key_get_opened(f, &out.opened);
	case FOUND:
		return kf_key_get_found(f, &out.found);
	case ASSERTED:
		return kf_key_get_asserted(f, &out.asserted);
	case RETRIES:
		return kf_key_get_retries(f, &out.retries);
	case MADE:
		return kf_key_get_made(f, &out.made);
	case FAILED:
		return kf_key_get_failed(f, &out.failure);
	case SAMPLES:
		break;
	}
	return KF_ERR_IO;
}

/* Decodes, and says it again. */
static enum kf_err
again(enum sample sample, const struct kf_frame *f, struct kf_frame *second)
{
	enum kf_err err = decode(sample, f);

	if (err != KF_OK)
		return err;
	in = out;
	return encode(sample, second);
}

static struct kf_frame f, second;

static void
round_trip(void **state)
{
	(void)state;
	for (enum sample s = FIND; s < SAMPLES; s++) {
		fill_in(s);
		assert_int_equal(encode(s, &f), KF_OK);
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

		fill_in(s);
		assert_int_equal(encode(s, &f), KF_OK);
		whole = f.len;
		for (f.len = 0; f.len < whole; f.len++)
			if (decode(s, &f) != KF_ERR_PROTOCOL)
				fail_msg("message %d of %zu", (int)s, f.len);
		f.len = whole + 1;
		for (unsigned extra = 0; extra < 256; extra++) {
			f.payload[whole] = (unsigned char)extra;
			assert_int_equal(decode(s, &f), KF_ERR_PROTOCOL);
		}
		f.len = sizeof(f.payload);
		assert_int_equal(decode(s, &f), KF_ERR_PROTOCOL);
	}
}

static void
garbled(void **state)
{
	(void)state;
	for (enum sample s = FIND; s < SAMPLES; s++) {
		fill_in(s);
		assert_int_equal(encode(s, &f), KF_OK);
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
		{ FIND, 32, 0 },			/* and two behind it */
		{ FIND, 32, KF_KEY_CANDIDATES_MAX + 1 },
		{ FIND, 32, 255 },
		{ FIND, 35, 0 },			/* a NUL in the RP id */
		{ ASSERT, 0, KF_KEY_CANDIDATES_MAX },
		{ ASSERT, 0, 255 },
		{ ASSERT, 1, KF_KEY_VERIFY_PIN },	/* without one */
		{ ASSERT, 1, 3 },
		{ ASSERT, 1, 255 },
		{ ASSERT_PIN, 1, KF_KEY_VERIFY_NO },	/* with one */
		{ ASSERT_PIN, 1, KF_KEY_VERIFY_BUILT_IN },
		{ ASSERT_PIN, 36, 0 },		/* a NUL in it */
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
		{ OPENED, 0, 30 },		/* U2F that says more */
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
		fill_in(table[i].sample);
		assert_int_equal(encode(table[i].sample, &f), KF_OK);
		assert_true(table[i].at < f.len);
		f.payload[table[i].at] = table[i].value;
		if (decode(table[i].sample, &f) != KF_ERR_PROTOCOL)
			fail_msg("row %zu", i);
	}
}

/* What was refused leaves no PIN behind, nor anything else. */
static void
refused_is_wiped(void **state)
{
	static const unsigned char zeros[sizeof(out)];

	(void)state;
	fill_in(ASSERT_PIN);
	assert_int_equal(encode(ASSERT_PIN, &f), KF_OK);
	f.len++;
	assert_int_equal(decode(ASSERT_PIN, &f), KF_ERR_PROTOCOL);
	assert_memory_equal(&out, zeros, sizeof(out.assert));
	fill_in(MAKE);
	assert_int_equal(encode(MAKE, &f), KF_OK);
	f.len++;
	assert_int_equal(decode(MAKE, &f), KF_ERR_PROTOCOL);
	assert_memory_equal(&out, zeros, sizeof(out.make));
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

/* The shortest and longest that each field takes, and a byte beyond. */
static void
lengths(void **state)
{
	static const struct {
		size_t fields[4], min[4], max[4];
		enum sample sample;
		size_t before;		/* bytes; the last of them is 1 */
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
				if (decode(table[row].sample, &f) !=
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
		assert_int_equal(decode(ASSERT, &f), len >= 1 &&
		    len < KF_KEY_PIN_SIZE ? KF_OK : KF_ERR_PROTOCOL);
	}
}

/* Sixteen of the longest fit a frame; one more is refused. */
static void
candidates(void **state)
{
	(void)state;
	memset(&in, 0, sizeof(in));
	in.find.count = KF_KEY_CANDIDATES_MAX;
	for (size_t i = 0; i < KF_KEY_CANDIDATES_MAX; i++) {
		struct kf_key_candidate *c = &in.find.candidates[i];

		memset(c->rp_id, 'x', sizeof(c->rp_id) - 1);
		c->credential_len = sizeof(c->credential);
	}
	assert_int_equal(encode(FIND, &f), KF_OK);
	assert_int_equal(decode(FIND, &f), KF_OK);
	in.find.count++;
	assert_int_equal(encode(FIND, &f), KF_ERR_RANGE);
	in.find.count = 0;
	assert_int_equal(encode(FIND, &f), KF_OK);
	assert_int_equal(decode(FIND, &f), KF_OK);
}

/* What does not fit is not said. */
static void
out_of_range(void **state)
{
	(void)state;
	fill_in(FIND);
	memset(in.find.candidates[1].rp_id, 'x', KF_KEY_RP_ID_SIZE);
	assert_int_equal(encode(FIND, &f), KF_ERR_RANGE);
	fill_in(FIND);
	in.find.candidates[1].rp_id[0] = '\0';
	assert_int_equal(encode(FIND, &f), KF_ERR_RANGE);
	fill_in(FIND);
	in.find.candidates[0].credential_len = KF_KEY_CREDENTIAL_MAX + 1;
	assert_int_equal(encode(FIND, &f), KF_ERR_RANGE);
	fill_in(FIND);
	in.find.candidates[0].credential_len = 0;
	assert_int_equal(encode(FIND, &f), KF_ERR_RANGE);
	fill_in(ASSERT);
	in.assert.candidate = KF_KEY_CANDIDATES_MAX;
	assert_int_equal(encode(ASSERT, &f), KF_ERR_RANGE);
	fill_in(ASSERT);
	in.assert.verify = KF_KEY_VERIFY_PIN;
	assert_int_equal(encode(ASSERT, &f), KF_ERR_RANGE);
	fill_in(ASSERT_PIN);
	in.assert.verify = KF_KEY_VERIFY_BUILT_IN;
	assert_int_equal(encode(ASSERT_PIN, &f), KF_ERR_RANGE);
	fill_in(ASSERT_PIN);
	memset(in.assert.pin, 'x', sizeof(in.assert.pin));
	assert_int_equal(encode(ASSERT_PIN, &f), KF_ERR_RANGE);
	fill_in(MAKE);
	in.make.protect = 3;
	assert_int_equal(encode(MAKE, &f), KF_ERR_RANGE);
	fill_in(MAKE);
	memset(in.make.user, 'x', sizeof(in.make.user));
	assert_int_equal(encode(MAKE, &f), KF_ERR_RANGE);
	fill_in(ASSERTED);
	in.asserted.signature_len = KF_KEY_SIGNATURE_MAX + 1;
	assert_int_equal(encode(ASSERTED, &f), KF_ERR_RANGE);
	fill_in(MADE);
	in.made.certificate_len = KF_KEY_CERTIFICATE_MAX + 1;
	assert_int_equal(encode(MADE, &f), KF_ERR_RANGE);
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
