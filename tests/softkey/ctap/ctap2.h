/*
 * CTAP2 commands.  softkey_ctap2 takes a message of CTAPHID_CBOR and writes
 * the reply: a status byte and, when that is zero, canonical CBOR.
 */
#ifndef SOFTKEY_CTAP2_H
#define SOFTKEY_CTAP2_H

#include "tests/softkey/core.h"

/* Limits of a message, and of lists and ids in it; getInfo tells them. */
#define SOFTKEY_CTAP2_MESSAGE 2048
#define SOFTKEY_CTAP2_LIST 16
#define SOFTKEY_CTAP2_ID 128

/* SOFTKEY_OK: the reply is complete.  SOFTKEY_WAIT: not yet. */
enum softkey_status
softkey_ctap2(struct softkey *key, const unsigned char *message, size_t len,
    struct softkey_out *out);

/*
 * The commands.  "request" is a map that was checked.  After an error the reply
 * that they have written is not sent.
 */
enum softkey_status
softkey_make_credential(struct softkey *key, struct softkey_cbor request,
    struct softkey_out *out);
enum softkey_status
softkey_get_assertion(struct softkey *key, struct softkey_cbor request,
    struct softkey_out *out);
enum softkey_status
softkey_client_pin(struct softkey *key, struct softkey_cbor request,
    struct softkey_out *out);

/* The parts that makeCredential and getAssertion share follow. */

/* Reads the options of a request; an absent option keeps its value. */
struct softkey_options {
	bool rk;
	bool up;
	bool uv;
	bool has_rk;
	bool has_up;
};

/* How the person was verified. */
struct softkey_proof {
	bool present;		/* a touch came with the token */
	bool verified;
};

enum softkey_status
softkey_options(struct softkey_cbor request, int64_t number,
    struct softkey_options *options);

/* Reads bytes of a fixed length. */
enum softkey_status
softkey_client_data(struct softkey_cbor request, int64_t number,
    const unsigned char **hash);

/* Reads a credential descriptor; "ours" is false for an unknown type. */
enum softkey_status
softkey_descriptor(struct softkey_cbor *list, struct softkey_span *id,
    bool *ours);

/*
 * Checks pinUvAuthParam and the uv option: SOFTKEY_OK with the proof, or an
 * error.  "param" and "protocol" are the map keys of these two in the request.
 */
enum softkey_status
softkey_prove(struct softkey *key, struct softkey_cbor request, int64_t param,
    int64_t protocol, unsigned permission, struct softkey_span rp,
    const unsigned char hash[32], bool uv, struct softkey_proof *proof);

/* Is the key set up to verify a person? */
bool
softkey_protected(const struct softkey *key);

#endif
