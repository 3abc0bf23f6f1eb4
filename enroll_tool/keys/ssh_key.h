/*
 * Formats a credential of a security key as a pair of OpenSSH key files (see
 * PROTOCOL.key and PROTOCOL.u2f of OpenSSH).  The file that ssh calls the
 * private key contains no secret, only the credential id, which is of no use
 * without the device.
 */
#ifndef KF_SSH_KEY_H
#define KF_SSH_KEY_H

#include "store/enrolment.h"

#define KF_SSH_RP_ID "ssh:"		/* what an RP id must begin with */
#define KF_SSH_PRIVATE_SIZE 2304	/* sizes are with the NUL */
#define KF_SSH_PUBLIC_SIZE 1024
#define KF_SSH_COMMENT_SIZE 129

/* Does OpenSSH have a key type for that algorithm? */
bool
kf_ssh_key_can(enum kf_key_algorithm algorithm);

/*
 * Makes the text of FILE, without a passphrase.  KF_ERR_RANGE if the text does
 * not fit, or OpenSSH has no key type for the algorithm; KF_ERR_IO if there are
 * no random bytes.
 */
KF_CHECKED enum kf_err
kf_ssh_key_private(const struct kf_key *key, const char *comment,
    char text[KF_SSH_PRIVATE_SIZE], size_t *len) __attribute__((nonnull));

/* Makes the line of FILE.pub, with its newline.  KF_ERR_RANGE as above. */
KF_CHECKED enum kf_err
kf_ssh_key_public(const struct kf_key *key, const char *comment,
    char text[KF_SSH_PUBLIC_SIZE], size_t *len) __attribute__((nonnull));

#endif
