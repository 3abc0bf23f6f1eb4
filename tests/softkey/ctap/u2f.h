/*
 * U2F raw messages 1.2, as they come in CTAPHID_MSG: register, authenticate,
 * version.
 */
#ifndef SOFTKEY_U2F_H
#define SOFTKEY_U2F_H

#include "tests/softkey/core.h"

/* Writes the reply, which always has a status word. */
void
softkey_u2f(struct softkey *key, const unsigned char *apdu, size_t len,
    struct softkey_out *out);

#endif
