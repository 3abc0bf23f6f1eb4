/* TOTP codes for tests, all at the same time. */
#ifndef KF_TESTS_TOTP_SITE_H
#define KF_TESTS_TOTP_SITE_H

#include "factors/totp.h"

#define TOTP_NOW INT64_C(1800000010)	/* step 60000000 of 30 seconds */
#define TOTP_STEP UINT64_C(60000000)

struct kf_secret
totp_seed(const char *text);

/* With a period of 30 seconds. */
struct kf_totp
totp_of(enum kf_algorithm algorithm, uint32_t digits);

/* Returns the code of a step, as a person types it. */
struct kf_code
totp_code(const struct kf_totp *totp, const struct kf_secret *seed,
    uint64_t step);

#endif
