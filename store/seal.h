/*
 * Seeds at rest: AES-256-GCM (NIST SP 800-38D) under the machine key, with
 * format version, uid and tag as associated data, so that a record cannot be
 * moved to another person or authenticator.  It protects copies of the store
 * without /etc; not against root, and not against the theft of the whole disk.
 */
#ifndef KF_SEAL_H
#define KF_SEAL_H

#include <stdint.h>

#include "common/secret.h"

#define KF_SEAL_NONCE 12
#define KF_SEAL_TAG 16
#define KF_SEAL_OVERHEAD (KF_SEAL_NONCE + KF_SEAL_TAG)
#define KF_MACHINE_KEY_SIZE 32

/* The text of a new machine key file: FILEFORMAT, "The machine key". */
#define KF_MACHINE_KEY_TEXT (23 + 2 * KF_MACHINE_KEY_SIZE + 1)

struct kf_machine_key {
	struct kf_secret bytes;
};

/*
 * Call once at the start of a program: OpenSSL without its configuration file,
 * which could load code, and without its error strings.
 */
void
kf_crypto_start(void);

/*
 * Reads the key from its file, which root must own and only root and its group
 * be able to read.  Words of failure are kf_strerror's.
 */
KF_CHECKED enum kf_err
kf_machine_key_load(const char *path, struct kf_machine_key *key)
    __attribute__((nonnull));

/* A new random key as the text of its file (terminated by a NUL). */
KF_CHECKED enum kf_err
kf_machine_key_new(char text[KF_MACHINE_KEY_TEXT + 1])
    __attribute__((nonnull));

void
kf_machine_key_wipe(struct kf_machine_key *key) __attribute__((nonnull));

/* sealed has room for KF_SEAL_OVERHEAD more bytes than the seed. */
KF_CHECKED enum kf_err
kf_seal(const struct kf_machine_key *key, uint32_t uid, uint64_t tag,
    const struct kf_secret *seed, unsigned char *sealed, size_t *sealed_len)
    __attribute__((nonnull));

/* KF_ERR_CRYPTO when anything differs from what was sealed. */
KF_CHECKED enum kf_err
kf_unseal(const struct kf_machine_key *key, uint32_t uid, uint64_t tag,
    const unsigned char *sealed, size_t sealed_len, struct kf_secret *seed)
    __attribute__((nonnull));

#endif
