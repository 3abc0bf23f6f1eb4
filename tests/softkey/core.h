/*
 * The inside of a key, for the files of this folder: its parts, the state of
 * the person who touches it, and the faults that a test has set.
 *
 * A command that needs a person is a plain function.  In its middle it asks for
 * the touch, and returns SOFTKEY_WAIT when there was none yet.  After the touch
 * it is run again from its beginning.  So before the touch it may change
 * nothing but struct softkey_person.
 */
#ifndef SOFTKEY_CORE_H
#define SOFTKEY_CORE_H

#include <openssl/evp.h>

#include "tests/softkey/ctap/cbor.h"
#include "tests/softkey/ctap/pin.h"
#include "tests/softkey/hid/hid.h"
#include "tests/softkey/softkey.h"

enum softkey_act {
	SOFTKEY_ACT_NONE,
	SOFTKEY_ACT_TOUCH,
	SOFTKEY_ACT_REFUSE,
	SOFTKEY_ACT_EXPIRE,
	SOFTKEY_ACT_CANCEL,
};

/* What the person has done for the present command. */
struct softkey_person {
	enum softkey_act act;
	bool counted;		/* the touch is in the statistics */
	bool verified;		/* a built-in verification has succeeded */
	bool automatic;		/* each touch happens at once */
	int64_t u2f_asked;	/* until then a touch is for a U2F command */
	int64_t u2f_touched;	/* until then a U2F command has its touch */
};

enum softkey_hostile {
	SOFTKEY_HOSTILE_NONE,
	SOFTKEY_HOSTILE_SILENT,
	SOFTKEY_HOSTILE_SLOW,
	SOFTKEY_HOSTILE_KEEPALIVE,
	SOFTKEY_HOSTILE_VANISH,
	SOFTKEY_HOSTILE_SHORT_REPORT,
	SOFTKEY_HOSTILE_LONG_REPORT,
	SOFTKEY_HOSTILE_GARBAGE,
};

enum softkey_sig {
	SOFTKEY_SIG_OK,
	SOFTKEY_SIG_BAD,
	SOFTKEY_SIG_LONG,
	SOFTKEY_SIG_EMPTY,
	SOFTKEY_SIG_TRAILING,
};

enum softkey_authdata {
	SOFTKEY_AUTHDATA_OK,
	SOFTKEY_AUTHDATA_TRAILING,
	SOFTKEY_AUTHDATA_SHORT,
	SOFTKEY_AUTHDATA_WRONG_RP,
};

enum softkey_uv {
	SOFTKEY_UV_OK,
	SOFTKEY_UV_FAIL,
	SOFTKEY_UV_BLOCK,
};

/* Flags of a credential that can be copied: BE and BS (WebAuthn, 6.1). */
#define SOFTKEY_SYNCED 0x18

struct softkey_faults {
	enum softkey_hostile hostile;
	enum softkey_sig sig;
	enum softkey_authdata authdata;
	enum softkey_uv uv;
	int flags;			/* -1: the true flags */
	bool other_credential;
	bool wrong_algorithm;
	bool wrong_challenge;
	bool synced;
	bool stuck_counter;
};

struct softkey_stats {
	unsigned openings;
	unsigned init;
	unsigned cbor;
	unsigned msg;
	unsigned makecred;
	unsigned assertions;
	unsigned silent;
	unsigned touches;
	unsigned cancels;
};

/* RSA keys that have been made, which takes long. */
#define SOFTKEY_RSA_KEPT 8
struct softkey_rsa_kept {
	unsigned char seed[32];
	EVP_PKEY *key;
};

struct softkey {
	struct softkey_config config;
	unsigned char secret[32];	/* of config; new after a reset */
	int64_t now;
	int64_t powered;		/* the time of power-up */
	uint32_t counter;		/* of the next signature */
	struct softkey_hid hid;
	struct softkey_pin pin;
	struct softkey_person person;
	struct softkey_faults faults;
	struct softkey_stats stats;
	struct softkey_rsa_kept rsa[SOFTKEY_RSA_KEPT];
	unsigned rsa_next;
};

/*
 * SOFTKEY_OK: it was touched; SOFTKEY_WAIT: not yet; else why it will not be.
 */
enum softkey_status
softkey_need_touch(struct softkey *key);

/* A U2F command needs a touch.  True: there was one, and it is used up. */
bool
softkey_u2f_touch(struct softkey *key);

/* The counter to sign; increments it. */
uint32_t
softkey_count(struct softkey *key);

/* Makes all credentials invalid and removes the PIN. */
void
softkey_reset(struct softkey *key);

#endif
