/* Issues recovery codes: stores their hashes, and shows the codes once. */
#ifndef KF_RECOVERY_ISSUE_H
#define KF_RECOVERY_ISSUE_H

#include "enroll_tool/installation/installation.h"

/*
 * Issues ten new codes to a person who has enrolled a factor; the former codes
 * become invalid.  Any other status than KF_EXIT_DONE comes after a complaint.
 * On KF_EXIT_DONE *person is the stored enrolment.
 */
KF_CHECKED enum kf_exit
kf_recovery_issue(struct kf_installation *in, struct kf_person *person)
    __attribute__((nonnull));

/*
 * Call it after an enrolment: if the person has no recovery codes, asks on the
 * terminal whether to issue some, and does so.
 */
KF_CHECKED enum kf_exit
kf_recovery_offer(struct kf_installation *in, struct kf_person *person)
    __attribute__((nonnull));

#endif
