/* Formats a credential as OpenSSH key files; see ssh_key.h. */
#include "enroll_tool/keys/ssh_key.h"

#include <string.h>

#include "common/secret.h"
#include "common/text.h"

#define MAGIC "openssh-key-v1"		/* with its NUL */
#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define END "-----END OPENSSH PRIVATE KEY-----\n"
#define COLUMNS 70			/* base64 characters in a line */
#define BLOCK 8				/* of the cipher "none" */
#define BLOB_SIZE 1536

/* Flags of PROTOCOL.u2f. */
#define SK_PRESENCE 0x01
#define SK_VERIFICATION 0x04

#define COORDINATE 32
#define UNCOMPRESSED 0x04		/* SEC 1, 2.3.3 */

/*
 * Bytes that are put together.  If a part does not fit, full is set, and
 * nothing is added from then on.
 */
struct blob {
	size_t len;
	bool full;
	unsigned char bytes[BLOB_SIZE];
};

static void
put(struct blob *b, const void *bytes, size_t len)
{
	if (b->full || len > sizeof(b->bytes) - b->len) {
		b->full = true;
		return;
	}
	if (len > 0)
		memcpy(b->bytes + b->len, bytes, len);
	b->len += len;
}

static void
put_number(struct blob *b, size_t n)
{
	const unsigned char bytes[4] = {
		(unsigned char)(n >> 24), (unsigned char)(n >> 16),
		(unsigned char)(n >> 8), (unsigned char)n,
	};

	put(b, bytes, sizeof(bytes));
}

static void
put_string(struct blob *b, const void *bytes, size_t len)
{
	put_number(b, len);
	put(b, bytes, len);
}

static void
put_text(struct blob *b, const char *text)
{
	put_string(b, text, strlen(text));
}

static const char *
type_of(enum kf_key_algorithm algorithm)
{
	switch (algorithm) {
	case KF_ES256:
		return "sk-ecdsa-sha2-nistp256@openssh.com";
	case KF_EDDSA:
		return "sk-ssh-ed25519@openssh.com";
	case KF_RS256:
		return NULL;
	}
	return NULL;
}

bool
kf_ssh_key_can(enum kf_key_algorithm algorithm)
{
	return type_of(algorithm) != NULL;
}

/* The public part; the private part begins with the same bytes. */
static void
put_public(struct blob *b, const struct kf_key *key)
{
	put_text(b, type_of((enum kf_key_algorithm)key->algorithm));
	if (key->algorithm == KF_ES256) {
		unsigned char point[1 + 2 * COORDINATE] = { UNCOMPRESSED };

		memcpy(point + 1, key->public_key, 2 * COORDINATE);
		put_text(b, "nistp256");
		put_string(b, point, sizeof(point));
	} else {
		put_string(b, key->public_key, key->public_key_len);
	}
	put_text(b, key->rp_id);
}

static void
put_private(struct blob *b, const struct kf_key *key, const char *comment,
    uint32_t check)
{
	const unsigned char flags = key->verify ?
	    SK_PRESENCE | SK_VERIFICATION : SK_PRESENCE;

	put_number(b, check);
	put_number(b, check);
	put_public(b, key);
	put(b, &flags, 1);
	put_string(b, key->credential, key->credential_len);
	put_string(b, "", 0);		/* reserved */
	put_text(b, comment);
	for (unsigned char n = 1; b->len % BLOCK != 0 && !b->full; n++)
		put(b, &n, 1);
}

/*
 * Encodes b in base64 (RFC 4648, section 4), with a newline after every columns
 * characters and at the end (0: no newlines).
 */
static enum kf_err
base64(const struct blob *b, size_t columns, char *text, size_t size,
    size_t *len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t out = 0, column = 0;

	for (size_t i = 0; i < b->len; i += 3) {
		size_t left = b->len - i;
		uint32_t n = (uint32_t)b->bytes[i] << 16;

		if (left > 1)
			n |= (uint32_t)b->bytes[i + 1] << 8;
		if (left > 2)
			n |= b->bytes[i + 2];
		for (size_t j = 0; j < 4; j++) {
			/* Room for a character, a newline and the NUL. */
			if (out + 3 > size)
				return KF_ERR_RANGE;
			text[out++] = j > left ? '=' :
			    digits[n >> (18 - 6 * j) & 63];
			if (columns > 0 && ++column == columns) {
				text[out++] = '\n';
				column = 0;
			}
		}
	}
	if (columns > 0 && column > 0)
		text[out++] = '\n';
	text[out] = '\0';
	*len = out;
	return KF_OK;
}

static bool
is_fit(const struct kf_key *key, const char *comment)
{
	return kf_ssh_key_can((enum kf_key_algorithm)key->algorithm) &&
	    key->public_key_len == kf_public_key_size(key->algorithm) &&
	    kf_text_is_clean(comment, KF_SSH_COMMENT_SIZE);
}

enum kf_err
kf_ssh_key_private(const struct kf_key *key, const char *comment,
    char text[KF_SSH_PRIVATE_SIZE], size_t *len)
{
	struct blob all = { 0 }, public = { 0 }, private = { 0 };
	uint32_t check;
	size_t body;
	enum kf_err err;

	if (!is_fit(key, comment))
		return KF_ERR_RANGE;
	err = kf_random(&check, sizeof(check));
	if (err != KF_OK)
		return err;
	put_public(&public, key);
	put_private(&private, key, comment, check);
	put(&all, MAGIC, sizeof(MAGIC));
	put_text(&all, "none");		/* cipher */
	put_text(&all, "none");		/* KDF, and its options */
	put_text(&all, "");
	put_number(&all, 1);
	put_string(&all, public.bytes, public.len);
	put_string(&all, private.bytes, private.len);
	if (public.full || private.full || all.full)
		return KF_ERR_RANGE;
	memcpy(text, BEGIN, sizeof(BEGIN));
	err = base64(&all, COLUMNS, text + strlen(BEGIN),
	    KF_SSH_PRIVATE_SIZE - strlen(BEGIN) - sizeof(END), &body);
	if (err != KF_OK)
		return err;
	memcpy(text + strlen(BEGIN) + body, END, sizeof(END));
	*len = strlen(BEGIN) + body + strlen(END);
	return KF_OK;
}

enum kf_err
kf_ssh_key_public(const struct kf_key *key, const char *comment,
    char text[KF_SSH_PUBLIC_SIZE], size_t *len)
{
	char encoded[KF_SSH_PUBLIC_SIZE];
	struct blob public = { 0 };
	enum kf_err err;
	size_t body;

	if (!is_fit(key, comment))
		return KF_ERR_RANGE;
	put_public(&public, key);
	if (public.full)
		return KF_ERR_RANGE;
	err = base64(&public, 0, encoded, sizeof(encoded), &body);
	if (err == KF_OK)
		err = kf_text_format(text, KF_SSH_PUBLIC_SIZE, "%s %s%s%s\n",
		    type_of((enum kf_key_algorithm)key->algorithm), encoded,
		    comment[0] != '\0' ? " " : "", comment);
	*len = err == KF_OK ? strlen(text) : 0;
	return err;
}
