/*
 * Receives CTAP2 messages: checks the CBOR, calls the command, and answers
 * getInfo; see ctap2.h.
 */
#include "tests/softkey/ctap/ctap2.h"

#include "tests/softkey/ctap/crypto.h"

enum {
	MAKE_CREDENTIAL = 0x01,
	GET_ASSERTION = 0x02,
	GET_INFO = 0x04,
	CLIENT_PIN = 0x06,
	RESET = 0x07,
	GET_NEXT_ASSERTION = 0x08,
	SELECTION = 0x0b,

	/* A reset is accepted only within this time after power-up. */
	RESET_WINDOW = 10000,
};

static void
put_option(struct softkey_out *out, const char *name, bool value)
{
	softkey_put_text(out, name);
	softkey_put_bool(out, value);
}

static void
put_options(const struct softkey *key, struct softkey_out *out)
{
	const struct softkey_config *config = &key->config;

	softkey_put_map(out, 6 + (config->uv ? 2 : 0));
	put_option(out, "rk", false);
	put_option(out, "up", true);
	if (config->uv)
		put_option(out, "uv", true);
	put_option(out, "plat", false);
	put_option(out, "alwaysUv", config->always_uv);
	put_option(out, "clientPin", config->pin[0] != '\0');
	put_option(out, "pinUvAuthToken", true);
	if (config->uv)
		put_option(out, "makeCredUvNotRqd", !config->always_uv);
}

static void
put_algorithms(const struct softkey *key, struct softkey_out *out)
{
	static const struct {
		unsigned bit;
		int alg;
	} all[] = {
		{ SOFTKEY_HAS_ES256, SOFTKEY_ES256 },
		{ SOFTKEY_HAS_EDDSA, SOFTKEY_EDDSA },
		{ SOFTKEY_HAS_RS256, SOFTKEY_RS256 },
	};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		count += (key->config.algorithms & all[i].bit) != 0;
	softkey_put_array(out, count);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if ((key->config.algorithms & all[i].bit) == 0)
			continue;
		softkey_put_map(out, 2);
		softkey_put_text(out, "alg");
		softkey_put_int(out, all[i].alg);
		softkey_put_text(out, "type");
		softkey_put_text(out, "public-key");
	}
}

static void
put_pin_protocols(const struct softkey *key, struct softkey_out *out)
{
	unsigned bits = key->config.pin_protocols;

	softkey_put_array(out, (bits & 1) + (bits >> 1 & 1));
	if ((bits & 2) != 0)
		softkey_put_int(out, 2);
	if ((bits & 1) != 0)
		softkey_put_int(out, 1);
}

static enum softkey_status
get_info(struct softkey *key, struct softkey_out *out)
{
	bool u2f = key->config.mode == SOFTKEY_BOTH && !key->config.always_uv;

	softkey_put_map(out, 12);
	softkey_put_int(out, 0x01);
	softkey_put_array(out, u2f ? 2 : 1);
	softkey_put_text(out, "FIDO_2_0");
	if (u2f)
		softkey_put_text(out, "U2F_V2");
	softkey_put_int(out, 0x02);
	softkey_put_array(out, 1);
	softkey_put_text(out, "credProtect");
	softkey_put_int(out, 0x03);
	softkey_put_bytes(out, key->config.aaguid, 16);
	softkey_put_int(out, 0x04);
	put_options(key, out);
	softkey_put_int(out, 0x05);
	softkey_put_int(out, SOFTKEY_CTAP2_MESSAGE);
	softkey_put_int(out, 0x06);
	put_pin_protocols(key, out);
	softkey_put_int(out, 0x07);
	softkey_put_int(out, SOFTKEY_CTAP2_LIST);
	softkey_put_int(out, 0x08);
	softkey_put_int(out, SOFTKEY_CTAP2_ID);
	softkey_put_int(out, 0x09);
	softkey_put_array(out, 1);
	softkey_put_text(out, "usb");
	softkey_put_int(out, 0x0a);
	put_algorithms(key, out);
	softkey_put_int(out, 0x0d);
	softkey_put_int(out, SOFTKEY_PIN_MIN);
	softkey_put_int(out, 0x0e);
	softkey_put_int(out, 1);
	return SOFTKEY_OK;
}

static enum softkey_status
reset(struct softkey *key)
{
	enum softkey_status status;

	if (key->now - key->powered > RESET_WINDOW)
		return SOFTKEY_NOT_ALLOWED;
	status = softkey_need_touch(key);
	if (status == SOFTKEY_OK)
		softkey_reset(key);
	return status;
}

/* For commands that must not have parameters. */
static enum softkey_status
run_bare(struct softkey *key, unsigned command, struct softkey_out *out)
{
	switch (command) {
	case GET_INFO:
		return get_info(key, out);
	case RESET:
		return reset(key);
	case SELECTION:
		return softkey_need_touch(key);
	case GET_NEXT_ASSERTION:
		/* No credential is resident, so there is never a next one. */
		return SOFTKEY_NOT_ALLOWED;
	}
	return SOFTKEY_INVALID_COMMAND;
}

static enum softkey_status
run(struct softkey *key, const unsigned char *message, size_t len,
    struct softkey_out *out)
{
	struct softkey_cbor request = { message + 1, message + len };
	enum softkey_status status;
	size_t pairs;

	if (len > SOFTKEY_CTAP2_MESSAGE)
		return SOFTKEY_REQUEST_TOO_LARGE;
	switch (message[0]) {
	case MAKE_CREDENTIAL:
	case GET_ASSERTION:
	case CLIENT_PIN:
		break;
	default:
		status = run_bare(key, message[0], out);
		if (status != SOFTKEY_INVALID_COMMAND && len != 1)
			return SOFTKEY_INVALID_LENGTH;
		return status;
	}
	status = softkey_cbor_check(request.at, len - 1);
	if (status != SOFTKEY_OK)
		return status;
	/* Checks that it is a map. */
	status = softkey_cbor_map(&(struct softkey_cbor){ request.at,
	    request.end }, &pairs);
	if (status != SOFTKEY_OK)
		return status;
	switch (message[0]) {
	case MAKE_CREDENTIAL:
		return softkey_make_credential(key, request, out);
	case GET_ASSERTION:
		return softkey_get_assertion(key, request, out);
	}
	return softkey_client_pin(key, request, out);
}

enum softkey_status
softkey_ctap2(struct softkey *key, const unsigned char *message, size_t len,
    struct softkey_out *out)
{
	enum softkey_status status;

	softkey_put_byte(out, SOFTKEY_OK);
	status = run(key, message, len, out);
	if (status == SOFTKEY_WAIT)
		return SOFTKEY_WAIT;
	if (status != SOFTKEY_OK) {
		out->len = 0;
		softkey_put_byte(out, status);
	} else if (out->full || (out->len > 1 &&
	    softkey_cbor_check(out->bytes + 1, out->len - 1) != SOFTKEY_OK)) {
		softkey_crypto_broken("a reply that is not canonical");
	}
	return SOFTKEY_OK;
}
