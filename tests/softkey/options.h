/*
 * The command line of the program.
 */
#ifndef SOFTKEY_OPTIONS_H
#define SOFTKEY_OPTIONS_H

#include "tests/softkey/softkey.h"

struct softkey_options_read {
	struct softkey_config config;
	const char *socket;		/* NULL: uhid */
	const char *control;		/* NULL: none */
	const char *name;
	const char *root;		/* NULL: not written */
	unsigned mode;			/* of the socket */
};

/* Ends the program with a message when the command line is wrong. */
void
softkey_options_read(int argc, char *argv[],
    struct softkey_options_read *options);

#endif
