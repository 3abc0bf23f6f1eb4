/*
 * The device as a socket, and what both ways have in common; see port.h.  On
 * the socket one packet is one report: 65 bytes and a leading zero to the key,
 * 64 from it, as read(2) and write(2) of hidraw have it.
 */
#include "tests/softkey/hid/port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define REPORT_MAX 128

void
softkey_port_init(struct softkey_port *port, struct softkey *key)
{
	memset(port, 0, sizeof(*port));
	port->key = key;
	port->mode = 0666;
	port->fd = -1;
	for (size_t i = 0; i < SOFTKEY_OPENINGS; i++)
		port->clients[i] = -1;
}

/*
 * The name appears once the socket listens, by a rename: who watches the
 * directory can connect at once.
 */
static bool
listen_on(struct softkey_port *port)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const char *slash = strrchr(port->path, '/');
	int dir = slash == NULL ? 0 : (int)(slash - port->path + 1);
	int n = snprintf(at.sun_path, sizeof(at.sun_path), "%.*s.%s", dir,
	    port->path, port->path + dir);

	if (n < 0 || (size_t)n >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	port->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (port->fd < 0)
		return false;
	(void)unlink(at.sun_path);
	if (bind(port->fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    chmod(at.sun_path, port->mode) == 0 &&
	    listen(port->fd, SOFTKEY_OPENINGS) == 0 &&
	    rename(at.sun_path, port->path) == 0)
		return true;
	close(port->fd);
	port->fd = -1;
	return false;
}

bool
softkey_port_plug(struct softkey_port *port)
{
	bool ok;

	if (port->path != NULL) {
		ok = listen_on(port);
	} else {
		port->fd = open("/dev/uhid", O_RDWR | O_CLOEXEC | O_NONBLOCK);
		ok = port->fd >= 0 && softkey_uhid_create(port);
	}
	if (!ok)
		fprintf(stderr, "softkey: %s: %s\n", port->path != NULL ?
		    port->path : "/dev/uhid", strerror(errno));
	port->plugged = ok;
	port->report_size = softkey_report_size(port->key);
	return ok;
}

static void
drop(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void
softkey_port_unplug(struct softkey_port *port)
{
	if (!port->plugged)
		return;
	if (port->path != NULL)
		(void)unlink(port->path);
	else
		softkey_uhid_destroy(port);
	for (size_t i = 0; i < SOFTKEY_OPENINGS; i++)
		drop(&port->clients[i]);
	drop(&port->fd);
	port->plugged = false;
	port->started = false;
	port->opened = false;
}

bool
softkey_port_open(const struct softkey_port *port)
{
	for (size_t i = 0; i < SOFTKEY_OPENINGS; i++)
		if (port->clients[i] >= 0)
			return true;
	return port->opened;
}

size_t
softkey_port_poll(const struct softkey_port *port, struct pollfd *fds)
{
	size_t count = 0;

	if (!port->plugged)
		return 0;
	fds[count++] = (struct pollfd){ .fd = port->fd, .events = POLLIN };
	for (size_t i = 0; i < SOFTKEY_OPENINGS; i++)
		if (port->clients[i] >= 0)
			fds[count++] = (struct pollfd){
				.fd = port->clients[i], .events = POLLIN };
	return count;
}

static void
take_client(struct softkey_port *port)
{
	int fd = accept4(port->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	for (size_t i = 0; i < SOFTKEY_OPENINGS; i++) {
		if (port->clients[i] < 0) {
			port->clients[i] = fd;
			softkey_opened(port->key);
			return;
		}
	}
	close(fd);
}

static void
take_report(struct softkey_port *port, int *fd, int64_t now)
{
	unsigned char bytes[REPORT_MAX];
	ssize_t n = recv(*fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	/* Of another size or with a report id: no report of this device. */
	if (n == 1 + SOFTKEY_REPORT && bytes[0] == 0)
		softkey_put(port->key, bytes + 1, now);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		drop(fd);
}

void
softkey_port_take(struct softkey_port *port, const struct pollfd *fds,
    size_t count, int64_t now)
{
	for (size_t i = 0; i < count; i++) {
		if (fds[i].revents == 0)
			continue;
		if (fds[i].fd == port->fd && port->path == NULL)
			softkey_uhid_take(port, now);
		else if (fds[i].fd == port->fd)
			take_client(port);
		for (size_t k = 0; k < SOFTKEY_OPENINGS; k++)
			if (port->clients[k] >= 0 &&
			    port->clients[k] == fds[i].fd && i > 0)
				take_report(port, &port->clients[k], now);
	}
}

static void
give(struct softkey_port *port, const unsigned char *report, size_t len)
{
	if (!port->plugged)
		return;
	if (port->path == NULL)
		softkey_uhid_give(port, report, len);
	/* Who does not read loses reports, as with hidraw. */
	for (size_t i = 0; i < SOFTKEY_OPENINGS; i++)
		if (port->clients[i] >= 0)
			(void)send(port->clients[i], report, len,
			    MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
softkey_port_give(struct softkey_port *port, int64_t now)
{
	unsigned char report[REPORT_MAX] = { 0 };
	size_t len = softkey_report_size(port->key);

	/* Another size is another device to the kernel. */
	if (port->plugged && port->path == NULL && len != port->report_size) {
		softkey_port_unplug(port);
		(void)softkey_port_plug(port);
	}
	while (softkey_get(port->key, report, now))
		give(port, report, len);
	if (softkey_vanished(port->key))
		softkey_port_unplug(port);
}
