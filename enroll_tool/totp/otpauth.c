/* Makes otpauth URIs; see otpauth.h. */
#include "enroll_tool/totp/otpauth.h"

#include <stdio.h>
#include <string.h>

#include "enroll_tool/totp/base32.h"

static const char *const algorithms[] = { "SHA1", "SHA256", "SHA512" };

/* Appends to uri.  uri->len is KF_SECRET_MAX + 1 once something did not fit. */
static void
add(struct kf_secret *uri, const void *bytes, size_t len)
{
	if (uri->len > KF_SECRET_MAX || len > KF_SECRET_MAX - uri->len) {
		uri->len = KF_SECRET_MAX + 1;
		return;
	}
	memcpy(uri->bytes + uri->len, bytes, len);
	uri->len += len;
}

static void
add_text(struct kf_secret *uri, const char *text)
{
	add(uri, text, strlen(text));
}

/* Encodes every character but the unreserved ones of RFC 3986, section 2.3. */
static void
add_encoded(struct kf_secret *uri, const char *text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		const char coded[3] = { '%', hex[c >> 4], hex[c & 15] };
		bool plain = (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    c == '-' || c == '.' || c == '_' || c == '~';

		if (plain)
			add(uri, text, 1);
		else
			add(uri, coded, sizeof(coded));
	}
}

static void
add_number(struct kf_secret *uri, const char *name, uint32_t number)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "&%s=%u", name, number);
	add_text(uri, text);
}

enum kf_err
kf_otpauth_uri(const struct kf_totp *totp, const struct kf_secret *seed,
    const char *issuer, const char *user, struct kf_secret *uri)
{
	struct kf_secret base32;
	enum kf_err err = kf_base32_encode(seed, 0, &base32);

	kf_secret_wipe(uri);
	if (err != KF_OK)
		goto out;
	add_text(uri, "otpauth://totp/");
	add_encoded(uri, issuer);
	add_text(uri, ":");
	add_encoded(uri, user);
	add_text(uri, "?secret=");
	add(uri, base32.bytes, base32.len);
	add_text(uri, "&issuer=");
	add_encoded(uri, issuer);
	if (totp->algorithm != KF_SHA1) {
		add_text(uri, "&algorithm=");
		add_text(uri, algorithms[totp->algorithm - 1]);
	}
	if (totp->digits != 6)
		add_number(uri, "digits", totp->digits);
	if (totp->period != 30)
		add_number(uri, "period", totp->period);
	if (uri->len > KF_SECRET_MAX)
		err = KF_ERR_RANGE;
out:
	kf_secret_wipe(&base32);
	if (err != KF_OK)
		kf_secret_wipe(uri);
	return err;
}
