/*
 * Text that comes from outside.  Numbers are parsed here and nowhere else.
 * Foreign text passes kf_text_filter before it is shown on a terminal; for log
 * lines, log.h escapes it.
 */
#ifndef KF_TEXT_H
#define KF_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/*
 * Parses a decimal number: digits only, no sign, no space, nothing after the
 * digits, no leading zero except in "0" itself.  KF_ERR_SYNTAX for other text,
 * KF_ERR_RANGE for a number outside min..max.
 */
KF_CHECKED enum kf_err
kf_text_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
    __attribute__((nonnull));

/*
 * Copies src into dst (size > 0, always terminated).  Each control character
 * (C0, DEL, C1), each byte of invalid UTF-8, and each character that reorders
 * or hides text (U+061C, U+200B..200F, U+2028..202E, U+2060..206F, U+FEFF)
 * becomes one '?'.  With newlines, '\n' stays.  A text that does not fit is cut
 * at a character boundary.
 */
void
kf_text_filter(char *dst, size_t size, const char *src, bool newlines)
    __attribute__((nonnull));

/* True when kf_text_filter would change nothing and src fits size bytes. */
bool
kf_text_is_clean(const char *src, size_t size) __attribute__((nonnull));

/* True when src is clean as above, is not empty and has no space in it. */
bool
kf_text_is_word(const char *src, size_t size) __attribute__((nonnull));

/* Writes lower-case hexadecimal digits; dst holds 2 * len + 1 bytes. */
void
kf_text_hex(char *dst, const unsigned char *src, size_t len)
    __attribute__((nonnull));

/*
 * Reads exactly 2 * len lower-case hexadecimal digits into len bytes;
 * KF_ERR_SYNTAX for any other text.
 */
KF_CHECKED enum kf_err
kf_text_unhex(unsigned char *dst, size_t len, const char *src)
    __attribute__((nonnull));

/*
 * Like snprintf(3), but returns KF_ERR_RANGE when the text was cut.  dst is
 * terminated in either case.
 */
KF_CHECKED enum kf_err
kf_text_format(char *dst, size_t size, const char *format, ...)
    __attribute__((nonnull, format(printf, 3, 4)));

#endif
