/*
 * The subcommands of clientPIN; see pin.h.  The counter of tries is lowered
 * before the PIN is compared, as in every key, so that unplugging the key in
 * between gains nothing.
 */
#include "tests/softkey/ctap/pin.h"

#include <openssl/crypto.h>
#include <string.h>

#include "tests/softkey/ctap/credential.h"
#include "tests/softkey/ctap/crypto.h"
#include "tests/softkey/ctap/ctap2.h"
#include "tests/softkey/ctap/pin_crypto.h"

enum {
	PROTOCOL = 0x01,
	SUBCOMMAND = 0x02,
	AGREEMENT = 0x03,
	PARAM = 0x04,
	NEW_PIN = 0x05,
	PIN_HASH = 0x06,
	PERMISSIONS = 0x09,
	RP_ID = 0x0a,

	GET_RETRIES = 0x01,
	GET_AGREEMENT = 0x02,
	SET_PIN = 0x03,
	CHANGE_PIN = 0x04,
	GET_TOKEN = 0x05,
	GET_TOKEN_UV = 0x06,
	GET_UV_RETRIES = 0x07,
	GET_TOKEN_PIN = 0x09,

	ECDH_ES_HKDF_256 = -25,		/* CTAP 2.1, 6.5.6: for COSE alone */

	PADDED = 64,
	HASH = 16,
	WRONG_MAX = 3,			/* in a row, until power-up */
};

static enum softkey_status
span_at(struct softkey_cbor request, int64_t number, struct softkey_span *span)
{
	struct softkey_cbor at;
	enum softkey_status status = softkey_cbor_at(request, number, &at);

	return status != SOFTKEY_OK ? status : softkey_cbor_bytes(&at, span);
}

/* Reads protocol and client key, for subcommands that send a secret. */
static enum softkey_status
agree(struct softkey *key, struct softkey_cbor request,
    struct softkey_shared *shared)
{
	struct softkey_cbor at;
	unsigned protocol;
	enum softkey_status status;

	status = softkey_pin_protocol(key, request, PROTOCOL, &protocol);
	if (status == SOFTKEY_OK)
		status = softkey_cbor_at(request, AGREEMENT, &at);
	if (status == SOFTKEY_OK)
		status = softkey_pin_agree(key, protocol, at, shared);
	return status;
}

static enum softkey_status
get_retries(struct softkey *key, struct softkey_out *out)
{
	bool cycle = key->pin.wrong >= WRONG_MAX;

	softkey_put_map(out, 2);
	softkey_put_int(out, 3);
	softkey_put_int(out, key->pin.retries);
	softkey_put_int(out, 4);
	softkey_put_bool(out, cycle);
	return SOFTKEY_OK;
}

static enum softkey_status
get_uv_retries(struct softkey *key, struct softkey_out *out)
{
	if (!key->config.uv)
		return SOFTKEY_INVALID_SUBCOMMAND;
	softkey_put_map(out, 1);
	softkey_put_int(out, 5);
	softkey_put_int(out, key->pin.uv_retries);
	return SOFTKEY_OK;
}

static enum softkey_status
get_agreement(struct softkey *key, struct softkey_cbor request,
    struct softkey_out *out)
{
	unsigned protocol;
	enum softkey_status status = softkey_pin_protocol(key, request,
	    PROTOCOL, &protocol);

	if (status != SOFTKEY_OK)
		return status;
	softkey_put_map(out, 1);
	softkey_put_int(out, 1);
	softkey_cose_point(key->pin.agreement, ECDH_ES_HKDF_256, out);
	return SOFTKEY_OK;
}

/* Reads a new PIN: 64 bytes, padded with zeros, and long enough. */
static enum softkey_status
take_pin(struct softkey *key, const struct softkey_shared *shared,
    struct softkey_span sealed)
{
	unsigned char text[PADDED];
	size_t len, points = 0;

	if (!softkey_pin_decrypt(shared, sealed, text, sizeof(text)))
		return SOFTKEY_INVALID_PARAMETER;
	len = strnlen((const char *)text, sizeof(text));
	for (size_t i = 0; i < len; i++)
		points += (text[i] & 0xc0) != 0x80;
	if (len == sizeof(text) || points < SOFTKEY_PIN_MIN)
		return SOFTKEY_PIN_POLICY_VIOLATION;
	for (size_t i = len; i < sizeof(text); i++)
		if (text[i] != 0)
			return SOFTKEY_PIN_POLICY_VIOLATION;
	memcpy(key->config.pin, text, sizeof(text));
	key->pin.retries = SOFTKEY_PIN_RETRIES;
	key->pin.wrong = 0;
	key->pin.permissions = 0;
	return SOFTKEY_OK;
}

static enum softkey_status
set_pin(struct softkey *key, struct softkey_cbor request)
{
	struct softkey_shared shared;
	struct softkey_span sealed, mac;
	enum softkey_status status;

	status = span_at(request, NEW_PIN, &sealed);
	if (status == SOFTKEY_OK)
		status = span_at(request, PARAM, &mac);
	if (status == SOFTKEY_OK)
		status = agree(key, request, &shared);
	if (status != SOFTKEY_OK)
		return status;
	if (key->config.pin[0] != '\0' || !softkey_pin_mac_is(shared.protocol,
	    shared.mac, sealed.bytes, sealed.len, mac))
		return SOFTKEY_PIN_AUTH_INVALID;
	return take_pin(key, &shared, sealed);
}

static enum softkey_status
may_try(const struct softkey *key)
{
	if (key->config.pin[0] == '\0')
		return SOFTKEY_PIN_NOT_SET;
	if (key->pin.retries == 0)
		return SOFTKEY_PIN_BLOCKED;
	if (key->pin.wrong >= WRONG_MAX)
		return SOFTKEY_PIN_AUTH_BLOCKED;
	return SOFTKEY_OK;
}

static enum softkey_status
compare(struct softkey *key, const struct softkey_shared *shared,
    struct softkey_span sealed)
{
	unsigned char right[32], text[HASH];

	key->pin.retries--;
	softkey_sha256(key->config.pin, strlen(key->config.pin), right);
	if (softkey_pin_decrypt(shared, sealed, text, sizeof(text)) &&
	    CRYPTO_memcmp(right, text, sizeof(text)) == 0) {
		key->pin.retries = SOFTKEY_PIN_RETRIES;
		key->pin.wrong = 0;
		return SOFTKEY_OK;
	}
	key->pin.wrong++;
	softkey_pin_regenerate(key);
	if (key->pin.retries == 0)
		return SOFTKEY_PIN_BLOCKED;
	return key->pin.wrong >= WRONG_MAX ? SOFTKEY_PIN_AUTH_BLOCKED :
	    SOFTKEY_PIN_INVALID;
}

static enum softkey_status
change_pin(struct softkey *key, struct softkey_cbor request)
{
	struct softkey_shared shared;
	struct softkey_span sealed, hash, mac;
	unsigned char both[256];
	enum softkey_status status;

	status = span_at(request, NEW_PIN, &sealed);
	if (status == SOFTKEY_OK)
		status = span_at(request, PIN_HASH, &hash);
	if (status == SOFTKEY_OK)
		status = span_at(request, PARAM, &mac);
	if (status == SOFTKEY_OK)
		status = may_try(key);
	if (status == SOFTKEY_OK)
		status = agree(key, request, &shared);
	if (status != SOFTKEY_OK)
		return status;
	if (sealed.len + hash.len > sizeof(both))
		return SOFTKEY_INVALID_PARAMETER;
	memcpy(both, sealed.bytes, sealed.len);
	memcpy(both + sealed.len, hash.bytes, hash.len);
	if (!softkey_pin_mac_is(shared.protocol, shared.mac, both,
	    sealed.len + hash.len, mac))
		return SOFTKEY_PIN_AUTH_INVALID;
	status = compare(key, &shared, hash);
	return status != SOFTKEY_OK ? status : take_pin(key, &shared, sealed);
}

/* The permissions of a token; without any, all permissions for any RP. */
static enum softkey_status
read_permissions(struct softkey_cbor request, bool old, unsigned *permissions,
    struct softkey_span *rp)
{
	struct softkey_cbor at, rp_at;
	enum softkey_status status = softkey_cbor_at(request, PERMISSIONS, &at);
	enum softkey_status rp_status = softkey_cbor_at(request, RP_ID, &rp_at);
	uint64_t bits;

	rp->len = 0;
	if (old) {
		*permissions = SOFTKEY_MAY_MAKE | SOFTKEY_MAY_ASSERT;
		return status == SOFTKEY_OK || rp_status == SOFTKEY_OK ?
		    SOFTKEY_INVALID_PARAMETER : SOFTKEY_OK;
	}
	if (status == SOFTKEY_OK)
		status = softkey_cbor_uint(&at, &bits);
	if (status != SOFTKEY_OK)
		return status;
	if (bits == 0)
		return SOFTKEY_INVALID_PARAMETER;
	if ((bits & ~(uint64_t)(SOFTKEY_MAY_MAKE | SOFTKEY_MAY_ASSERT)) != 0)
		return SOFTKEY_UNAUTHORIZED_PERMISSION;
	*permissions = (unsigned)bits;
	return rp_status != SOFTKEY_OK ? rp_status :
	    softkey_cbor_text(&rp_at, rp);
}

static void
issue(struct softkey *key, const struct softkey_shared *shared,
    unsigned permissions, struct softkey_span rp, bool present,
    struct softkey_out *out)
{
	struct softkey_pin *pin = &key->pin;
	unsigned char sealed[16 + sizeof(pin->token)];
	size_t len;

	softkey_random(pin->token, sizeof(pin->token));
	pin->permissions = permissions;
	pin->present = present;
	pin->issued = key->now;
	pin->used = false;
	pin->bound = rp.len > 0;
	if (pin->bound)
		softkey_sha256(rp.bytes, rp.len, pin->rp);
	len = softkey_pin_encrypt(shared, pin->token, sizeof(pin->token),
	    sealed);
	softkey_put_map(out, 1);
	softkey_put_int(out, 2);
	softkey_put_bytes(out, sealed, len);
}

static enum softkey_status
get_token_pin(struct softkey *key, struct softkey_cbor request, bool old,
    struct softkey_out *out)
{
	struct softkey_shared shared;
	struct softkey_span rp, hash;
	unsigned permissions;
	enum softkey_status status;

	status = span_at(request, PIN_HASH, &hash);
	if (status == SOFTKEY_OK)
		status = read_permissions(request, old, &permissions, &rp);
	if (status == SOFTKEY_OK)
		status = may_try(key);
	if (status == SOFTKEY_OK)
		status = agree(key, request, &shared);
	if (status == SOFTKEY_OK)
		status = compare(key, &shared, hash);
	if (status == SOFTKEY_OK)
		issue(key, &shared, permissions, rp, false, out);
	return status;
}

static enum softkey_status
get_token_uv(struct softkey *key, struct softkey_cbor request,
    struct softkey_out *out)
{
	struct softkey_shared shared;
	struct softkey_span rp;
	unsigned permissions;
	enum softkey_status status;

	if (!key->config.uv)
		return SOFTKEY_NOT_ALLOWED;
	status = read_permissions(request, false, &permissions, &rp);
	if (status == SOFTKEY_OK)
		status = agree(key, request, &shared);
	if (status == SOFTKEY_OK)
		status = softkey_built_in_uv(key);
	if (status == SOFTKEY_OK)
		issue(key, &shared, permissions, rp, true, out);
	return status;
}

enum softkey_status
softkey_client_pin(struct softkey *key, struct softkey_cbor request,
    struct softkey_out *out)
{
	struct softkey_cbor at;
	uint64_t subcommand;
	enum softkey_status status;

	status = softkey_cbor_at(request, SUBCOMMAND, &at);
	if (status == SOFTKEY_OK)
		status = softkey_cbor_uint(&at, &subcommand);
	if (status != SOFTKEY_OK)
		return status;
	switch (subcommand) {
	case GET_RETRIES:
		return get_retries(key, out);
	case GET_AGREEMENT:
		return get_agreement(key, request, out);
	case SET_PIN:
		return set_pin(key, request);
	case CHANGE_PIN:
		return change_pin(key, request);
	case GET_TOKEN:
		return get_token_pin(key, request, true, out);
	case GET_TOKEN_UV:
		return get_token_uv(key, request, out);
	case GET_UV_RETRIES:
		return get_uv_retries(key, out);
	case GET_TOKEN_PIN:
		return get_token_pin(key, request, false, out);
	}
	return SOFTKEY_INVALID_SUBCOMMAND;
}
