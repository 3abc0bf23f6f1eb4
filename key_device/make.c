/*
 * Serves MAKE: has the device make a credential that is not resident (CTAP 2.1,
 * 6.1), so that the device stores nothing of it.  The attestation is passed on
 * as it is; the parent verifies it.
 */
#include <string.h>

#include "key_device/request.h"
#include "key_protocol/cose.h"

#define U2F_HANDLE_MAX 255

static int
protection(uint8_t level)
{
	return level == 1 ? FIDO_CRED_PROT_UV_OPTIONAL :
	    FIDO_CRED_PROT_UV_OPTIONAL_WITH_ID;
}

/* Excludes the candidates of the last FIND that have the same RP id. */
static int
exclude(const struct kf_key *key, fido_cred_t *cred, const char *rp_id)
{
	for (size_t i = 0; i < key->known.count; i++) {
		const struct kf_key_candidate *c = &key->known.candidates[i];
		int r;

		if (strcmp(c->rp_id, rp_id) != 0 ||
		    (!key->fido2 && c->credential_len > U2F_HANDLE_MAX))
			continue;
		r = fido_cred_exclude(cred, c->credential, c->credential_len);
		if (r != FIDO_OK)
			return r;
	}
	return FIDO_OK;
}

static int
prepare(const struct kf_key *key, fido_cred_t *cred,
    const struct kf_key_make *request)
{
	int r;

	if (!key->fido2 && request->algorithm != KF_ES256)
		return FIDO_ERR_UNSUPPORTED_ALGORITHM;
	if ((r = fido_cred_set_type(cred, kf_cose_number(request->algorithm)))
	    != FIDO_OK ||
	    (r = fido_cred_set_clientdata_hash(cred, request->hash,
	    sizeof(request->hash))) != FIDO_OK ||
	    (r = fido_cred_set_rp(cred, request->rp_id, NULL)) != FIDO_OK ||
	    (r = fido_cred_set_user(cred, request->user_id,
	    sizeof(request->user_id), request->user, NULL, NULL)) != FIDO_OK ||
	    (r = exclude(key, cred, request->rp_id)) != FIDO_OK)
		return r;
	if (request->protect > 0 && key->fido2 &&
	    fido_dev_supports_cred_prot(key->dev) &&
	    (r = fido_cred_set_prot(cred, protection(request->protect))) !=
	    FIDO_OK)
		return r;
	if (request->verify == KF_KEY_VERIFY_BUILT_IN)
		r = fido_cred_set_uv(cred, FIDO_OPT_TRUE);
	return r;
}

static bool
copy(unsigned char *dst, size_t size, size_t *len, const unsigned char *src,
    size_t src_len)
{
	if (src_len > size)
		return false;
	if (src_len > 0)
		memcpy(dst, src, src_len);
	*len = src_len;
	return true;
}

/* Copies what the device returned to *m; false if it is beyond our limits. */
static bool
take(const fido_cred_t *cred, struct kf_key_made *m)
{
	const char *format = fido_cred_fmt(cred);
	size_t len = format != NULL ? strlen(format) : 0;

	if (len < 1 || len >= sizeof(m->format))
		return false;
	memcpy(m->format, format, len + 1);
	return kf_cbor_unwrap(fido_cred_authdata_ptr(cred),
	    fido_cred_authdata_len(cred), m->authdata, sizeof(m->authdata),
	    &m->authdata_len) &&
	    copy(m->signature, sizeof(m->signature), &m->signature_len,
	    fido_cred_sig_ptr(cred), fido_cred_sig_len(cred)) &&
	    copy(m->certificate, sizeof(m->certificate), &m->certificate_len,
	    fido_cred_x5c_ptr(cred), fido_cred_x5c_len(cred));
}

void
kf_request_make(struct kf_key *key, const struct kf_key_make *request,
    struct kf_frame *answer)
{
	static struct kf_key_made made;
	bool with_pin = request->verify == KF_KEY_VERIFY_PIN;
	fido_cred_t *cred = fido_cred_new();
	int r = FIDO_ERR_INTERNAL;

	memset(&made, 0, sizeof(made));
	if (cred != NULL)
		r = prepare(key, cred, request);
	if (r == FIDO_OK)
		r = fido_dev_make_cred(key->dev, cred,
		    with_pin ? request->pin : NULL);
	if (r != FIDO_OK || key->stop != KF_KEY_GOES_ON)
		kf_key_put_failed(answer, kf_key_failure(key, r));
	else if (!take(cred, &made) || kf_key_put_made(answer, &made) != KF_OK)
		kf_key_put_failed(answer, KF_KEY_FAILED_OTHER);
	fido_cred_free(&cred);
}
