/*
 * What a person has enrolled: the text file enrolled/<uid> of FILEFORMAT, as a
 * struct.  Written by the administrator's tool, read by the verifier; changing
 * state is elsewhere (state.h).
 */
#ifndef KF_ENROLMENT_H
#define KF_ENROLMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/credential.h"
#include "common/err.h"
#include "common/ini.h"

#define KF_AUTHENTICATORS_MAX 16
#define KF_ID_SIZE 8			/* "T16" */
#define KF_NAME_SIZE 256
#define KF_LABEL_SIZE 65		/* 64 bytes of UTF-8 */
#define KF_BY_SIZE 65
#define KF_SEED_MIN 16			/* RFC 4226, section 4, R6 */
#define KF_SEED_MAX 128
/* RFC 4226, section 5.3; liboath computes no more. */
#define KF_TOTP_DIGITS_MIN 6
#define KF_TOTP_DIGITS_MAX 8
#define KF_TOTP_PERIOD_MIN 15		/* seconds */
#define KF_TOTP_PERIOD_MAX 60
/* Nonce, ciphertext, tag; see seal.h. */
#define KF_SEALED_MAX (12 + KF_SEED_MAX + 16)
#define KF_ENROLMENT_TEXT_MAX 65536
#define KF_ENROLMENT_FORMAT 1

enum kf_kind {
	KF_KIND_TOTP = 1,
	KF_KIND_RECOVERY,
	KF_KIND_KEY
};

#define KF_RECOVERY_CODES 10
#define KF_RECOVERY_SALT 16
#define KF_RECOVERY_HASH 32

enum kf_algorithm {
	KF_SHA1 = 1,
	KF_SHA256,
	KF_SHA512
};

/* RFC 6238, with T0 = 0. */
struct kf_totp {
	uint32_t algorithm;		/* enum kf_algorithm */
	uint32_t digits;		/* 6..8 */
	uint32_t period;		/* seconds, 15..60 */
	uint64_t first_step;		/* last accepted step at enrolment */
	size_t sealed_len;
	unsigned char sealed[KF_SEALED_MAX];
};

/* Hashes of recovery codes, in the order of their numbers. */
struct kf_recovery {
	size_t salt_len;
	unsigned char salt[KF_RECOVERY_SALT];
	size_t hashes_len;
	unsigned char hashes[KF_RECOVERY_CODES * KF_RECOVERY_HASH];
};

/* RS256: modulus of 256 bytes, exponent of 3; ES256: x, y; EdDSA: 32 bytes. */
#define KF_PUBLIC_KEY_MAX 259
/* WebAuthn, 4, "Credential ID": at least 16 bytes, 100 bits of them random. */
#define KF_KEY_CREDENTIAL_MIN 16

/* What was seen of a key's attestation when it was enrolled. */
enum kf_attestation {
	KF_ATTESTATION_NONE = 1,	/* it attests to nothing */
	KF_ATTESTATION_SELF,		/* by the credential itself */
	KF_ATTESTATION_LEAF,		/* by a certificate, and no root */
	KF_ATTESTATION_CHAIN		/* up to a root that root trusts */
};

/* A credential of a security key. */
struct kf_key {
	uint32_t algorithm;		/* enum kf_key_algorithm; pinned */
	char rp_id[KF_KEY_RP_ID_SIZE];
	size_t credential_len;
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	size_t public_key_len;
	unsigned char public_key[KF_PUBLIC_KEY_MAX];
	bool verify;			/* PIN or fingerprint, always */
	bool synced;			/* backup eligible */
	uint32_t attestation;		/* enum kf_attestation */
	size_t aaguid_len;		/* 16 */
	unsigned char aaguid[KF_KEY_AAGUID_SIZE]; /* zeros: U2F */
	uint64_t first_counter;		/* when it was enrolled */
};

struct kf_authenticator {
	enum kf_kind kind;
	char id[KF_ID_SIZE];		/* "T1"; "R" of recovery codes */
	uint64_t tag;			/* random; names its line of state */
	char label[KF_LABEL_SIZE];	/* clean UTF-8, may be empty */
	int64_t created;		/* seconds since the epoch */
	char by[KF_BY_SIZE];		/* the administrator who enrolled it */
	bool proved;			/* when it was enrolled; see factor.h */
	struct kf_totp totp;		/* of its kind; else zeros */
	struct kf_recovery recovery;
	struct kf_key key;
};

struct kf_person {
	uint32_t uid;
	char name[KF_NAME_SIZE];	/* canonical, at enrolment */
	uint64_t version;		/* grows with each change; not 0 */
	size_t count;
	struct kf_authenticator authenticators[KF_AUTHENTICATORS_MAX];
};

/* Strict: KF_ERR_CORRUPT with *error for whatever FILEFORMAT does not say. */
KF_CHECKED enum kf_err
kf_enrolment_parse(const char *text, size_t len, struct kf_person *person,
    struct kf_ini_error *error) __attribute__((nonnull));

/* KF_ERR_RANGE when it does not fit. */
KF_CHECKED enum kf_err
kf_enrolment_format(const struct kf_person *person, char *text, size_t size,
    size_t *len) __attribute__((nonnull));

/* NULL when there is none of that id. */
struct kf_authenticator *
kf_enrolment_find(struct kf_person *person, const char *id)
    __attribute__((nonnull));

/*
 * Adds an empty authenticator with the lowest free id of its kind and a random
 * tag; KF_ERR_RANGE when there are sixteen, KF_ERR_CONFLICT when there is one
 * of a kind that a person has once.
 */
KF_CHECKED enum kf_err
kf_enrolment_add(struct kf_person *person, enum kf_kind kind,
    struct kf_authenticator **out) __attribute__((nonnull));

/* NULL when there is none of that tag. */
const struct kf_authenticator *
kf_enrolment_of_tag(const struct kf_person *person, uint64_t tag)
    __attribute__((nonnull));

/* How many there are of a kind. */
size_t
kf_enrolment_count(const struct kf_person *person, enum kf_kind kind)
    __attribute__((nonnull));

/* How many there are besides recovery codes, which only stand in for others. */
size_t
kf_enrolment_factors(const struct kf_person *person) __attribute__((nonnull));

/* Takes one out; its position is closed up. */
void
kf_enrolment_remove(struct kf_person *person, struct kf_authenticator *a)
    __attribute__((nonnull));

/*
 * Bytes of a public key of that algorithm (enum kf_key_algorithm); 0 for one
 * that there is not.
 */
size_t
kf_public_key_size(uint32_t algorithm);

/* The counter of an authenticator that has no line of state yet. */
uint64_t
kf_enrolment_first_counter(const struct kf_authenticator *a)
    __attribute__((nonnull));

/*
 * Names at their enum less one; each ends with NULL: "sha1", "sha256",
 * "sha512"; "es256", "eddsa", "rs256"; "none", "self", "leaf", "chain".
 */
extern const char *const kf_algorithm_names[];
extern const char *const kf_key_algorithm_names[];
extern const char *const kf_attestation_names[];

#endif
