/*
 * softkey as a program: started, told things on its control socket, and opened
 * by libfido2 as judge.dev.  Everything is waited for, for so long at most.
 */
#ifndef KF_TESTS_SOFTKEY_PROCESS_H
#define KF_TESTS_SOFTKEY_PROCESS_H

#include "tests/unit/softkey/judge.h"

#include <sys/types.h>

enum { PROGRAM_PATIENCE = 20000 };

struct program {
	pid_t pid;
	int control;		/* connected */
	/* Paths: its sockets, and the certificate of its maker. */
	char device[64];
	char controls[64];
	char root[64];
};
extern struct program program;

/* With an option besides, or NULL. */
void
program_start(const char *option, const char *value);
/* Its status. */
int
program_stop(void);

/* Connects to one of its sockets; -1 when there is nobody. */
int
program_join(const char *path, int type);

/* Says lines; program_answered takes an answer, which must begin so. */
void
program_say(int fd, const char *lines);
void
program_answered(int fd, const char *wanted);

/* Both, on its control socket; and: is that the answer? */
void
program_told(const char *line, const char *wanted);
bool
program_says(const char *line, const char *wanted);

/* What libfido2 says. */
int
program_open(void);

#endif
