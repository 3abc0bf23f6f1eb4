/*
 * The one type that holds a secret: a seed, a key, an answer that a person
 * typed.  A secret has an owner (the function that declared it), a fixed size
 * and an end (kf_secret_wipe, on every path).  No function prints a secret.
 *
 * The programs keep secrets off the disk: kf_memory_protect() locks their pages
 * and forbids core dumps.  The module cannot do that to sshd or sudo; in those
 * processes a secret lives only while one answer is relayed.
 */
#ifndef KF_SECRET_H
#define KF_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

/* The longest answer in PROTOCOL; seeds have at most 128 bytes. */
#define KF_SECRET_MAX 1024

struct kf_secret {
	size_t len;
	unsigned char bytes[KF_SECRET_MAX + 1];	/* always NUL-terminated */
};

/* Overwrites the whole struct; the compiler cannot leave that out. */
void
kf_secret_wipe(struct kf_secret *s) __attribute__((nonnull));

/* Copies len bytes; KF_ERR_RANGE, and an empty secret, if they do not fit. */
KF_CHECKED enum kf_err
kf_secret_set(struct kf_secret *s, const void *bytes, size_t len)
    __attribute__((nonnull(1)));

/* Compares len bytes, in a time that depends on len alone. */
bool
kf_secret_equal(const void *a, const void *b, size_t len)
    __attribute__((nonnull));

/* Fills the bytes from getrandom(2); KF_ERR_IO leaves them zero. */
KF_CHECKED enum kf_err
kf_random(void *bytes, size_t len) __attribute__((nonnull));

/*
 * Protects the memory of one of our programs: forbids core dumps and ptrace by
 * other processes of the same user, and locks pages as they are touched, if
 * RLIMIT_MEMLOCK allows it.  A failure is no error.  Not for the module, which
 * must not change its host.
 */
void
kf_memory_protect(void);

#endif
