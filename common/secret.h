/*
 * The one type that holds a secret: a seed, a key, or an answer that a person
 * typed.  The function that declares it owns it, and wipes it on every path
 * (kf_secret_wipe).  Its size is fixed, and no function prints it.
 *
 * kf_memory_protect() keeps secrets off the disk in our programs: it locks
 * pages and forbids core dumps.  The module cannot do that to sshd or sudo;
 * there a secret exists only while one answer is relayed.
 */
#ifndef KF_SECRET_H
#define KF_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

/* The longest answer that the wire carries; seeds are at most 128 bytes. */
#define KF_SECRET_MAX 1024

struct kf_secret {
	size_t len;
	unsigned char bytes[KF_SECRET_MAX + 1];	/* always NUL-terminated */
};

/* Overwrites all of it; not optimised away. */
void
kf_secret_wipe(struct kf_secret *s) __attribute__((nonnull));

/* Copies len bytes; KF_ERR_RANGE (and empty) when they do not fit. */
KF_CHECKED enum kf_err
kf_secret_set(struct kf_secret *s, const void *bytes, size_t len)
    __attribute__((nonnull(1)));

/* Compares in time that depends on len alone. */
bool
kf_secret_equal(const void *a, const void *b, size_t len)
    __attribute__((nonnull));

/* Fills from getrandom(2); KF_ERR_IO leaves the bytes zeroed. */
KF_CHECKED enum kf_err
kf_random(void *bytes, size_t len) __attribute__((nonnull));

/*
 * For a program's main: no core dump, no ptrace by others, and pages locked as
 * they are touched (as far as RLIMIT_MEMLOCK allows; its failure is no error).
 */
void
kf_memory_protect(void);

#endif
