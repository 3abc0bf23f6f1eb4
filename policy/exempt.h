/*
 * The option `exempt`: a person who need not prove anything, until a date.
 *
 *	exempt = user=NAME|group=NAME [tty=TTY] until=YYYY-MM-DD reason="TEXT"
 *
 * An exemption has an end and a reason, always.  Dates are UTC, to the end of
 * the day.
 */
#ifndef KF_EXEMPT_H
#define KF_EXEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

#define KF_EXEMPT_MAX 16
/* The log names the days that are left when so many seconds are left. */
#define KF_EXEMPT_WARN (INT64_C(30) * 86400)

struct kf_exempt {
	bool is_group;
	char name[64];
	char tty[32];		/* as PAM_TTY, with or without /dev/; or "" */
	char until[11];		/* as it was written */
	int64_t end;		/* the first second after that day */
	char reason[128];	/* clean UTF-8 */
};

/* KF_ERR_SYNTAX when the value does not have the form above. */
KF_CHECKED enum kf_err
kf_exempt_parse(const char *value, struct kf_exempt *exempt)
    __attribute__((nonnull));

/*
 * The exemption of a list that holds now for that person at that terminal, or
 * NULL. in_group tells whether the person is in a group.  It is called only for
 * an exemption that names a group, because it loads a name service.
 */
const struct kf_exempt *
kf_exempt_find(const struct kf_exempt *list, uint32_t count, const char *user,
    const char *tty, int64_t now,
    bool (*in_group)(const char *user, const char *group))
    __attribute__((nonnull));

/*
 * YYYY-MM-DD of the Gregorian calendar, from 1970 to 9999; *end is the first
 * second after that day in UTC.
 */
KF_CHECKED enum kf_err
kf_exempt_date(const char *text, int64_t *end) __attribute__((nonnull));

#endif
