/*
 * A credential of a security key as a pair of files of OpenSSH (its
 * PROTOCOL.key and PROTOCOL.u2f): what ssh calls the private key holds no more
 * than the credential id, which is of no use without the device.
 */
#ifndef KF_SSH_KEY_H
#define KF_SSH_KEY_H

#include "store/enrolment.h"

#define KF_SSH_RP_ID "ssh:"		/* what an RP id must begin with */
#define KF_SSH_PRIVATE_SIZE 2304
#define KF_SSH_PUBLIC_SIZE 1024
#define KF_SSH_COMMENT_SIZE 129

/* Has OpenSSH a name for keys of that algorithm? */
bool
kf_ssh_key_can(enum kf_key_algorithm algorithm);

/*
 * The text of FILE, without a passphrase.  KF_ERR_RANGE: it does not fit, or
 * OpenSSH has no such keys; KF_ERR_IO: no random bytes.
 */
KF_CHECKED enum kf_err
kf_ssh_key_private(const struct kf_key *key, const char *comment,
    char text[KF_SSH_PRIVATE_SIZE], size_t *len) __attribute__((nonnull));

/* The line of FILE.pub, with its newline. */
KF_CHECKED enum kf_err
kf_ssh_key_public(const struct kf_key *key, const char *comment,
    char text[KF_SSH_PUBLIC_SIZE], size_t *len) __attribute__((nonnull));

#endif
