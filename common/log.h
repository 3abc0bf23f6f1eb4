/*
 * Log lines with fixed keys and escaped values; one line for each decision.
 *
 *	event=auth result=grant factor=totp id=T1 user=alice uid=1000 …
 *
 * A value of letters, digits and -._:/@+,% stands bare; any other is quoted,
 * with \" \\ and \xHH for what is not printable ASCII, so that no value can
 * forge a key, a line or an escape sequence.  These functions cannot tell
 * whether a value is secret: callers must never add an answer, a code or a
 * seed.
 */
#ifndef KF_LOG_H
#define KF_LOG_H

#include <stddef.h>
#include <stdint.h>

/* A line of this size fits one syslog datagram (RFC 3164) with its header. */
#define KF_LOG_SIZE 900
/* At most so many bytes of a value are shown; "..." marks a cut. */
#define KF_LOG_VALUE_MAX 256

struct kf_log {
	size_t len;
	char text[KF_LOG_SIZE];
};

/* Begins with event=EVENT. */
void
kf_log_start(struct kf_log *log, const char *event) __attribute__((nonnull));

/* Adds key=value, unless the line is full. */
void
kf_log_add(struct kf_log *log, const char *key, const char *value)
    __attribute__((nonnull));

void
kf_log_number(struct kf_log *log, const char *key, int64_t value)
    __attribute__((nonnull));

/* Sends it to syslog, facility authpriv; priority: LOG_INFO or worse. */
void
kf_log_send(const struct kf_log *log, int priority) __attribute__((nonnull));

#endif
