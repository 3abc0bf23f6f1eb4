/*
 * Records which administrator changed which person's factors: in the log, and
 * in the field by= of an enrolment.
 */
#ifndef KF_AUDIT_H
#define KF_AUDIT_H

#include "store/enrolment.h"

/* The administrator: the caller of sudo, or the real user without sudo. */
void
kf_audit_by(char by[KF_BY_SIZE]) __attribute__((nonnull));

/*
 * Logs one line at LOG_NOTICE: event, by= (the real user), sudo-user= if sudo
 * was used, and the person and the authenticator unless they are NULL.
 */
void
kf_audit(const char *event, const struct kf_person *person,
    const struct kf_authenticator *a) __attribute__((nonnull(1)));

#endif
