/*
 * U2F; see u2f.h.  In U2F the key does not wait for a touch.  It answers that
 * it needs a touch, and the client asks again until there was one.
 */
#include "tests/softkey/ctap/u2f.h"

#include <string.h>

#include "tests/softkey/ctap/attest.h"
#include "tests/softkey/ctap/credential.h"

enum {
	REGISTER = 0x01,
	AUTHENTICATE = 0x02,
	GET_VERSION = 0x03,

	CHECK_ONLY = 0x07,
	ENFORCE = 0x03,
	DONT_ENFORCE = 0x08,

	UP = 0x01,

	NO_ERROR = 0x9000,
	WRONG_LENGTH = 0x6700,
	CONDITIONS_NOT_SATISFIED = 0x6985,
	COMMAND_NOT_ALLOWED = 0x6986,
	WRONG_DATA = 0x6a80,
	WRONG_P1P2 = 0x6a86,
	INS_NOT_SUPPORTED = 0x6d00,
	CLA_NOT_SUPPORTED = 0x6e00,
};

/* CLA INS P1 P2, then extended lengths: 00 Lc Lc data [Le Le]. */
static bool
data_of(const unsigned char *apdu, size_t len, struct softkey_span *data)
{
	size_t rest = len - 4, lc;

	data->bytes = apdu + len;
	data->len = 0;
	if (rest == 0)
		return true;
	if (rest < 3 || apdu[4] != 0)
		return false;
	/* Le alone */
	if (rest == 3)
		return true;
	lc = (size_t)apdu[5] << 8 | apdu[6];
	data->bytes = apdu + 7;
	data->len = lc;
	return rest == 3 + lc || rest == 5 + lc;
}

/* data: challenge parameter, application parameter. */
static unsigned
do_register(struct softkey *key, struct softkey_span data,
    struct softkey_out *out)
{
	struct softkey_credential credential;
	unsigned char bytes[256], der[SOFTKEY_CERT_MAX];
	unsigned char point[65], signature[SOFTKEY_SIGNATURE_MAX];
	struct softkey_out signs = { bytes, sizeof(bytes), 0, false };
	EVP_PKEY *private;
	size_t len;

	if (data.len != 64)
		return WRONG_LENGTH;
	if (!softkey_u2f_touch(key))
		return CONDITIONS_NOT_SATISFIED;
	key->stats.makecred++;
	softkey_credential_make(key, data.bytes + 32, SOFTKEY_ES256, 1,
	    &credential);
	private = softkey_credential_key(key, &credential);
	softkey_point(private, point);
	EVP_PKEY_free(private);
	softkey_put_byte(&signs, 0);
	softkey_put_raw(&signs, data.bytes + 32, 32);
	softkey_put_raw(&signs, data.bytes, 32);
	if (key->faults.wrong_challenge)
		bytes[signs.len - 1] ^= 1;
	softkey_put_raw(&signs, credential.id, SOFTKEY_ID_LEN);
	softkey_put_raw(&signs, point, sizeof(point));
	softkey_put_byte(out, 5);
	softkey_put_raw(out, point, sizeof(point));
	softkey_put_byte(out, SOFTKEY_ID_LEN);
	softkey_put_raw(out, credential.id, SOFTKEY_ID_LEN);
	len = softkey_attest_certificate(key, der);
	softkey_put_raw(out, der, len);
	len = softkey_attest_sign(key, bytes, signs.len, signature);
	softkey_put_raw(out, signature, len);
	return NO_ERROR;
}

static void
put_assertion(struct softkey *key, const struct softkey_credential *credential,
    const unsigned char challenge[32], unsigned flags, struct softkey_out *out)
{
	unsigned char bytes[128], signature[SOFTKEY_SIGNATURE_MAX];
	struct softkey_out data = { bytes, sizeof(bytes), 0, false };
	uint32_t counter = softkey_count(key);
	size_t len;

	if (key->faults.flags >= 0)
		flags = (unsigned)key->faults.flags;
	softkey_put_raw(&data, credential->rp, 32);
	if (key->faults.authdata == SOFTKEY_AUTHDATA_WRONG_RP)
		bytes[0] ^= 1;
	softkey_put_byte(&data, flags);
	softkey_put_u32(&data, counter);
	softkey_put_raw(&data, challenge, 32);
	len = softkey_credential_assert(key, credential, bytes, data.len,
	    signature);
	softkey_put_byte(out, flags);
	softkey_put_u32(out, counter);
	softkey_put_raw(out, signature, len);
}

/* data: challenge, application, length of the handle, handle. */
static unsigned
do_authenticate(struct softkey *key, unsigned control, struct softkey_span data,
    struct softkey_out *out)
{
	struct softkey_credential credential;
	unsigned flags = UP;

	if (control != CHECK_ONLY && control != ENFORCE &&
	    control != DONT_ENFORCE)
		return WRONG_P1P2;
	if (data.len < 65 || data.len != 65U + data.bytes[64])
		return WRONG_LENGTH;
	if (control != ENFORCE)
		key->stats.silent++;
	/* U2F sends no PIN, so a credential with credProtect is hidden. */
	if (!softkey_credential_open(key, data.bytes + 32, data.bytes + 65,
	    data.bytes[64], &credential) || credential.protect == 3 ||
	    credential.alg != SOFTKEY_ES256)
		return WRONG_DATA;
	if (control == CHECK_ONLY)
		return CONDITIONS_NOT_SATISFIED;
	if (control == DONT_ENFORCE)
		flags = 0;
	else if (!softkey_u2f_touch(key))
		return CONDITIONS_NOT_SATISFIED;
	else
		key->stats.assertions++;
	put_assertion(key, &credential, data.bytes, flags, out);
	return NO_ERROR;
}

static unsigned
run(struct softkey *key, const unsigned char *apdu, size_t len,
    struct softkey_out *out)
{
	struct softkey_span data;

	if (len < 4)
		return WRONG_LENGTH;
	if (apdu[0] != 0)
		return CLA_NOT_SUPPORTED;
	if (apdu[1] != REGISTER && apdu[1] != AUTHENTICATE &&
	    apdu[1] != GET_VERSION)
		return INS_NOT_SUPPORTED;
	if (!data_of(apdu, len, &data))
		return WRONG_LENGTH;
	if (key->config.always_uv && apdu[1] != GET_VERSION)
		return COMMAND_NOT_ALLOWED;
	switch (apdu[1]) {
	case REGISTER:
		return do_register(key, data, out);
	case AUTHENTICATE:
		return do_authenticate(key, apdu[2], data, out);
	}
	if (data.len != 0)
		return WRONG_LENGTH;
	softkey_put_raw(out, "U2F_V2", 6);
	return NO_ERROR;
}

void
softkey_u2f(struct softkey *key, const unsigned char *apdu, size_t len,
    struct softkey_out *out)
{
	unsigned word = run(key, apdu, len, out);

	if (word != NO_ERROR)
		out->len = 0;
	softkey_put_byte(out, word >> 8);
	softkey_put_byte(out, word & 0xff);
}
