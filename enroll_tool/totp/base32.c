/* Encodes and decodes base32; see base32.h. */
#include "enroll_tool/totp/base32.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static int
letter_value(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return -1;
}

enum kf_err
kf_base32_decode(const struct kf_secret *text, struct kf_secret *seed)
{
	uint32_t bits = 0;
	unsigned have = 0;
	size_t letters = 0;
	bool ended = false;
	enum kf_err err = KF_ERR_SYNTAX;

	kf_secret_wipe(seed);
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = text->bytes[i];
		int value = letter_value(c);

		if (c == ' ')
			continue;
		if (c == '=') {
			ended = true;
			continue;
		}
		if (value < 0 || ended)
			goto out;
		letters++;
		bits = (bits << 5 | (uint32_t)value) & 0xfff;
		have += 5;
		if (have < 8)
			continue;
		have -= 8;
		if (seed->len == KF_SECRET_MAX) {
			err = KF_ERR_RANGE;
			goto out;
		}
		seed->bytes[seed->len++] = (unsigned char)(bits >> have);
	}
	/* No number of bytes encodes to 1, 3 or 6 letters in the last group. */
	if (letters % 8 == 1 || letters % 8 == 3 || letters % 8 == 6)
		goto out;
	err = KF_OK;
out:
	explicit_bzero(&bits, sizeof(bits));
	if (err != KF_OK)
		kf_secret_wipe(seed);
	return err;
}

enum kf_err
kf_base32_encode(const struct kf_secret *seed, size_t group,
    struct kf_secret *text)
{
	size_t bits = seed->len * 8;
	size_t letters = (bits + 4) / 5;

	kf_secret_wipe(text);
	if (letters + (group > 0 ? letters / group : 0) > KF_SECRET_MAX)
		return KF_ERR_RANGE;
	for (size_t i = 0; i < letters; i++) {
		size_t at = i * 5;
		/* A struct kf_secret has a zero byte behind its bytes. */
		unsigned two = (unsigned)seed->bytes[at / 8] << 8 |
		    seed->bytes[at / 8 + 1];

		if (group > 0 && i > 0 && i % group == 0)
			text->bytes[text->len++] = ' ';
		text->bytes[text->len++] = (unsigned char)
		    alphabet[two >> (11 - at % 8) & 31];
	}
	return KF_OK;
}
