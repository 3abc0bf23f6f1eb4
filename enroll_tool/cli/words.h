/* Times, spans of time and AAGUIDs as text for people. */
#ifndef KF_WORDS_H
#define KF_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#define KF_WORDS_SIZE 32		/* of the text of a time or span */
#define KF_WORDS_AAGUID 37		/* of the text of an AAGUID */

/* A span as "17 s", "5 minutes", "2 hours" or "3 days"; rounded up. */
void
kf_words_span(int64_t seconds, char text[KF_WORDS_SIZE])
    __attribute__((nonnull));

/*
 * A time as "2026-11-21T19:40:00Z" (ISO 8601, UTC).  Returns false, with the
 * text "never", for 0; false, with "(no date)", for a time after the year 9999
 * or that gmtime_r cannot convert.
 */
bool
kf_words_time(int64_t when, char text[KF_WORDS_SIZE])
    __attribute__((nonnull));

/* An AAGUID as "2fc0579f-8113-47ea-b116-bb5a8db9202a" (RFC 9562). */
void
kf_words_aaguid(const unsigned char aaguid[16], char text[KF_WORDS_AAGUID])
    __attribute__((nonnull));

#endif
