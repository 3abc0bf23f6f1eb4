/*
 * Makes the otpauth URI from which an authenticator app takes a seed (the "Key
 * URI Format" of Google Authenticator).  The URI contains the seed, so it must
 * be treated as a secret.
 */
#ifndef KF_OTPAUTH_H
#define KF_OTPAUTH_H

#include "common/secret.h"
#include "store/enrolment.h"

#define KF_ISSUER_SIZE 65		/* with the NUL */

/*
 * Makes otpauth://totp/ISSUER:USER?secret=...&issuer=...  The URI names the
 * algorithm, digits and period only if they are not the format's defaults,
 * because a shorter URI makes a smaller QR code.  KF_ERR_RANGE if the URI does
 * not fit.  The caller wipes it.
 */
KF_CHECKED enum kf_err
kf_otpauth_uri(const struct kf_totp *totp, const struct kf_secret *seed,
    const char *issuer, const char *user, struct kf_secret *uri)
    __attribute__((nonnull));

#endif
