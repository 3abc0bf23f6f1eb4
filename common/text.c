/* Parses numbers and hexadecimal, and filters foreign text; see text.h. */
#include "common/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum kf_err
kf_text_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return KF_ERR_SYNTAX;
	for (const char *p = text; *p != '\0'; p++) {
		uint64_t digit;

		if (*p < '0' || *p > '9')
			return KF_ERR_SYNTAX;
		digit = (uint64_t)(*p - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return KF_ERR_RANGE;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return KF_ERR_RANGE;
	*out = value;
	return KF_OK;
}

/*
 * Returns the length of the UTF-8 sequence at p and sets its code point; 0 when
 * the sequence is not well-formed (RFC 3629: no overlong forms, no surrogates,
 * at most U+10FFFF).
 */
static size_t
utf8_decode(const unsigned char *p, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len;
	uint32_t c;

	if (p[0] < 0x80) {
		*code = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		len = 2;
		c = p[0] & 0x1fU;
	} else if (p[0] >= 0xe0 && p[0] <= 0xef) {
		len = 3;
		c = p[0] & 0x0fU;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		len = 4;
		c = p[0] & 0x07U;
	} else {
		return 0;
	}
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0U) != 0x80)
			return 0;
		c = (c << 6) | (p[i] & 0x3fU);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return len;
}

static bool
is_harmless(uint32_t c, bool newlines)
{
	if (c == '\n')
		return newlines;
	if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
		return false;
	return !(c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0xfeff);
}

void
kf_text_filter(char *dst, size_t size, const char *src, bool newlines)
{
	const unsigned char *p = (const unsigned char *)src;
	size_t out = 0;

	while (*p != '\0') {
		uint32_t code = 0;
		size_t len = utf8_decode(p, &code);
		bool keep = len > 0 && is_harmless(code, newlines);
		size_t need = keep ? len : 1;

		if (out + need >= size)
			break;
		if (keep)
			memcpy(dst + out, p, len);
		else
			dst[out] = '?';
		out += need;
		p += len > 0 ? len : 1;
	}
	dst[out] = '\0';
}

bool
kf_text_is_clean(const char *src, size_t size)
{
	const unsigned char *p = (const unsigned char *)src;

	if (strlen(src) >= size)
		return false;
	while (*p != '\0') {
		uint32_t code = 0;
		size_t len = utf8_decode(p, &code);

		if (len == 0 || !is_harmless(code, false))
			return false;
		p += len;
	}
	return true;
}

bool
kf_text_is_word(const char *src, size_t size)
{
	return *src != '\0' && strchr(src, ' ') == NULL &&
	    kf_text_is_clean(src, size);
}

void
kf_text_hex(char *dst, const unsigned char *src, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		dst[2 * i] = digits[src[i] >> 4];
		dst[2 * i + 1] = digits[src[i] & 15];
	}
	dst[2 * len] = '\0';
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

enum kf_err
kf_text_unhex(unsigned char *dst, size_t len, const char *src)
{
	if (strlen(src) != 2 * len)
		return KF_ERR_SYNTAX;
	for (size_t i = 0; i < len; i++) {
		int high = hex_value(src[2 * i]);
		int low = hex_value(src[2 * i + 1]);

		if (high < 0 || low < 0)
			return KF_ERR_SYNTAX;
		dst[i] = (unsigned char)(high * 16 + low);
	}
	return KF_OK;
}

enum kf_err
kf_text_format(char *dst, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(dst, size, format, args);
	va_end(args);
	return n >= 0 && (size_t)n < size ? KF_OK : KF_ERR_RANGE;
}
