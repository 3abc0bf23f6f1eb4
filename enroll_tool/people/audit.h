/* Who did what to whose factors, for the log and the enrolment. */
#ifndef KF_AUDIT_H
#define KF_AUDIT_H

#include "store/enrolment.h"

/* The administrator: who called sudo, else the real user. */
void
kf_audit_by(char by[KF_BY_SIZE]) __attribute__((nonnull));

/*
 * One line at LOG_NOTICE: event, by=, sudo-user=, and what is not NULL of
 * the person and the authenticator.
 */
void
kf_audit(const char *event, const struct kf_person *person,
    const struct kf_authenticator *a) __attribute__((nonnull(1)));

#endif
