/*
 * libfido2 on top of softkey in the same process.  Time is a number here: a
 * read that would wait moves it to when the key has something to say.  What the
 * person does is a word that is said each time the key waits for one.
 */
#ifndef KF_TESTS_SOFTKEY_JUDGE_H
#define KF_TESTS_SOFTKEY_JUDGE_H

#include <fido.h>
#include <stdint.h>

#include "tests/softkey/softkey.h"
#include "tests/unit/unit.h"

#define JUDGE_RP "ssh:"

/* What a test knows of a credential it has made. */
struct judge_credential {
	unsigned char id[256];
	size_t id_len;
	int type;
	unsigned char key[1024];	/* as fido_cred_pubkey_ptr has it */
	size_t key_len;
	unsigned char flags;
	uint32_t counter;
};

/* And of an assertion. */
struct judge_assertion {
	unsigned char flags;
	uint32_t counter;
	int verified;		/* what fido_assert_verify says */
	size_t authdata_len;
	size_t signature_len;
	unsigned char id[256];
	size_t id_len;
};

/* The key that fido_dev_open reaches; a test makes it and sets the person. */
struct judge {
	struct softkey_config config;
	struct softkey *key;
	int64_t now;
	const char *person;	/* "touch"; NULL: nobody; "cancel" */
	/*
	 * No read goes past this time; 0: no limit.  libfido2's own limit
	 * counts real time, of which a read here takes none.
	 */
	int64_t give_up;
	/* Looks at what judge_make has made; NULL: nobody does. */
	void (*made)(const fido_cred_t *cred);
	fido_dev_t *dev;
	struct judge_assertion got;	/* the last one */
};
extern struct judge judge;

/* A test of a key with everything, touched. */
#define JUDGE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, judge_before, judge_after)
int
judge_before(void **state);
int
judge_after(void **state);

/* The key anew, after a change of judge.config. */
void
judge_restart(void);

/* Opens it; judge.dev until the next opening. */
void
judge_open(void);
/* Something else, by functions of the test's own; what libfido2 says. */
int
judge_open_other(const fido_dev_io_t *io, const char *path);
/* Closes what is open, if anything is. */
void
judge_close(void);

/* A command of the control socket; fails the test unless it is "ok". */
const char *
judge_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * fido_dev_make_cred; protect 0: not asked for; when it is made, it is
 * verified too, and *credential is what it is.
 */
int
judge_make(int type, int protect, fido_opt_t uv, const char *pin,
    const struct judge_credential *exclude,
    struct judge_credential *credential);

/* The usual one, ES256, which must succeed. */
struct judge_credential
judge_made(int protect, fido_opt_t uv, const char *pin);

/* fido_dev_get_assert of this one; verified when there is one. */
int
judge_assert(const struct judge_credential *credential, fido_opt_t up,
    fido_opt_t uv, const char *pin);
int
judge_touched(const struct judge_credential *credential);
/* The same: was there an answer, and is it a signature of the credential's? */
bool
judge_good(const struct judge_credential *credential);
int
judge_silent(const struct judge_credential *credential);

#endif
