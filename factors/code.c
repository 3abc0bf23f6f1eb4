/* The shape of a typed code; see code.h. */
#include "factors/code.h"

#include <string.h>

/* In the middle of 2n digits, or on either side of the middle one. */
static bool
is_middle(size_t position, size_t digits)
{
	return position == digits / 2 || position == (digits + 1) / 2;
}

enum kf_err
kf_code_parse(const struct kf_secret *answer, struct kf_code *code)
{
	size_t space = 0;

	*code = (struct kf_code){ 0 };
	if (answer->len < KF_CODE_MIN || answer->len > KF_CODE_MAX + 1)
		return KF_ERR_SYNTAX;
	for (size_t i = 0; i < answer->len; i++) {
		unsigned char c = answer->bytes[i];

		if (c >= '0' && c <= '9' && code->len < KF_CODE_MAX)
			code->digits[code->len++] = (char)c;
		else if (c == ' ' && space == 0 && i > 0)
			space = i;
		else
			goto refuse;
	}
	if (code->len < KF_CODE_MIN ||
	    (space != 0 && !is_middle(space, code->len)))
		goto refuse;
	return KF_OK;
refuse:
	kf_code_wipe(code);
	return KF_ERR_SYNTAX;
}

void
kf_code_wipe(struct kf_code *code)
{
	explicit_bzero(code, sizeof(*code));
}
