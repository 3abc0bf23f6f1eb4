/*
 * softkey as a program: a key that other programs can open, as a socket or as a
 * device of the kernel.  It sleeps only in poll.  It prints "ready" when it can
 * be used, and SIGTERM ends it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/softkey/control_socket.h"
#include "tests/softkey/hid/port.h"
#include "tests/softkey/options.h"
#include "tests/softkey/tell.h"

static int64_t
clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
catch_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static bool
write_root(const struct softkey *key, const char *path)
{
	char pem[4096];
	size_t len = softkey_attestation_root(key, pem, sizeof(pem));
	FILE *file = fopen(path, "w");
	bool ok;

	if (file == NULL) {
		fprintf(stderr, "softkey: %s: %s\n", path, strerror(errno));
		return false;
	}
	ok = len > 0 && fwrite(pem, 1, len, file) == len;
	return fclose(file) == 0 && ok;
}

/* One round of the loop.  The port is ready when the kernel has the device. */
static bool
step(int signals, struct softkey_port *port, struct softkey_controls *controls)
{
	struct pollfd fds[3 + SOFTKEY_OPENINGS + SOFTKEY_CONTROLLERS];
	size_t ports, others;
	int64_t left = softkey_deadline(port->key);
	int timeout = -1;

	if (left != SOFTKEY_NEVER) {
		int64_t now = clock_now();

		left = left <= now ? 0 : left - now;
		timeout = left > 60000 ? 60000 : (int)left;
	}
	fds[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
	ports = softkey_port_poll(port, fds + 1);
	others = softkey_controls_poll(controls, fds + 1 + ports);
	if (poll(fds, 1 + ports + others, timeout) < 0)
		return errno == EINTR;
	if (fds[0].revents != 0)
		return false;
	softkey_port_take(port, fds + 1, ports, clock_now());
	softkey_port_give(port, clock_now());
	softkey_controls_take(controls, fds + 1 + ports, others, clock_now());
	softkey_port_give(port, clock_now());
	softkey_controls_answer(controls, clock_now());
	return true;
}

int
main(int argc, char *argv[])
{
	struct softkey_options_read options;
	struct softkey_controls controls;
	struct softkey_port port;
	struct softkey *key;
	int signals, status = 1;
	bool said = false;

	if (argc > 3 && strcmp(argv[1], "--tell") == 0)
		return softkey_tell(argv[2], argc - 3, argv + 3);
	softkey_options_read(argc, argv, &options);
	signals = catch_signals();
	key = softkey_new(&options.config, clock_now());
	if (signals < 0 || key == NULL)
		return 1;
	softkey_port_init(&port, key);
	port.path = options.socket;
	port.name = options.name;
	port.mode = options.mode;
	if (!softkey_controls_open(&controls, &port, options.control) ||
	    (options.root != NULL && !write_root(key, options.root)) ||
	    !softkey_port_plug(&port))
		goto out;
	status = 0;
	do {
		if (!said && (port.path != NULL || port.started)) {
			puts("ready");
			fflush(stdout);
			said = true;
		}
	} while (step(signals, &port, &controls));
out:
	softkey_port_unplug(&port);
	softkey_controls_close(&controls);
	softkey_free(key);
	close(signals);
	return status;
}
