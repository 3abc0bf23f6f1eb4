/*
 * The otpauth URI by which apps take a seed (the "Key URI Format" of Google
 * Authenticator).  It holds the seed: its buffer is a secret.
 */
#ifndef KF_OTPAUTH_H
#define KF_OTPAUTH_H

#include "common/secret.h"
#include "store/enrolment.h"

#define KF_ISSUER_SIZE 65

/*
 * otpauth://totp/ISSUER:USER?secret=...&issuer=...; algorithm, digits and
 * period only where they are not the format's defaults (a smaller QR code).
 * KF_ERR_RANGE when it does not fit.
 */
KF_CHECKED enum kf_err
kf_otpauth_uri(const struct kf_totp *totp, const struct kf_secret *seed,
    const char *issuer, const char *user, struct kf_secret *uri)
    __attribute__((nonnull));

#endif
