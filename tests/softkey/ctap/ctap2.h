/*
 * CTAP2 commands.  softkey_ctap2 takes a message of CTAPHID_CBOR and writes
 * the reply: a status byte and, when that is zero, canonical CBOR.
 */
#ifndef SOFTKEY_CTAP2_H
#define SOFTKEY_CTAP2_H

#include "tests/softkey/core.h"

/* Of a message, and of lists and ids in it; getInfo says so. */
#define SOFTKEY_CTAP2_MESSAGE 2048
#define SOFTKEY_CTAP2_LIST 16
#define SOFTKEY_CTAP2_ID 128

/* SOFTKEY_OK: the reply is there, good or bad.  SOFTKEY_WAIT: not yet. */
enum softkey_status
softkey_ctap2(struct softkey *key, const unsigned char *message, size_t len,
    struct softkey_out *out);

/*
 * The commands.  "request" is a map that was checked; what they write after
 * an error is thrown away.
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

/* What makeCredential and getAssertion have in common. */

/* The options of a request; what is absent keeps its value. */
struct softkey_options {
	bool rk;
	bool up;
	bool uv;
	bool has_rk;
	bool has_up;
};

/* How a person was proved. */
struct softkey_proof {
	bool present;		/* the token has seen a touch already */
	bool verified;
};

enum softkey_status
softkey_options(struct softkey_cbor request, int64_t number,
    struct softkey_options *options);

/* Fixed length, in the request itself. */
enum softkey_status
softkey_client_data(struct softkey_cbor request, int64_t number,
    const unsigned char **hash);

/* One descriptor of a list; "ours" is false for another type than a key. */
enum softkey_status
softkey_descriptor(struct softkey_cbor *list, struct softkey_span *id,
    bool *ours);

/*
 * pinUvAuthParam and the uv option: SOFTKEY_OK with the proof, or why not.
 * "param" and "protocol" are the numbers of these two in the request.
 */
enum softkey_status
softkey_prove(struct softkey *key, struct softkey_cbor request, int64_t param,
    int64_t protocol, unsigned permission, struct softkey_span rp,
    const unsigned char hash[32], bool uv, struct softkey_proof *proof);

/* A key that would verify a person; is it set up to? */
bool
softkey_protected(const struct softkey *key);

#endif
