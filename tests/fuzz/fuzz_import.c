/*
 * Fuzzes the import of files of other modules.  Accepted entries must be within
 * their limits and refused entries must hold no secret.  Reading one person's
 * lines must give the same entries as reading everybody's.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "common/text.h"
#include "enroll_tool/import/import.h"

struct seen {
	bool keys;
	size_t all;
	size_t of_alice;
	uint32_t line;
};

static void
check(const struct kf_import_entry *e, bool keys)
{
	size_t seed = e->why == KF_IMPORT_TAKEN ? e->seed_len : 0;

	FUZZ_CHECK(e->why < KF_IMPORT_TOO_MANY && e->line >= 1);
	FUZZ_CHECK(memchr(e->user, '\0', sizeof(e->user)) != NULL);
	FUZZ_CHECK(kf_text_is_clean(e->user, sizeof(e->user)));
	FUZZ_CHECK(seed <= sizeof(e->seed));
	for (size_t i = seed; i < sizeof(e->seed); i++)
		FUZZ_CHECK(e->seed[i] == 0);
	if (e->why != KF_IMPORT_TAKEN) {
		FUZZ_CHECK(e->credential_len == 0 && e->public_key_len == 0);
		return;
	}
	FUZZ_CHECK((e->flags & ~KF_IMPORT_FLAGS) == 0);
	if (keys) {
		FUZZ_CHECK(e->credential_len >= KF_KEY_CREDENTIAL_MIN);
		FUZZ_CHECK(e->credential_len <= sizeof(e->credential));
		FUZZ_CHECK(e->public_key_len ==
		    kf_public_key_size(e->algorithm));
		FUZZ_CHECK(e->public_key_len > 0 && e->verify <= 1);
		return;
	}
	FUZZ_CHECK(e->seed_len > 0 && e->algorithm == KF_SHA1);
	FUZZ_CHECK(e->digits >= 6 && e->digits <= 8);
	FUZZ_CHECK(e->period >= 15 && e->period <= 60);
}

static void
take(void *context, const struct kf_import_entry *e)
{
	struct seen *seen = context;

	check(e, seen->keys);
	seen->all++;
	seen->of_alice += strcmp(e->user, "alice") == 0;
	/* Entries come in the order of the lines; keys can share a line. */
	FUZZ_CHECK(e->line > seen->line ||
	    (seen->keys && e->line == seen->line));
	seen->line = e->line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen all = { 0 }, one = { 0 };
	const char *text;

	if (size == 0)
		return 0;
	text = (const char *)data + 1;
	if (data[0] == 'g') {
		kf_import_google(text, size - 1, take, &all);
		FUZZ_CHECK(all.all == 1 && all.of_alice == 0);
		return 0;
	}
	if (data[0] == 'u') {
		all.keys = one.keys = true;
		kf_import_u2f(text, size - 1, NULL, take, &all);
		kf_import_u2f(text, size - 1, "alice", take, &one);
		FUZZ_CHECK(one.all == all.of_alice);
		return 0;
	}
	kf_import_oath(text, size - 1, NULL, take, &all);
	kf_import_oath(text, size - 1, "alice", take, &one);
	/* A bad line has no owner, and can be reported for one person. */
	FUZZ_CHECK(one.all >= all.of_alice && one.all <= all.all);
	return 0;
}

void
fuzz_seeds(fuzz_take *give)
{
	static const char *const seeds[] = {
		"gGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n"
		"\" RATE_LIMIT 3 30 1700000000\n\" WINDOW_SIZE 17\n"
		"\" DISALLOW_REUSE 56666666 56666667\n\" TOTP_AUTH\n"
		"\" STEP_SIZE 30\n\" TIME_SKEW -2\n12345678\n87654321\n",
		"gGEZDGNBVGY3TQOJQ\r\n\" HOTP_COUNTER 1\r\n12345678\r\n",
		"o# users\n\nHOTP/T30 alice - "
		"3132333435363738393031323334353637383930\n"
		"HOTP/T60/8\tbob\t1234\t3132333435363738\t5\t123456\t"
		"2026-11-21T19:40:00L\r\nHOTP/E carol + 00\nHOTP alice\n",
		"u# keys\n\nalice:MDEyMzQ1Njc4OTo7PD0+Pw==,axfR8uEsQkf4vOblY6"
		"RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7L"
		"tkBoN79R9Q==,es256,+presence+pin:*,AA==,eddsa,+verification:"
		"MDEyMzQ1Njc4OTo7PD0-Pw,046b17d1f2e12c4247f8bce6e563a440f277"
		"037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e"
		"162bce33576b315ececbb6406837bf51f5\n"
		"bob:MDEyMzQ1Njc4OTo7PD0+Pw==,MDEyMzQ1Njc4OTo7PD0+PzAxMjM0NT"
		"Y3ODk6Ozw9Pj8=,eddsa,\r\n",
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		give((const uint8_t *)seeds[i], strlen(seeds[i]));
}
