/* The reader for keyfirst's text files; see ini.h. */
#include "common/ini.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

enum kf_err
kf_ini_refuse(struct kf_ini_error *error, const char *format, ...)
{
	char raw[sizeof(error->reason)];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	kf_text_filter(error->reason, sizeof(error->reason), raw, false);
	return KF_ERR_SYNTAX;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Removes blanks at both ends of p, in place; returns the new beginning. */
static char *
trim(char *p)
{
	size_t len;

	while (is_blank(*p))
		p++;
	len = strlen(p);
	while (len > 0 && is_blank(p[len - 1]))
		p[--len] = '\0';
	return p;
}

/* True for a non-empty text of letters, digits and the characters of more. */
static bool
is_word(const char *p, const char *more)
{
	if (*p == '\0')
		return false;
	for (; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') ||
		    (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');

		if (!plain && strchr(more, *p) == NULL)
			return false;
	}
	return true;
}

static enum kf_err
parse_section(char *line, const struct kf_ini_reader *reader,
    struct kf_ini_error *error)
{
	char *end = strchr(line, ']');

	if (end == NULL)
		return kf_ini_refuse(error, "section without ]");
	if (end[1] != '\0')
		return kf_ini_refuse(error, "text after ]");
	*end = '\0';
	if (!is_word(line + 1, " -_.@:"))
		return kf_ini_refuse(error, "bad section name");
	return reader->section(reader->context, line + 1, error);
}

static enum kf_err
parse_entry(char *line, const struct kf_ini_reader *reader,
    struct kf_ini_error *error)
{
	char *equals = strchr(line, '=');
	char *key;
	char *value;

	if (equals == NULL)
		return kf_ini_refuse(error,
		    "neither [section] nor key = value");
	*equals = '\0';
	key = trim(line);
	value = trim(equals + 1);
	if (!is_word(key, "-."))
		return kf_ini_refuse(error, "bad key");
	if (*value == '\0')
		return kf_ini_refuse(error, "no value for %s", key);
	return reader->entry(reader->context, key, value, error);
}

static enum kf_err
parse_line(char *line, const struct kf_ini_reader *reader,
    struct kf_ini_error *error)
{
	line = trim(line);
	for (const char *p = line; *p != '\0'; p++)
		if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
			return kf_ini_refuse(error, "control character");
	if (*line == '\0' || *line == '#')
		return KF_OK;
	if (*line == '[')
		return parse_section(line, reader, error);
	return parse_entry(line, reader, error);
}

enum kf_err
kf_ini_parse(const char *text, size_t len, const struct kf_ini_reader *reader,
    struct kf_ini_error *error)
{
	const char *end = text + len;

	*error = (struct kf_ini_error){ 0 };
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline != NULL ? newline : end) - text);
		char line[KF_INI_LINE_MAX + 1];
		enum kf_err err;

		error->line++;
		if (n > KF_INI_LINE_MAX)
			return kf_ini_refuse(error, "line over %d bytes",
			    KF_INI_LINE_MAX);
		if (memchr(text, '\0', n) != NULL)
			return kf_ini_refuse(error, "NUL byte");
		memcpy(line, text, n);
		line[n] = '\0';
		err = parse_line(line, reader, error);
		if (err != KF_OK)
			return err;
		text += n + (newline != NULL ? 1 : 0);
	}
	return KF_OK;
}
