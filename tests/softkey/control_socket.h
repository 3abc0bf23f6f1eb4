/*
 * The control socket: several clients send lines, and each line has one answer.
 * Beside the commands of control.c it has these:
 *
 *	wait touch|idle|open|closed	answers when the key is in that state
 *	unplug, plug			the device goes, and comes back
 */
#ifndef SOFTKEY_CONTROL_SOCKET_H
#define SOFTKEY_CONTROL_SOCKET_H

#include <poll.h>

#include "tests/softkey/hid/port.h"

#define SOFTKEY_CONTROLLERS 16
#define SOFTKEY_LINE 256

enum softkey_wait {
	SOFTKEY_WAIT_NOTHING,
	SOFTKEY_WAIT_TOUCH,
	SOFTKEY_WAIT_IDLE,
	SOFTKEY_WAIT_OPEN,
	SOFTKEY_WAIT_CLOSED,
};

struct softkey_controller {
	int fd;
	enum softkey_wait waits;	/* no further answer until then */
	size_t len;
	char line[SOFTKEY_LINE];
};

struct softkey_controls {
	struct softkey_port *port;
	const char *path;		/* NULL: none */
	int fd;
	struct softkey_controller clients[SOFTKEY_CONTROLLERS];
};

bool
softkey_controls_open(struct softkey_controls *controls,
    struct softkey_port *port, const char *path);
void
softkey_controls_close(struct softkey_controls *controls);

/* Fills at most SOFTKEY_CONTROLLERS + 1 places; returns how many. */
size_t
softkey_controls_poll(const struct softkey_controls *controls,
    struct pollfd *fds);
void
softkey_controls_take(struct softkey_controls *controls,
    const struct pollfd *fds, size_t count, int64_t now);

/* Answers clients whose wait is over, and runs their further lines. */
void
softkey_controls_answer(struct softkey_controls *controls, int64_t now);

#endif
