/*
 * The dialogue with security keys, event by event: which devices are asked for
 * what, what the person is told, and how it ends.  Devices, module and store
 * are played by this program: a scenario is a list of what happens, and every
 * request, text and question is written down in the order in which it came.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "factors/assertion.h"
#include "verifier/key_wait.h"

/* ------------------------------------------------------------ the scenario */

struct happens {
	enum kf_devices_event event;
	int device;		/* its number; -1: none */
	uint8_t answer;		/* of KF_DEVICES_ANSWER: type of the frame */
	uint32_t value;		/* found: bits; failed: why; retries: left */
	int64_t late;		/* milliseconds that passed before */
};

static const struct happens *next;
static char story[4096];
static const char *typed[4];	/* answers to questions; NULL: none left */
static size_t asked;
static enum kf_err cancel_err;
static enum kf_assertion_verdict checked;
static bool genuine;
static unsigned char find_hash[KF_KEY_HASH_SIZE];
static struct kf_assertion_rules rules_seen;
static enum kf_err signed_err;
static int64_t signed_later;	/* than the last, in seconds */
static struct kf_signature recorded;
static const char *recorded_name;
static size_t plugged_in;
static int64_t look_begun;
static int64_t typing;		/* milliseconds that an answer takes */

static void __attribute__((format(printf, 1, 2)))
tell_story(const char *format, ...)
{
	size_t len = strlen(story);
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(story + len, sizeof(story) - len, format, ap);
	va_end(ap);
}

/* -------------------------------------------------------------- the devices */

static int
number(const struct kf_devices *devices, const struct kf_device *device)
{
	return (int)(device - devices->list);
}

/* As many as the scenario talks of first, besides what arrives later. */
void
kf_devices_start(struct kf_devices *devices, const char *only)
{
	assert_null(only);
	for (size_t i = 0; i < plugged_in; i++)
		devices->list[i] = (struct kf_device){
			.phase = KF_DEVICE_OPENING,
		};
}

static void
fill_frame(struct kf_frame *f, const struct happens *h)
{
	const struct kf_key_found found = { .held = h->value };
	const struct kf_key_retries retries = { .left = (uint8_t)h->value };
	struct kf_key_asserted asserted = {
		.authdata_len = 37,
		.signature_len = 64,
	};

	f->type = h->answer;
	f->len = 0;
	if (h->answer == KF_KEY_MSG_FOUND)
		assert_int_equal(kf_key_put_found(f, &found), KF_OK);
	else if (h->answer == KF_KEY_MSG_RETRIES_LEFT)
		kf_key_put_retries(f, &retries);
	else if (h->answer == KF_KEY_MSG_FAILED)
		kf_key_put_failed(f, (enum kf_key_failure)h->value);
	else if (h->answer == KF_KEY_MSG_ASSERTED)
		assert_int_equal(kf_key_put_asserted(f, &asserted), KF_OK);
}

/* The value of OPENED is these bits. */
#define FIDO2 1U
#define HAS_PIN 2U
#define HAS_UV 4U
#define ALWAYS 8U

enum kf_devices_event
kf_devices_wait(struct kf_devices *devices, int fd, int64_t deadline,
    struct kf_device **device)
{
	const struct happens *h = next++;

	(void)fd;
	*device = NULL;
	if (h->late > 0)
		unit_skip(h->late);
	if (h->event == KF_DEVICES_TIMEOUT) {
		int64_t left = deadline - kf_clock_monotonic();

		unit_skip(left > 0 ? left : 0);
		tell_story("(%lld) ", (long long)(left + 500) / 1000);
		return KF_DEVICES_TIMEOUT;
	}
	/* A list that came to its end: nothing was to be waited for. */
	if (h->event == KF_DEVICES_CALLER || h->device < 0)
		return h->event;
	*device = &devices->list[h->device];
	switch (h->event) {
	case KF_DEVICES_ARRIVED:
		**device = (struct kf_device){ .phase = KF_DEVICE_OPENING };
		break;
	case KF_DEVICES_BUSY:
		(*device)->phase = KF_DEVICE_BUSY;
		break;
	case KF_DEVICES_OPENED:
		(*device)->phase = KF_DEVICE_IDLE;
		(*device)->opened.fido2 = (h->value & FIDO2) != 0;
		(*device)->opened.has_pin = (h->value & HAS_PIN) != 0;
		(*device)->opened.has_verify = (h->value & HAS_UV) != 0;
		(*device)->opened.always_verify = (h->value & ALWAYS) != 0;
		break;
	case KF_DEVICES_ANSWER:
		assert_int_equal((*device)->phase, KF_DEVICE_WORKING);
		(*device)->phase = KF_DEVICE_IDLE;
		fill_frame(&devices->frame, h);
		break;
	case KF_DEVICES_GONE:
		(*device)->phase = KF_DEVICE_NONE;
		break;
	case KF_DEVICES_TOUCH:
		assert_int_equal((*device)->phase, KF_DEVICE_WORKING);
		break;
	case KF_DEVICES_TIMEOUT:
	case KF_DEVICES_CALLER:
		break;
	}
	return h->event;
}

static void
work(struct kf_devices *devices, struct kf_device *device, const char *what)
{
	assert_int_equal(device->phase, KF_DEVICE_IDLE);
	device->phase = KF_DEVICE_WORKING;
	tell_story("%d:%s ", number(devices, device), what);
}

void
kf_device_find(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_find *find, int64_t ms)
{
	char what[16];

	assert_in_range(ms, 100, 10000);
	memcpy(find_hash, find->hash, sizeof(find_hash));
	(void)snprintf(what, sizeof(what), "find%zu", find->count);
	work(devices, device, what);
}

void
kf_device_assert(struct kf_devices *devices, struct kf_device *device,
    const struct kf_key_assert *request, int64_t ms)
{
	static unsigned char last[KF_KEY_HASH_SIZE];
	char what[128];
	const char *how = "touch";

	assert_in_range(ms, 1000, 45000);
	/* Never the same challenge again. */
	assert_memory_not_equal(request->hash, last, sizeof(last));
	memcpy(last, request->hash, sizeof(last));
	if (request->verify == KF_KEY_VERIFY_BUILT_IN)
		how = "uv";
	if (request->verify == KF_KEY_VERIFY_PIN)
		how = "pin=";
	else
		assert_string_equal(request->pin, "");
	(void)snprintf(what, sizeof(what), "%s%s", how, request->pin);
	work(devices, device, what);
}

void
kf_device_retries(struct kf_devices *devices, struct kf_device *device,
    int64_t ms)
{
	(void)ms;
	work(devices, device, "retries");
}

void
kf_device_release(struct kf_devices *devices, struct kf_device *device)
{
	device->phase = KF_DEVICE_DONE;
	tell_story("%d:release ", number(devices, device));
}

void
kf_devices_stop(struct kf_devices *devices)
{
	(void)devices;
}

size_t
kf_reader_list(struct kf_reader readers[KF_READERS_MAX])
{
	(void)readers;
	return plugged_in;
}

/* ------------------------------------------------- the module and the store */

enum kf_err
kf_talk_show(struct kf_talk *talk, bool error, const char *text)
{
	talk->last = kf_clock_monotonic();
	tell_story("%c[%s] ", error ? '!' : 'i', text);
	return KF_OK;
}

enum kf_err
kf_talk_ask(struct kf_talk *talk, bool echo, const char *prompt,
    struct kf_msg_answer *answer)
{
	const char *text = typed[asked];

	tell_story("%c{%s} ", echo ? 'e' : 'b', prompt);
	answer->kind = KF_ANSWER_FAILED;
	if (text == NULL)
		return KF_OK;
	asked++;
	unit_skip(typing);
	talk->last = kf_clock_monotonic();
	answer->kind = KF_ANSWER_TEXT;
	return kf_secret_set(&answer->text, text, strlen(text));
}

enum kf_err
kf_talk_cancel(struct kf_talk *talk)
{
	(void)talk;
	return cancel_err;
}

enum kf_err
kf_talk_rest(struct kf_talk *talk, int64_t until)
{
	int64_t left = until - kf_clock_monotonic();

	(void)talk;
	unit_skip(left > 0 ? left : 0);
	/* Until when, in tenths of a second since the look began. */
	tell_story("rest%lld ", (long long)(until - look_begun + 50) / 100);
	return cancel_err;
}

enum kf_assertion_verdict
kf_assertion_check(const struct kf_key *key,
    const struct kf_assertion_rules *rules,
    const struct kf_assertion *assertion, struct kf_assertion_facts *facts)
{
	assert_int_equal(assertion->credential_len, key->credential_len);
	rules_seen = *rules;
	*facts = (struct kf_assertion_facts){ .counter = 7 };
	return checked;
}

/* The hash that was sent, and not one of bytes that anybody knows. */
bool
kf_assertion_is_held(const struct kf_key *key,
    const unsigned char hash[KF_KEY_HASH_SIZE],
    const struct kf_assertion *assertion)
{
	static unsigned char last[KF_KEY_HASH_SIZE];

	assert_int_equal(assertion->credential_len, key->credential_len);
	assert_memory_equal(hash, find_hash, KF_KEY_HASH_SIZE);
	if (plugged_in == 1)
		assert_memory_not_equal(hash, last, sizeof(last));
	memcpy(last, hash, sizeof(last));
	return genuine;
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
	recorded = *signature;
	signature->last = 9;
	signature->last_used = 1000;
	signature->now = 1000 + signed_later;
	if (signed_err != KF_OK)
		return signed_err;
	signature->higher = true;
	signature->person.count = 1;
	signature->person.authenticators[0].kind = KF_KIND_KEY;
	signature->person.authenticators[0].tag = signature->tag;
	memcpy(signature->person.authenticators[0].id, "K9", 3);
	(void)snprintf(signature->person.name,
	    sizeof(signature->person.name), "%s", recorded_name);
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

static struct kf_session s;

static void
add(enum kf_kind kind, const char *id, uint64_t tag)
{
	struct kf_authenticator *a =
	    &s.person.authenticators[s.person.count++];

	*a = (struct kf_authenticator){ .kind = kind, .tag = tag };
	memcpy(a->id, id, strlen(id) + 1);
	a->key.credential_len = 32;
	memcpy(a->key.rp_id, "ssh:", 5);
}

/* Somebody with keys; and with a code to type or without. */
static void
set_up(unsigned keys, bool code)
{
	memset(&s, 0, sizeof(s));
	/* The store is played; there must be one. */
	s.store = (struct kf_store *)(void *)&s;
	kf_verdict_deny(&s.verdict);
	kf_conf_default(&s.conf);
	s.conf.key_local = KF_KEY_LOCAL_ALWAYS;
	s.known = true;
	s.standing = KF_STANDING_ENROLLED;
	s.talk.last = kf_clock_monotonic();
	s.request.ruid = 1000;
	s.request.uid = 1000;
	memcpy(s.request.user, "alice", 6);
	for (unsigned i = 0; i < keys; i++) {
		const char id[] = { 'K', (char)('1' + i), '\0' };

		add(KF_KIND_KEY, id, 100 + i);
	}
	if (code)
		add(KF_KIND_TOTP, "T1", 1);
	plugged_in = 0;
	asked = 0;
	typing = 0;
	memset(typed, 0, sizeof(typed));
	cancel_err = KF_OK;
	checked = KF_ASSERTION_RIGHT;
	genuine = true;
	signed_err = KF_OK;
	signed_later = 60;
	recorded_name = "alice";
	recorded = (struct kf_signature){ 0 };
}

#define OPENED(d, bits) { KF_DEVICES_OPENED, d, 0, bits, 0 }
#define FOUND(d, bits) { KF_DEVICES_ANSWER, d, KF_KEY_MSG_FOUND, bits, 0 }
#define SIGNED(d) { KF_DEVICES_ANSWER, d, KF_KEY_MSG_ASSERTED, 0, 0 }
#define FAILED(d, why) { KF_DEVICES_ANSWER, d, KF_KEY_MSG_FAILED, why, 0 }
#define LEFT(d, n) { KF_DEVICES_ANSWER, d, KF_KEY_MSG_RETRIES_LEFT, n, 0 }
#define ARRIVED(d) { KF_DEVICES_ARRIVED, d, 0, 0, 2000 }
#define SOON(d) { KF_DEVICES_ARRIVED, d, 0, 0, 0 }
#define BUSY(d) { KF_DEVICES_BUSY, d, 0, 0, 0 }
#define BLINKS(d) { KF_DEVICES_TOUCH, d, 0, 0, 0 }
#define GONE(d) { KF_DEVICES_GONE, d, 0, 0, 0 }
#define LATE { KF_DEVICES_TIMEOUT, -1, 0, 0, 0 }
#define CALLER { KF_DEVICES_CALLER, -1, 0, 0, 0 }

/* A scenario, its end and its whole story. */
static void
run(const struct happens *list, size_t count, enum kf_keys_end end,
    const char *expected)
{
	enum kf_keys_end came;

	next = list;
	story[0] = '\0';
	look_begun = kf_clock_monotonic();
	came = kf_keys_try(&s);
	if (strlen(story) > 0)
		story[strlen(story) - 1] = '\0';
	assert_string_equal(story, expected);
	assert_int_equal(came, end);
	/* All of it happened, and nothing more was waited for. */
	assert_ptr_equal(next, list + count);
	if (end == KF_KEYS_PROVED) {
		assert_string_equal(s.factor, "key");
		assert_string_equal(s.via, "local");
		assert_string_equal(s.id, "K9");
	} else {
		assert_null(s.factor);
		assert_string_not_equal(s.reason, "");
	}
}
#define RUN(end, expected, ...) do {					\
	const struct happens list[] = { __VA_ARGS__ };			\
	run(list, UNIT_COUNT(list), end, expected);			\
} while (0)
#define RUN_EMPTY(end, expected) run(NULL, 0, end, expected)

#define TOUCH " i[Touch your security key.]"
#define INSERT "i[Insert your security key.] "
#define IN_USE "![The security key is in use by another program; waiting " \
	"for it. A blink now is not for this.] "

static void
one_touch(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:touch",
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	assert_false(rules_seen.verify);
	assert_int_equal(recorded.counter, 7);
	assert_int_equal(recorded.tag, 100);
	assert_int_equal(recorded.uid, 1000);
	assert_true(recorded.strict);
	/* U2F is no different; and what policy wants is passed on. */
	set_up(2, true);
	plugged_in = 1;
	s.conf.key_counter_log = true;
	s.conf.key_synced_deny = true;
	RUN(KF_KEYS_PROVED, "0:find2" TOUCH " 0:touch",
	    OPENED(0, 0), FOUND(0, 2), SIGNED(0));
	assert_true(rules_seen.hardware);
	assert_false(recorded.strict);
	assert_int_equal(recorded.tag, 101);
}

/* One blinks in each hand: the one that is touched counts. */
static void
two_devices(void **state)
{
	(void)state;
	set_up(2, true);
	plugged_in = 3;
	RUN(KF_KEYS_PROVED, "0:find2 1:find2 2:find2" TOUCH " 1:touch "
	    "2:release 0:touch",
	    OPENED(0, FIDO2), OPENED(1, 0), OPENED(2, FIDO2),
	    FOUND(1, 2), FOUND(2, 0), FOUND(0, 1), SIGNED(0));
	assert_int_equal(recorded.tag, 100);
}

static void
not_there(void **state)
{
	(void)state;
	/* With a code to type, nobody is kept waiting. */
	set_up(1, true);
	RUN_EMPTY(KF_KEYS_ABSENT, "");
	assert_string_equal(s.reason, "key-absent");
	set_up(1, true);
	plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1 0:release", OPENED(0, FIDO2),
	    FOUND(0, 0));
	/* Without one, for as long as it takes to find the key. */
	set_up(1, false);
	RUN(KF_KEYS_ABSENT, INSERT "(15)", LATE);
	set_up(1, false);
	RUN(KF_KEYS_PROVED, INSERT "0:find1" TOUCH " 0:touch",
	    ARRIVED(0), OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	/* Another's key is told so, once. */
	set_up(1, false);
	RUN(KF_KEYS_ABSENT, INSERT "0:find1 0:release "
	    "![This security key is not enrolled for you.] 1:find1 1:release "
	    "(11)", ARRIVED(0), OPENED(0, FIDO2), FOUND(0, 0), ARRIVED(1),
	    OPENED(1, FIDO2), FOUND(1, 0), LATE);
}

/* Bits of credentials that nobody asked for are no credentials. */
static void
claims_too_much(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1 0:release", OPENED(0, FIDO2),
	    FOUND(0, 0xfffe));
}

static void
pulled_out(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), GONE(0));
	/* Put back in by who has nothing else. */
	set_up(1, false);
	plugged_in = 1;
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:touch " INSERT "0:find1" TOUCH
	    " 0:touch", OPENED(0, FIDO2), FOUND(0, 1), GONE(0), ARRIVED(0),
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
}

static void
not_touched(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch (15) "
	    "![The security key was not touched in time.]",
	    OPENED(0, FIDO2), FOUND(0, 1), LATE);
	assert_string_equal(s.reason, "key-timeout");
	set_up(1, true);
	plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch 0:release",
	    OPENED(0, FIDO2), FOUND(0, 1), FAILED(0, KF_KEY_FAILED_TIMEOUT));
}

static void
cancelled(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), CALLER);
	assert_int_equal(s.deny, KF_DENY_CANCELLED);
	set_up(1, false);
	RUN(KF_KEYS_FAILED, "i[Insert your security key.]", CALLER);
	set_up(1, true);
	plugged_in = 1;
	cancel_err = KF_ERR_CLOSED;
	RUN(KF_KEYS_OVER, "0:find1", OPENED(0, FIDO2), CALLER);
}

/* Whatever is wrong with what was signed: no. */
static void
not_right(void **state)
{
	static const enum kf_assertion_verdict wrong[] = {
		KF_ASSERTION_MALFORMED, KF_ASSERTION_CREDENTIAL,
		KF_ASSERTION_RP, KF_ASSERTION_PRESENCE,
		KF_ASSERTION_SIGNATURE, KF_ASSERTION_BROKEN,
		(enum kf_assertion_verdict)1,
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		set_up(1, true);
		plugged_in = 1;
		checked = wrong[i];
		RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch "
		    "![The security key's answer is not valid.] 0:release",
		    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
		assert_int_equal(recorded.uid, 0);
	}
	/* A second device may still be the right one. */
	set_up(1, true);
	plugged_in = 2;
	checked = KF_ASSERTION_SIGNATURE;
	RUN(KF_KEYS_FAILED, "0:find1 1:find1" TOUCH " 0:touch 1:touch "
	    "![The security key's answer is not valid.] 0:release (15) "
	    "![The security key was not touched in time.]",
	    OPENED(0, FIDO2), OPENED(1, FIDO2), FOUND(0, 1), FOUND(1, 1),
	    SIGNED(0), LATE);
}

static void
not_recorded(void **state)
{
	static const struct {
		enum kf_err err;
		const char *reason;
	} table[] = {
		{ KF_ERR_CONFLICT, "key-counter" },
		{ KF_ERR_NO_USER, "key-removed" },
		{ KF_ERR_UNAVAILABLE, "broken" },
		{ KF_ERR_CORRUPT, "broken" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		set_up(1, true);
		plugged_in = 1;
		signed_err = table[i].err;
		next = (const struct happens[]){ OPENED(0, FIDO2),
			FOUND(0, 1), SIGNED(0) };
		assert_int_equal(kf_keys_try(&s), KF_KEYS_FAILED);
		assert_string_equal(s.reason, table[i].reason);
		assert_null(s.factor);
	}
	/* Whether there may be a copy of the key. */
	set_up(1, true);
	plugged_in = 1;
	signed_err = KF_ERR_CONFLICT;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch ![Another login used "
	    "this security key at the same moment. Try again.] 0:release",
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	set_up(1, true);
	plugged_in = 1;
	signed_err = KF_ERR_CONFLICT;
	signed_later = 61;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch ![This security key has "
	    "signed out of order: it may have been copied. Tell your "
	    "administrator.] 0:release",
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	/* The uid has become somebody else's meanwhile. */
	set_up(1, true);
	plugged_in = 1;
	recorded_name = "mallory";
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch 0:release",
	    OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	assert_string_equal(s.reason, "key-removed");
}

#define ASK_PIN(n) "b{Security key PIN (" #n " tries left): }"

static void
pin(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1234" TOUCH, OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    LEFT(0, 8), BLINKS(0), SIGNED(0));
	assert_true(rules_seen.verify);
	/* The record wants it, and nobody else. */
	set_up(1, true);
	plugged_in = 1;
	s.person.authenticators[0].key.verify = true;
	typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1234" TOUCH, OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    LEFT(0, 8), BLINKS(0), SIGNED(0));
	/* A key that does nothing without. */
	set_up(1, true);
	plugged_in = 1;
	typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1234" TOUCH, OPENED(0, FIDO2 | HAS_PIN | ALWAYS),
	    FOUND(0, 1),
	    LEFT(0, 8), BLINKS(0), SIGNED(0));
	/* A key that needs none goes before, however late it is found. */
	set_up(2, true);
	plugged_in = 2;
	s.person.authenticators[0].key.verify = true;
	RUN(KF_KEYS_PROVED, "0:find2 1:find2" TOUCH " 1:touch",
	    OPENED(0, FIDO2 | HAS_PIN), OPENED(1, FIDO2), FOUND(0, 1),
	    FOUND(1, 2), SIGNED(1));
	assert_int_equal(recorded.tag, 101);
	/* Two that want one each: which is named. */
	set_up(2, true);
	plugged_in = 2;
	s.conf.key_verify = true;
	memcpy(s.person.authenticators[0].label, "blue", 5);
	typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find2 1:find2 0:retries b{PIN of security key "
	    "\"blue\" (8 tries left): } 0:pin=1234" TOUCH,
	    OPENED(0, FIDO2 | HAS_PIN), OPENED(1, FIDO2 | HAS_PIN),
	    FOUND(0, 1), FOUND(1, 2), LEFT(0, 8), BLINKS(0), SIGNED(0));
	/* Nobody types one for a key that is not theirs. */
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	RUN(KF_KEYS_ABSENT, "0:find1 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 0));
}

static void
wrong_pin(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	typed[0] = "1111";
	typed[1] = "2222";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1111 ![Wrong PIN.] 0:retries " ASK_PIN(7)
	    " 0:pin=2222", OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    LEFT(0, 8), FAILED(0, KF_KEY_FAILED_PIN_WRONG), LEFT(0, 7),
	    SIGNED(0));
	/* One that does not say that it blinks. */
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1234 (1)" TOUCH, OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    LEFT(0, 8), LATE, SIGNED(0));
	/* Twice, and never a third time, let alone by itself. */
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	typed[0] = "1111";
	typed[1] = "2222";
	typed[2] = "3333";
	RUN(KF_KEYS_FAILED, "0:find1 0:retries " ASK_PIN(8)
	    " 0:pin=1111 ![Wrong PIN.] 0:retries " ASK_PIN(7)
	    " 0:pin=2222 ![Wrong PIN.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 8),
	    FAILED(0, KF_KEY_FAILED_PIN_WRONG), LEFT(0, 7),
	    FAILED(0, KF_KEY_FAILED_PIN_WRONG));
	assert_string_equal(s.reason, "pin-wrong");
	/* Nor after Enter, which looks for keys once more. */
	plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1 ![No more PINs in this login.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1));
	/* The last one stays with the owner. */
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	typed[0] = "1111";
	RUN(KF_KEYS_FAILED, "0:find1 0:retries ![The PIN of this security key "
	    "has one try left, which is not used here.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 1));
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	typed[0] = "1111";
	RUN(KF_KEYS_FAILED, "0:find1 0:retries " ASK_PIN(2)
	    " 0:pin=1111 ![Wrong PIN.] 0:retries ![The PIN of this security "
	    "key has one try left, which is not used here.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 2),
	    FAILED(0, KF_KEY_FAILED_PIN_WRONG), LEFT(0, 1));
}

#define NOT_SENT " ![That cannot be the PIN; it was not sent to the key.] "

static void
no_pin(void **state)
{
	static const char *const wrong[] = { "", "123",
		"0123456789012345678901234567890123456789"
		"012345678901234567890123" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		set_up(1, true);
		plugged_in = 1;
		s.conf.key_verify = true;
		typed[0] = wrong[i];
		typed[1] = wrong[i];
		RUN(KF_KEYS_FAILED, "0:find1 0:retries " ASK_PIN(8) NOT_SENT
		    ASK_PIN(8) NOT_SENT "0:release",
		    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 8));
	}
	/* Nobody is there to type one. */
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	RUN(KF_KEYS_OVER, "0:find1 0:retries b{Security key PIN (8 tries "
	    "left): }", OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1), LEFT(0, 8));
	assert_int_equal(s.deny, KF_DENY_CONVERSATION);
}

static void
fingerprint(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:uv",
	    OPENED(0, FIDO2 | HAS_UV | HAS_PIN), FOUND(0, 1), SIGNED(0));
	/* The PIN is offered when the finger is not known. */
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	typed[0] = "1234";
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:uv ![Not recognised.] "
	    "0:retries " ASK_PIN(8) " 0:pin=1234" TOUCH,
	    OPENED(0, FIDO2 | HAS_UV | HAS_PIN), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_UV_WRONG), LEFT(0, 8), BLINKS(0),
	    SIGNED(0));
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:uv ![Not recognised.] "
	    "0:release", OPENED(0, FIDO2 | HAS_UV), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_UV_WRONG));
	/* Neither: it cannot do what policy wants. */
	for (unsigned bits = 0; bits <= FIDO2; bits++) {
		set_up(1, true);
		plugged_in = 1;
		s.conf.key_verify = true;
		RUN(KF_KEYS_FAILED, "0:find1 ![This security key has no PIN "
		    "and no fingerprint, and one is needed here.] 0:release",
		    OPENED(0, bits), FOUND(0, 1));
		assert_string_equal(s.reason, "key-cannot-verify");
	}
}

/* Answers after which a PIN could be asked for. */
/* What only says that it holds the credential is told no PIN. */
static void
not_genuine(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	genuine = false;
	typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1 ![The security key's answer is not "
	    "valid.] 0:release", OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1));
	assert_string_equal(s.reason, "wrong-signature");
	/* Nor when its fingerprint fails, or when it says it needs one. */
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_verify = true;
	genuine = false;
	typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:uv ![Not recognised.] "
	    "![The security key's answer is not valid.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN | HAS_UV), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_UV_WRONG));
	set_up(1, true);
	plugged_in = 1;
	genuine = false;
	typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch "
	    "![The security key's answer is not valid.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_PIN_NEEDED));
}

/* The module leaves after 50 s without a word, whatever the limits are. */
static void
quiet(void **state)
{
	const struct happens comes = { KF_DEVICES_ARRIVED, 0, 0, 0, 2900 };
	struct happens for_ever[16];

	(void)state;
	/* One more that blinks has its whole time, and says so. */
	set_up(1, true);
	s.conf.key_touch_timeout = 40;
	s.conf.key_insert_timeout = 20;
	plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch 1:find1" TOUCH
	    " 1:touch (40) ![The security key was not touched in time.]",
	    OPENED(0, FIDO2), FOUND(0, 1),
	    { KF_DEVICES_ARRIVED, 1, 0, 0, 20000 }, OPENED(1, FIDO2),
	    FOUND(1, 1), LATE);
	/* One that comes again and again holds nobody for longer. */
	set_up(1, true);
	s.conf.key_insert_timeout = 40;
	s.conf.key_touch_timeout = 40;
	plugged_in = 1;
	for (size_t i = 0; i < UNIT_COUNT(for_ever); i++)
		for_ever[i] = comes;
	run(for_ever, UNIT_COUNT(for_ever), KF_KEYS_ABSENT, "");
}

static const enum kf_key_failure pin_lies[] = {
	KF_KEY_FAILED_PIN_WRONG, KF_KEY_FAILED_PIN_NEEDED,
	KF_KEY_FAILED_UV_WRONG, KF_KEY_FAILED_UV_BLOCKED,
};

/*
 * A key that is asked how many tries are left, and answers each time what makes
 * us ask again, would be asked for ever.
 */
static void
counts_for_ever(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(pin_lies); i++) {
		set_up(1, true);
		plugged_in = 1;
		s.conf.key_verify = true;
		RUN(KF_KEYS_FAILED, "0:find1 0:retries ![The security key does "
		    "not answer as it should.] 0:release",
		    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
		    FAILED(0, pin_lies[i]));
	}
	/* It cannot have got a wrong one that was not typed. */
	set_up(1, true);
	plugged_in = 1;
	typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch ![The security key does "
	    "not answer as it should.] 0:release",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
	    FAILED(0, KF_KEY_FAILED_PIN_WRONG));
}

/* Plugged in and pulled out without end, it has an end. */
static void
comes_and_goes(void **state)
{
	static struct happens list[200];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(list); i += 2) {
		list[i] = (struct happens)ARRIVED(0);
		list[i + 1] = (struct happens)GONE(0);
	}
	set_up(1, false);
	next = list;
	look_begun = kf_clock_monotonic();
	assert_int_equal(kf_keys_try(&s), KF_KEYS_ABSENT);
	n = (size_t)(next - list);
	assert_in_range(n, 1, 60);
	assert_in_range(kf_clock_monotonic() - look_begun, 0, 40000);
}

/* No word to a stranger, but for the touch of a key that is theirs. */
static void
stranger(void **state)
{
	(void)state;
	set_up(1, true);
	s.known = false;
	plugged_in = 1;
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), SIGNED(0));
	set_up(1, false);
	s.known = false;
	RUN_EMPTY(KF_KEYS_ABSENT, "");
	set_up(1, false);
	s.known = false;
	plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "0:find1 0:release rest17", OPENED(0, FIDO2),
	    FOUND(0, 0));
	/* The same for who is not enrolled, or has no key. */
	set_up(0, true);
	s.known = false;
	plugged_in = 1;
	RUN_EMPTY(KF_KEYS_ABSENT, "rest17");
	set_up(1, true);
	s.known = false;
	s.standing = KF_STANDING_NOBODY;
	plugged_in = 1;
	RUN_EMPTY(KF_KEYS_ABSENT, "rest17");
	/* A slow key, and a busy one, are not waited for. */
	set_up(1, true);
	s.known = false;
	plugged_in = 2;
	RUN(KF_KEYS_ABSENT, "1:find1 (1) rest17", BUSY(0), OPENED(1, FIDO2),
	    LATE);
	/* Nor one that comes and goes. */
	set_up(1, true);
	s.known = false;
	plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "(1) rest17", SOON(1), LATE);
	/* Ctrl-C shows nobody that something was looked for. */
	set_up(1, true);
	s.known = false;
	plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1 rest17", OPENED(0, FIDO2), CALLER);
	/* It does stop what blinks. */
	set_up(1, true);
	s.known = false;
	plugged_in = 1;
	RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), CALLER);
	/* Never a PIN. */
	set_up(1, true);
	s.known = false;
	plugged_in = 1;
	s.conf.key_verify = true;
	typed[0] = "1234";
	RUN(KF_KEYS_FAILED, "0:find1 0:release rest17",
	    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1));
	/* Not even for a key that pretends to have got a wrong one. */
	for (size_t i = 0; i < UNIT_COUNT(pin_lies); i++) {
		set_up(1, true);
		s.known = false;
		plugged_in = 1;
		typed[0] = "1234";
		RUN(KF_KEYS_FAILED, "0:find1" TOUCH " 0:touch 0:release",
		    OPENED(0, FIDO2 | HAS_PIN), FOUND(0, 1),
		    FAILED(0, pin_lies[i]));
	}
}

static void
busy(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	RUN(KF_KEYS_ABSENT, "(3) ![The security key is in use by another "
	    "program.] 0:release", BUSY(0), LATE);
	assert_string_equal(s.reason, "key-busy");
	/* Who has nothing else waits for it. */
	set_up(1, false);
	plugged_in = 1;
	RUN(KF_KEYS_PROVED, IN_USE "0:find1" TOUCH " 0:touch",
	    BUSY(0), OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	/* Which is said once, whatever else happens. */
	set_up(1, false);
	plugged_in = 2;
	RUN(KF_KEYS_PROVED, IN_USE "0:find1" TOUCH " 0:touch", BUSY(0),
	    GONE(1), SOON(1), GONE(1), OPENED(0, FIDO2), FOUND(0, 1),
	    SIGNED(0));
	/* However late it comes free, it has its time; said once. */
	set_up(1, false);
	plugged_in = 1;
	RUN(KF_KEYS_ABSENT, IN_USE "1:find1 1:release ![This security key is "
	    "not enrolled for you.] 0:find1 (3) 0:release "
	    INSERT "(2)",
	    BUSY(0), ARRIVED(1), OPENED(1, FIDO2), FOUND(1, 0),
	    { KF_DEVICES_OPENED, 0, 0, FIDO2, 8000 }, LATE, LATE);
}

static void
not_asked(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	s.conf.factors = KF_CONF_FACTOR_TOTP;
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_local = KF_KEY_LOCAL_NEVER;
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	set_up(0, true);
	plugged_in = 1;
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	/* Over ssh the port of this machine is not the person's. */
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_local = KF_KEY_LOCAL_AUTO;
	memcpy(s.request.connection, "203.0.113.5 1 2 3", 18);
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_local = KF_KEY_LOCAL_AUTO;
	memcpy(s.request.rhost, "203.0.113.5", 12);
	RUN_EMPTY(KF_KEYS_NOT_ASKED, "");
	set_up(1, true);
	plugged_in = 1;
	s.conf.key_local = KF_KEY_LOCAL_AUTO;
	memcpy(s.request.rhost, ":0", 3);
	RUN(KF_KEYS_PROVED, "0:find1" TOUCH " 0:touch", OPENED(0, FIDO2),
	    FOUND(0, 1), SIGNED(0));
}

/* Where text is held back until the next prompt, it is one. */
static void
held_back(void **state)
{
	(void)state;
	set_up(1, true);
	plugged_in = 1;
	memcpy(s.request.connection, "203.0.113.5 1 2 3", 18);
	typed[0] = "";
	RUN(KF_KEYS_PROVED, "0:find1 e{Press Enter, then touch your security "
	    "key. } 0:touch", OPENED(0, FIDO2), FOUND(0, 1), SIGNED(0));
	/* Who takes their time to press Enter still has theirs to touch. */
	set_up(1, false);
	memcpy(s.request.connection, "203.0.113.5 1 2 3", 18);
	typed[0] = typed[1] = "";
	typing = 100000;
	RUN(KF_KEYS_FAILED, "e{Insert your security key and press Enter. } "
	    "0:find1 e{Press Enter, then touch your security key. } 0:touch "
	    "(15) ![The security key was not touched in time.]",
	    ARRIVED(0), OPENED(0, FIDO2), FOUND(0, 1), LATE);
	/* Nobody could be told: nothing blinks. */
	set_up(1, true);
	plugged_in = 1;
	memcpy(s.request.connection, "203.0.113.5 1 2 3", 18);
	RUN(KF_KEYS_FAILED, "0:find1 e{Press Enter, then touch your security "
	    "key. } 0:release", OPENED(0, FIDO2), FOUND(0, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(one_touch),
		UNIT_TEST(two_devices),
		UNIT_TEST(not_there),
		UNIT_TEST(claims_too_much),
		UNIT_TEST(pulled_out),
		UNIT_TEST(not_touched),
		UNIT_TEST(cancelled),
		UNIT_TEST(not_right),
		UNIT_TEST(not_recorded),
		UNIT_TEST(pin),
		UNIT_TEST(not_genuine),
		UNIT_TEST(wrong_pin),
		UNIT_TEST(no_pin),
		UNIT_TEST(fingerprint),
		UNIT_TEST(counts_for_ever),
		UNIT_TEST(comes_and_goes),
		UNIT_TEST(quiet),
		UNIT_TEST(stranger),
		UNIT_TEST(busy),
		UNIT_TEST(not_asked),
		UNIT_TEST(held_back),
	};

	unit_start();
	/* Where there is a log, its socket is there before the first test. */
	openlog("keys", LOG_NDELAY, LOG_AUTHPRIV);
	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
