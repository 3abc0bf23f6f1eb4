/* Issuing recovery codes: made, stored as hashes, and shown this once. */
#ifndef KF_RECOVERY_ISSUE_H
#define KF_RECOVERY_ISSUE_H

#include "enroll_tool/installation/installation.h"

/*
 * Ten new codes for somebody who has something enrolled; the former ones die.
 * Complains.  On success *person is what is stored now.
 */
KF_CHECKED enum kf_exit
kf_recovery_issue(struct kf_installation *in, struct kf_person *person)
    __attribute__((nonnull));

/*
 * After an enrolment: asks on the terminal whether somebody who has none wants
 * them, and issues them.
 */
KF_CHECKED enum kf_exit
kf_recovery_offer(struct kf_installation *in, struct kf_person *person)
    __attribute__((nonnull));

#endif
