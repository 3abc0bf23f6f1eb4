/* Parses a typed code; see code.h. */
#include "factors/code.h"

#include <string.h>

const char kf_recovery_alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* Length of "10" and the symbols, with a separator on either side of each. */
#define RECOVERY_MAX (2 * (2 + KF_RECOVERY_SYMBOLS) + 1)

/* True in the middle of the digits, or on either side of the middle digit. */
static bool
is_middle(size_t position, size_t digits)
{
	return position == digits / 2 || position == (digits + 1) / 2;
}

static bool
parse_digits(const struct kf_secret *answer, struct kf_code *code)
{
	size_t space = 0;

	if (answer->len < KF_CODE_MIN || answer->len > KF_CODE_MAX + 1)
		return false;
	for (size_t i = 0; i < answer->len; i++) {
		unsigned char c = answer->bytes[i];

		if (c >= '0' && c <= '9' && code->len < KF_CODE_MAX)
			code->digits[code->len++] = (char)c;
		else if (c == ' ' && space == 0 && i > 0)
			space = i;
		else
			return false;
	}
	return code->len >= KF_CODE_MIN &&
	    (space == 0 || is_middle(space, code->len));
}

/* Returns the symbol that a typed character stands for, or NUL. */
static char
canonical(unsigned char c)
{
	if (c >= 'a' && c <= 'z')
		c = (unsigned char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	return c != '\0' && strchr(kf_recovery_alphabet, c) != NULL ?
	    (char)c : '\0';
}

/* The length tells whether the number has one digit or is 10. */
static bool
parse_recovery(const struct kf_secret *answer, struct kf_code *code)
{
	char all[2 + KF_RECOVERY_SYMBOLS + 1] = "";
	size_t len = 0;
	bool fits = answer->len <= RECOVERY_MAX;

	for (size_t i = 0; fits && i < answer->len; i++) {
		unsigned char c = answer->bytes[i];

		if (c == '-' || c == ' ')
			continue;
		fits = len < sizeof(all) - 1 && canonical(c) != '\0';
		if (fits)
			all[len++] = canonical(c);
	}
	if (fits && len == 1 + KF_RECOVERY_SYMBOLS && all[0] >= '1' &&
	    all[0] <= '9')
		code->number = (uint32_t)(all[0] - '0');
	else if (fits && len == 2 + KF_RECOVERY_SYMBOLS && all[0] == '1' &&
	    all[1] == '0')
		code->number = 10;
	if (code->number > 0)
		memcpy(code->symbols, all + len - KF_RECOVERY_SYMBOLS,
		    KF_RECOVERY_SYMBOLS);
	explicit_bzero(all, sizeof(all));
	return code->number > 0;
}

enum kf_err
kf_code_parse(const struct kf_secret *answer, struct kf_code *code)
{
	*code = (struct kf_code){ 0 };
	if (parse_digits(answer, code))
		return KF_OK;
	kf_code_wipe(code);
	if (parse_recovery(answer, code))
		return KF_OK;
	kf_code_wipe(code);
	return KF_ERR_SYNTAX;
}

void
kf_code_wipe(struct kf_code *code)
{
	explicit_bzero(code, sizeof(*code));
}
