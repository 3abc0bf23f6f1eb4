/*
 * softkey: a security key in software, for tests.  It speaks CTAPHID, CTAP 2.1
 * (non-resident credentials) and U2F, and is as strict as a real key; it can
 * also be told to lie.
 *
 * This is the key as a library: no threads, no sleeping, no descriptors.  The
 * caller passes the time (milliseconds of any clock that does not go back),
 * puts reports in, takes reports out until there are none, and calls again at
 * softkey_deadline.  One process may have several keys.
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

/* The properties of a key, which do not change. */
struct softkey_config {
	unsigned char secret[32];	/* keys with one secret are one key */
	unsigned char aaguid[16];
	enum softkey_mode mode;
	enum softkey_attestation attestation;
	unsigned algorithms;
	unsigned pin_protocols;		/* bit 0: one, bit 1: two */
	bool uv;			/* has a fingerprint reader */
	bool always_uv;
	char pin[64];			/* empty: no PIN is set */
	uint32_t counter;		/* of the first signature */
};

/* All features of a present-day key; a fixed secret, no PIN, no uv. */
void
softkey_config_default(struct softkey_config *config);

struct softkey;

/* NULL when there is no memory. */
struct softkey *
softkey_new(const struct softkey_config *config, int64_t now);
void
softkey_free(struct softkey *key);

/* A report to the key (without a report id). */
void
softkey_put(struct softkey *key, const unsigned char report[SOFTKEY_REPORT],
    int64_t now);

/* 1: the report was filled in; 0: no report is due now. */
int
softkey_get(struct softkey *key, unsigned char report[SOFTKEY_REPORT],
    int64_t now);

/* When softkey_get will have a report.  A time that has passed: now. */
int64_t
softkey_deadline(const struct softkey *key);
#define SOFTKEY_NEVER INT64_MAX

/* Does a command wait for a person, or a U2F client have to ask again? */
bool
softkey_waits(struct softkey *key, int64_t now);

/* No message is half received, and no command runs or waits. */
bool
softkey_idle(struct softkey *key, int64_t now);

/*
 * The person acts.  False, and no change, when no command waits for a person.
 * softkey_refuse and softkey_expire need a CTAP2 command that waits.
 */
bool
softkey_touch(struct softkey *key, int64_t now);
bool
softkey_refuse(struct softkey *key, int64_t now);
bool
softkey_expire(struct softkey *key, int64_t now);

/* Unplugs it and plugs it in: resets channels, tokens, PIN tries in a row. */
void
softkey_power_cycle(struct softkey *key, int64_t now);

/* Is it gone, by "hostile vanish", until the next power cycle? */
bool
softkey_vanished(const struct softkey *key);

/* How many bytes of a report are to be sent: 64, unless it is hostile. */
size_t
softkey_report_size(const struct softkey *key);

/* Counts that a program has opened the device. */
void
softkey_opened(struct softkey *key);

/*
 * Runs one command of the control socket, a line without the newline; see
 * control.c.  The answer is a line without newline that begins with "ok" or
 * "error".
 */
void
softkey_control(struct softkey *key, const char *line, int64_t now,
    char *answer, size_t size);

/* Writes the CA certificate as PEM; its length, 0 when it does not fit. */
size_t
softkey_attestation_root(const struct softkey *key, char *pem, size_t size);

#endif
