/*
 * Sealed seeds and the machine key (store/seal.h).  A sealed seed must not open
 * when one bit is changed, or for another person, tag or key.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "store/enrolment.h"
#include "store/seal.h"

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
		/* Each seal has a new nonce. */
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
	/* Refused when others may read it or its group may write it. */
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(seal_round_trip),
		UNIT_TEST(seal_refuses),
		UNIT_TEST(machine_key),
	};

	unit_start();
	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
