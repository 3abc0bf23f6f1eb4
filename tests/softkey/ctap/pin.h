/*
 * authenticatorClientPIN (CTAP 2.1, section 6.5): PIN, tokens, built-in
 * verification, and what is counted of their failures.
 */
#ifndef SOFTKEY_PIN_H
#define SOFTKEY_PIN_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/softkey/ctap/cbor.h"

#define SOFTKEY_PIN_MIN 4		/* code points */
#define SOFTKEY_PIN_RETRIES 8
#define SOFTKEY_UV_RETRIES 5

/* What a token is good for. */
enum {
	SOFTKEY_MAY_MAKE = 0x01,
	SOFTKEY_MAY_ASSERT = 0x02,
};

struct softkey_pin {
	unsigned retries;
	unsigned uv_retries;
	unsigned wrong;			/* in a row, since power-up */
	EVP_PKEY *agreement;		/* this key's half */
	/* The token; permissions 0: nobody has it. */
	unsigned char token[32];
	unsigned permissions;
	bool present;			/* a touch came with it */
	bool bound;			/* to this RP id */
	unsigned char rp[32];
	int64_t issued;
	bool used;
};

struct softkey;

void
softkey_pin_init(struct softkey *key);
void
softkey_pin_power_up(struct softkey *key);

/* The protocol that a request names at this number: one that this key has. */
enum softkey_status
softkey_pin_protocol(const struct softkey *key, struct softkey_cbor request,
    int64_t number, unsigned *protocol);

/* False unless the bytes were made with the token, for this and this RP. */
bool
softkey_token_verify(struct softkey *key, unsigned protocol,
    const unsigned char *bytes, size_t len, struct softkey_span mac,
    unsigned permission, struct softkey_span rp);

/* A token serves one command with a touch. */
void
softkey_token_used(struct softkey *key);

/* SOFTKEY_OK, SOFTKEY_WAIT, SOFTKEY_UV_INVALID, _UV_BLOCKED, or a touch's. */
enum softkey_status
softkey_built_in_uv(struct softkey *key);

#endif
