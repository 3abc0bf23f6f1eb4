/*
 * Sizes and signature algorithms of security-key credentials, for the parts
 * that store credentials, check signatures, or pass both on.
 */
#ifndef KF_CREDENTIAL_H
#define KF_CREDENTIAL_H

/* Limits for credentials that we enrol; sizes of text include the NUL. */
#define KF_KEY_CREDENTIAL_MAX 480	/* bytes of a credential id */
#define KF_KEY_RP_ID_SIZE 254		/* fits the longest DNS name */
#define KF_KEY_HASH_SIZE 32		/* SHA-256, of client data or RP id */
#define KF_KEY_AAGUID_SIZE 16

/* Our own numbers for COSE algorithms (RFC 9053); 0 means no algorithm. */
enum kf_key_algorithm {
	KF_ES256 = 1,
	KF_EDDSA,
	KF_RS256
};

#endif
