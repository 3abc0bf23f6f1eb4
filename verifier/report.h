/*
 * What a session writes to the log: its steps, with `log = steps`, and one line
 * for its verdict.  Nothing secret may be passed to these functions.
 */
#ifndef KF_REPORT_H
#define KF_REPORT_H

#include "common/ini.h"
#include "verifier/session.h"

/* A log line of this session: event, result, then the person and the place. */
void
kf_report_start(const struct kf_session *s, struct kf_log *log,
    const char *event, const char *result) __attribute__((nonnull));
void
kf_report_end(const struct kf_session *s, struct kf_log *log,
    int priority) __attribute__((nonnull));

/* A configuration was not understood: file, line and reason. */
void
kf_report_conf_refused(const char *path, const struct kf_ini_error *error)
    __attribute__((nonnull));

/* With `log = steps` only. */
void
kf_report_step(const struct kf_session *s, const char *step)
    __attribute__((nonnull));

/* Grant, denial or exemption; called before the module is told. */
void
kf_report_verdict(const struct kf_session *s) __attribute__((nonnull));

#endif
