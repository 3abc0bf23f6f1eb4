/*
 * Parses users.oath, which has a line for each secret:
 *
 *	TYPE USER PIN SECRET [COUNTER [LAST-CODE [TIME]]]
 *
 * The types HOTP/T30, HOTP/T60/8 and the like are time-based, HOTP and HOTP/E
 * are not.  The secret is hexadecimal.  LAST-CODE and TIME, a local time, do
 * not tell the time step that was used last, so they are ignored.
 */
#include "enroll_tool/import/import.h"

#include <string.h>

#include "common/text.h"

#define WORDS 7

/* Reads a number up to 9999; returns the text behind it, or NULL if none. */
static const char *
small_number(const char *text, uint32_t *number)
{
	size_t len = strspn(text, "0123456789");

	*number = 0;
	if (len == 0 || len > 4)
		return NULL;
	for (size_t i = 0; i < len; i++)
		*number = 10 * *number + (uint32_t)(text[i] - '0');
	return text + len;
}

static enum kf_import_why
set_type(struct kf_import_entry *e, const char *type)
{
	e->algorithm = KF_SHA1;
	e->digits = 6;
	if (strcmp(type, "HOTP") == 0 || strcmp(type, "HOTP/E") == 0 ||
	    strncmp(type, "HOTP/E/", 7) == 0)
		return KF_IMPORT_COUNTER;
	if (strncmp(type, "HOTP/T", 6) != 0)
		return KF_IMPORT_TYPE;
	type = small_number(type + 6, &e->period);
	if (type != NULL && *type == '/')
		type = small_number(type + 1, &e->digits);
	if (type == NULL || *type != '\0')
		return KF_IMPORT_TYPE;
	if (e->period < KF_TOTP_PERIOD_MIN ||
	    e->period > KF_TOTP_PERIOD_MAX)
		return KF_IMPORT_PERIOD;
	if (e->digits < KF_TOTP_DIGITS_MIN ||
	    e->digits > KF_TOTP_DIGITS_MAX)
		return KF_IMPORT_DIGITS;
	return KF_IMPORT_TAKEN;
}

static enum kf_import_why
set_seed(struct kf_import_entry *e, char *secret)
{
	size_t len = 0;
	enum kf_err err = kf_import_unhex(secret, e->seed, sizeof(e->seed),
	    &len);

	e->seed_len = (uint32_t)len;
	if (err == KF_ERR_RANGE)
		return KF_IMPORT_LONG;
	return err == KF_OK ? KF_IMPORT_TAKEN : KF_IMPORT_SECRET;
}

/* words has at least the first two words of the line. */
static enum kf_import_why
take_words(struct kf_import_entry *e, char *const words[WORDS], size_t count)
{
	enum kf_import_why why;
	uint64_t counter;

	if (!kf_text_is_clean(words[1], sizeof(e->user)))
		return KF_IMPORT_SYNTAX;
	memcpy(e->user, words[1], strlen(words[1]) + 1);
	why = set_type(e, words[0]);
	if (why != KF_IMPORT_TAKEN)
		return why;
	if (count < 4)
		return KF_IMPORT_SECRET;
	if (count > 4 && kf_text_number(words[4], 0, UINT64_MAX, &counter) !=
	    KF_OK)
		return KF_IMPORT_SYNTAX;
	/* "-": no PIN; "+": another module asks for the PIN. */
	if (strcmp(words[2], "-") != 0 && strcmp(words[2], "+") != 0)
		e->flags |= KF_IMPORT_HAS_PIN;
	return set_seed(e, words[3]);
}

static void
take_line(struct kf_import_lines *lines, const char *user,
    kf_import_take *take, void *context)
{
	struct kf_import_entry e = { .line = lines->number };
	char *rest = lines->line;
	char *words[WORDS] = { NULL };
	size_t count = 0;
	bool more;

	while (count < WORDS &&
	    (words[count] = kf_import_word(&rest)) != NULL)
		count++;
	more = kf_import_word(&rest) != NULL;
	if (lines->fits && (count == 0 || words[0][0] == '#'))
		return;
	if (user != NULL && (count < 2 || strcmp(words[1], user) != 0))
		return;
	e.why = lines->fits && count >= 2 && !more ?
	    take_words(&e, words, count) : KF_IMPORT_SYNTAX;
	if (e.why != KF_IMPORT_TAKEN)
		explicit_bzero(e.seed, sizeof(e.seed));
	take(context, &e);
	explicit_bzero(&e, sizeof(e));
}

void
kf_import_oath(const char *text, size_t len, const char *user,
    kf_import_take *take, void *context)
{
	struct kf_import_lines lines = { .text = text, .left = len };

	while (kf_import_next(&lines))
		take_line(&lines, user, take, context);
	explicit_bzero(&lines, sizeof(lines));
}
