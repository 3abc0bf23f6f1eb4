/*
 * authenticatorGetAssertion (CTAP 2.1, section 6.2) for non-resident
 * credentials, which it finds only by an allow list.
 */
#include "tests/softkey/ctap/ctap2.h"

#include <string.h>

#include "tests/softkey/ctap/credential.h"

enum {
	RP = 1,
	HASH = 2,
	ALLOW = 3,
	OPTIONS = 5,
	PIN_PARAM = 6,
	PIN_PROTOCOL = 7,

	UP = 0x01,
	UV = 0x04,

	SHORT = 36,
};

/*
 * The first credential of the list that is this key's.  A credential with
 * credProtect is hidden unless the person was verified.
 */
static enum softkey_status
find(struct softkey *key, struct softkey_cbor message,
    const unsigned char rp[32], bool verified,
    struct softkey_credential *credential)
{
	struct softkey_cbor list;
	enum softkey_status status = softkey_cbor_at(message, ALLOW, &list);
	bool found = false;
	size_t count = 0;

	if (status == SOFTKEY_MISSING_PARAMETER)
		return SOFTKEY_NO_CREDENTIALS;
	status = softkey_cbor_array(&list, &count);
	if (status == SOFTKEY_OK && count > SOFTKEY_CTAP2_LIST)
		return SOFTKEY_LIMIT_EXCEEDED;
	for (; status == SOFTKEY_OK && count > 0; count--) {
		struct softkey_credential other;
		struct softkey_span id;
		bool ours;

		status = softkey_descriptor(&list, &id, &ours);
		if (status != SOFTKEY_OK || !ours || found ||
		    !softkey_credential_open(key, rp, id.bytes, id.len,
		    &other) || (other.protect == 3 && !verified))
			continue;
		*credential = other;
		found = true;
	}
	if (status == SOFTKEY_OK && !found)
		status = SOFTKEY_NO_CREDENTIALS;
	return status;
}

/* Writes authenticator data, with the faults that a test has set. */
static void
put_authdata(struct softkey *key, const unsigned char rp[32], unsigned flags,
    struct softkey_out *out)
{
	const struct softkey_faults *faults = &key->faults;

	if (faults->synced)
		flags |= SOFTKEY_SYNCED;
	if (faults->flags >= 0)
		flags = (unsigned)faults->flags;
	softkey_put_raw(out, rp, 32);
	softkey_put_byte(out, flags);
	softkey_put_u32(out, softkey_count(key));
	switch (faults->authdata) {
	case SOFTKEY_AUTHDATA_OK:
		break;
	case SOFTKEY_AUTHDATA_TRAILING:
		softkey_put_byte(out, 0);
		break;
	case SOFTKEY_AUTHDATA_SHORT:
		out->len = SHORT;
		break;
	case SOFTKEY_AUTHDATA_WRONG_RP:
		softkey_sha256("another", 7, out->bytes);
		break;
	}
}

static void
put_reply(struct softkey *key, const struct softkey_credential *credential,
    const unsigned char hash[32], unsigned flags, struct softkey_out *out)
{
	unsigned char bytes[128], signature[SOFTKEY_SIGNATURE_MAX];
	unsigned char id[SOFTKEY_ID_LEN];
	struct softkey_out data = { bytes, sizeof(bytes) - 32, 0, false };
	size_t len;

	put_authdata(key, credential->rp, flags, &data);
	memcpy(id, credential->id, sizeof(id));
	if (key->faults.other_credential)
		id[0] ^= 1;
	softkey_put_map(out, 3);
	softkey_put_int(out, 1);
	softkey_put_map(out, 2);
	softkey_put_text(out, "id");
	softkey_put_bytes(out, id, sizeof(id));
	softkey_put_text(out, "type");
	softkey_put_text(out, "public-key");
	softkey_put_int(out, 2);
	softkey_put_bytes(out, bytes, data.len);
	memcpy(bytes + data.len, hash, 32);
	len = softkey_credential_assert(key, credential, bytes, data.len + 32,
	    signature);
	softkey_put_int(out, 3);
	softkey_put_bytes(out, signature, len);
}

static enum softkey_status
read_request(struct softkey_cbor message, struct softkey_span *rp,
    const unsigned char **hash, struct softkey_options *options)
{
	struct softkey_cbor at;
	enum softkey_status status = softkey_cbor_at(message, RP, &at);

	if (status == SOFTKEY_OK)
		status = softkey_cbor_text(&at, rp);
	if (status == SOFTKEY_OK)
		status = softkey_client_data(message, HASH, hash);
	if (status == SOFTKEY_OK)
		status = softkey_options(message, OPTIONS, options);
	if (status == SOFTKEY_OK && options->has_rk)
		status = SOFTKEY_UNSUPPORTED_OPTION;
	return status;
}

enum softkey_status
softkey_get_assertion(struct softkey *key, struct softkey_cbor message,
    struct softkey_out *out)
{
	struct softkey_credential credential;
	struct softkey_options options;
	struct softkey_proof proof;
	struct softkey_span rp;
	const unsigned char *hash;
	unsigned char rp_hash[32];
	enum softkey_status status;

	status = read_request(message, &rp, &hash, &options);
	if (status == SOFTKEY_OK)
		status = softkey_prove(key, message, PIN_PARAM, PIN_PROTOCOL,
		    SOFTKEY_MAY_ASSERT, rp, hash, options.uv, &proof);
	if (status == SOFTKEY_OK && key->config.always_uv && options.up &&
	    !proof.verified)
		status = SOFTKEY_PUAT_REQUIRED;
	if (status != SOFTKEY_OK)
		return status;
	softkey_sha256(rp.bytes, rp.len, rp_hash);
	status = find(key, message, rp_hash, proof.verified, &credential);
	/* Each request is counted once, also when no credential is found. */
	if (key->person.act == SOFTKEY_ACT_NONE && !options.up)
		key->stats.silent++;
	if (status == SOFTKEY_OK && options.up && !proof.present)
		status = softkey_need_touch(key);
	if (status != SOFTKEY_OK)
		return status;
	if (options.up) {
		softkey_token_used(key);
		key->stats.assertions++;
	}
	put_reply(key, &credential, hash, (options.up ? UP : 0U) |
	    (proof.verified ? UV : 0U), out);
	return SOFTKEY_OK;
}
