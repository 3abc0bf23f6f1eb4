/*
 * The token that stands for a proved person, and built-in verification; see
 * pin.h.
 */
#include "tests/softkey/core.h"

#include <string.h>

#include "tests/softkey/ctap/crypto.h"
#include "tests/softkey/ctap/pin_crypto.h"

enum {
	FIRST_USE = 30000,		/* milliseconds */
	LIFETIME = 600000,
};

void
softkey_pin_init(struct softkey *key)
{
	key->pin.retries = SOFTKEY_PIN_RETRIES;
	key->pin.uv_retries = SOFTKEY_UV_RETRIES;
}

void
softkey_pin_power_up(struct softkey *key)
{
	key->pin.wrong = 0;
	key->pin.permissions = 0;
	key->pin.present = false;
	softkey_random(key->pin.token, sizeof(key->pin.token));
	softkey_pin_regenerate(key);
}

enum softkey_status
softkey_pin_protocol(const struct softkey *key, struct softkey_cbor request,
    int64_t number, unsigned *protocol)
{
	struct softkey_cbor at;
	uint64_t n;
	enum softkey_status status = softkey_cbor_at(request, number, &at);

	if (status == SOFTKEY_OK)
		status = softkey_cbor_uint(&at, &n);
	if (status != SOFTKEY_OK)
		return status;
	if ((n != 1 && n != 2) ||
	    (key->config.pin_protocols >> (n - 1) & 1) == 0)
		return SOFTKEY_INVALID_PARAMETER;
	*protocol = (unsigned)n;
	return SOFTKEY_OK;
}

static bool
expired(const struct softkey *key)
{
	return key->now - key->pin.issued >=
	    (key->pin.used ? LIFETIME : FIRST_USE);
}

bool
softkey_token_verify(struct softkey *key, unsigned protocol,
    const unsigned char *bytes, size_t len, struct softkey_span mac,
    unsigned permission, struct softkey_span rp)
{
	struct softkey_pin *pin = &key->pin;
	unsigned char hash[32];

	if ((pin->permissions & permission) == 0 || expired(key) ||
	    !softkey_pin_mac_is(protocol, pin->token, bytes, len, mac))
		return false;
	softkey_sha256(rp.bytes, rp.len, hash);
	if (pin->bound && memcmp(pin->rp, hash, sizeof(hash)) != 0)
		return false;
	/* A token for any RP is bound to the first RP that uses it. */
	memcpy(pin->rp, hash, sizeof(hash));
	pin->bound = true;
	/* A wait for a touch may follow. */
	pin->used = true;
	return true;
}

void
softkey_token_used(struct softkey *key)
{
	key->pin.permissions = 0;
	key->pin.present = false;
}

enum softkey_status
softkey_built_in_uv(struct softkey *key)
{
	enum softkey_status status;

	if (key->person.verified)
		return SOFTKEY_OK;
	if (key->faults.uv == SOFTKEY_UV_BLOCK)
		key->pin.uv_retries = 0;
	if (key->pin.uv_retries == 0)
		return SOFTKEY_UV_BLOCKED;
	status = softkey_need_touch(key);
	if (status != SOFTKEY_OK)
		return status;
	key->pin.uv_retries--;
	if (key->faults.uv != SOFTKEY_UV_OK)
		return key->pin.uv_retries == 0 ? SOFTKEY_UV_BLOCKED :
		    SOFTKEY_UV_INVALID;
	key->pin.uv_retries = SOFTKEY_UV_RETRIES;
	key->person.verified = true;
	return SOFTKEY_OK;
}
