/* Composes log lines and sends them to syslog; see log.h. */
#include "common/log.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* May the value stand without quotes? */
static bool
is_bare(const char *value)
{
	if (*value == '\0')
		return false;
	for (const char *p = value; *p != '\0'; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') ||
		    (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');

		if (!plain && strchr("-._:/@+,%", *p) == NULL)
			return false;
	}
	return strlen(value) <= KF_LOG_VALUE_MAX;
}

/* Appends the whole text; false, and nothing appended, if it does not fit. */
static bool
append(struct kf_log *log, const char *text)
{
	size_t len = strlen(text);

	if (log->len + len >= sizeof(log->text))
		return false;
	memcpy(log->text + log->len, text, len + 1);
	log->len += len;
	return true;
}

static bool
append_quoted(struct kf_log *log, const char *value)
{
	if (!append(log, "\""))
		return false;
	for (size_t i = 0; value[i] != '\0'; i++) {
		unsigned char c = (unsigned char)value[i];
		char piece[8] = { (char)c, '\0' };

		if (i == KF_LOG_VALUE_MAX)
			return append(log, "...\"");
		if (c == '"' || c == '\\')
			(void)snprintf(piece, sizeof(piece), "\\%c", c);
		else if (c < 0x20 || c > 0x7e)
			(void)snprintf(piece, sizeof(piece), "\\x%02x", c);
		if (!append(log, piece))
			return false;
	}
	return append(log, "\"");
}

void
kf_log_start(struct kf_log *log, const char *event)
{
	log->len = 0;
	log->text[0] = '\0';
	(void)append(log, "event=");
	(void)append(log, event);
}

void
kf_log_add(struct kf_log *log, const char *key, const char *value)
{
	size_t before = log->len;
	bool fits = append(log, " ") && append(log, key) && append(log, "=");

	if (fits && is_bare(value))
		fits = append(log, value);
	else if (fits)
		fits = append_quoted(log, value);
	if (!fits) {
		log->len = before;
		log->text[before] = '\0';
	}
}

void
kf_log_number(struct kf_log *log, const char *key, int64_t value)
{
	char digits[24];

	(void)snprintf(digits, sizeof(digits), "%" PRId64, value);
	kf_log_add(log, key, digits);
}

void
kf_log_send(const struct kf_log *log, int priority)
{
	syslog(LOG_AUTHPRIV | priority, "%s", log->text);
}
