/* Messages between enroll key and its child; see talk.h. */
#include "enroll_tool/keys/talk.h"

#include <string.h>

#include "common/text.h"
#include "common/wire.h"

enum kf_err
kf_key_talk_put_show(struct kf_frame *f, const struct kf_key_shown *m)
{
	enum kf_err err;

	kf_wire_start(f, KF_KEY_TALK_SHOW);
	kf_wire_put_u8(f, (uint8_t)m->what);
	kf_wire_put_u8(f, m->number);
	err = kf_wire_put_string(f, m->path, strlen(m->path));
	if (err == KF_OK)
		err = kf_wire_put_string(f, m->name, strlen(m->name));
	if (err != KF_OK)
		return err;
	kf_wire_put_u8(f, m->fido2);
	kf_wire_put_bytes(f, m->aaguid, sizeof(m->aaguid));
	return KF_OK;
}

void
kf_key_talk_put_ask(struct kf_frame *f, const struct kf_key_asked *m)
{
	kf_wire_start(f, KF_KEY_TALK_ASK);
	kf_wire_put_u8(f, (uint8_t)m->what);
	kf_wire_put_u8(f, m->number);
}

enum kf_err
kf_key_talk_put_done(struct kf_frame *f, const struct kf_key_done *m)
{
	const struct kf_key *key = &m->key;
	enum kf_err err;

	kf_wire_start(f, KF_KEY_TALK_DONE);
	kf_wire_put_u8(f, (uint8_t)key->algorithm);
	kf_wire_put_u8(f, key->synced);
	kf_wire_put_u8(f, (uint8_t)key->attestation);
	kf_wire_put_bytes(f, key->aaguid, sizeof(key->aaguid));
	kf_wire_put_u32(f, (uint32_t)key->first_counter);
	err = kf_wire_put_string(f, key->credential, key->credential_len);
	if (err == KF_OK)
		err = kf_wire_put_string(f, key->public_key,
		    key->public_key_len);
	if (err == KF_OK)
		err = kf_wire_put_string(f, m->name, strlen(m->name));
	return err;
}

void
kf_key_talk_put_stopped(struct kf_frame *f, const struct kf_key_stopped *m)
{
	kf_wire_start(f, KF_KEY_TALK_STOPPED);
	kf_wire_put_u8(f, (uint8_t)m->why);
	kf_wire_put_u8(f, m->number);
}

/* Reads 0 or 1; anything else is an error. */
static bool
get_bool(struct kf_wire *w)
{
	uint8_t n = kf_wire_get_u8(w);

	if (n > 1)
		w->bad = true;
	return n == 1;
}

/* Reads a number from 1 to max. */
static uint8_t
get_enum(struct kf_wire *w, unsigned max)
{
	uint8_t n = kf_wire_get_u8(w);

	if (n < 1 || n > max)
		w->bad = true;
	return n;
}

/* Reads text that goes to root's terminal, so it must be clean. */
static void
get_clean(struct kf_wire *w, char *text, size_t size)
{
	kf_wire_get_text(w, text, size);
	if (!w->bad && !kf_text_is_clean(text, size))
		w->bad = true;
}

enum kf_err
kf_key_talk_get_show(const struct kf_frame *f, struct kf_key_shown *m)
{
	struct kf_wire w = kf_wire_open(f);

	*m = (struct kf_key_shown){ 0 };
	m->what = get_enum(&w, KF_KEY_SHOW_WRONG_FINGER);
	m->number = kf_wire_get_u8(&w);
	get_clean(&w, m->path, sizeof(m->path));
	get_clean(&w, m->name, sizeof(m->name));
	m->fido2 = get_bool(&w);
	kf_wire_get_bytes(&w, m->aaguid, sizeof(m->aaguid));
	return kf_wire_finish(&w);
}

enum kf_err
kf_key_talk_get_ask(const struct kf_frame *f, struct kf_key_asked *m)
{
	struct kf_wire w = kf_wire_open(f);

	m->what = get_enum(&w, KF_KEY_ASK_CHOICE);
	m->number = kf_wire_get_u8(&w);
	return kf_wire_finish(&w);
}

enum kf_err
kf_key_talk_get_done(const struct kf_frame *f, struct kf_key_done *m)
{
	struct kf_wire w = kf_wire_open(f);
	struct kf_key *key = &m->key;

	*m = (struct kf_key_done){ 0 };
	key->algorithm = get_enum(&w, KF_RS256);
	key->synced = get_bool(&w);
	key->attestation = get_enum(&w, KF_ATTESTATION_CHAIN);
	kf_wire_get_bytes(&w, key->aaguid, sizeof(key->aaguid));
	key->aaguid_len = sizeof(key->aaguid);
	key->first_counter = kf_wire_get_u32(&w);
	key->credential_len = kf_wire_get_string(&w, key->credential,
	    sizeof(key->credential));
	key->public_key_len = kf_wire_get_string(&w, key->public_key,
	    sizeof(key->public_key));
	get_clean(&w, m->name, sizeof(m->name));
	if (kf_wire_finish(&w) != KF_OK ||
	    key->credential_len < KF_KEY_CREDENTIAL_MIN ||
	    key->public_key_len != kf_public_key_size(key->algorithm))
		return KF_ERR_PROTOCOL;
	return KF_OK;
}

enum kf_err
kf_key_talk_get_stopped(const struct kf_frame *f, struct kf_key_stopped *m)
{
	struct kf_wire w = kf_wire_open(f);

	m->why = get_enum(&w, KF_KEY_STOPS - 1);
	m->number = kf_wire_get_u8(&w);
	return kf_wire_finish(&w);
}
