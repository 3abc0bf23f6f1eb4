/*
 * The parts that makeCredential and getAssertion share; see ctap2.h.
 */
#include "tests/softkey/ctap/ctap2.h"

#include <string.h>

static enum softkey_status
option(struct softkey_cbor map, const char *name, bool *has, bool *value)
{
	struct softkey_cbor at;
	enum softkey_status status = softkey_cbor_named(map, name, &at);

	*has = status == SOFTKEY_OK;
	if (status == SOFTKEY_MISSING_PARAMETER)
		return SOFTKEY_OK;
	return status != SOFTKEY_OK ? status : softkey_cbor_bool(&at, value);
}

enum softkey_status
softkey_options(struct softkey_cbor request, int64_t number,
    struct softkey_options *options)
{
	struct softkey_cbor map;
	enum softkey_status status = softkey_cbor_at(request, number, &map);
	bool has_uv;

	memset(options, 0, sizeof(*options));
	options->up = true;
	if (status == SOFTKEY_MISSING_PARAMETER)
		return SOFTKEY_OK;
	if (status == SOFTKEY_OK)
		status = option(map, "rk", &options->has_rk, &options->rk);
	if (status == SOFTKEY_OK)
		status = option(map, "up", &options->has_up, &options->up);
	if (status == SOFTKEY_OK)
		status = option(map, "uv", &has_uv, &options->uv);
	return status;
}

enum softkey_status
softkey_client_data(struct softkey_cbor request, int64_t number,
    const unsigned char **hash)
{
	struct softkey_cbor at;
	struct softkey_span span;
	enum softkey_status status = softkey_cbor_at(request, number, &at);

	if (status == SOFTKEY_OK)
		status = softkey_cbor_bytes(&at, &span);
	if (status != SOFTKEY_OK)
		return status;
	if (span.len != 32)
		return SOFTKEY_INVALID_LENGTH;
	*hash = span.bytes;
	return SOFTKEY_OK;
}

enum softkey_status
softkey_descriptor(struct softkey_cbor *list, struct softkey_span *id,
    bool *ours)
{
	struct softkey_cbor at;
	struct softkey_span type;
	enum softkey_status status = softkey_cbor_named(*list, "id", &at);

	if (status == SOFTKEY_OK)
		status = softkey_cbor_bytes(&at, id);
	if (status == SOFTKEY_OK)
		status = softkey_cbor_named(*list, "type", &at);
	if (status == SOFTKEY_OK)
		status = softkey_cbor_text(&at, &type);
	if (status != SOFTKEY_OK)
		return status;
	*ours = softkey_span_is(type, "public-key");
	softkey_cbor_skip(list);
	return SOFTKEY_OK;
}

bool
softkey_protected(const struct softkey *key)
{
	return key->config.pin[0] != '\0' || key->config.uv;
}

/* An empty pinUvAuthParam: the client lets the person choose a key. */
static enum softkey_status
choose(struct softkey *key)
{
	enum softkey_status status = softkey_need_touch(key);

	if (status != SOFTKEY_OK)
		return status;
	return key->config.pin[0] != '\0' ? SOFTKEY_PIN_INVALID :
	    SOFTKEY_PIN_NOT_SET;
}

static enum softkey_status
prove_token(struct softkey *key, struct softkey_cbor request, int64_t number,
    struct softkey_span param, unsigned permission, struct softkey_span rp,
    const unsigned char hash[32], struct softkey_proof *proof)
{
	unsigned protocol;
	enum softkey_status status = softkey_pin_protocol(key, request, number,
	    &protocol);

	if (status != SOFTKEY_OK)
		return status;
	if (!softkey_token_verify(key, protocol, hash, 32, param, permission,
	    rp))
		return SOFTKEY_PIN_AUTH_INVALID;
	proof->verified = true;
	proof->present = key->pin.present;
	return SOFTKEY_OK;
}

enum softkey_status
softkey_prove(struct softkey *key, struct softkey_cbor request, int64_t param,
    int64_t protocol, unsigned permission, struct softkey_span rp,
    const unsigned char hash[32], bool uv, struct softkey_proof *proof)
{
	struct softkey_cbor at;
	struct softkey_span bytes;
	enum softkey_status status = softkey_cbor_at(request, param, &at);

	proof->present = false;
	proof->verified = false;
	if (status == SOFTKEY_OK) {
		status = softkey_cbor_bytes(&at, &bytes);
		if (status != SOFTKEY_OK)
			return status;
		if (bytes.len == 0)
			return choose(key);
		return prove_token(key, request, protocol, bytes, permission,
		    rp, hash, proof);
	}
	if (!uv)
		return SOFTKEY_OK;
	if (!key->config.uv)
		return SOFTKEY_INVALID_OPTION;
	status = softkey_built_in_uv(key);
	/* The PIN is the other way to verify. */
	if (status == SOFTKEY_UV_INVALID || status == SOFTKEY_UV_BLOCKED)
		return key->config.pin[0] != '\0' ? SOFTKEY_PUAT_REQUIRED :
		    SOFTKEY_OPERATION_DENIED;
	proof->verified = status == SOFTKEY_OK;
	proof->present = status == SOFTKEY_OK;
	return status;
}
