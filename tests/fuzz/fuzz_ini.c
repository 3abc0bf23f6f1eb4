/*
 * Fuzzes the readers of text files: configuration, enrolment, and a slot of
 * state with a correct checksum.  Values that are accepted must be within their
 * limits.  An enrolment and a state must be the same after being written and
 * read again.
 */
#include "tests/fuzz/fuzz.h"

#include <openssl/sha.h>
#include <string.h>

#include "common/text.h"
#include "policy/conf.h"
#include "store/enrolment.h"
#include "store/state.h"

/* "# sha256 ", 64 digits and a newline; see FILEFORMAT. */
#define HEAD_SIZE (9 + 64 + 1)

static void
fuzz_conf(const char *text, size_t size)
{
	struct kf_ini_error error = { 0 };
	struct kf_conf conf;

	if (kf_conf_parse(text, size, "sshd", &conf, &error) != KF_OK) {
		FUZZ_CHECK(error.line > 0 && error.reason[0] != '\0');
		FUZZ_CHECK(kf_text_is_clean(error.reason,
		    sizeof(error.reason)));
		return;
	}
	FUZZ_CHECK(conf.totp_window <= 2);
	FUZZ_CHECK(conf.tries >= 1 && conf.tries <= 10);
	FUZZ_CHECK(conf.lockout_failures >= 1 && conf.lockout_failures <= 10);
	FUZZ_CHECK(conf.lockout_seconds >= 60);
	FUZZ_CHECK(conf.factors != 0 && (conf.factors &
	    ~(KF_CONF_FACTOR_KEY | KF_CONF_FACTOR_TOTP)) == 0);
	FUZZ_CHECK(conf.key_touch_timeout >= 1 && conf.key_touch_timeout <= 40);
	FUZZ_CHECK(conf.key_insert_timeout >= 1 &&
	    conf.key_insert_timeout <= 40);
	FUZZ_CHECK(conf.key_local == KF_KEY_LOCAL_AUTO ||
	    conf.key_local == KF_KEY_LOCAL_ALWAYS ||
	    conf.key_local == KF_KEY_LOCAL_NEVER);
	FUZZ_CHECK(kf_text_is_word(conf.key_rp_id, sizeof(conf.key_rp_id)));
	FUZZ_CHECK(conf.key_aaguid_count <= KF_CONF_AAGUIDS_MAX);
	FUZZ_CHECK(memcmp(conf.store, "file:/", 6) == 0);
}

static void
fuzz_enrolment(const char *text, size_t size)
{
	static struct kf_person person, again;
	static char written[KF_ENROLMENT_TEXT_MAX];
	struct kf_ini_error error = { 0 };
	size_t len = 0;

	memset(&person, 0, sizeof(person));
	memset(&again, 0, sizeof(again));
	if (kf_enrolment_parse(text, size, &person, &error) != KF_OK) {
		FUZZ_CHECK(error.reason[0] != '\0');
		return;
	}
	FUZZ_CHECK(person.count >= 1 &&
	    person.count <= KF_AUTHENTICATORS_MAX);
	FUZZ_CHECK(kf_enrolment_format(&person, written, sizeof(written),
	    &len) == KF_OK);
	FUZZ_CHECK(kf_enrolment_parse(written, len, &again, &error) == KF_OK);
	FUZZ_CHECK(memcmp(&person, &again, sizeof(person)) == 0);
}

static void
fuzz_state(const char *text, size_t size)
{
	static struct kf_state state, again;
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char slot[KF_SLOT_SIZE];
	char hex[2 * SHA256_DIGEST_LENGTH + 1];

	if (size > sizeof(slot) - HEAD_SIZE)
		size = sizeof(slot) - HEAD_SIZE;
	memset(slot, '\n', sizeof(slot));
	memcpy(slot + HEAD_SIZE, text, size);
	(void)SHA256((const unsigned char *)slot + HEAD_SIZE,
	    sizeof(slot) - HEAD_SIZE, digest);
	kf_text_hex(hex, digest, sizeof(digest));
	memcpy(slot, "# sha256 ", 9);
	memcpy(slot + 9, hex, sizeof(hex) - 1);
	memset(&state, 0, sizeof(state));
	memset(&again, 0, sizeof(again));
	if (kf_state_parse(slot, &state) != KF_OK)
		return;
	FUZZ_CHECK(state.lines <= KF_STATE_LINES);
	FUZZ_CHECK(kf_state_format(&state, slot) == KF_OK);
	FUZZ_CHECK(kf_state_parse(slot, &again) == KF_OK);
	FUZZ_CHECK(memcmp(&state, &again, sizeof(state)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0]) {
	case 'c':
		fuzz_conf((const char *)data + 1, size - 1);
		break;
	case 'e':
		fuzz_enrolment((const char *)data + 1, size - 1);
		break;
	case 's':
		fuzz_state((const char *)data + 1, size - 1);
		break;
	}
	return 0;
}

void
fuzz_seeds(fuzz_take *take)
{
	static const char *const seeds[] = {
		"c# ours\n[default]\ntotp.window = 2\ntries = 3\n"
		"lockout.failures = 10\nlockout.seconds = 1800\n"
		"factors = totp\nlog = steps\nstore = file:/var/lib/x\n"
		"key.touch-timeout = 20\nkey.insert-timeout = 9\n"
		"key.verify = yes\nkey.counter = log\nkey.synced = deny\n"
		"key.local = never\nkey.rp-id = ssh:x\nkey.aaguid-allow = "
		"2fc0579f-8113-47ea-b116-bb5a8db9202a "
		"00000000000000000000000000000000\n\n"
		"[service sshd]\ntries = 1\n[service su-l]\nlog = decisions\n",
		"e[person]\nformat = 1\nuid = 1000\nname = alice\n"
		"version = 3\nauthenticators = 2\n\n[totp T1]\n"
		"tag = 0123456789abcdef\nlabel = a phone\n"
		"created = 1700000000\nby = root\nproved = no\n"
		"algorithm = sha1\n"
		"digits = 6\nperiod = 30\nfirst-step = 56666666\nseed = "
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b"
		"1c1d1e1f202122232425262728292a2b\n\n[totp T3]\n"
		"tag = fedcba9876543210\ncreated = 0\nby = root\nproved = yes\n"
		"algorithm = sha512\ndigits = 8\nperiod = 60\n"
		"first-step = 0\nseed = "
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b"
		"1c1d1e1f202122232425262728292a2b\n",
		"e[person]\nformat = 1\nuid = 1000\nname = alice\n"
		"version = 3\nauthenticators = 1\n\n[key K1]\n"
		"tag = 0123456789abcdef\nlabel = a key\n"
		"created = 1700000000\nby = root\nproved = yes\n"
		"algorithm = eddsa\nrp-id = ssh:\ncredential = "
		"000102030405060708090a0b0c0d0e0f\npublic-key = "
		"000102030405060708090a0b0c0d0e0f"
		"101112131415161718191a1b1c1d1e1f\nverify = no\n"
		"synced = no\nattestation = self\naaguid = "
		"000102030405060708090a0b0c0d0e0f\nfirst-counter = 7\n",
		"s[state]\nformat = 1\nuid = 1000\nsequence = 7\n"
		"stranger.failures = 3\nstranger.refuse-until = 0\n"
		"known.failures = 4\nknown.refuse-until = 1700000005\n"
		"lines = 2\n[memory]\ntag = 0123456789abcdef\n"
		"counter = 56666666\nused = 1700000000\noffset = -1\n"
		"[memory]\ntag = 0000000000000000\ncounter = 0\nused = 0\n"
		"offset = 0\n",
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		take((const uint8_t *)seeds[i], strlen(seeds[i]));
}
