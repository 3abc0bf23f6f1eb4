/*
 * Fuzzes the functions for text from people and other programs: the parser of
 * typed codes, the filter of names, numbers, hexadecimal, values in a log line.
 */
#include "tests/fuzz/fuzz.h"

#include <inttypes.h>
#include <string.h>

#include "common/log.h"
#include "common/text.h"
#include "factors/code.h"

static void
fuzz_code(const uint8_t *data, size_t size)
{
	struct kf_secret answer;
	struct kf_code code;
	size_t digits = 0, others = 0;

	if (kf_secret_set(&answer, data, size) != KF_OK)
		return;
	for (size_t i = 0; i < size; i++)
		*(data[i] >= '0' && data[i] <= '9' ? &digits : &others) += 1;
	if (kf_code_parse(&answer, &code) != KF_OK)
		return;
	if (code.number > 0) {
		FUZZ_CHECK(code.number <= 10 && code.len == 0);
		FUZZ_CHECK(strlen(code.symbols) == KF_RECOVERY_SYMBOLS);
		FUZZ_CHECK(strspn(code.symbols, kf_recovery_alphabet) ==
		    KF_RECOVERY_SYMBOLS);
		return;
	}
	/* Six to eight digits, and at most one space that is not at an end. */
	FUZZ_CHECK(code.len == digits && digits >= 6 && digits <= 8);
	FUZZ_CHECK(strlen(code.digits) == digits);
	FUZZ_CHECK(others == 0 || (others == 1 && data[0] != ' ' &&
	    data[size - 1] != ' ' && memchr(data, ' ', size) != NULL));
}

static void
fuzz_filter(const char *text)
{
	char out[64], newlines[64], twice[64];

	kf_text_filter(out, sizeof(out), text, false);
	FUZZ_CHECK(kf_text_is_clean(out, sizeof(out)));
	kf_text_filter(twice, sizeof(twice), out, false);
	FUZZ_CHECK(strcmp(out, twice) == 0);
	FUZZ_CHECK(strlen(out) <= strlen(text));
	if (kf_text_is_clean(text, sizeof(out)))
		FUZZ_CHECK(strcmp(out, text) == 0);
	kf_text_filter(newlines, sizeof(newlines), text, true);
	for (const char *p = newlines; *p != '\0'; p++)
		FUZZ_CHECK((unsigned char)*p >= 0x20 || *p == '\n');
}

static void
fuzz_number(const char *text)
{
	uint64_t number = 0;
	char again[24];
	unsigned char bytes[8];
	char hex[17];

	if (kf_text_number(text, 0, UINT64_MAX, &number) == KF_OK) {
		(void)snprintf(again, sizeof(again), "%" PRIu64, number);
		FUZZ_CHECK(strcmp(text, again) == 0);
	}
	if (kf_text_unhex(bytes, sizeof(bytes), text) == KF_OK) {
		kf_text_hex(hex, bytes, sizeof(bytes));
		FUZZ_CHECK(strcmp(text, hex) == 0);
	}
}

/* No value can begin another key or another line of the log. */
static void
fuzz_log(const char *text)
{
	struct kf_log log;
	const char *p;

	kf_log_start(&log, "e");
	kf_log_add(&log, "user", text);
	kf_log_add(&log, "end", "yes");
	FUZZ_CHECK(log.len == strlen(log.text) && log.len < KF_LOG_SIZE);
	for (p = log.text; *p != '\0'; p++)
		FUZZ_CHECK(*p >= 0x20 && *p < 0x7f);
	p = log.text + strlen("event=e");
	if (strncmp(p, " user=\"", 7) == 0) {
		for (p += 7; *p != '"'; p++)
			if (*p == '\\')
				FUZZ_CHECK(*++p != '\0');
		p++;
	} else if (strncmp(p, " user=", 6) == 0) {
		p += 6;
		p += strcspn(p, " \"\\=");
	}
	FUZZ_CHECK(strcmp(p, " end=yes") == 0 || *p == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[2048];

	if (size >= sizeof(text))
		return 0;
	fuzz_code(data, size);
	memcpy(text, data, size);
	text[size] = '\0';
	fuzz_filter(text);
	fuzz_number(text);
	fuzz_log(text);
	return 0;
}

void
fuzz_seeds(fuzz_take *take)
{
	static const char *const seeds[] = {
		"123456", "12345678", "123 456", "1234 5678",
		"3-7QKF-M2XT-9HDV-C4WR", "10 oO0o iIlL 1111 0000",
		"18446744073709551615", "0123456789abcdef",
		"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x94\x91",
		"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93", "\033[2J\xc2\x9b",
		"a\" result=\"grant", "back\\slash", "\xe2\x80\xae" "evil",
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		take((const uint8_t *)seeds[i], strlen(seeds[i]));
}
