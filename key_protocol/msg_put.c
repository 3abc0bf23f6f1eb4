/*
 * Encodes the messages of msg.h into frames.  A field that is too long is
 * refused; it must never be cut.
 */
#include "key_protocol/msg_own.h"

#include <string.h>

#include "common/wire.h"

/*
 * Puts a text of at least min bytes; KF_ERR_RANGE if it has no NUL within its
 * array of size bytes.
 */
static enum kf_err
put_text(struct kf_frame *f, const char *text, size_t min, size_t size)
{
	size_t len = strnlen(text, size);

	if (len < min || len >= size)
		return KF_ERR_RANGE;
	return kf_wire_put_string(f, text, len);
}

static enum kf_err
put_string(struct kf_frame *f, const void *bytes, size_t len, size_t min,
    size_t max)
{
	if (len < min || len > max)
		return KF_ERR_RANGE;
	return kf_wire_put_string(f, bytes, len);
}

/*
 * Puts the PIN, which must be set if verification is by PIN and empty if not:
 * an empty PIN is never tried.
 */
static enum kf_err
put_pin(struct kf_frame *f, enum kf_key_verify verify, const char *pin)
{
	size_t len = strnlen(pin, KF_KEY_PIN_SIZE);

	if ((verify == KF_KEY_VERIFY_PIN) != (len > 0))
		return KF_ERR_RANGE;
	return put_text(f, pin, 0, KF_KEY_PIN_SIZE);
}

enum kf_err
kf_key_put_find(struct kf_frame *f, const struct kf_key_find *m)
{
	enum kf_err err = KF_OK;

	kf_wire_start(f, KF_KEY_MSG_FIND);
	if (m->count > KF_KEY_CANDIDATES_MAX)
		return KF_ERR_RANGE;
	kf_wire_put_bytes(f, m->hash, sizeof(m->hash));
	kf_wire_put_u8(f, (uint8_t)m->count);
	for (size_t i = 0; i < m->count && err == KF_OK; i++) {
		const struct kf_key_candidate *c = &m->candidates[i];

		err = put_text(f, c->rp_id, 1, sizeof(c->rp_id));
		if (err == KF_OK)
			err = put_string(f, c->credential, c->credential_len,
			    1, sizeof(c->credential));
	}
	return err;
}

enum kf_err
kf_key_put_assert(struct kf_frame *f, const struct kf_key_assert *m)
{
	kf_wire_start(f, KF_KEY_MSG_ASSERT);
	if (m->candidate >= KF_KEY_CANDIDATES_MAX)
		return KF_ERR_RANGE;
	kf_wire_put_u8(f, m->candidate);
	kf_wire_put_u8(f, (uint8_t)m->verify);
	kf_wire_put_bytes(f, m->hash, sizeof(m->hash));
	return put_pin(f, m->verify, m->pin);
}

enum kf_err
kf_key_put_make(struct kf_frame *f, const struct kf_key_make *m)
{
	enum kf_err err;

	kf_wire_start(f, KF_KEY_MSG_MAKE);
	if (m->protect > KF_KEY_PROTECT_MAX)
		return KF_ERR_RANGE;
	kf_wire_put_u8(f, (uint8_t)m->algorithm);
	kf_wire_put_u8(f, (uint8_t)m->verify);
	kf_wire_put_u8(f, m->protect);
	kf_wire_put_bytes(f, m->hash, sizeof(m->hash));
	err = put_text(f, m->rp_id, 1, sizeof(m->rp_id));
	if (err != KF_OK)
		return err;
	kf_wire_put_bytes(f, m->user_id, sizeof(m->user_id));
	err = put_text(f, m->user, 0, sizeof(m->user));
	return err == KF_OK ? put_pin(f, m->verify, m->pin) : err;
}

void
kf_key_put_bare(struct kf_frame *f, enum kf_key_msg_type type)
{
	kf_wire_start(f, type);
}

void
kf_key_put_opened(struct kf_frame *f, const struct kf_key_opened *m)
{
	kf_wire_start(f, KF_KEY_MSG_OPENED);
	kf_wire_put_u8(f, (uint8_t)((m->fido2 ? KF_KEY_IS_FIDO2 : 0) |
	    (m->has_pin ? KF_KEY_HAS_PIN : 0) |
	    (m->has_verify ? KF_KEY_HAS_VERIFY : 0) |
	    (m->always_verify ? KF_KEY_ALWAYS_VERIFIES : 0) |
	    (m->protects ? KF_KEY_PROTECTS : 0)));
	kf_wire_put_bytes(f, m->aaguid, sizeof(m->aaguid));
	kf_wire_put_u8(f, m->algorithms);
	kf_wire_put_u32(f, m->credential_max);
}

/* Puts an assertion; min is the least length of its data and signature. */
static enum kf_err
put_assertion(struct kf_frame *f, const struct kf_key_asserted *m, size_t min)
{
	enum kf_err err = put_string(f, m->credential, m->credential_len, 0,
	    sizeof(m->credential));

	if (err == KF_OK)
		err = put_string(f, m->authdata, m->authdata_len, min,
		    sizeof(m->authdata));
	if (err == KF_OK)
		err = put_string(f, m->signature, m->signature_len, min,
		    sizeof(m->signature));
	return err;
}

enum kf_err
kf_key_put_found(struct kf_frame *f, const struct kf_key_found *m)
{
	kf_wire_start(f, KF_KEY_MSG_FOUND);
	kf_wire_put_u32(f, m->held);
	return put_assertion(f, &m->shown, 0);
}

enum kf_err
kf_key_put_asserted(struct kf_frame *f, const struct kf_key_asserted *m)
{
	kf_wire_start(f, KF_KEY_MSG_ASSERTED);
	return put_assertion(f, m, 1);
}

void
kf_key_put_retries(struct kf_frame *f, const struct kf_key_retries *m)
{
	kf_wire_start(f, KF_KEY_MSG_RETRIES_LEFT);
	kf_wire_put_u8(f, m->left);
}

enum kf_err
kf_key_put_made(struct kf_frame *f, const struct kf_key_made *m)
{
	enum kf_err err;

	kf_wire_start(f, KF_KEY_MSG_MADE);
	err = put_text(f, m->format, 1, sizeof(m->format));
	if (err == KF_OK)
		err = put_string(f, m->authdata, m->authdata_len, 1,
		    sizeof(m->authdata));
	if (err == KF_OK)
		err = put_string(f, m->signature, m->signature_len, 0,
		    sizeof(m->signature));
	if (err == KF_OK)
		err = put_string(f, m->certificate, m->certificate_len, 0,
		    sizeof(m->certificate));
	return err;
}

void
kf_key_put_failed(struct kf_frame *f, enum kf_key_failure failure)
{
	kf_wire_start(f, KF_KEY_MSG_FAILED);
	kf_wire_put_u8(f, (uint8_t)failure);
}
