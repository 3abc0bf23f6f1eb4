/*
 * Messages to and from frames; the layout is PROTOCOL's.  One cursor does all
 * reading: it goes bad on the first short or long field and stays bad.
 */
#include "common/msg.h"

#include <stdbool.h>
#include <string.h>

/* Writing */

static void
start(struct kf_frame *f, enum kf_msg_type type)
{
	f->type = (uint8_t)type;
	f->len = 0;
}

static void
put_bytes(struct kf_frame *f, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(f->payload + f->len, bytes, len);
	f->len += len;
}

static void
put_u8(struct kf_frame *f, uint8_t n)
{
	put_bytes(f, &n, 1);
}

static void
put_u16(struct kf_frame *f, uint16_t n)
{
	put_u8(f, (uint8_t)(n >> 8));
	put_u8(f, (uint8_t)n);
}

static void
put_u32(struct kf_frame *f, uint32_t n)
{
	put_u16(f, (uint16_t)(n >> 16));
	put_u16(f, (uint16_t)n);
}

static enum kf_err
put_string(struct kf_frame *f, const void *bytes, size_t len)
{
	if (len > UINT16_MAX || f->len + 2 + len > sizeof(f->payload))
		return KF_ERR_RANGE;
	put_u16(f, (uint16_t)len);
	put_bytes(f, bytes, len);
	return KF_OK;
}

static enum kf_err
put_text(struct kf_frame *f, const char *text)
{
	return put_string(f, text, strlen(text));
}

void
kf_msg_put_hello(struct kf_frame *f, const struct kf_msg_hello *m)
{
	start(f, KF_MSG_HELLO);
	put_u16(f, m->version);
	put_bytes(f, m->nonce, sizeof(m->nonce));
}

enum kf_err
kf_msg_put_request(struct kf_frame *f, const struct kf_msg_request *m)
{
	const char *const strings[] = { m->conf, m->service, m->user, m->rhost,
		m->tty, m->connection, m->ssh_auth_info, m->command };

	start(f, KF_MSG_REQUEST);
	put_u8(f, (uint8_t)m->operation);
	put_u32(f, m->uid);
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		enum kf_err err = put_text(f, strings[i]);

		if (err != KF_OK)
			return err;
	}
	put_u32(f, m->flags);
	put_u32(f, m->ruid);
	return KF_OK;
}

enum kf_err
kf_msg_put_answer(struct kf_frame *f, const struct kf_msg_answer *m)
{
	start(f, KF_MSG_ANSWER);
	put_u8(f, (uint8_t)m->kind);
	return put_string(f, m->text.bytes, m->text.len);
}

void
kf_msg_put_cancel(struct kf_frame *f)
{
	start(f, KF_MSG_CANCEL);
}

void
kf_msg_put_hello_ok(struct kf_frame *f, uint16_t version)
{
	start(f, KF_MSG_HELLO_OK);
	put_u16(f, version);
}

enum kf_err
kf_msg_put_text(struct kf_frame *f, enum kf_msg_type type, const char *text)
{
	start(f, type);
	if (strlen(text) >= KF_TEXT_SIZE)
		return KF_ERR_RANGE;
	return put_text(f, text);
}

enum kf_err
kf_msg_put_grant(struct kf_frame *f, const struct kf_msg_grant *m)
{
	enum kf_err err;

	start(f, KF_MSG_GRANT);
	put_bytes(f, m->nonce, sizeof(m->nonce));
	err = put_text(f, m->factor);
	return err == KF_OK ? put_text(f, m->id) : err;
}

void
kf_msg_put_deny(struct kf_frame *f, enum kf_deny reason)
{
	start(f, KF_MSG_DENY);
	put_u8(f, (uint8_t)reason);
}

void
kf_msg_put_exempt(struct kf_frame *f, const unsigned char nonce[KF_NONCE_SIZE])
{
	start(f, KF_MSG_EXEMPT);
	put_bytes(f, nonce, KF_NONCE_SIZE);
}

/* Reading */

struct cursor {
	const unsigned char *p;
	size_t left;
	bool bad;
};

static struct cursor
open_cursor(const struct kf_frame *f)
{
	return (struct cursor){ f->payload, f->len, false };
}

static const unsigned char *
take(struct cursor *c, size_t len)
{
	const unsigned char *p = c->p;

	if (c->bad || len > c->left) {
		c->bad = true;
		return NULL;
	}
	c->p += len;
	c->left -= len;
	return p;
}

static void
get_bytes(struct cursor *c, void *bytes, size_t len)
{
	const unsigned char *p = take(c, len);

	if (p != NULL)
		memcpy(bytes, p, len);
	else
		memset(bytes, 0, len);
}

static uint8_t
get_u8(struct cursor *c)
{
	const unsigned char *p = take(c, 1);

	return p != NULL ? p[0] : 0;
}

static uint16_t
get_u16(struct cursor *c)
{
	uint16_t high = get_u8(c);

	return (uint16_t)(high << 8 | get_u8(c));
}

static uint32_t
get_u32(struct cursor *c)
{
	uint32_t high = get_u16(c);

	return high << 16 | get_u16(c);
}

/* A string that becomes a C string: it must fit and hold no NUL. */
static void
get_text(struct cursor *c, char *dst, size_t size)
{
	size_t len = get_u16(c);
	const unsigned char *p = take(c, len);

	dst[0] = '\0';
	if (p == NULL)
		return;
	if (len >= size || memchr(p, '\0', len) != NULL) {
		c->bad = true;
		return;
	}
	memcpy(dst, p, len);
	dst[len] = '\0';
}

static enum kf_err
finish(const struct cursor *c)
{
	return c->bad || c->left != 0 ? KF_ERR_PROTOCOL : KF_OK;
}

enum kf_err
kf_msg_get_hello(const struct kf_frame *f, struct kf_msg_hello *m)
{
	struct cursor c = open_cursor(f);

	m->version = get_u16(&c);
	get_bytes(&c, m->nonce, sizeof(m->nonce));
	return finish(&c);
}

enum kf_err
kf_msg_get_request(const struct kf_frame *f, struct kf_msg_request *m)
{
	struct cursor c = open_cursor(f);
	uint8_t operation = get_u8(&c);

	if (operation != KF_OP_AUTH && operation != KF_OP_ACCOUNT)
		return KF_ERR_PROTOCOL;
	m->operation = (enum kf_operation)operation;
	m->uid = get_u32(&c);
	get_text(&c, m->conf, sizeof(m->conf));
	get_text(&c, m->service, sizeof(m->service));
	get_text(&c, m->user, sizeof(m->user));
	get_text(&c, m->rhost, sizeof(m->rhost));
	get_text(&c, m->tty, sizeof(m->tty));
	get_text(&c, m->connection, sizeof(m->connection));
	get_text(&c, m->ssh_auth_info, sizeof(m->ssh_auth_info));
	get_text(&c, m->command, sizeof(m->command));
	m->flags = get_u32(&c);
	m->ruid = get_u32(&c);
	if ((m->flags & ~KF_FLAGS_ALL) != 0)
		return KF_ERR_PROTOCOL;
	return finish(&c);
}

enum kf_err
kf_msg_get_answer(const struct kf_frame *f, struct kf_msg_answer *m)
{
	struct cursor c = open_cursor(f);
	uint8_t kind = get_u8(&c);
	size_t len = get_u16(&c);
	const unsigned char *p = take(&c, len);

	kf_secret_wipe(&m->text);
	m->kind = KF_ANSWER_FAILED;
	if (finish(&c) != KF_OK || kind > KF_ANSWER_FAILED ||
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
	struct cursor c = open_cursor(f);

	*version = get_u16(&c);
	return finish(&c);
}

enum kf_err
kf_msg_get_text(const struct kf_frame *f, char text[KF_TEXT_SIZE])
{
	struct cursor c = open_cursor(f);

	get_text(&c, text, KF_TEXT_SIZE);
	return finish(&c);
}

enum kf_err
kf_msg_get_grant(const struct kf_frame *f, struct kf_msg_grant *m)
{
	struct cursor c = open_cursor(f);

	get_bytes(&c, m->nonce, sizeof(m->nonce));
	get_text(&c, m->factor, sizeof(m->factor));
	get_text(&c, m->id, sizeof(m->id));
	return finish(&c);
}

enum kf_err
kf_msg_get_deny(const struct kf_frame *f, enum kf_deny *reason)
{
	struct cursor c = open_cursor(f);
	uint8_t n = get_u8(&c);

	*reason = KF_DENY_AUTH;
	if (finish(&c) != KF_OK || n > KF_DENY_CANCELLED)
		return KF_ERR_PROTOCOL;
	*reason = (enum kf_deny)n;
	return KF_OK;
}

enum kf_err
kf_msg_get_exempt(const struct kf_frame *f, unsigned char nonce[KF_NONCE_SIZE])
{
	struct cursor c = open_cursor(f);

	get_bytes(&c, nonce, KF_NONCE_SIZE);
	return finish(&c);
}
