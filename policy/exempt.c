/* Parses exemptions and finds the one that applies; see exempt.h. */
#include "policy/exempt.h"

#include <stddef.h>
#include <string.h>

#include "common/text.h"

static bool
two_digits(const char *text, int *out)
{
	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return false;
	*out = (text[0] - '0') * 10 + text[1] - '0';
	return true;
}

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_of_month(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

enum kf_err
kf_exempt_date(const char *text, int64_t *end)
{
	int century, rest, year, month, day;
	int64_t days = 0;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' ||
	    !two_digits(text, &century) || !two_digits(text + 2, &rest) ||
	    !two_digits(text + 5, &month) || !two_digits(text + 8, &day))
		return KF_ERR_SYNTAX;
	year = century * 100 + rest;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month(year, month))
		return KF_ERR_SYNTAX;
	for (int y = 1970; y < year; y++)
		days += is_leap(y) ? 366 : 365;
	for (int m = 1; m < month; m++)
		days += days_of_month(year, m);
	*end = (days + day) * 86400;
	return KF_OK;
}

/* Copies a word into a field; false if the field is set or it does not fit. */
static bool
set_word(char *field, size_t size, const char *word, size_t len)
{
	if (field[0] != '\0' || len == 0 || len >= size)
		return false;
	memcpy(field, word, len);
	field[len] = '\0';
	return true;
}

static bool
has_prefix(const char *text, size_t len, const char *prefix)
{
	return len >= strlen(prefix) &&
	    memcmp(text, prefix, strlen(prefix)) == 0;
}

/* Takes one of the NAME=VALUE words that stand before the reason. */
static bool
take_word(struct kf_exempt *e, const char *word, size_t len)
{
	if (has_prefix(word, len, "user="))
		return set_word(e->name, sizeof(e->name), word + 5, len - 5);
	if (has_prefix(word, len, "group=")) {
		e->is_group = true;
		return set_word(e->name, sizeof(e->name), word + 6, len - 6);
	}
	if (has_prefix(word, len, "tty="))
		return set_word(e->tty, sizeof(e->tty), word + 4, len - 4);
	if (has_prefix(word, len, "until="))
		return set_word(e->until, sizeof(e->until), word + 6, len - 6);
	return false;
}

/* Takes reason="TEXT", which comes last; TEXT holds no quote. */
static bool
take_reason(struct kf_exempt *e, const char *word)
{
	size_t len = strlen(word);

	if (len < 10 || !has_prefix(word, len, "reason=\"") ||
	    word[len - 1] != '"' || memchr(word + 8, '"', len - 9) != NULL)
		return false;
	return set_word(e->reason, sizeof(e->reason), word + 8, len - 9) &&
	    kf_text_is_clean(e->reason, sizeof(e->reason));
}

enum kf_err
kf_exempt_parse(const char *value, struct kf_exempt *e)
{
	*e = (struct kf_exempt){ 0 };
	while (strncmp(value, "reason=", 7) != 0) {
		size_t len = strcspn(value, " \t");

		if (len == 0 || !take_word(e, value, len))
			return KF_ERR_SYNTAX;
		value += len;
		value += strspn(value, " \t");
	}
	if (!take_reason(e, value) || e->name[0] == '\0' ||
	    strcmp(e->tty, "/dev/") == 0)
		return KF_ERR_SYNTAX;
	return kf_exempt_date(e->until, &e->end);
}

static const char *
plain_tty(const char *tty)
{
	return strncmp(tty, "/dev/", 5) == 0 ? tty + 5 : tty;
}

static bool
is_meant(const struct kf_exempt *e, const char *user, const char *tty,
    bool (*in_group)(const char *user, const char *group))
{
	if (e->tty[0] != '\0' &&
	    strcmp(plain_tty(e->tty), plain_tty(tty)) != 0)
		return false;
	if (e->is_group)
		return in_group(user, e->name);
	return strcmp(e->name, user) == 0;
}

const struct kf_exempt *
kf_exempt_find(const struct kf_exempt *list, uint32_t count, const char *user,
    const char *tty, int64_t now,
    bool (*in_group)(const char *user, const char *group))
{
	if (user[0] == '\0')
		return NULL;
	/*
	 * Exemptions of users come first, so that a name service that hangs
	 * delays only the people whom none of these exempts.
	 */
	for (int groups = 0; groups < 2; groups++)
		for (uint32_t i = 0; i < count; i++)
			if (list[i].is_group == (groups == 1) &&
			    now < list[i].end &&
			    is_meant(&list[i], user, tty, in_group))
				return &list[i];
	return NULL;
}
