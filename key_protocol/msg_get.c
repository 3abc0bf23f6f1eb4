/*
 * Decodes the messages of msg.h from frames.  A hostile key may have written
 * them, so a message with any wrong field must be refused as a whole, and no
 * part of it may be left for the caller to use by mistake.
 */
#include "key_protocol/msg_own.h"

#include <string.h>

#include "common/wire.h"

#define CANDIDATE_BITS ((UINT32_C(1) << KF_KEY_CANDIDATES_MAX) - 1)
#define ALGORITHM_BITS (1U << KF_ES256 | 1U << KF_EDDSA | 1U << KF_RS256)

/* Wipes the decoded message, and with it a PIN, unless all of it was good. */
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
	    m->protect <= KF_KEY_PROTECT_MAX && m->rp_id[0] != '\0' &&
	    (m->verify == KF_KEY_VERIFY_PIN) == (m->pin[0] != '\0');
	return finish(&w, good, m, sizeof(*m));
}

enum kf_err
kf_key_get_bare(const struct kf_frame *f)
{
	return f->len == 0 ? KF_OK : KF_ERR_PROTOCOL;
}

/* True if the message describes nothing, as it must for a U2F device. */
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
	m->fido2 = (bits & KF_KEY_IS_FIDO2) != 0;
	m->has_pin = (bits & KF_KEY_HAS_PIN) != 0;
	m->has_verify = (bits & KF_KEY_HAS_VERIFY) != 0;
	m->always_verify = (bits & KF_KEY_ALWAYS_VERIFIES) != 0;
	m->protects = (bits & KF_KEY_PROTECTS) != 0;
	kf_wire_get_bytes(&w, m->aaguid, sizeof(m->aaguid));
	m->algorithms = kf_wire_get_u8(&w);
	m->credential_max = kf_wire_get_u32(&w);
	good = (bits & ~(unsigned)KF_KEY_ALL_BITS) == 0 &&
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
