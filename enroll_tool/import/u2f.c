/*
 * Parses the authorisation file of pam_u2f, which has a line for each person:
 *
 *	USER:HANDLE,PUBLIC-KEY[,TYPE[,OPTIONS]][:HANDLE,...]
 *
 * The handle, which is the credential id, and the public key are base64.  A key
 * without a type was written by a version before FIDO2: then the handle is
 * base64url, and the public key a point of P-256 in hexadecimal.  The options
 * are "+presence", "+verification" and "+pin", one behind the other.  Only the
 * last line of a person counts; the caller sees to that.
 */
#include "enroll_tool/import/import.h"

#include <string.h>
#include <strings.h>

#include "common/text.h"
#include "factors/public_key.h"

#define PARTS 4
#define UNCOMPRESSED 0x04		/* SEC 1, 2.3.4 */

/* Returns the text up to the next mark, and ends it by NUL; NULL at the end. */
static char *
cut(char **rest, char mark)
{
	char *part = *rest;

	if (part == NULL)
		return NULL;
	*rest = strchr(part, mark);
	if (*rest != NULL)
		*(*rest)++ = '\0';
	return part;
}

static enum kf_import_why
set_handle(struct kf_import_entry *e, const char *handle)
{
	size_t len;
	enum kf_err err;

	if (strcmp(handle, "*") == 0)
		return KF_IMPORT_RESIDENT;
	err = kf_import_base64(handle, e->credential, sizeof(e->credential),
	    &len);
	if (err == KF_ERR_RANGE ||
	    (err == KF_OK && len < KF_KEY_CREDENTIAL_MIN))
		return KF_IMPORT_HANDLE_LENGTH;
	if (err != KF_OK)
		return KF_IMPORT_HANDLE;
	e->credential_len = (uint32_t)len;
	return KF_IMPORT_TAKEN;
}

static enum kf_import_why
set_type(struct kf_import_entry *e, const char *type)
{
	for (uint32_t i = 0; kf_key_algorithm_names[i] != NULL; i++) {
		if (strcasecmp(kf_key_algorithm_names[i], type) != 0)
			continue;
		e->algorithm = i + 1;
		return KF_IMPORT_TAKEN;
	}
	return KF_IMPORT_KEY_TYPE;
}

/*
 * Takes a public key only if it is valid: a point on its curve, or an RSA
 * modulus and exponent that only the key's owner can sign for.  old: the form
 * before FIDO2.
 */
static enum kf_import_why
set_public_key(struct kf_import_entry *e, char *text, bool old)
{
	unsigned char bytes[1 + KF_PUBLIC_KEY_MAX];
	struct kf_key key = { .algorithm = e->algorithm };
	const unsigned char *p = bytes;
	size_t len;
	enum kf_err err = old ?
	    kf_import_unhex(text, bytes, sizeof(bytes), &len) :
	    kf_import_base64(text, bytes, sizeof(bytes), &len);

	if (err != KF_OK)
		return KF_IMPORT_PUBLIC_KEY;
	key.public_key_len = kf_public_key_size(e->algorithm);
	if (e->algorithm == KF_ES256 && len == key.public_key_len + 1 &&
	    *p == UNCOMPRESSED) {
		p++;
		len--;
	}
	if (len != key.public_key_len)
		return KF_IMPORT_PUBLIC_KEY;
	memcpy(key.public_key, p, len);
	if (!kf_public_key_can_use(&key))
		return KF_IMPORT_PUBLIC_KEY;
	e->public_key_len = (uint32_t)len;
	memcpy(e->public_key, p, len);
	return KF_IMPORT_TAKEN;
}

static enum kf_import_why
set_options(struct kf_import_entry *e, const char *options)
{
	static const char *const names[] = {
		"+presence", "+verification", "+pin",
	};
	const size_t count = sizeof(names) / sizeof(names[0]);
	bool has[] = { false, false, false };

	while (*options != '\0') {
		size_t i = 0;

		while (i < count &&
		    strncmp(options, names[i], strlen(names[i])) != 0)
			i++;
		if (i == count)
			return KF_IMPORT_OPTION;
		has[i] = true;
		options += strlen(names[i]);
	}
	e->verify = has[1] || has[2];
	if (!has[0])
		e->flags |= KF_IMPORT_HAS_NO_TOUCH;
	return KF_IMPORT_TAKEN;
}

static enum kf_import_why
set_credential(struct kf_import_entry *e, char *text)
{
	char *parts[PARTS] = { NULL };
	size_t count = 0;
	bool old;
	enum kf_import_why why;

	while (count < PARTS && (parts[count] = cut(&text, ',')) != NULL)
		count++;
	if (count < 2 || text != NULL)
		return KF_IMPORT_SYNTAX;
	old = count == 2;
	why = set_handle(e, parts[0]);
	if (why == KF_IMPORT_TAKEN)
		why = set_type(e, old ? "es256" : parts[2]);
	if (why == KF_IMPORT_TAKEN)
		why = set_public_key(e, parts[1], old);
	if (why == KF_IMPORT_TAKEN)
		why = set_options(e, old ? "+presence" :
		    count == PARTS ? parts[3] : "");
	return why;
}

/* Calls take with the entry, or with the reason why it is refused. */
static void
give(struct kf_import_entry *e, enum kf_import_why why, kf_import_take *take,
    void *context)
{
	struct kf_import_entry refused = { .why = why, .line = e->line };

	memcpy(refused.user, e->user, sizeof(refused.user));
	take(context, why == KF_IMPORT_TAKEN ? e : &refused);
}

static void
take_line(struct kf_import_lines *lines, const char *user,
    kf_import_take *take, void *context)
{
	struct kf_import_entry who = { .line = lines->number };
	char *rest = lines->line + strspn(lines->line, ":");
	char *name, *text;
	size_t count = 0;

	if (lines->fits && (*rest == '\0' || *rest == '#'))
		return;
	name = cut(&rest, ':');
	if (user != NULL && strcmp(name, user) != 0)
		return;
	if (kf_text_is_clean(name, sizeof(who.user)))
		memcpy(who.user, name, strlen(name) + 1);
	if (who.user[0] == '\0' || !lines->fits) {
		give(&who, KF_IMPORT_SYNTAX, take, context);
		return;
	}
	while ((text = cut(&rest, ':')) != NULL) {
		struct kf_import_entry e = who;

		/* An empty part, from a colon too many. */
		if (*text == '\0')
			continue;
		give(&e, set_credential(&e, text), take, context);
		count++;
	}
	if (count == 0)
		give(&who, KF_IMPORT_NO_KEY, take, context);
}

void
kf_import_u2f(const char *text, size_t len, const char *user,
    kf_import_take *take, void *context)
{
	struct kf_import_lines lines = { .text = text, .left = len };

	while (kf_import_next(&lines))
		take_line(&lines, user, take, context);
}
