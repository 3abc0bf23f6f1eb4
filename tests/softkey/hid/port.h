/*
 * How the program is reached as a device: a socket, or /dev/uhid.  Both behave
 * like hidraw: a report of the key goes to everybody who has the device open.
 */
#ifndef SOFTKEY_PORT_H
#define SOFTKEY_PORT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/softkey/softkey.h"

#define SOFTKEY_OPENINGS 32

struct softkey_port {
	struct softkey *key;
	const char *path;		/* of the socket; NULL: uhid */
	const char *name;		/* of the uhid device */
	unsigned mode;			/* of the socket */
	bool plugged;
	size_t report_size;		/* as the device was made */
	bool started;			/* uhid: the kernel has it */
	bool opened;			/* uhid: and somebody reads */
	int fd;				/* that listens, or /dev/uhid */
	int clients[SOFTKEY_OPENINGS];
};

/* Of the two: nothing is plugged in; the paths stay the caller's. */
void
softkey_port_init(struct softkey_port *port, struct softkey *key);

/* The device is there, or is not; a line to stderr when that fails. */
bool
softkey_port_plug(struct softkey_port *port);
void
softkey_port_unplug(struct softkey_port *port);

/* Somebody has it open. */
bool
softkey_port_open(const struct softkey_port *port);

/* Descriptors to wait for: at most SOFTKEY_OPENINGS + 1; how many. */
size_t
softkey_port_poll(const struct softkey_port *port, struct pollfd *fds);

/* Does what poll said. */
void
softkey_port_take(struct softkey_port *port, const struct pollfd *fds,
    size_t count, int64_t now);

/* Everything the key has to say by now. */
void
softkey_port_give(struct softkey_port *port, int64_t now);

/* The uhid half, on a descriptor that is open (port_uhid.c). */
bool
softkey_uhid_create(struct softkey_port *port);
void
softkey_uhid_destroy(struct softkey_port *port);
void
softkey_uhid_take(struct softkey_port *port, int64_t now);
void
softkey_uhid_give(struct softkey_port *port, const unsigned char *report,
    size_t len);

#endif
