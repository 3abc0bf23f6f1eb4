/*
 * Runs a scenario, and takes the place of the module, the store and the check
 * of assertions; see keys_scene.h.  The devices are in keys_scene_devices.c.
 */
#include "tests/unit/verifier/keys_scene.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/clock.h"

struct scene scene;

const enum kf_key_failure scene_pin_lies[SCENE_PIN_LIES] = {
	KF_KEY_FAILED_PIN_WRONG, KF_KEY_FAILED_PIN_NEEDED,
	KF_KEY_FAILED_UV_WRONG, KF_KEY_FAILED_UV_BLOCKED,
};

void
scene_start(void)
{
	unit_start();
	/* Opens the log now, or a test would seem to leave it open. */
	openlog("keys", LOG_NDELAY, LOG_AUTHPRIV);
}

void
scene_tell(const char *format, ...)
{
	size_t len = strlen(scene.story);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(scene.story + len, sizeof(scene.story) - len, format,
	    ap);
	va_end(ap);
}

/* ------------------------------------------------- the module and the store */

enum kf_err
kf_talk_show(struct kf_talk *talk, bool error, const char *text)
{
	talk->last = kf_clock_monotonic();
	scene_tell("%c[%s] ", error ? '!' : 'i', text);
	return KF_OK;
}

enum kf_err
kf_talk_ask(struct kf_talk *talk, bool echo, const char *prompt,
    struct kf_msg_answer *answer)
{
	const char *text = scene.typed[scene.asked];

	scene_tell("%c{%s} ", echo ? 'e' : 'b', prompt);
	answer->kind = KF_ANSWER_FAILED;
	if (text == NULL)
		return KF_OK;
	scene.asked++;
	unit_skip(scene.typing);
	talk->last = kf_clock_monotonic();
	answer->kind = KF_ANSWER_TEXT;
	return kf_secret_set(&answer->text, text, strlen(text));
}

enum kf_err
kf_talk_cancel(struct kf_talk *talk)
{
	(void)talk;
	return scene.cancel_err;
}

enum kf_err
kf_talk_rest(struct kf_talk *talk, int64_t until)
{
	int64_t left = until - kf_clock_monotonic();

	(void)talk;
	unit_skip(left > 0 ? left : 0);
	/* The end of the rest, in tenths of a second since the start. */
	scene_tell("rest%lld ",
	    (long long)(until - scene.look_begun + 50) / 100);
	return scene.cancel_err;
}

enum kf_assertion_verdict
kf_assertion_check(const struct kf_key *key,
    const struct kf_assertion_rules *rules,
    const struct kf_assertion *assertion, struct kf_assertion_facts *facts)
{
	assert_int_equal(assertion->credential_len, key->credential_len);
	scene.rules_seen = *rules;
	*facts = (struct kf_assertion_facts){ .counter = 7 };
	return scene.checked;
}

/* The hash must be that of the last FIND, and a new one each time. */
bool
kf_assertion_is_held(const struct kf_key *key,
    const unsigned char hash[KF_KEY_HASH_SIZE],
    const struct kf_assertion *assertion)
{
	static unsigned char last[KF_KEY_HASH_SIZE];

	assert_int_equal(assertion->credential_len, key->credential_len);
	assert_memory_equal(hash, scene.find_hash, KF_KEY_HASH_SIZE);
	if (scene.plugged_in == 1)
		assert_memory_not_equal(hash, last, sizeof(last));
	memcpy(last, hash, sizeof(last));
	if (scene.liars > 0) {
		scene.liars--;
		return false;
	}
	return scene.genuine;
}

const char *
kf_assertion_reason(enum kf_assertion_verdict verdict)
{
	(void)verdict;
	return "wrong";
}

enum kf_err
kf_store_sign(struct kf_store *store, struct kf_signature *signature)
{
	(void)store;
	scene.recorded = *signature;
	signature->last = 9;
	signature->last_used = 1000;
	signature->now = 1000 + scene.signed_later;
	if (scene.signed_err != KF_OK)
		return scene.signed_err;
	signature->higher = true;
	signature->person.count = 1;
	signature->person.authenticators[0].kind = KF_KIND_KEY;
	signature->person.authenticators[0].tag = signature->tag;
	memcpy(signature->person.authenticators[0].id, "K9", 3);
	(void)snprintf(signature->person.name,
	    sizeof(signature->person.name), "%s", scene.recorded_name);
	return KF_OK;
}

/* ---------------------------------------------------------------- the rest */

static const struct kf_factor key_factor = { .name = "key" };

const struct kf_factor *
kf_factor_of(enum kf_kind kind)
{
	assert_int_equal(kind, KF_KIND_KEY);
	return &key_factor;
}

bool
kf_factor_has_code(const struct kf_person *person, const struct kf_conf *conf)
{
	(void)conf;
	for (size_t i = 0; i < person->count; i++)
		if (person->authenticators[i].kind != KF_KIND_KEY)
			return true;
	return false;
}

static void
add(enum kf_kind kind, const char *id, uint64_t tag)
{
	struct kf_authenticator *a =
	    &scene.s.person.authenticators[scene.s.person.count++];

	*a = (struct kf_authenticator){ .kind = kind, .tag = tag };
	memcpy(a->id, id, strlen(id) + 1);
	a->key.credential_len = 32;
	memcpy(a->key.rp_id, "ssh:", 5);
}

void
scene_set_up(unsigned keys, bool code)
{
	memset(&scene, 0, sizeof(scene));
	/* Only the address of the store is used. */
	scene.s.store = (struct kf_store *)(void *)&scene;
	kf_verdict_deny(&scene.s.verdict);
	kf_conf_default(&scene.s.conf);
	scene.s.conf.key_local = KF_KEY_LOCAL_ALWAYS;
	scene.s.known = true;
	scene.s.standing = KF_STANDING_ENROLLED;
	scene.s.talk.last = kf_clock_monotonic();
	scene.s.request.ruid = 1000;
	scene.s.request.uid = 1000;
	memcpy(scene.s.request.user, "alice", 6);
	for (unsigned i = 0; i < keys; i++) {
		const char id[] = { 'K', (char)('1' + i), '\0' };

		add(KF_KIND_KEY, id, 100 + i);
	}
	if (code)
		add(KF_KIND_TOTP, "T1", 1);
	scene.checked = KF_ASSERTION_RIGHT;
	scene.genuine = true;
	scene.signed_later = 60;
	scene.recorded_name = "alice";
}

void
scene_run(const struct happens *list, size_t count, enum kf_keys_end end,
    const char *expected)
{
	enum kf_keys_end came;

	scene.next = list;
	scene.story[0] = '\0';
	scene.look_begun = kf_clock_monotonic();
	came = kf_keys_try(&scene.s);
	if (strlen(scene.story) > 0)
		scene.story[strlen(scene.story) - 1] = '\0';
	assert_string_equal(scene.story, expected);
	assert_int_equal(came, end);
	/* All events of the list were used, and no more. */
	assert_ptr_equal(scene.next, list + count);
	if (end == KF_KEYS_PROVED) {
		assert_string_equal(scene.s.factor, "key");
		assert_string_equal(scene.s.via, "local");
		assert_string_equal(scene.s.id, "K9");
	} else {
		assert_null(scene.s.factor);
		assert_string_not_equal(scene.s.reason, "");
	}
}
