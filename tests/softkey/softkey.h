/*
 * softkey: a security key in software, for tests.  It speaks CTAPHID, CTAP 2.1
 * (non-resident credentials) and U2F, and is as strict as a real key; it can
 * also be told to lie.
 *
 * This is the key as a library: no threads, no sleeping, no descriptors.  What
 * time it is, is passed in (milliseconds of any clock that does not go back);
 * a caller puts reports in, takes reports out until there are none, and comes
 * back at softkey_deadline.  One process may have several.
 */
#ifndef SOFTKEY_H
#define SOFTKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOFTKEY_REPORT 64

enum softkey_mode {
	SOFTKEY_BOTH,
	SOFTKEY_FIDO2_ONLY,
	SOFTKEY_U2F_ONLY,
};

enum softkey_attestation {
	SOFTKEY_ATTEST_PACKED,
	SOFTKEY_ATTEST_SELF,
	SOFTKEY_ATTEST_NONE,
};

/* Bits of algorithms. */
enum {
	SOFTKEY_HAS_ES256 = 1,
	SOFTKEY_HAS_EDDSA = 2,
	SOFTKEY_HAS_RS256 = 4,
};

/* What a key is for good. */
struct softkey_config {
	unsigned char secret[32];	/* the same secret, the same key */
	unsigned char aaguid[16];
	enum softkey_mode mode;
	enum softkey_attestation attestation;
	unsigned algorithms;
	unsigned pin_protocols;		/* bit 0: one, bit 1: two */
	bool uv;			/* can verify a person by itself */
	bool always_uv;
	char pin[64];			/* empty: none set */
	uint32_t counter;		/* of the first signature */
};

/* Everything a key of today can; a fixed secret, no PIN, no uv. */
void
softkey_config_default(struct softkey_config *config);

struct softkey;

/* NULL only without memory. */
struct softkey *
softkey_new(const struct softkey_config *config, int64_t now);
void
softkey_free(struct softkey *key);

/* A report to the key (without a report id). */
void
softkey_put(struct softkey *key, const unsigned char report[SOFTKEY_REPORT],
    int64_t now);

/* 1: a report of the key is due and here; 0: none now. */
int
softkey_get(struct softkey *key, unsigned char report[SOFTKEY_REPORT],
    int64_t now);

/* When softkey_get will have something; at most now: at once. */
int64_t
softkey_deadline(const struct softkey *key);
#define SOFTKEY_NEVER INT64_MAX

/* A device with a command that waits for a person, or for a U2F retry. */
bool
softkey_waits(struct softkey *key, int64_t now);

/* Neither a message half received nor a command that runs or waits. */
bool
softkey_idle(struct softkey *key, int64_t now);

/*
 * What a person does.  False when nothing waits for it: nothing changes.
 * softkey_refuse and softkey_expire need a CTAP2 command that waits.
 */
bool
softkey_touch(struct softkey *key, int64_t now);
bool
softkey_refuse(struct softkey *key, int64_t now);
bool
softkey_expire(struct softkey *key, int64_t now);

/* Pulled out and put in: channels, tokens and PIN tries in a row are new. */
void
softkey_power_cycle(struct softkey *key, int64_t now);

/* A key of "hostile vanish" is gone until the next power cycle. */
bool
softkey_vanished(const struct softkey *key);

/* Bytes of a report as the transport should send them: 64, or hostile. */
size_t
softkey_report_size(const struct softkey *key);

/* Somebody has opened the device; for the statistics. */
void
softkey_opened(struct softkey *key);

/*
 * One command of the control socket, without the newline: see control.c.  The
 * answer is a line without newline that begins with "ok" or "error".
 */
void
softkey_control(struct softkey *key, const char *line, int64_t now,
    char *answer, size_t size);

/* The certificate of the CA as PEM; the length, 0 when it does not fit. */
size_t
softkey_attestation_root(const struct softkey *key, char *pem, size_t size);

#endif
