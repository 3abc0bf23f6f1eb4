/* Encodes and decodes messages, laid out as PROTOCOL says; see msg.h. */
#include "protocol/msg.h"

#include <string.h>

#include "common/wire.h"

/* Writing */

static enum kf_err
put_text(struct kf_frame *f, const char *text)
{
	return kf_wire_put_string(f, text, strlen(text));
}

void
kf_msg_put_hello(struct kf_frame *f, const struct kf_msg_hello *m)
{
	kf_wire_start(f, KF_MSG_HELLO);
	kf_wire_put_u16(f, m->version);
	kf_wire_put_bytes(f, m->nonce, sizeof(m->nonce));
}

enum kf_err
kf_msg_put_request(struct kf_frame *f, const struct kf_msg_request *m)
{
	const char *const strings[] = { m->conf, m->service, m->user, m->rhost,
		m->tty, m->connection, m->ssh_auth_info, m->command };

	kf_wire_start(f, KF_MSG_REQUEST);
	kf_wire_put_u8(f, (uint8_t)m->operation);
	kf_wire_put_u32(f, m->uid);
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		enum kf_err err = put_text(f, strings[i]);

		if (err != KF_OK)
			return err;
	}
	kf_wire_put_u32(f, m->flags);
	kf_wire_put_u32(f, m->ruid);
	return KF_OK;
}

enum kf_err
kf_msg_put_answer(struct kf_frame *f, const struct kf_msg_answer *m)
{
	kf_wire_start(f, KF_MSG_ANSWER);
	kf_wire_put_u8(f, (uint8_t)m->kind);
	return kf_wire_put_string(f, m->text.bytes, m->text.len);
}

void
kf_msg_put_cancel(struct kf_frame *f)
{
	kf_wire_start(f, KF_MSG_CANCEL);
}

void
kf_msg_put_hello_ok(struct kf_frame *f, uint16_t version)
{
	kf_wire_start(f, KF_MSG_HELLO_OK);
	kf_wire_put_u16(f, version);
}

enum kf_err
kf_msg_put_text(struct kf_frame *f, enum kf_msg_type type, const char *text)
{
	kf_wire_start(f, type);
	if (strlen(text) >= KF_TEXT_SIZE)
		return KF_ERR_RANGE;
	return put_text(f, text);
}

enum kf_err
kf_msg_put_grant(struct kf_frame *f, const struct kf_msg_grant *m)
{
	enum kf_err err;

	kf_wire_start(f, KF_MSG_GRANT);
	kf_wire_put_bytes(f, m->nonce, sizeof(m->nonce));
	err = put_text(f, m->factor);
	return err == KF_OK ? put_text(f, m->id) : err;
}

void
kf_msg_put_deny(struct kf_frame *f, enum kf_deny reason)
{
	kf_wire_start(f, KF_MSG_DENY);
	kf_wire_put_u8(f, (uint8_t)reason);
}

void
kf_msg_put_exempt(struct kf_frame *f, const unsigned char nonce[KF_NONCE_SIZE])
{
	kf_wire_start(f, KF_MSG_EXEMPT);
	kf_wire_put_bytes(f, nonce, KF_NONCE_SIZE);
}

/* Reading */

enum kf_err
kf_msg_get_hello(const struct kf_frame *f, struct kf_msg_hello *m)
{
	struct kf_wire c = kf_wire_open(f);

	m->version = kf_wire_get_u16(&c);
	kf_wire_get_bytes(&c, m->nonce, sizeof(m->nonce));
	return kf_wire_finish(&c);
}

enum kf_err
kf_msg_get_request(const struct kf_frame *f, struct kf_msg_request *m)
{
	struct kf_wire c = kf_wire_open(f);
	uint8_t operation = kf_wire_get_u8(&c);

	if (operation != KF_OP_AUTH && operation != KF_OP_ACCOUNT)
		return KF_ERR_PROTOCOL;
	m->operation = (enum kf_operation)operation;
	m->uid = kf_wire_get_u32(&c);
	kf_wire_get_text(&c, m->conf, sizeof(m->conf));
	kf_wire_get_text(&c, m->service, sizeof(m->service));
	kf_wire_get_text(&c, m->user, sizeof(m->user));
	kf_wire_get_text(&c, m->rhost, sizeof(m->rhost));
	kf_wire_get_text(&c, m->tty, sizeof(m->tty));
	kf_wire_get_text(&c, m->connection, sizeof(m->connection));
	kf_wire_get_text(&c, m->ssh_auth_info, sizeof(m->ssh_auth_info));
	kf_wire_get_text(&c, m->command, sizeof(m->command));
	m->flags = kf_wire_get_u32(&c);
	m->ruid = kf_wire_get_u32(&c);
	if ((m->flags & ~KF_FLAGS_ALL) != 0)
		return KF_ERR_PROTOCOL;
	return kf_wire_finish(&c);
}

enum kf_err
kf_msg_get_answer(const struct kf_frame *f, struct kf_msg_answer *m)
{
	struct kf_wire c = kf_wire_open(f);
	uint8_t kind = kf_wire_get_u8(&c);
	size_t len = kf_wire_get_u16(&c);
	const unsigned char *p = kf_wire_take(&c, len);

	kf_secret_wipe(&m->text);
	m->kind = KF_ANSWER_FAILED;
	if (kf_wire_finish(&c) != KF_OK || kind > KF_ANSWER_FAILED ||
	    (kind != KF_ANSWER_TEXT && len != 0) || len > KF_SECRET_MAX)
		return KF_ERR_PROTOCOL;
	m->kind = (enum kf_answer_kind)kind;
	return kf_secret_set(&m->text, p, len);
}

enum kf_err
kf_msg_get_cancel(const struct kf_frame *f)
{
	return f->len == 0 ? KF_OK : KF_ERR_PROTOCOL;
}

enum kf_err
kf_msg_get_hello_ok(const struct kf_frame *f, uint16_t *version)
{
	struct kf_wire c = kf_wire_open(f);

	*version = kf_wire_get_u16(&c);
	return kf_wire_finish(&c);
}

enum kf_err
kf_msg_get_text(const struct kf_frame *f, char text[KF_TEXT_SIZE])
{
	struct kf_wire c = kf_wire_open(f);

	kf_wire_get_text(&c, text, KF_TEXT_SIZE);
	return kf_wire_finish(&c);
}

enum kf_err
kf_msg_get_grant(const struct kf_frame *f, struct kf_msg_grant *m)
{
	struct kf_wire c = kf_wire_open(f);

	kf_wire_get_bytes(&c, m->nonce, sizeof(m->nonce));
	kf_wire_get_text(&c, m->factor, sizeof(m->factor));
	kf_wire_get_text(&c, m->id, sizeof(m->id));
	return kf_wire_finish(&c);
}

enum kf_err
kf_msg_get_deny(const struct kf_frame *f, enum kf_deny *reason)
{
	struct kf_wire c = kf_wire_open(f);
	uint8_t n = kf_wire_get_u8(&c);

	*reason = KF_DENY_AUTH;
	if (kf_wire_finish(&c) != KF_OK || n > KF_DENY_CANCELLED)
		return KF_ERR_PROTOCOL;
	*reason = (enum kf_deny)n;
	return KF_OK;
}

enum kf_err
kf_msg_get_exempt(const struct kf_frame *f, unsigned char nonce[KF_NONCE_SIZE])
{
	struct kf_wire c = kf_wire_open(f);

	kf_wire_get_bytes(&c, nonce, KF_NONCE_SIZE);
	return kf_wire_finish(&c);
}
