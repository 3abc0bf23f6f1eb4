/* Codes for tests, at a time that is the same for all of them. */
#ifndef KF_TESTS_TOTP_SITE_H
#define KF_TESTS_TOTP_SITE_H

#include "factors/totp.h"

#define TOTP_NOW INT64_C(1800000010)	/* step 60000000 of 30 seconds */
#define TOTP_STEP UINT64_C(60000000)

struct kf_secret
totp_seed(const char *text);

/* Of 30 seconds. */
struct kf_totp
totp_of(enum kf_algorithm algorithm, uint32_t digits);

/* The code of a step, as it is typed. */
struct kf_code
totp_code(const struct kf_totp *totp, const struct kf_secret *seed,
    uint64_t step);

#endif
