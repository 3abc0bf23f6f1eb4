/*
 * Constants of a security key's credential that several parts use: the sizes of
 * its pieces, and the algorithms.
 */
#ifndef KF_CREDENTIAL_H
#define KF_CREDENTIAL_H

/* Limits of a credential that is enrolled; sizes of text include the NUL. */
#define KF_KEY_CREDENTIAL_MAX 480	/* bytes of a credential id */
#define KF_KEY_RP_ID_SIZE 254		/* fits every DNS name */
#define KF_KEY_HASH_SIZE 32		/* SHA-256: client data, RP id */
#define KF_KEY_AAGUID_SIZE 16

/* COSE algorithms (RFC 9053) by our own numbers; 0 is none. */
enum kf_key_algorithm {
	KF_ES256 = 1,
	KF_EDDSA,
	KF_RS256
};

#endif
