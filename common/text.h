/*
 * Text that comes from outside.  Numbers are parsed here and nowhere else, and
 * all text passes a filter before it goes to a terminal or into a log.
 */
#ifndef KF_TEXT_H
#define KF_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

/*
 * Decimal digits only: no sign, no space, nothing behind, no leading zero but
 * "0" itself.  KF_ERR_SYNTAX, or KF_ERR_RANGE outside min..max.
 */
KF_CHECKED enum kf_err
kf_text_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
    __attribute__((nonnull));

/*
 * Copies src into dst (size > 0, always terminated) and puts '?' in place of
 * each byte of C0, DEL, C1, invalid UTF-8 and of the characters that reorder
 * or hide text (U+061C, U+200B..200F, U+2028..202E, U+2060..206F, U+FEFF).
 * With newlines, '\n' stays.  Cuts at a character boundary.
 */
void
kf_text_filter(char *dst, size_t size, const char *src, bool newlines)
    __attribute__((nonnull));

/* True when kf_text_filter would change nothing and src fits size. */
bool
kf_text_is_clean(const char *src, size_t size) __attribute__((nonnull));

/* The same, and src is not empty and has no blank. */
bool
kf_text_is_word(const char *src, size_t size) __attribute__((nonnull));

/* Lower-case hexadecimal; dst holds 2 * len + 1 bytes. */
void
kf_text_hex(char *dst, const unsigned char *src, size_t len)
    __attribute__((nonnull));

/* The reverse: exactly 2 * len lower-case digits, else KF_ERR_SYNTAX. */
KF_CHECKED enum kf_err
kf_text_unhex(unsigned char *dst, size_t len, const char *src)
    __attribute__((nonnull));

/*
 * snprintf that tells whether everything fitted: KF_ERR_RANGE when not (dst
 * is terminated all the same).
 */
KF_CHECKED enum kf_err
kf_text_format(char *dst, size_t size, const char *format, ...)
    __attribute__((nonnull, format(printf, 3, 4)));

#endif
