/*
 * A key as a whole: makes, frees, touches and unplugs it; see softkey.h and
 * core.h.
 */
#include "tests/softkey/core.h"

#include <stdlib.h>
#include <string.h>

#include "tests/softkey/ctap/crypto.h"

enum {
	/* A U2F client has to ask again within this time. */
	U2F_ASKS = 2000,
	/* A touch serves a U2F command that comes within this time. */
	U2F_TOUCH = 10000,
};

void
softkey_config_default(struct softkey_config *config)
{
	memset(config, 0, sizeof(*config));
	memset(config->secret, 0x5e, sizeof(config->secret));
	memcpy(config->aaguid, "keyfirst-softkey", 16);
	config->mode = SOFTKEY_BOTH;
	config->attestation = SOFTKEY_ATTEST_PACKED;
	config->algorithms = SOFTKEY_HAS_ES256 | SOFTKEY_HAS_EDDSA |
	    SOFTKEY_HAS_RS256;
	config->pin_protocols = 3;
	config->counter = 1;
}

struct softkey *
softkey_new(const struct softkey_config *config, int64_t now)
{
	struct softkey *key = calloc(1, sizeof(*key));

	if (key == NULL)
		return NULL;
	key->config = *config;
	memcpy(key->secret, config->secret, sizeof(key->secret));
	key->counter = config->counter;
	key->faults.flags = -1;
	softkey_pin_init(key);
	softkey_power_cycle(key, now);
	return key;
}

void
softkey_free(struct softkey *key)
{
	if (key == NULL)
		return;
	for (unsigned i = 0; i < SOFTKEY_RSA_KEPT; i++)
		EVP_PKEY_free(key->rsa[i].key);
	EVP_PKEY_free(key->pin.agreement);
	free(key);
}

void
softkey_power_cycle(struct softkey *key, int64_t now)
{
	bool automatic = key->person.automatic;

	key->now = now;
	key->powered = now;
	memset(&key->person, 0, sizeof(key->person));
	key->person.automatic = automatic;
	softkey_hid_init(key);
	softkey_pin_power_up(key);
}

void
softkey_reset(struct softkey *key)
{
	unsigned char next[32];

	softkey_derive(key->secret, "after a reset", next);
	memcpy(key->secret, next, sizeof(next));
	key->config.pin[0] = '\0';
	softkey_pin_init(key);
	softkey_pin_power_up(key);
}

enum softkey_status
softkey_need_touch(struct softkey *key)
{
	struct softkey_person *person = &key->person;

	if (person->act == SOFTKEY_ACT_NONE && person->automatic)
		person->act = SOFTKEY_ACT_TOUCH;
	switch (person->act) {
	case SOFTKEY_ACT_NONE:
		return SOFTKEY_WAIT;
	case SOFTKEY_ACT_TOUCH:
		break;
	case SOFTKEY_ACT_REFUSE:
		return SOFTKEY_OPERATION_DENIED;
	case SOFTKEY_ACT_EXPIRE:
		return SOFTKEY_USER_ACTION_TIMEOUT;
	case SOFTKEY_ACT_CANCEL:
		return SOFTKEY_KEEPALIVE_CANCEL;
	}
	if (!person->counted)
		key->stats.touches++;
	person->counted = true;
	return SOFTKEY_OK;
}

bool
softkey_u2f_touch(struct softkey *key)
{
	struct softkey_person *person = &key->person;

	if (!person->automatic && person->u2f_touched <= key->now) {
		person->u2f_asked = key->now + U2F_ASKS;
		return false;
	}
	key->stats.touches++;
	person->u2f_touched = 0;
	return true;
}

bool
softkey_waits(struct softkey *key, int64_t now)
{
	softkey_hid_tick(key, now);
	return softkey_hid_waits(key) || key->person.u2f_asked > now;
}

bool
softkey_idle(struct softkey *key, int64_t now)
{
	softkey_hid_tick(key, now);
	return key->hid.state == SOFTKEY_HID_IDLE &&
	    key->person.u2f_asked <= now;
}

static bool
act(struct softkey *key, enum softkey_act what, int64_t now)
{
	softkey_hid_tick(key, now);
	if (!softkey_hid_waits(key))
		return false;
	key->person.act = what;
	softkey_hid_run(key);
	return true;
}

bool
softkey_touch(struct softkey *key, int64_t now)
{
	if (act(key, SOFTKEY_ACT_TOUCH, now))
		return true;
	if (key->person.u2f_asked <= now)
		return false;
	key->person.u2f_asked = 0;
	key->person.u2f_touched = now + U2F_TOUCH;
	return true;
}

bool
softkey_refuse(struct softkey *key, int64_t now)
{
	return act(key, SOFTKEY_ACT_REFUSE, now);
}

bool
softkey_expire(struct softkey *key, int64_t now)
{
	return act(key, SOFTKEY_ACT_EXPIRE, now);
}

uint32_t
softkey_count(struct softkey *key)
{
	return key->faults.stuck_counter ? key->counter : key->counter++;
}

size_t
softkey_report_size(const struct softkey *key)
{
	switch (key->faults.hostile) {
	case SOFTKEY_HOSTILE_SHORT_REPORT:
		return 32;
	case SOFTKEY_HOSTILE_LONG_REPORT:
		return 128;
	case SOFTKEY_HOSTILE_NONE:
	case SOFTKEY_HOSTILE_SILENT:
	case SOFTKEY_HOSTILE_SLOW:
	case SOFTKEY_HOSTILE_KEEPALIVE:
	case SOFTKEY_HOSTILE_VANISH:
	case SOFTKEY_HOSTILE_GARBAGE:
		break;
	}
	return SOFTKEY_REPORT;
}

void
softkey_opened(struct softkey *key)
{
	key->stats.openings++;
}
