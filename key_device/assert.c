/*
 * Serves ASSERT: has the device sign for one credential, with a touch and, if
 * requested, a PIN or a fingerprint (CTAP 2.1, 6.2).  A wrong PIN costs the
 * person one of a few tries, so a request is never repeated here.
 */
#include <string.h>

#include "key_device/request.h"

static int
prepare(fido_assert_t *a, const struct kf_key_candidate *c,
    const struct kf_key_assert *request)
{
	int r;

	if ((r = fido_assert_set_rp(a, c->rp_id)) != FIDO_OK ||
	    (r = fido_assert_set_clientdata_hash(a, request->hash,
	    sizeof(request->hash))) != FIDO_OK ||
	    (r = fido_assert_allow_cred(a, c->credential,
	    c->credential_len)) != FIDO_OK)
		return r;
	if (request->verify == KF_KEY_VERIFY_BUILT_IN)
		r = fido_assert_set_uv(a, FIDO_OPT_TRUE);
	return r;
}

bool
kf_take_assertion(const fido_assert_t *a, struct kf_key_asserted *m)
{
	size_t id_len, signature_len;

	if (fido_assert_count(a) != 1)
		return false;
	id_len = fido_assert_id_len(a, 0);
	signature_len = fido_assert_sig_len(a, 0);
	if (id_len > sizeof(m->credential) || signature_len < 1 ||
	    signature_len > sizeof(m->signature) ||
	    !kf_cbor_unwrap(fido_assert_authdata_ptr(a, 0),
	    fido_assert_authdata_len(a, 0), m->authdata, sizeof(m->authdata),
	    &m->authdata_len))
		return false;
	if (id_len > 0)
		memcpy(m->credential, fido_assert_id_ptr(a, 0), id_len);
	m->credential_len = id_len;
	memcpy(m->signature, fido_assert_sig_ptr(a, 0), signature_len);
	m->signature_len = signature_len;
	return true;
}

void
kf_request_assert(struct kf_key *key, const struct kf_key_assert *request,
    struct kf_frame *answer)
{
	static struct kf_key_asserted asserted;
	bool with_pin = request->verify == KF_KEY_VERIFY_PIN;
	fido_assert_t *a = NULL;
	int r = FIDO_ERR_INTERNAL;

	memset(&asserted, 0, sizeof(asserted));
	if (request->candidate >= key->known.count) {
		kf_key_put_failed(answer, KF_KEY_FAILED_NO_CREDENTIAL);
		return;
	}
	a = fido_assert_new();
	if (a != NULL)
		r = prepare(a, &key->known.candidates[request->candidate],
		    request);
	if (r == FIDO_OK)
		r = fido_dev_get_assert(key->dev, a,
		    with_pin ? request->pin : NULL);
	if (r != FIDO_OK || key->stop != KF_KEY_GOES_ON)
		kf_key_put_failed(answer, kf_key_failure(key, r));
	else if (!kf_take_assertion(a, &asserted) ||
	    kf_key_put_asserted(answer, &asserted) != KF_OK)
		kf_key_put_failed(answer, KF_KEY_FAILED_OTHER);
	fido_assert_free(&a);
}
