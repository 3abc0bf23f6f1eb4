/*
 * TOTP with liboath; see totp.h.  liboath's own validation is not used, because
 * it takes the number of digits from the typed text, compares with strcmp and
 * stops at the first match.
 */
#include "factors/totp.h"

#include <liboath/oath.h>
#include <string.h>

#include "common/paths.h"
#include "policy/conf.h"

static int
algorithm_flag(uint32_t algorithm)
{
	switch ((enum kf_algorithm)algorithm) {
	case KF_SHA1:
		return 0;
	case KF_SHA256:
		return OATH_TOTP_HMAC_SHA256;
	case KF_SHA512:
		return OATH_TOTP_HMAC_SHA512;
	}
	return -1;
}

enum kf_err
kf_totp_generate(const struct kf_totp *totp, const struct kf_secret *seed,
    uint64_t step, char otp[KF_CODE_MAX + 1])
{
	int flag = algorithm_flag(totp->algorithm);
	int rc;

	memset(otp, 0, KF_CODE_MAX + 1);
	if (flag < 0 || totp->digits < KF_CODE_MIN ||
	    totp->digits > KF_CODE_MAX || step > INT64_MAX / totp->period)
		return KF_ERR_CRYPTO;
	if (oath_init() != OATH_OK)
		return KF_ERR_CRYPTO;
	rc = oath_totp_generate2((const char *)seed->bytes, seed->len,
	    (time_t)(step * totp->period), totp->period, 0, totp->digits,
	    flag, otp);
	if (rc != OATH_OK || strlen(otp) != totp->digits) {
		explicit_bzero(otp, KF_CODE_MAX + 1);
		return KF_ERR_CRYPTO;
	}
	return KF_OK;
}

uint64_t
kf_totp_step(const struct kf_totp *totp, int64_t now)
{
	return now > 0 ? (uint64_t)now / totp->period : 0;
}

bool
kf_totp_clock_is_sane(const struct kf_totp *totp, int64_t now, uint64_t last)
{
	return now >= kf_release_time &&
	    kf_totp_step(totp, now) + KF_CONF_TOTP_WINDOW_MAX >= last;
}

enum kf_err
kf_totp_match(const struct kf_totp *totp, const struct kf_secret *seed,
    const struct kf_code *code, int64_t now, uint32_t window, uint64_t last,
    enum kf_match *match, uint64_t *step)
{
	uint64_t middle = kf_totp_step(totp, now);
	uint64_t first = middle > window ? middle - window : 0;
	char otp[KF_CODE_MAX + 1];

	*match = KF_MATCH_NONE;
	*step = 0;
	for (uint64_t s = first; s <= middle + window; s++) {
		enum kf_err err = kf_totp_generate(totp, seed, s, otp);
		bool equal = kf_secret_equal(otp, code->digits, sizeof(otp));

		explicit_bzero(otp, sizeof(otp));
		if (err != KF_OK)
			return err;
		if (!equal || code->len != totp->digits ||
		    *match == KF_MATCH_FRESH)
			continue;
		*match = s > last ? KF_MATCH_FRESH : KF_MATCH_USED;
		*step = s;
	}
	return KF_OK;
}
