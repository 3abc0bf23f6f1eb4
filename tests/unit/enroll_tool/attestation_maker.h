/*
 * A maker of security keys: certificates as they should be, or not, and
 * credentials that are attested with them.  For the tests of attestation.
 */
#ifndef KF_TESTS_ATTESTATION_MAKER_H
#define KF_TESTS_ATTESTATION_MAKER_H

#include <openssl/x509.h>

#include "enroll_tool/keys/attestation.h"

/* What is in a certificate; zeros: not. */
struct maker_certificate {
	const char *name;		/* CN */
	long version;			/* X509_VERSION_3 */
	const char *unit;		/* OU */
	const char *second_unit;
	const char *country;		/* C; O is there if this is */
	int ca;				/* 1: CA:TRUE, 0: CA:FALSE, -1: none */
	const unsigned char *model;	/* AAGUID extension */
	bool critical;			/* this one */
	const char *not_after;		/* "20400101000000Z" */
};

/* A certificate of a new key, *key, signed by issuer or, NULL, by itself. */
X509 *
maker_certificate(const struct maker_certificate *as, X509 *issuer,
    EVP_PKEY *issuer_key, EVP_PKEY **key);

/* Adds a certificate, PEM, to roots; free with kf_roots_free. */
void
maker_trust(struct kf_roots *roots, X509 *certificate);

/* What a key makes, and in which ways it lies. */
struct maker_credential {
	EVP_PKEY *key;			/* P-256, Ed25519 or RSA */
	const char *rp_id;
	unsigned char hash[32];
	const unsigned char *aaguid;
	unsigned char flags;		/* AT as well */
	size_t id_len;
	int protect;			/* the extension; 0: none */
	const char *format;
	X509 *certificate;		/* NULL: none */
	EVP_PKEY *attestation_key;	/* NULL: not signed */
};
void
maker_make(const struct maker_credential *as, struct kf_key_made *made);

EVP_PKEY *
maker_key(enum kf_key_algorithm algorithm);

#endif
