/*
 * Lines, words and encodings for the parsers; see import.h.  The text may have
 * any bytes: a stranger may have written it.
 */
#include "enroll_tool/import/import.h"

#include <string.h>

#include "common/text.h"

bool
kf_import_next(struct kf_import_lines *lines)
{
	const char *end;
	size_t len, whole;

	if (lines->left == 0)
		return false;
	end = memchr(lines->text, '\n', lines->left);
	len = end != NULL ? (size_t)(end - lines->text) : lines->left;
	whole = len + (end != NULL);
	if (len > 0 && lines->text[len - 1] == '\r')
		len--;
	lines->fits = len <= KF_IMPORT_LINE_MAX &&
	    memchr(lines->text, '\0', len) == NULL;
	if (len > KF_IMPORT_LINE_MAX)
		len = KF_IMPORT_LINE_MAX;
	memcpy(lines->line, lines->text, len);
	lines->line[len] = '\0';
	lines->text += whole;
	lines->left -= whole;
	lines->number++;
	return true;
}

char *
kf_import_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	size_t len = strcspn(word, " \t");

	if (len == 0)
		return NULL;
	*rest = word + len;
	if (**rest != '\0')
		*(*rest)++ = '\0';
	return word;
}

enum kf_err
kf_import_unhex(char *text, unsigned char *bytes, size_t size, size_t *len)
{
	size_t digits = strlen(text);

	for (size_t i = 0; i < digits; i++)
		if (text[i] >= 'A' && text[i] <= 'F')
			text[i] = (char)(text[i] - 'A' + 'a');
	if (strspn(text, "0123456789abcdef") != digits || digits % 2 != 0)
		return KF_ERR_SYNTAX;
	if (digits / 2 > size)
		return KF_ERR_RANGE;
	*len = digits / 2;
	return kf_text_unhex(bytes, *len, text);
}

static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

enum kf_err
kf_import_base64(const char *text, unsigned char *bytes, size_t size,
    size_t *len)
{
	const size_t letters = strcspn(text, "=");
	const size_t padding = strlen(text) - letters;
	uint32_t bits = 0;
	unsigned have = 0;

	*len = 0;
	if (letters % 4 == 1 || padding > 2 ||
	    strspn(text + letters, "=") != padding ||
	    (padding > 0 && (letters + padding) % 4 != 0))
		return KF_ERR_SYNTAX;
	for (size_t i = 0; i < letters; i++) {
		int value = base64_value(text[i]);

		if (value < 0)
			return KF_ERR_SYNTAX;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		if (*len == size)
			return KF_ERR_RANGE;
		bytes[(*len)++] = (unsigned char)(bits >> have);
		bits &= (UINT32_C(1) << have) - 1;
	}
	/* Bits that are left over must be 0: one encoding for each value. */
	return bits == 0 ? KF_OK : KF_ERR_SYNTAX;
}
