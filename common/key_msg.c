/*
 * Messages of the device program, to and from frames (wire.h).  Fields stand in
 * the order of the structs; text and bytes of variable length are strings with
 * their length in front.  The two ends are of one build, so there is no
 * version.
 */
#include "common/key_msg.h"

#include <string.h>

#include "common/wire.h"

#define CANDIDATE_BITS ((UINT32_C(1) << KF_KEY_CANDIDATES_MAX) - 1)
#define ALGORITHM_BITS (1U << KF_ES256 | 1U << KF_EDDSA | 1U << KF_RS256)
#define PROTECT_MAX 2

/* Bits of the first byte of OPENED. */
enum {
	IS_FIDO2 = 1,
	HAS_PIN = 2,
	HAS_VERIFY = 4,
	ALWAYS_VERIFIES = 8,
	PROTECTS = 16,
	ALL_BITS = 31
};

/* Writing */

/* A text of min bytes at least, which ends within its array. */
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

/* A PIN goes along exactly when it is used; an empty one is never tried. */
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
	if (m->protect > PROTECT_MAX)
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
	kf_wire_put_u8(f, (uint8_t)((m->fido2 ? IS_FIDO2 : 0) |
	    (m->has_pin ? HAS_PIN : 0) | (m->has_verify ? HAS_VERIFY : 0) |
	    (m->always_verify ? ALWAYS_VERIFIES : 0) |
	    (m->protects ? PROTECTS : 0)));
	kf_wire_put_bytes(f, m->aaguid, sizeof(m->aaguid));
	kf_wire_put_u8(f, m->algorithms);
	kf_wire_put_u32(f, m->credential_max);
}

/* min: of authenticator data and of the signature. */
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

/* Reading */

/* Nothing of what was wrong is left to be used by mistake, nor a PIN. */
static enum kf_err
finish(struct kf_wire *w, bool good, void *m, size_t size)
{
	if (good && kf_wire_finish(w) == KF_OK)
		return KF_OK;
	explicit_bzero(m, size);
	return KF_ERR_PROTOCOL;
}

static enum kf_key_verify
get_verify(struct kf_wire *w)
{
	uint8_t n = kf_wire_get_u8(w);

	if (n > KF_KEY_VERIFY_PIN)
		w->bad = true;
	return (enum kf_key_verify)n;
}

enum kf_err
kf_key_get_find(const struct kf_frame *f, struct kf_key_find *m)
{
	struct kf_wire w = kf_wire_open(f);
	bool good;

	memset(m, 0, sizeof(*m));
	kf_wire_get_bytes(&w, m->hash, sizeof(m->hash));
	m->count = kf_wire_get_u8(&w);
	good = m->count <= KF_KEY_CANDIDATES_MAX;
	for (size_t i = 0; good && i < m->count; i++) {
		struct kf_key_candidate *c = &m->candidates[i];

		kf_wire_get_text(&w, c->rp_id, sizeof(c->rp_id));
		c->credential_len = kf_wire_get_string(&w, c->credential,
		    sizeof(c->credential));
		good = c->rp_id[0] != '\0' && c->credential_len > 0;
	}
	return finish(&w, good, m, sizeof(*m));
}

enum kf_err
kf_key_get_assert(const struct kf_frame *f, struct kf_key_assert *m)
{
	struct kf_wire w = kf_wire_open(f);
	bool good;

	memset(m, 0, sizeof(*m));
	m->candidate = kf_wire_get_u8(&w);
	m->verify = get_verify(&w);
	kf_wire_get_bytes(&w, m->hash, sizeof(m->hash));
	kf_wire_get_text(&w, m->pin, sizeof(m->pin));
	good = m->candidate < KF_KEY_CANDIDATES_MAX &&
	    (m->verify == KF_KEY_VERIFY_PIN) == (m->pin[0] != '\0');
	return finish(&w, good, m, sizeof(*m));
}

enum kf_err
kf_key_get_make(const struct kf_frame *f, struct kf_key_make *m)
{
	struct kf_wire w = kf_wire_open(f);
	uint8_t algorithm;
	bool good;

	memset(m, 0, sizeof(*m));
	algorithm = kf_wire_get_u8(&w);
	m->algorithm = (enum kf_key_algorithm)algorithm;
	m->verify = get_verify(&w);
	m->protect = kf_wire_get_u8(&w);
	kf_wire_get_bytes(&w, m->hash, sizeof(m->hash));
	kf_wire_get_text(&w, m->rp_id, sizeof(m->rp_id));
	kf_wire_get_bytes(&w, m->user_id, sizeof(m->user_id));
	kf_wire_get_text(&w, m->user, sizeof(m->user));
	kf_wire_get_text(&w, m->pin, sizeof(m->pin));
	good = algorithm >= KF_ES256 && algorithm <= KF_RS256 &&
	    m->protect <= PROTECT_MAX && m->rp_id[0] != '\0' &&
	    (m->verify == KF_KEY_VERIFY_PIN) == (m->pin[0] != '\0');
	return finish(&w, good, m, sizeof(*m));
}

enum kf_err
kf_key_get_bare(const struct kf_frame *f)
{
	return f->len == 0 ? KF_OK : KF_ERR_PROTOCOL;
}

/* A U2F device says nothing of itself. */
static bool
is_plain(const struct kf_key_opened *m, unsigned bits)
{
	static const unsigned char none[KF_KEY_AAGUID_SIZE];

	return bits == 0 && m->algorithms == 0 && m->credential_max == 0 &&
	    memcmp(m->aaguid, none, sizeof(none)) == 0;
}

enum kf_err
kf_key_get_opened(const struct kf_frame *f, struct kf_key_opened *m)
{
	struct kf_wire w = kf_wire_open(f);
	unsigned bits = kf_wire_get_u8(&w);
	bool good;

	memset(m, 0, sizeof(*m));
	m->fido2 = (bits & IS_FIDO2) != 0;
	m->has_pin = (bits & HAS_PIN) != 0;
	m->has_verify = (bits & HAS_VERIFY) != 0;
	m->always_verify = (bits & ALWAYS_VERIFIES) != 0;
	m->protects = (bits & PROTECTS) != 0;
	kf_wire_get_bytes(&w, m->aaguid, sizeof(m->aaguid));
	m->algorithms = kf_wire_get_u8(&w);
	m->credential_max = kf_wire_get_u32(&w);
	good = (bits & ~(unsigned)ALL_BITS) == 0 &&
	    (m->algorithms & ~ALGORITHM_BITS) == 0 &&
	    (m->fido2 || is_plain(m, bits));
	return finish(&w, good, m, sizeof(*m));
}

static void
get_assertion(struct kf_wire *w, struct kf_key_asserted *m)
{
	m->credential_len = kf_wire_get_string(w, m->credential,
	    sizeof(m->credential));
	m->authdata_len = kf_wire_get_string(w, m->authdata,
	    sizeof(m->authdata));
	m->signature_len = kf_wire_get_string(w, m->signature,
	    sizeof(m->signature));
}

enum kf_err
kf_key_get_found(const struct kf_frame *f, struct kf_key_found *m)
{
	struct kf_wire w = kf_wire_open(f);

	memset(m, 0, sizeof(*m));
	m->held = kf_wire_get_u32(&w);
	get_assertion(&w, &m->shown);
	return finish(&w, (m->held & ~CANDIDATE_BITS) == 0, m, sizeof(*m));
}

enum kf_err
kf_key_get_asserted(const struct kf_frame *f, struct kf_key_asserted *m)
{
	struct kf_wire w = kf_wire_open(f);

	memset(m, 0, sizeof(*m));
	get_assertion(&w, m);
	return finish(&w, m->authdata_len > 0 && m->signature_len > 0, m,
	    sizeof(*m));
}

enum kf_err
kf_key_get_retries(const struct kf_frame *f, struct kf_key_retries *m)
{
	struct kf_wire w = kf_wire_open(f);

	m->left = kf_wire_get_u8(&w);
	return finish(&w, true, m, sizeof(*m));
}

enum kf_err
kf_key_get_made(const struct kf_frame *f, struct kf_key_made *m)
{
	struct kf_wire w = kf_wire_open(f);

	memset(m, 0, sizeof(*m));
	kf_wire_get_text(&w, m->format, sizeof(m->format));
	m->authdata_len = kf_wire_get_string(&w, m->authdata,
	    sizeof(m->authdata));
	m->signature_len = kf_wire_get_string(&w, m->signature,
	    sizeof(m->signature));
	m->certificate_len = kf_wire_get_string(&w, m->certificate,
	    sizeof(m->certificate));
	return finish(&w, m->format[0] != '\0' && m->authdata_len > 0, m,
	    sizeof(*m));
}

enum kf_err
kf_key_get_failed(const struct kf_frame *f, enum kf_key_failure *failure)
{
	struct kf_wire w = kf_wire_open(f);
	uint8_t n = kf_wire_get_u8(&w);

	*failure = KF_KEY_FAILED_OTHER;
	if (kf_wire_finish(&w) != KF_OK || n > KF_KEY_FAILED_PIN_POLICY)
		return KF_ERR_PROTOCOL;
	*failure = (enum kf_key_failure)n;
	return KF_OK;
}
