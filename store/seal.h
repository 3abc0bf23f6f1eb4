/*
 * Encryption of TOTP seeds in the store: AES-256-GCM (NIST SP 800-38D) under
 * the machine key.  Format version, uid and tag are the associated data, so
 * that a sealed seed cannot be moved to another person or authenticator.
 *
 * Sealing protects the seeds in a copy of the store that was made without /etc.
 * It protects nothing from root, or when the whole disk is stolen.
 */
#ifndef KF_SEAL_H
#define KF_SEAL_H

#include <stdint.h>

#include "common/secret.h"

#define KF_SEAL_NONCE 12
#define KF_SEAL_TAG 16
#define KF_SEAL_OVERHEAD (KF_SEAL_NONCE + KF_SEAL_TAG)
#define KF_MACHINE_KEY_SIZE 32

/* Bytes in the file of the machine key: FILEFORMAT, section 2. */
#define KF_MACHINE_KEY_TEXT (23 + 2 * KF_MACHINE_KEY_SIZE + 1)

struct kf_machine_key {
	struct kf_secret bytes;
};

/*
 * Call once at the start of a program.  OpenSSL then does not read its
 * configuration file, which could load code, and loads no error strings.
 */
void
kf_crypto_start(void);

/*
 * Reads the key from its file, which must belong to root and be readable by
 * root and the file's group alone.  The caller wipes *key.  kf_strerror has
 * words for every error.
 */
KF_CHECKED enum kf_err
kf_machine_key_load(const char *path, struct kf_machine_key *key)
    __attribute__((nonnull));

/*
 * Makes a random key, as the text of its file with a NUL behind it.  The caller
 * wipes the text.
 */
KF_CHECKED enum kf_err
kf_machine_key_new(char text[KF_MACHINE_KEY_TEXT + 1])
    __attribute__((nonnull));

void
kf_machine_key_wipe(struct kf_machine_key *key) __attribute__((nonnull));

/* Encrypts the seed; sealed needs KF_SEAL_OVERHEAD bytes more than the seed. */
KF_CHECKED enum kf_err
kf_seal(const struct kf_machine_key *key, uint32_t uid, uint64_t tag,
    const struct kf_secret *seed, unsigned char *sealed, size_t *sealed_len)
    __attribute__((nonnull));

/*
 * Decrypts a seed, which the caller wipes.  KF_ERR_CRYPTO if the key, uid, tag
 * or any byte is not that of kf_seal.
 */
KF_CHECKED enum kf_err
kf_unseal(const struct kf_machine_key *key, uint32_t uid, uint64_t tag,
    const unsigned char *sealed, size_t sealed_len, struct kf_secret *seed)
    __attribute__((nonnull));

#endif
