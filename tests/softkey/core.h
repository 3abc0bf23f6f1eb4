/*
 * The inside of a key, for the files of this folder: its parts, the person who
 * touches it, and the lies it was told to tell.
 *
 * A command that needs a person is a plain function that asks for the touch in
 * the middle, and returns SOFTKEY_WAIT when nobody has touched yet.  It is run
 * again from its beginning once somebody did, so it changes nothing before
 * that but through what is kept in struct softkey_person.
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

/* What the person did for the command that runs. */
struct softkey_person {
	enum softkey_act act;
	bool counted;		/* the touch is in the statistics */
	bool verified;		/* a built-in verification has succeeded */
	bool automatic;		/* touched at once, always */
	int64_t u2f_asked;	/* a U2F command wanted a touch until then */
	int64_t u2f_touched;	/* and has one until then */
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

/* Flags of what is copied between devices: BE and BS (WebAuthn, 6.1). */
#define SOFTKEY_SYNCED 0x18

struct softkey_faults {
	enum softkey_hostile hostile;
	enum softkey_sig sig;
	enum softkey_authdata authdata;
	enum softkey_uv uv;
	int flags;			/* -1: the true ones */
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

/* RSA keys that were made once. */
#define SOFTKEY_RSA_KEPT 8
struct softkey_rsa_kept {
	unsigned char seed[32];
	EVP_PKEY *key;
};

struct softkey {
	struct softkey_config config;
	unsigned char secret[32];	/* config's, or another after a reset */
	int64_t now;
	int64_t powered;		/* since then */
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
 * SOFTKEY_OK: touched; SOFTKEY_WAIT: not yet; or why it never will be.
 */
enum softkey_status
softkey_need_touch(struct softkey *key);

/* A U2F command wants a touch: true when there is one, which is then used. */
bool
softkey_u2f_touch(struct softkey *key);

/* The counter to sign, and one on. */
uint32_t
softkey_count(struct softkey *key);

/* All credentials become void, and the PIN goes. */
void
softkey_reset(struct softkey *key);

#endif
