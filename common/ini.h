/*
 * The one reader for keyfirst's text files: keyfirst.conf, enrolments, state.
 *
 *	# a comment, at the start of a line only
 *	[section]
 *	key = value
 *
 * There are no continuation lines, no inline comments and no quoting.  A line
 * has at most 1,024 bytes.  The tab is the only control character allowed, and
 * only around words.  Any other line is an error, reported with its number.
 * The reader accepts repeated sections and keys: the caller refuses them,
 * because only the caller knows which ones may repeat.
 */
#ifndef KF_INI_H
#define KF_INI_H

#include <stddef.h>

#include "common/err.h"

#define KF_INI_LINE_MAX 1024

struct kf_ini_error {
	unsigned line;		/* counted from 1; 0: the whole file */
	char reason[96];	/* for the log or a terminal; filtered */
};

/*
 * Callbacks, called in the order of the file.  Their strings are valid during
 * the call only.  To refuse the file, a callback returns the result of
 * kf_ini_refuse.
 */
struct kf_ini_reader {
	enum kf_err (*section)(void *context, const char *name,
	    struct kf_ini_error *error);
	enum kf_err (*entry)(void *context, const char *key,
	    const char *value, struct kf_ini_error *error);
	void *context;
};

/* Parses len bytes of text.  KF_OK, or KF_ERR_SYNTAX with *error filled in. */
KF_CHECKED enum kf_err
kf_ini_parse(const char *text, size_t len, const struct kf_ini_reader *reader,
    struct kf_ini_error *error) __attribute__((nonnull));

/* Sets error->reason from the format and returns KF_ERR_SYNTAX. */
enum kf_err
kf_ini_refuse(struct kf_ini_error *error, const char *format, ...)
    __attribute__((nonnull, format(printf, 2, 3)));

#endif
