/*
 * The one reader for keyfirst's text files: keyfirst.conf, enrolments, state.
 *
 *	# a comment, at the start of a line only
 *	[section]
 *	key = value
 *
 * No continuation, no inline comment, no quoting; lines of at most 1,024 bytes;
 * no control characters but the tab, and that only around a word.  A line of
 * any other form is an error with its line number.  The caller refuses
 * duplicates, because it knows which keys may repeat.
 */
#ifndef KF_INI_H
#define KF_INI_H

#include <stddef.h>

#include "common/err.h"

#define KF_INI_LINE_MAX 1024

struct kf_ini_error {
	unsigned line;		/* from 1; 0: the file as a whole */
	char reason[96];
};

/*
 * Functions that are called in the order of the file; strings are valid during
 * the call.  To refuse a line, return the result of kf_ini_refuse.
 */
struct kf_ini_reader {
	enum kf_err (*section)(void *context, const char *name,
	    struct kf_ini_error *error);
	enum kf_err (*entry)(void *context, const char *key,
	    const char *value, struct kf_ini_error *error);
	void *context;
};

/* KF_OK, or KF_ERR_SYNTAX with *error filled in. */
KF_CHECKED enum kf_err
kf_ini_parse(const char *text, size_t len, const struct kf_ini_reader *reader,
    struct kf_ini_error *error) __attribute__((nonnull));

/* Sets the reason (filtered) and returns KF_ERR_SYNTAX. */
enum kf_err
kf_ini_refuse(struct kf_ini_error *error, const char *format, ...)
    __attribute__((nonnull, format(printf, 2, 3)));

#endif
