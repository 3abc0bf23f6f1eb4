/*
 * Starts softkey as a program, sends commands to its control socket, and opens
 * its device with libfido2 as judge.dev.  No function waits for an event longer
 * than PROGRAM_PATIENCE milliseconds.
 */
#ifndef KF_TESTS_SOFTKEY_PROCESS_H
#define KF_TESTS_SOFTKEY_PROCESS_H

#include "tests/unit/softkey/judge.h"

#include <sys/types.h>

enum { PROGRAM_PATIENCE = 20000 };

struct program {
	pid_t pid;
	int control;		/* connection to its control socket */
	char device[64];	/* path of its device socket */
	char controls[64];	/* path of its control socket */
	char root[64];		/* path of its attestation root (PEM) */
};
extern struct program program;

/* Starts it, with one more option, or NULL. */
void
program_start(const char *option, const char *value);
/* Stops it; returns its wait status. */
int
program_stop(void);

/* Connects to one of its sockets; returns -1 when nobody listens. */
int
program_join(const char *path, int type);

/*
 * program_say sends lines; program_answered reads one answer, which must begin
 * with wanted.
 */
void
program_say(int fd, const char *lines);
void
program_answered(int fd, const char *wanted);

/*
 * Send a line to program.control and read the answer.  program_told fails the
 * test unless it begins with wanted; program_says returns whether it does.
 */
void
program_told(const char *line, const char *wanted);
bool
program_says(const char *line, const char *wanted);

/* Opens the device as judge.dev; returns libfido2's result. */
int
program_open(void);

#endif
