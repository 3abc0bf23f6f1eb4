/* Lines and words of foreign files; see import.h.  Any bytes may come. */
#include "enroll_tool/import.h"

#include <string.h>

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
