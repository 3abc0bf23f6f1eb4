/*
 * Log lines: fixed keys, escaped values, one line for each event.
 *
 *	event=auth result=grant factor=totp id=T1 user=alice uid=1000 …
 *
 * A value of letters, digits and -._:/@+,% stands without quotes.  Any other
 * value is quoted, with \" \\ and \xHH for bytes that are not printable ASCII,
 * so that no value can forge a key, a line or an escape sequence.  This code
 * cannot tell whether a value is secret, so callers must never add an answer, a
 * code or a seed.
 */
#ifndef KF_LOG_H
#define KF_LOG_H

#include <stddef.h>
#include <stdint.h>

/* A line of this size and its header fit one syslog datagram of RFC 3164. */
#define KF_LOG_SIZE 900
/* A longer value is cut to this many bytes; "..." marks the cut. */
#define KF_LOG_VALUE_MAX 256

struct kf_log {
	size_t len;
	char text[KF_LOG_SIZE];
};

/* Starts a new line with event=EVENT. */
void
kf_log_start(struct kf_log *log, const char *event) __attribute__((nonnull));

/* Adds key=value; if that does not fit, the line stays as it is. */
void
kf_log_add(struct kf_log *log, const char *key, const char *value)
    __attribute__((nonnull));

void
kf_log_number(struct kf_log *log, const char *key, int64_t value)
    __attribute__((nonnull));

/*
 * Sends the line to syslog(3), facility authpriv.  priority is LOG_INFO,
 * LOG_NOTICE or a more urgent one.
 */
void
kf_log_send(const struct kf_log *log, int priority) __attribute__((nonnull));

#endif
