/*
 * What a person has enrolled: the text file enrolled/<uid> of FILEFORMAT, as a
 * struct.  The administrator's tool writes it and the verifier reads it.  What
 * changes at a login is in state.h.  No file is opened here.
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
#define KF_ID_SIZE 8			/* of an id such as "T16" */
#define KF_NAME_SIZE 256
#define KF_LABEL_SIZE 65		/* 64 bytes of UTF-8 */
#define KF_BY_SIZE 65
#define KF_SEED_MIN 16			/* bytes; RFC 4226, section 4, R6 */
#define KF_SEED_MAX 128
/* RFC 4226, section 5.3; liboath computes no longer codes. */
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

#define KF_RECOVERY_CODES 10		/* that a person has */
#define KF_RECOVERY_SALT 16		/* bytes */
#define KF_RECOVERY_HASH 32		/* bytes of each code's hash */

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
	uint64_t first_step;		/* this step and earlier are refused */
	size_t sealed_len;
	unsigned char sealed[KF_SEALED_MAX];	/* the seed; see seal.h */
};

/* Hashes of recovery codes, in the order of their numbers. */
struct kf_recovery {
	size_t salt_len;
	unsigned char salt[KF_RECOVERY_SALT];
	size_t hashes_len;
	unsigned char hashes[KF_RECOVERY_CODES * KF_RECOVERY_HASH];
};

/* RS256: 256 bytes modulus, 3 exponent; ES256: 32 x, 32 y; EdDSA: 32. */
#define KF_PUBLIC_KEY_MAX 259
/* WebAuthn, 4, "Credential ID": at least 16 bytes, 100 bits of them random. */
#define KF_KEY_CREDENTIAL_MIN 16

/* How a security key attested to its model when it was enrolled. */
enum kf_attestation {
	KF_ATTESTATION_NONE = 1,	/* it sent no attestation */
	KF_ATTESTATION_SELF,		/* signed by the credential itself */
	KF_ATTESTATION_LEAF,		/* by a certificate without a root */
	KF_ATTESTATION_CHAIN		/* up to a root that root trusts */
};

/* A credential of a security key. */
struct kf_key {
	uint32_t algorithm;		/* enum kf_key_algorithm; no other */
	char rp_id[KF_KEY_RP_ID_SIZE];	/* relying party */
	size_t credential_len;
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	size_t public_key_len;
	unsigned char public_key[KF_PUBLIC_KEY_MAX];
	bool verify;			/* PIN or fingerprint is required */
	bool synced;			/* can be copied: backup eligible */
	uint32_t attestation;		/* enum kf_attestation */
	size_t aaguid_len;		/* 16 */
	unsigned char aaguid[KF_KEY_AAGUID_SIZE]; /* model; zeros: U2F */
	uint64_t first_counter;		/* of signatures, at enrolment */
};

struct kf_authenticator {
	enum kf_kind kind;
	char id[KF_ID_SIZE];		/* "T1", "K1"; recovery codes: "R" */
	uint64_t tag;			/* random; names its line of state */
	char label[KF_LABEL_SIZE];	/* clean UTF-8, may be empty */
	int64_t created;		/* seconds since the epoch */
	char by[KF_BY_SIZE];		/* the administrator who enrolled it */
	bool proved;			/* at enrolment; see factor.h */
	/* The member of its kind is filled in; the others are zeros. */
	struct kf_totp totp;
	struct kf_recovery recovery;
	struct kf_key key;
};

struct kf_person {
	uint32_t uid;
	char name[KF_NAME_SIZE];	/* canonical name at enrolment */
	uint64_t version;		/* grows with each change; 0: new */
	size_t count;
	struct kf_authenticator authenticators[KF_AUTHENTICATORS_MAX];
};

/*
 * Parses the text of an enrolment.  KF_ERR_CORRUPT if it differs in anything
 * from FILEFORMAT: *error then says where, and *person is unchanged.
 */
KF_CHECKED enum kf_err
kf_enrolment_parse(const char *text, size_t len, struct kf_person *person,
    struct kf_ini_error *error) __attribute__((nonnull));

/*
 * Writes an enrolment as text, and the length of the text.  KF_ERR_RANGE if it
 * does not fit, or if a field could not be read back as it is.
 */
KF_CHECKED enum kf_err
kf_enrolment_format(const struct kf_person *person, char *text, size_t size,
    size_t *len) __attribute__((nonnull));

/* Returns the authenticator with that id, or NULL. */
struct kf_authenticator *
kf_enrolment_find(struct kf_person *person, const char *id)
    __attribute__((nonnull));

/*
 * Adds an empty authenticator with the lowest free id of its kind and a random
 * tag; *out points into *person.  KF_ERR_RANGE if the person has sixteen
 * authenticators, KF_ERR_CONFLICT if the person has one of this kind already
 * and can have no second.
 */
KF_CHECKED enum kf_err
kf_enrolment_add(struct kf_person *person, enum kf_kind kind,
    struct kf_authenticator **out) __attribute__((nonnull));

/* Returns the authenticator with that tag, or NULL. */
const struct kf_authenticator *
kf_enrolment_of_tag(const struct kf_person *person, uint64_t tag)
    __attribute__((nonnull));

/* Returns how many authenticators of that kind the person has. */
size_t
kf_enrolment_count(const struct kf_person *person, enum kf_kind kind)
    __attribute__((nonnull));

/*
 * Returns how many authenticators the person has besides recovery codes, which
 * only stand in for the others.
 */
size_t
kf_enrolment_factors(const struct kf_person *person) __attribute__((nonnull));

/* Removes an authenticator of this person; the later ones move up by one. */
void
kf_enrolment_remove(struct kf_person *person, struct kf_authenticator *a)
    __attribute__((nonnull));

/*
 * Returns the length in bytes of a public key of that algorithm (enum
 * kf_key_algorithm), or 0 if there is no such algorithm.
 */
size_t
kf_public_key_size(uint32_t algorithm);

/* Returns the counter of an authenticator that has no line of state yet. */
uint64_t
kf_enrolment_first_counter(const struct kf_authenticator *a)
    __attribute__((nonnull));

/*
 * The names of the enums; the index is the value of the enum less one, and NULL
 * ends each table: "sha1", "sha256", "sha512"; "es256", "eddsa", "rs256";
 * "none", "self", "leaf", "chain".
 */
extern const char *const kf_algorithm_names[];
extern const char *const kf_key_algorithm_names[];
extern const char *const kf_attestation_names[];

#endif
