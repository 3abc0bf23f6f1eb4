/*
 * Shared by the tests of the module in the real libpam: creates many people
 * with a TOTP authenticator each, PAM stacks in a directory of their own with
 * the module of the build tree, and a conversation that follows a script.
 *
 * These tests need root and the throw-away system (tests/e2e/throwaway),
 * because they write to /etc/passwd and to the store of the installed keyfirst,
 * and the module starts the installed verifier.
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

/* A directory that only root can write, as all directories above it. */
#define PEOPLE_DIR "/run/keyfirst-pam"

struct person {
	char name[24];
	uint32_t uid;
	bool enrolled;
	char seed[21];		/* 20 bytes and a NUL */
};

/*
 * Must be called first in main.  Makes the directory, the stacks and count
 * enrolled people; exits with status 99 outside of the throw-away system.
 */
void
people_start(size_t count);

/* Returns the next enrolled person that no test has used yet. */
struct person *
people_next(void);

/* Makes and returns one more person, who has nothing enrolled. */
struct person *
people_unenrolled(void);

/*
 * Writes the stack of a service: lines as in /etc/pam.d, "@" stands for the
 * module's path.  Four services are there from the start: "known" (with the
 * argument after_first_factor) and "stranger" (without it) with three tries,
 * "known1" and "stranger1" with one.
 */
void
people_service(const char *service, const char *lines);

/* Writes a file below PEOPLE_DIR, which belongs to root and has mode 0644. */
void
people_write(const char *name, const char *text);

/* Stores the code of so many time steps from now; code has 9 bytes. */
void
people_code(const struct person *p, int steps, char *code);

/* Gives a person new recovery codes; older ones become invalid. */
void
people_recovery(const struct person *p,
    char texts[KF_RECOVERY_CODES][KF_RECOVERY_TEXT]);

/* Stores six digits that are no code of this person within minutes of now. */
void
people_wrong(const struct person *p, char *code);

/* Returns the person's state, read as the service user. */
struct kf_state
people_state(const struct person *p);

/* Counts failures, as if so many guesses had been wrong just now. */
void
people_fail(const struct person *p, enum kf_position position,
    unsigned failures);

/* Clears failures and waits. */
void
people_unlock(const struct person *p);

/* What the conversation of a test answers, and what it was shown. */
struct script {
	const char *answers[16];	/* by prompt; NULL: none */
	int codes[16];			/* by prompt; returned to libpam */
	/* If not NULL, called at each prompt before it is answered. */
	void (*prompted)(void *context, pam_handle_t *pamh);
	void *context;

	unsigned prompts;	/* how many there were */
	/* Lines "E:" (echo), "B:" (blind), "i:" (info), "e:" (error) + text */
	char transcript[4096];
	unsigned delay;		/* of pam_fail_delay, in microseconds */
	pam_handle_t *pamh;	/* the current handle */
	int flags;		/* for pam_authenticate */
};

/* Calls pam_start, pam_authenticate, pam_end; returns the second's code. */
int
people_authenticate(const char *service, const char *user,
    struct script *script);

/* pam_start and pam_end alone, for other calls on one handle. */
pam_handle_t *
people_open(const char *service, const char *user, struct script *script);
void
people_close(pam_handle_t *pamh, int rc);

/* Milliseconds of the monotonic clock. */
int64_t
people_clock(void);

#endif
