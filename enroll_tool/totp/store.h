/*
 * What `keyfirst enroll totp` and `keyfirst import` share: whether a seed may
 * be stored for a person, and what is stored of it.
 */
#ifndef KF_TOTP_STORE_H
#define KF_TOTP_STORE_H

#include "enroll_tool/installation/installation.h"

/* One to be stored; its parts belong to the caller. */
struct kf_totp_new {
	const char *label;
	const struct kf_totp *totp;	/* all but the sealed seed */
	const struct kf_secret *seed;
	bool proved;
};

/*
 * Long enough, and not too long?  KF_EXIT_POLICY after a complaint that begins
 * with what and ends with remedy.
 */
KF_CHECKED enum kf_exit
kf_totp_seed_fits(const struct kf_secret *seed, const char *what,
    const char *remedy) __attribute__((nonnull));

/*
 * Has the person room for one more, and not that seed already?  Complains:
 * KF_EXIT_POLICY, or KF_EXIT_ERROR when that cannot be known.
 */
KF_CHECKED enum kf_exit
kf_totp_check(const struct kf_installation *in, const struct kf_person *person,
    const struct kf_secret *seed) __attribute__((nonnull));

/* Checks, seals and adds to the struct alone. */
KF_CHECKED enum kf_exit
kf_totp_add(const struct kf_installation *in, struct kf_person *person,
    const struct kf_totp_new *new) __attribute__((nonnull));

#endif
