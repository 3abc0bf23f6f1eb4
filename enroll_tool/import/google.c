/*
 * Parses ~/.google_authenticator: the first line is the secret in base32; then
 * come options ('" NAME VALUE') and emergency codes of eight digits.  All codes
 * are SHA-1 of six digits.  An unknown option must be refused, because it could
 * change how codes are computed.
 */
#include "enroll_tool/import/import.h"

#include <string.h>

#include "common/text.h"
#include "enroll_tool/totp/base32.h"

#define SCRATCH_DIGITS 8

struct file {
	struct kf_import_entry entry;
	bool time_based;
};

/*
 * Notes the first error of the file.  But a file for counter-based codes is
 * refused as such, whatever other error it has.
 */
static void
refuse(struct file *f, enum kf_import_why why, uint32_t line)
{
	struct kf_import_entry *e = &f->entry;

	if (e->why != KF_IMPORT_TAKEN && why != KF_IMPORT_COUNTER)
		return;
	if (e->why == KF_IMPORT_COUNTER)
		return;
	e->why = why;
	e->line = line;
}

static void
take_secret(struct file *f, const struct kf_import_lines *lines)
{
	struct kf_import_entry *e = &f->entry;
	struct kf_secret text, seed = { 0 };
	enum kf_err err = kf_secret_set(&text, lines->line,
	    strlen(lines->line));

	if (err == KF_OK)
		err = kf_base32_decode(&text, &seed);
	if (err == KF_ERR_RANGE || (err == KF_OK && seed.len > KF_SEED_MAX)) {
		refuse(f, KF_IMPORT_LONG, lines->number);
	} else if (err != KF_OK || seed.len == 0) {
		refuse(f, KF_IMPORT_SECRET, lines->number);
	} else {
		e->line = lines->number;
		e->seed_len = (uint32_t)seed.len;
		memcpy(e->seed, seed.bytes, seed.len);
	}
	kf_secret_wipe(&text);
	kf_secret_wipe(&seed);
}

static enum kf_import_why
set_period(struct file *f, char *rest)
{
	const char *word = kf_import_word(&rest);
	uint64_t period;

	if (word == NULL || kf_import_word(&rest) != NULL)
		return KF_IMPORT_SYNTAX;
	if (kf_text_number(word, KF_TOTP_PERIOD_MIN, KF_TOTP_PERIOD_MAX,
	    &period) != KF_OK)
		return KF_IMPORT_PERIOD;
	f->entry.period = (uint32_t)period;
	return KF_IMPORT_TAKEN;
}

/* DISALLOW_REUSE lists the time steps of the codes that were used lately. */
static enum kf_import_why
set_used(struct file *f, char *rest)
{
	const char *word;

	while ((word = kf_import_word(&rest)) != NULL) {
		uint64_t step;

		if (kf_text_number(word, 0, UINT64_MAX, &step) != KF_OK)
			return KF_IMPORT_SYNTAX;
		if (step > f->entry.used)
			f->entry.used = step;
	}
	return KF_IMPORT_TAKEN;
}

static enum kf_import_why
set_skew(struct file *f, char *rest)
{
	const char *word = kf_import_word(&rest);

	if (word != NULL && strcmp(word, "0") != 0)
		f->entry.flags |= KF_IMPORT_HAS_SKEW;
	return KF_IMPORT_TAKEN;
}

/* Is it an option about past logins or limits, and not about the codes? */
static bool
is_passed_over(const char *name)
{
	static const char *const names[] = {
		"RATE_LIMIT", "RESETTING_TIME_SKEW", "WINDOW_SIZE",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return strncmp(name, "LAST", 4) == 0 && name[4] >= '0' &&
	    name[4] <= '9' && name[5] == '\0';
}

static enum kf_import_why
take_option(struct file *f, char *rest)
{
	const char *name = kf_import_word(&rest);

	if (name == NULL)
		return KF_IMPORT_SYNTAX;
	if (strcmp(name, "HOTP_COUNTER") == 0)
		return KF_IMPORT_COUNTER;
	if (strcmp(name, "TOTP_AUTH") == 0) {
		f->time_based = true;
		return KF_IMPORT_TAKEN;
	}
	if (strcmp(name, "STEP_SIZE") == 0)
		return set_period(f, rest);
	if (strcmp(name, "DISALLOW_REUSE") == 0)
		return set_used(f, rest);
	if (strcmp(name, "TIME_SKEW") == 0)
		return set_skew(f, rest);
	return is_passed_over(name) ? KF_IMPORT_TAKEN : KF_IMPORT_OPTION;
}

static enum kf_import_why
take_line(struct file *f, char *line)
{
	const char *word;

	if (line[0] == '"' && (line[1] == ' ' || line[1] == '\t'))
		return take_option(f, line + 1);
	word = kf_import_word(&line);
	if (word == NULL)
		return KF_IMPORT_TAKEN;
	if (strlen(word) != SCRATCH_DIGITS ||
	    strspn(word, "0123456789") != SCRATCH_DIGITS ||
	    kf_import_word(&line) != NULL)
		return KF_IMPORT_SYNTAX;
	f->entry.flags |= KF_IMPORT_HAS_SCRATCH_CODES;
	return KF_IMPORT_TAKEN;
}

void
kf_import_google(const char *text, size_t len, kf_import_take *take,
    void *context)
{
	struct kf_import_lines lines = { .text = text, .left = len };
	struct file f = { .entry = {
		.algorithm = KF_SHA1, .digits = 6, .period = 30,
	} };

	if (!kf_import_next(&lines))
		refuse(&f, KF_IMPORT_SECRET, 1);
	else if (!lines.fits)
		refuse(&f, KF_IMPORT_SYNTAX, 1);
	else
		take_secret(&f, &lines);
	while (kf_import_next(&lines)) {
		enum kf_import_why why = lines.fits ?
		    take_line(&f, lines.line) : KF_IMPORT_SYNTAX;

		if (why != KF_IMPORT_TAKEN)
			refuse(&f, why, lines.number);
	}
	if (!f.time_based)
		refuse(&f, KF_IMPORT_TYPE, 1);
	if (f.entry.why != KF_IMPORT_TAKEN)
		explicit_bzero(f.entry.seed, sizeof(f.entry.seed));
	take(context, &f.entry);
	explicit_bzero(&f, sizeof(f));
	explicit_bzero(&lines, sizeof(lines));
}
