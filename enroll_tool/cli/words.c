/* Times, spans of time and AAGUIDs as text; see words.h. */
#include "enroll_tool/cli/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "common/text.h"

void
kf_words_span(int64_t seconds, char text[KF_WORDS_SIZE])
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {
		{ 86400, "days" }, { 3600, "hours" }, { 60, "minutes" },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		int64_t unit = units[i].seconds;

		if (seconds <= 2 * unit - 1)
			continue;
		(void)snprintf(text, KF_WORDS_SIZE, "%" PRId64 " %s",
		    seconds / unit + (seconds % unit != 0), units[i].name);
		return;
	}
	(void)snprintf(text, KF_WORDS_SIZE, "%" PRId64 " s", seconds);
}

bool
kf_words_time(int64_t when, char text[KF_WORDS_SIZE])
{
	time_t t = (time_t)when;
	struct tm tm;

	(void)snprintf(text, KF_WORDS_SIZE, when == 0 ? "never" : "(no date)");
	return when != 0 && gmtime_r(&t, &tm) != NULL && tm.tm_year <= 8099 &&
	    strftime(text, KF_WORDS_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) != 0;
}

void
kf_words_aaguid(const unsigned char aaguid[16], char text[KF_WORDS_AAGUID])
{
	char digits[2 * 16 + 1];

	kf_text_hex(digits, aaguid, 16);
	(void)snprintf(text, KF_WORDS_AAGUID, "%.8s-%.4s-%.4s-%.4s-%s",
	    digits, digits + 8, digits + 12, digits + 16, digits + 20);
}
