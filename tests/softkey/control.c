/*
 * Commands by which a test controls a running key.  Each command is one line,
 * and so is each answer:
 *
 *	touch, refuse, expire		the person does it; "error" when no
 *					command waits for a person
 *	auto on|off			each wait for a touch ends at once
 *	counter N			the next signature carries N
 *	counter stuck N			all further signatures carry N
 *	flags XX|off			flags of the next assertions, in hex
 *	sig ok|bad|long|empty|trailing	their signatures
 *	authdata ok|trailing|short|wrong-rp
 *	credential other|ok		they name another credential id
 *	algorithm wrong|ok		made or signed with another algorithm
 *	challenge wrong|ok		another hash is signed
 *	synced yes|ok			it says that it can be copied
 *	uv ok|fail|block		the result of the fingerprint reader
 *	pin PIN				sets it, with all tries
 *	retries				ok pin=8 uv=5 wrong=0
 *	power-cycle			as if unplugged and plugged in again
 *	stats, stats reset
 *	hostile none|silent|slow|keepalive|vanish|short-report|long-report|
 *		garbage
 *
 * "wait", "unplug" and "plug" are the program's (control_socket.c).
 */
#include "tests/softkey/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The index of a word in a list that ends with NULL, or -1. */
static int
place(const char *const words[], const char *word)
{
	for (int i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static bool
number(const char *text, int base, unsigned long max, unsigned long *value)
{
	char *end;

	errno = 0;
	*value = strtoul(text, &end, base);
	return end != text && *end == '\0' && errno == 0 && *text != '-' &&
	    *value <= max;
}

static bool
do_person(struct softkey *key, const char *word)
{
	if (strcmp(word, "on") != 0 && strcmp(word, "off") != 0)
		return false;
	key->person.automatic = strcmp(word, "on") == 0;
	/* A command that waits already is touched, too. */
	if (key->person.automatic)
		(void)softkey_touch(key, key->now);
	return true;
}

static bool
do_counter(struct softkey *key, const char *word)
{
	bool stuck = strncmp(word, "stuck ", 6) == 0;
	unsigned long n;

	if (!number(stuck ? word + 6 : word, 10, UINT32_MAX, &n))
		return false;
	key->counter = (uint32_t)n;
	key->faults.stuck_counter = stuck;
	return true;
}

static bool
do_flags(struct softkey *key, const char *word)
{
	unsigned long n;

	if (strcmp(word, "off") == 0)
		key->faults.flags = -1;
	else if (number(word, 16, 0xff, &n))
		key->faults.flags = (int)n;
	else
		return false;
	return true;
}

static bool
do_sig(struct softkey *key, const char *word)
{
	static const char *const words[] = {
		[SOFTKEY_SIG_OK] = "ok", [SOFTKEY_SIG_BAD] = "bad",
		[SOFTKEY_SIG_LONG] = "long", [SOFTKEY_SIG_EMPTY] = "empty",
		[SOFTKEY_SIG_TRAILING] = "trailing", NULL
	};
	int i = place(words, word);

	if (i >= 0)
		key->faults.sig = (enum softkey_sig)i;
	return i >= 0;
}

static bool
do_authdata(struct softkey *key, const char *word)
{
	static const char *const words[] = {
		[SOFTKEY_AUTHDATA_OK] = "ok",
		[SOFTKEY_AUTHDATA_TRAILING] = "trailing",
		[SOFTKEY_AUTHDATA_SHORT] = "short",
		[SOFTKEY_AUTHDATA_WRONG_RP] = "wrong-rp", NULL
	};
	int i = place(words, word);

	if (i >= 0)
		key->faults.authdata = (enum softkey_authdata)i;
	return i >= 0;
}

static bool
do_uv(struct softkey *key, const char *word)
{
	static const char *const words[] = {
		[SOFTKEY_UV_OK] = "ok", [SOFTKEY_UV_FAIL] = "fail",
		[SOFTKEY_UV_BLOCK] = "block", NULL
	};
	int i = place(words, word);

	if (i < 0)
		return false;
	key->faults.uv = (enum softkey_uv)i;
	if (key->faults.uv == SOFTKEY_UV_OK)
		key->pin.uv_retries = SOFTKEY_UV_RETRIES;
	return true;
}

static bool
do_hostile(struct softkey *key, const char *word)
{
	static const char *const words[] = {
		[SOFTKEY_HOSTILE_NONE] = "none",
		[SOFTKEY_HOSTILE_SILENT] = "silent",
		[SOFTKEY_HOSTILE_SLOW] = "slow",
		[SOFTKEY_HOSTILE_KEEPALIVE] = "keepalive",
		[SOFTKEY_HOSTILE_VANISH] = "vanish",
		[SOFTKEY_HOSTILE_SHORT_REPORT] = "short-report",
		[SOFTKEY_HOSTILE_LONG_REPORT] = "long-report",
		[SOFTKEY_HOSTILE_GARBAGE] = "garbage", NULL
	};
	int i = place(words, word);

	if (i < 0)
		return false;
	key->faults.hostile = (enum softkey_hostile)i;
	/* A command that was stuck never ends; the next command can run. */
	if (key->hid.state == SOFTKEY_HID_STUCK)
		key->hid.state = SOFTKEY_HID_IDLE;
	return true;
}

static bool
either(bool *value, const char *word, const char *yes)
{
	if (strcmp(word, yes) != 0 && strcmp(word, "ok") != 0)
		return false;
	*value = strcmp(word, yes) == 0;
	return true;
}

static bool
do_credential(struct softkey *key, const char *word)
{
	return either(&key->faults.other_credential, word, "other");
}

static bool
do_algorithm(struct softkey *key, const char *word)
{
	return either(&key->faults.wrong_algorithm, word, "wrong");
}

static bool
do_challenge(struct softkey *key, const char *word)
{
	return either(&key->faults.wrong_challenge, word, "wrong");
}

static bool
do_synced(struct softkey *key, const char *word)
{
	return either(&key->faults.synced, word, "yes");
}

static bool
do_pin(struct softkey *key, const char *word)
{
	if (strlen(word) < SOFTKEY_PIN_MIN ||
	    strlen(word) >= sizeof(key->config.pin))
		return false;
	memset(key->config.pin, 0, sizeof(key->config.pin));
	memcpy(key->config.pin, word, strlen(word));
	key->pin.retries = SOFTKEY_PIN_RETRIES;
	key->pin.wrong = 0;
	return true;
}

static bool
do_power_cycle(struct softkey *key, const char *word)
{
	if (*word != '\0')
		return false;
	softkey_power_cycle(key, key->now);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(struct softkey *key, const char *word);
} settings[] = {
	{ "auto", do_person },
	{ "counter", do_counter },
	{ "flags", do_flags },
	{ "sig", do_sig },
	{ "authdata", do_authdata },
	{ "uv", do_uv },
	{ "hostile", do_hostile },
	{ "credential", do_credential },
	{ "algorithm", do_algorithm },
	{ "challenge", do_challenge },
	{ "synced", do_synced },
	{ "pin", do_pin },
	{ "power-cycle", do_power_cycle },
};

static const struct {
	const char *name;
	bool (*act)(struct softkey *key, int64_t now);
} acts[] = {
	{ "touch", softkey_touch },
	{ "refuse", softkey_refuse },
	{ "expire", softkey_expire },
};

static void
tell_stats(const struct softkey *key, char *answer, size_t size)
{
	const struct softkey_stats *s = &key->stats;

	snprintf(answer, size, "ok openings=%u init=%u cbor=%u msg=%u "
	    "makecred=%u assert=%u silent=%u touches=%u cancels=%u",
	    s->openings, s->init, s->cbor, s->msg, s->makecred, s->assertions,
	    s->silent, s->touches, s->cancels);
}

void
softkey_control(struct softkey *key, const char *line, int64_t now,
    char *answer, size_t size)
{
	size_t len = strcspn(line, " ");
	const char *rest = line[len] == ' ' ? line + len + 1 : "";

	softkey_hid_tick(key, now);
	snprintf(answer, size, "error no such command: %s", line);
	for (size_t i = 0; i < sizeof(acts) / sizeof(*acts); i++)
		if (strcmp(line, acts[i].name) == 0)
			snprintf(answer, size, "%s", acts[i].act(key, now) ?
			    "ok" : "error nothing waits");
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (strlen(settings[i].name) == len &&
		    strncmp(line, settings[i].name, len) == 0)
			snprintf(answer, size, "%s", settings[i].run(key, rest)
			    ? "ok" : "error not understood");
	if (strcmp(line, "stats") == 0) {
		tell_stats(key, answer, size);
	} else if (strcmp(line, "stats reset") == 0) {
		memset(&key->stats, 0, sizeof(key->stats));
		snprintf(answer, size, "ok");
	} else if (strcmp(line, "retries") == 0) {
		snprintf(answer, size, "ok pin=%u uv=%u wrong=%u",
		    key->pin.retries, key->pin.uv_retries, key->pin.wrong);
	}
}
