/*
 * authenticatorMakeCredential (CTAP 2.1, section 6.1): non-resident
 * credentials, packed or no attestation, credProtect.
 */
#include "tests/softkey/ctap/ctap2.h"

#include <string.h>

#include "tests/softkey/ctap/attest.h"
#include "tests/softkey/ctap/credential.h"

enum {
	HASH = 1,
	RP = 2,
	USER = 3,
	PARAMS = 4,
	EXCLUDE = 5,
	EXTENSIONS = 6,
	OPTIONS = 7,
	PIN_PARAM = 8,
	PIN_PROTOCOL = 9,
	ENTERPRISE = 10,

	UP = 0x01,
	UV = 0x04,
	AT = 0x40,
	ED = 0x80,

	USER_ID_MAX = 64,
};

struct request {
	const unsigned char *hash;
	struct softkey_span rp;
	unsigned char rp_hash[32];
	enum softkey_algorithm alg;
	struct softkey_options options;
	unsigned protect;		/* 0: not asked for */
};

static enum softkey_status
read_rp(struct softkey_cbor message, struct request *request)
{
	struct softkey_cbor map, at;
	struct softkey_span name;
	enum softkey_status status = softkey_cbor_at(message, RP, &map);

	if (status == SOFTKEY_OK)
		status = softkey_cbor_named(map, "id", &at);
	if (status == SOFTKEY_OK)
		status = softkey_cbor_text(&at, &request->rp);
	if (status == SOFTKEY_OK &&
	    softkey_cbor_named(map, "name", &at) == SOFTKEY_OK)
		status = softkey_cbor_text(&at, &name);
	if (status == SOFTKEY_OK)
		softkey_sha256(request->rp.bytes, request->rp.len,
		    request->rp_hash);
	return status;
}

static enum softkey_status
read_user(struct softkey_cbor message)
{
	static const char *const texts[] = { "icon", "name", "displayName" };
	struct softkey_cbor map, at;
	struct softkey_span span;
	enum softkey_status status = softkey_cbor_at(message, USER, &map);

	if (status == SOFTKEY_OK)
		status = softkey_cbor_named(map, "id", &at);
	if (status == SOFTKEY_OK)
		status = softkey_cbor_bytes(&at, &span);
	if (status == SOFTKEY_OK && span.len > USER_ID_MAX)
		status = SOFTKEY_INVALID_LENGTH;
	for (size_t i = 0; i < 3 && status == SOFTKEY_OK; i++)
		if (softkey_cbor_named(map, texts[i], &at) == SOFTKEY_OK)
			status = softkey_cbor_text(&at, &span);
	return status;
}

static bool
supported(const struct softkey *key, int64_t alg)
{
	unsigned has = key->config.algorithms;

	return (alg == SOFTKEY_ES256 && (has & SOFTKEY_HAS_ES256) != 0) ||
	    (alg == SOFTKEY_EDDSA && (has & SOFTKEY_HAS_EDDSA) != 0) ||
	    (alg == SOFTKEY_RS256 && (has & SOFTKEY_HAS_RS256) != 0);
}

/* The first credential of the list that is ours; reads the whole list. */
static enum softkey_status
read_params(const struct softkey *key, struct softkey_cbor message,
    struct request *request)
{
	struct softkey_cbor list, at;
	struct softkey_span type;
	enum softkey_status status = softkey_cbor_at(message, PARAMS, &list);
	bool found = false;
	size_t count = 0;
	int64_t alg;

	if (status == SOFTKEY_OK)
		status = softkey_cbor_array(&list, &count);
	for (; status == SOFTKEY_OK && count > 0; count--) {
		status = softkey_cbor_named(list, "alg", &at);
		if (status == SOFTKEY_OK)
			status = softkey_cbor_int(&at, &alg);
		if (status == SOFTKEY_OK)
			status = softkey_cbor_named(list, "type", &at);
		if (status == SOFTKEY_OK)
			status = softkey_cbor_text(&at, &type);
		if (status != SOFTKEY_OK)
			break;
		if (!found && softkey_span_is(type, "public-key") &&
		    supported(key, alg)) {
			request->alg = (enum softkey_algorithm)alg;
			found = true;
		}
		softkey_cbor_skip(&list);
	}
	if (status == SOFTKEY_OK && !found)
		status = SOFTKEY_UNSUPPORTED_ALGORITHM;
	return status;
}

static enum softkey_status
read_extensions(struct softkey_cbor message, struct request *request)
{
	struct softkey_cbor map, at;
	enum softkey_status status = softkey_cbor_at(message, EXTENSIONS,
	    &map);
	uint64_t level;

	request->protect = 0;
	if (status == SOFTKEY_OK)
		status = softkey_cbor_named(map, "credProtect", &at);
	if (status == SOFTKEY_MISSING_PARAMETER)
		return SOFTKEY_OK;
	if (status == SOFTKEY_OK)
		status = softkey_cbor_uint(&at, &level);
	if (status != SOFTKEY_OK)
		return status;
	if (level < 1 || level > 3)
		return SOFTKEY_INVALID_OPTION;
	request->protect = (unsigned)level;
	return SOFTKEY_OK;
}

static enum softkey_status
read_request(const struct softkey *key, struct softkey_cbor message,
    struct request *request)
{
	struct softkey_cbor at;
	enum softkey_status status;

	status = softkey_client_data(message, HASH, &request->hash);
	if (status == SOFTKEY_OK)
		status = read_rp(message, request);
	if (status == SOFTKEY_OK)
		status = read_user(message);
	if (status == SOFTKEY_OK)
		status = read_params(key, message, request);
	if (status == SOFTKEY_OK)
		status = softkey_options(message, OPTIONS, &request->options);
	if (status == SOFTKEY_OK)
		status = read_extensions(message, request);
	if (status != SOFTKEY_OK)
		return status;
	if (softkey_cbor_at(message, ENTERPRISE, &at) == SOFTKEY_OK)
		return SOFTKEY_INVALID_PARAMETER;
	if (request->options.rk)
		return SOFTKEY_UNSUPPORTED_OPTION;
	return request->options.up ? SOFTKEY_OK : SOFTKEY_INVALID_OPTION;
}

/* An excluded credential is reported only after a touch. */
static enum softkey_status
excluded(struct softkey *key, struct softkey_cbor message,
    const struct request *request, const struct softkey_proof *proof)
{
	struct softkey_cbor list;
	enum softkey_status status = softkey_cbor_at(message, EXCLUDE, &list);
	bool found = false;
	size_t count = 0;

	if (status == SOFTKEY_MISSING_PARAMETER)
		return SOFTKEY_OK;
	status = softkey_cbor_array(&list, &count);
	if (status == SOFTKEY_OK && count > SOFTKEY_CTAP2_LIST)
		return SOFTKEY_LIMIT_EXCEEDED;
	for (; status == SOFTKEY_OK && count > 0; count--) {
		struct softkey_credential credential;
		struct softkey_span id;
		bool ours;

		status = softkey_descriptor(&list, &id, &ours);
		if (status == SOFTKEY_OK && ours &&
		    softkey_credential_open(key, request->rp_hash, id.bytes,
		    id.len, &credential) &&
		    (credential.protect < 3 || proof->verified))
			found = true;
	}
	if (status != SOFTKEY_OK || !found)
		return status;
	status = proof->present ? SOFTKEY_OK : softkey_need_touch(key);
	return status == SOFTKEY_OK ? SOFTKEY_CREDENTIAL_EXCLUDED : status;
}

static void
put_authdata(struct softkey *key, const struct request *request, bool verified,
    const struct softkey_credential *credential, struct softkey_out *out)
{
	softkey_put_raw(out, request->rp_hash, 32);
	softkey_put_byte(out, UP | (verified ? UV : 0U) | AT |
	    (request->protect != 0 ? ED : 0U) |
	    (key->faults.synced ? SOFTKEY_SYNCED : 0U));
	softkey_put_u32(out, softkey_count(key));
	softkey_put_raw(out, key->config.aaguid, 16);
	softkey_put_byte(out, SOFTKEY_ID_LEN >> 8);
	softkey_put_byte(out, SOFTKEY_ID_LEN & 0xff);
	softkey_put_raw(out, credential->id, SOFTKEY_ID_LEN);
	softkey_credential_cose(key, credential, out);
	if (request->protect != 0) {
		softkey_put_map(out, 1);
		softkey_put_text(out, "credProtect");
		softkey_put_int(out, request->protect);
	}
}

static void
put_statement(struct softkey *key, const struct softkey_credential *credential,
    const unsigned char *bytes, size_t len, struct softkey_out *out)
{
	bool self = key->config.attestation == SOFTKEY_ATTEST_SELF;
	unsigned char signature[SOFTKEY_SIGNATURE_MAX];
	unsigned char der[SOFTKEY_CERT_MAX];
	size_t n;

	if (key->config.attestation == SOFTKEY_ATTEST_NONE) {
		softkey_put_map(out, 0);
		return;
	}
	if (self) {
		EVP_PKEY *private = softkey_credential_key(key, credential);

		n = softkey_sign(private, bytes, len, signature);
		EVP_PKEY_free(private);
	} else {
		n = softkey_attest_sign(key, bytes, len, signature);
	}
	softkey_put_map(out, self ? 2 : 3);
	softkey_put_text(out, "alg");
	softkey_put_int(out, self ? (int64_t)credential->alg : SOFTKEY_ES256);
	softkey_put_text(out, "sig");
	softkey_put_bytes(out, signature, n);
	if (!self) {
		softkey_put_text(out, "x5c");
		softkey_put_array(out, 1);
		n = softkey_attest_certificate(key, der);
		softkey_put_bytes(out, der, n);
	}
}

static enum softkey_status
make(struct softkey *key, const struct request *request, bool verified,
    struct softkey_out *out)
{
	struct softkey_credential credential;
	unsigned char bytes[1024];
	struct softkey_out data = { bytes, sizeof(bytes) - 32, 0, false };
	enum softkey_algorithm alg = request->alg;

	if (key->faults.wrong_algorithm)
		alg = alg == SOFTKEY_EDDSA ? SOFTKEY_ES256 : SOFTKEY_EDDSA;
	softkey_credential_make(key, request->rp_hash, alg,
	    request->protect == 0 ? 1 : request->protect, &credential);
	put_authdata(key, request, verified, &credential, &data);
	if (data.full)
		return SOFTKEY_OTHER;
	memcpy(bytes + data.len, request->hash, 32);
	if (key->faults.wrong_challenge)
		bytes[data.len] ^= 1;
	softkey_put_map(out, 3);
	softkey_put_int(out, 1);
	softkey_put_text(out, key->config.attestation == SOFTKEY_ATTEST_NONE ?
	    "none" : "packed");
	softkey_put_int(out, 2);
	softkey_put_bytes(out, bytes, data.len);
	softkey_put_int(out, 3);
	put_statement(key, &credential, bytes, data.len + 32, out);
	return SOFTKEY_OK;
}

enum softkey_status
softkey_make_credential(struct softkey *key, struct softkey_cbor message,
    struct softkey_out *out)
{
	bool lax = key->config.uv && !key->config.always_uv;
	struct softkey_proof proof;
	struct request request;
	enum softkey_status status;

	status = read_request(key, message, &request);
	if (status == SOFTKEY_OK)
		status = softkey_prove(key, message, PIN_PARAM, PIN_PROTOCOL,
		    SOFTKEY_MAY_MAKE, request.rp, request.hash,
		    request.options.uv, &proof);
	if (status == SOFTKEY_OK && !proof.verified && !lax &&
	    (softkey_protected(key) || key->config.always_uv))
		status = SOFTKEY_PUAT_REQUIRED;
	if (status == SOFTKEY_OK)
		status = excluded(key, message, &request, &proof);
	if (status == SOFTKEY_OK && !proof.present)
		status = softkey_need_touch(key);
	if (status != SOFTKEY_OK)
		return status;
	softkey_token_used(key);
	key->stats.makecred++;
	return make(key, &request, proof.verified, out);
}
