/*
 * Runs libfido2 on top of softkey in the same process, so that libfido2 checks
 * what softkey answers.  Time is a number here: a read that would wait moves it
 * to the time at which the key answers.  The person is a command of softkey's
 * control socket, which is carried out each time the key waits for a touch.
 */
#ifndef KF_TESTS_SOFTKEY_JUDGE_H
#define KF_TESTS_SOFTKEY_JUDGE_H

#include <fido.h>
#include <stdint.h>

#include "tests/softkey/softkey.h"
#include "tests/unit/unit.h"

#define JUDGE_RP "ssh:"

/* What a test knows about a credential that it has made. */
struct judge_credential {
	unsigned char id[256];
	size_t id_len;
	int type;
	unsigned char key[1024];	/* as fido_cred_pubkey_ptr has it */
	size_t key_len;
	unsigned char flags;
	uint32_t counter;
};

/* What a test knows about an assertion. */
struct judge_assertion {
	unsigned char flags;
	uint32_t counter;
	int verified;		/* the result of fido_assert_verify */
	size_t authdata_len;
	size_t signature_len;
	unsigned char id[256];
	size_t id_len;
};

/* The key of a test.  A test may change config, person, give_up and made. */
struct judge {
	struct softkey_config config;
	struct softkey *key;
	int64_t now;
	/* "touch" or another command; "cancel": the client; NULL: nobody */
	const char *person;
	/*
	 * Reads fail at this time; 0: no limit.  libfido2's own limit is in
	 * real time, and a read here takes no real time.
	 */
	int64_t give_up;
	/* If not NULL, judge_make calls it with each new credential. */
	void (*made)(const fido_cred_t *cred);
	fido_dev_t *dev;	/* open, or NULL */
	struct judge_assertion got;	/* the last one */
};
extern struct judge judge;

/* A test with a new key of the default configuration; the person touches it. */
#define JUDGE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, judge_before, judge_after)
int
judge_before(void **state);
int
judge_after(void **state);

/* Starts the key anew, after a change of judge.config. */
void
judge_restart(void);

/* Opens the key as judge.dev. */
void
judge_open(void);
/* Opens another device with these functions; returns libfido2's result. */
int
judge_open_other(const fido_dev_io_t *io, const char *path);
/* Closes judge.dev, if it is open. */
void
judge_close(void);

/* Runs a command of the control socket; the test fails unless it is "ok". */
const char *
judge_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Calls fido_dev_make_cred and returns its result; protect 0: no credProtect.
 * Verifies the attestation of a new credential, and stores it in *credential.
 */
int
judge_make(int type, int protect, fido_opt_t uv, const char *pin,
    const struct judge_credential *exclude,
    struct judge_credential *credential);

/* Makes and returns an ES256 credential, or fails the test. */
struct judge_credential
judge_made(int protect, fido_opt_t uv, const char *pin);

/*
 * Calls fido_dev_get_assert for one credential and returns its result; the
 * assertion and whether it verifies are in judge.got.
 */
int
judge_assert(const struct judge_credential *credential, fido_opt_t up,
    fido_opt_t uv, const char *pin);
int
judge_touched(const struct judge_credential *credential);
/* Whether an assertion with a touch succeeds and its signature verifies. */
bool
judge_good(const struct judge_credential *credential);
int
judge_silent(const struct judge_credential *credential);

#endif
