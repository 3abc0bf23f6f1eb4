/*
 * The option `exempt`: people who need not prove a factor, up to a date.
 *
 *	exempt = user=NAME|group=NAME [tty=TTY] until=YYYY-MM-DD reason="TEXT"
 *
 * Every exemption must have an end and a reason.  It holds to the end of the
 * day of its date, in UTC.
 */
#ifndef KF_EXEMPT_H
#define KF_EXEMPT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

#define KF_EXEMPT_MAX 16
/* From this many seconds before the end on, the log tells the days left. */
#define KF_EXEMPT_WARN (INT64_C(30) * 86400)

struct kf_exempt {
	bool is_group;
	char name[64];
	char tty[32];		/* with or without /dev/; empty: any terminal */
	char until[11];		/* the date as it was written */
	int64_t end;		/* wall time: first second after that day */
	char reason[128];	/* clean UTF-8 */
};

/* Parses one exemption; KF_ERR_SYNTAX if it has not the form above. */
KF_CHECKED enum kf_err
kf_exempt_parse(const char *value, struct kf_exempt *exempt)
    __attribute__((nonnull));

/*
 * Returns the exemption of the list that holds now for that person at that
 * terminal, or NULL.  in_group tells whether the person is in a group.  It is
 * called only for an exemption that names a group, so that the name service is
 * not loaded without need.
 */
const struct kf_exempt *
kf_exempt_find(const struct kf_exempt *list, uint32_t count, const char *user,
    const char *tty, int64_t now,
    bool (*in_group)(const char *user, const char *group))
    __attribute__((nonnull));

/*
 * Parses YYYY-MM-DD of the Gregorian calendar, from 1970 to 9999; *end is the
 * first second after that day in UTC.  KF_ERR_SYNTAX for any other text.
 */
KF_CHECKED enum kf_err
kf_exempt_date(const char *text, int64_t *end) __attribute__((nonnull));

#endif
