/*
 * Plays the manufacturer of security keys in the tests of attestation: makes
 * certificates, correct or wrong ones, and credentials attested with them.
 */
#ifndef KF_TESTS_ATTESTATION_MAKER_H
#define KF_TESTS_ATTESTATION_MAKER_H

#include <openssl/x509.h>

#include "enroll_tool/keys/attestation.h"

/* The contents of a certificate; a field that is 0 is left out. */
struct maker_certificate {
	const char *name;		/* CN */
	long version;			/* X509_VERSION_3 */
	const char *unit;		/* OU */
	const char *second_unit;
	const char *country;		/* C; with it there is an O, too */
	int ca;				/* 1: CA:TRUE, 0: CA:FALSE, -1: none */
	const unsigned char *model;	/* AAGUID extension */
	bool critical;			/* the AAGUID extension */
	const char *not_after;		/* "20400101000000Z" */
};

/*
 * Makes a key and its certificate, signed by issuer, or by itself if that is
 * NULL.  The caller frees both.
 */
X509 *
maker_certificate(const struct maker_certificate *as, X509 *issuer,
    EVP_PKEY *issuer_key, EVP_PKEY **key);

/* Appends a certificate as PEM to roots; the caller calls kf_roots_free. */
void
maker_trust(struct kf_roots *roots, X509 *certificate);

/* A new credential, with all that a key could get wrong. */
struct maker_credential {
	EVP_PKEY *key;			/* P-256, Ed25519 or RSA */
	const char *rp_id;
	unsigned char hash[32];
	const unsigned char *aaguid;
	unsigned char flags;		/* all of them, AT included */
	size_t id_len;
	int protect;			/* credProtect; 0: no extension */
	const char *format;
	X509 *certificate;		/* NULL: none */
	EVP_PKEY *attestation_key;	/* NULL: not signed */
};
void
maker_make(const struct maker_credential *as, struct kf_key_made *made);

EVP_PKEY *
maker_key(enum kf_key_algorithm algorithm);

#endif
