/*
 * authenticatorClientPIN (CTAP 2.1, section 6.5): PIN, tokens, built-in
 * verification, and the counts of their failures.
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

/* Permissions of a token. */
enum {
	SOFTKEY_MAY_MAKE = 0x01,
	SOFTKEY_MAY_ASSERT = 0x02,
};

struct softkey_pin {
	unsigned retries;
	unsigned uv_retries;
	unsigned wrong;			/* in a row, since power-up */
	EVP_PKEY *agreement;		/* this key's key-agreement key */
	/* The token; permissions 0: it was given to no client. */
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

/* Reads the protocol at this map key; the key must support it. */
enum softkey_status
softkey_pin_protocol(const struct softkey *key, struct softkey_cbor request,
    int64_t number, unsigned *protocol);

/* True when the bytes were made with the token, which permits it. */
bool
softkey_token_verify(struct softkey *key, unsigned protocol,
    const unsigned char *bytes, size_t len, struct softkey_span mac,
    unsigned permission, struct softkey_span rp);

/* Uses up the touch that came with a token. */
void
softkey_token_used(struct softkey *key);

/* SOFTKEY_OK, _WAIT, _UV_INVALID, _UV_BLOCKED, or an error of the touch. */
enum softkey_status
softkey_built_in_uv(struct softkey *key);

#endif
