/*
 * For `keyfirst enroll totp` and `keyfirst import`: checks that a seed may be
 * stored for a person, and adds it to the person's enrolment, sealed.
 */
#ifndef KF_TOTP_STORE_H
#define KF_TOTP_STORE_H

#include "enroll_tool/installation/installation.h"

/* A new TOTP factor.  The caller owns label, totp and seed. */
struct kf_totp_new {
	const char *label;
	const struct kf_totp *totp;	/* all but the sealed seed */
	const struct kf_secret *seed;
	bool proved;			/* a code was right */
};

/*
 * Checks the length of the seed.  KF_EXIT_POLICY after a complaint, which
 * begins with the text what and ends with the text remedy.
 */
KF_CHECKED enum kf_exit
kf_totp_seed_fits(const struct kf_secret *seed, const char *what,
    const char *remedy) __attribute__((nonnull));

/*
 * Checks that the enrolment has room for one more factor and does not have that
 * seed.  After a complaint KF_EXIT_POLICY, or KF_EXIT_ERROR if an enrolled seed
 * cannot be unsealed to compare it.
 */
KF_CHECKED enum kf_exit
kf_totp_check(const struct kf_installation *in, const struct kf_person *person,
    const struct kf_secret *seed) __attribute__((nonnull));

/*
 * Calls kf_totp_check, seals the seed and adds the factor to *person.  Stores
 * nothing.  Any other status than KF_EXIT_DONE comes after a complaint.
 */
KF_CHECKED enum kf_exit
kf_totp_add(const struct kf_installation *in, struct kf_person *person,
    const struct kf_totp_new *new) __attribute__((nonnull));

#endif
