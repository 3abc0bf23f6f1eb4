/* Times and spans for people. */
#ifndef KF_WORDS_H
#define KF_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#define KF_WORDS_SIZE 32
#define KF_WORDS_AAGUID 37

/* "17 s", "5 minutes", "2 hours", "3 days"; rounded up. */
void
kf_words_span(int64_t seconds, char text[KF_WORDS_SIZE])
    __attribute__((nonnull));

/*
 * "2026-11-21T19:40:00Z" (ISO 8601, UTC).  False, and words that say so, for 0
 * ("never") and what no calendar has.
 */
bool
kf_words_time(int64_t when, char text[KF_WORDS_SIZE])
    __attribute__((nonnull));

/* "2fc0579f-8113-47ea-b116-bb5a8db9202a" (RFC 9562); 16 bytes. */
void
kf_words_aaguid(const unsigned char aaguid[16], char text[KF_WORDS_AAGUID])
    __attribute__((nonnull));

#endif
