/*
 * What the tests of the module in a real libpam share: many people with a TOTP
 * each, made in a moment, PAM stacks in a directory of their own with the
 * module of the build tree, and a conversation that follows a script.
 *
 * They need root and the throw-away system (tests/e2e/throwaway): they write
 * to /etc/passwd and to the store of the installed keyfirst, and the module
 * starts the installed verifier.
 */
#ifndef KF_TESTS_PEOPLE_H
#define KF_TESTS_PEOPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <security/pam_appl.h>

#include "factors/recovery.h"
#include "store/state.h"

#define PEOPLE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A directory that is root's alone up to the top. */
#define PEOPLE_DIR "/run/keyfirst-pam"

struct person {
	char name[24];
	uint32_t uid;
	bool enrolled;
	char seed[21];
};

/*
 * First in main: leaves (99) anywhere but in the throw-away system; makes the
 * directory, the stacks and so many enrolled people.
 */
void
people_start(size_t count);

/* The next who has not been used yet. */
struct person *
people_next(void);

/* One more, who has nothing enrolled. */
struct person *
people_unenrolled(void);

/*
 * Writes a stack for a service: lines as in /etc/pam.d, "@" in place of the
 * module.  There are "known" and "stranger", with three tries, and "known1" and
 * "stranger1" with one.
 */
void
people_service(const char *service, const char *lines);

/* Writes a file below PEOPLE_DIR, root's, 0644. */
void
people_write(const char *name, const char *text);

/* The code of that many steps from now; needs 9 bytes. */
void
people_code(const struct person *p, int steps, char *code);

/* Gives them recovery codes; any they had die. */
void
people_recovery(const struct person *p,
    char texts[KF_RECOVERY_CODES][KF_RECOVERY_TEXT]);

/* Six digits that are no code of theirs within minutes of now. */
void
people_wrong(const struct person *p, char *code);

/* Their state, read as the service user; fails the test when it cannot. */
struct kf_state
people_state(const struct person *p);

/* Failures counted, as if so many guesses had been wrong just now. */
void
people_fail(const struct person *p, enum kf_position position,
    unsigned failures);

/* Forgets failures and waits. */
void
people_unlock(const struct person *p);

/* What a conversation answers, and what it has seen. */
struct script {
	const char *answers[16];	/* one a prompt; the rest: none */
	int codes[16];			/* what the conversation returns */
	void (*prompted)(void *context, pam_handle_t *pamh);
	void *context;

	unsigned prompts;
	char transcript[4096];	/* "E:", "B:", "i:", "e:" and the text */
	unsigned delay;		/* asked of libpam, in microseconds */
	pam_handle_t *pamh;
	int flags;		/* for pam_authenticate */
};

/* pam_start, pam_authenticate, pam_end; the code of pam_authenticate. */
int
people_authenticate(const char *service, const char *user,
    struct script *script);

/* The first and the last of these, for more than one call on a handle. */
pam_handle_t *
people_open(const char *service, const char *user, struct script *script);
void
people_close(pam_handle_t *pamh, int rc);

/* Milliseconds of the monotonic clock. */
int64_t
people_clock(void);

#endif
