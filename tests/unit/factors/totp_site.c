/* Codes for tests; see totp_site.h. */
#include "tests/unit/factors/totp_site.h"

#include <string.h>

#include "tests/unit/unit.h"

struct kf_secret
totp_seed(const char *text)
{
	struct kf_secret seed;

	assert_int_equal(kf_secret_set(&seed, text, strlen(text)), KF_OK);
	return seed;
}

struct kf_totp
totp_of(enum kf_algorithm algorithm, uint32_t digits)
{
	return (struct kf_totp){
		.algorithm = algorithm,
		.digits = digits,
		.period = 30,
	};
}

struct kf_code
totp_code(const struct kf_totp *totp, const struct kf_secret *seed,
    uint64_t step)
{
	struct kf_code code = { 0 };

	assert_int_equal(kf_totp_generate(totp, seed, step, code.digits),
	    KF_OK);
	code.len = totp->digits;
	return code;
}
