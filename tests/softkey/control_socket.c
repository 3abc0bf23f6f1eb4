/*
 * The control socket; see control_socket.h.
 */
#include "tests/softkey/control_socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool
softkey_controls_open(struct softkey_controls *controls,
    struct softkey_port *port, const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	memset(controls, 0, sizeof(*controls));
	controls->port = port;
	controls->path = path;
	controls->fd = -1;
	for (size_t i = 0; i < SOFTKEY_CONTROLLERS; i++)
		controls->clients[i].fd = -1;
	if (path == NULL)
		return true;
	if (strlen(path) < sizeof(at.sun_path)) {
		memcpy(at.sun_path, path, strlen(path));
		controls->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, 0);
		(void)unlink(path);
		if (controls->fd >= 0 && bind(controls->fd,
		    (struct sockaddr *)&at, sizeof(at)) == 0 &&
		    listen(controls->fd, SOFTKEY_CONTROLLERS) == 0)
			return true;
	}
	fprintf(stderr, "softkey: %s: %s\n", path, strerror(errno));
	return false;
}

static void
leave(struct softkey_controller *client)
{
	if (client->fd >= 0)
		close(client->fd);
	memset(client, 0, sizeof(*client));
	client->fd = -1;
}

void
softkey_controls_close(struct softkey_controls *controls)
{
	for (size_t i = 0; i < SOFTKEY_CONTROLLERS; i++)
		leave(&controls->clients[i]);
	if (controls->fd < 0)
		return;
	close(controls->fd);
	(void)unlink(controls->path);
	controls->fd = -1;
}

size_t
softkey_controls_poll(const struct softkey_controls *controls,
    struct pollfd *fds)
{
	size_t count = 0;

	if (controls->fd >= 0)
		fds[count++] = (struct pollfd){ .fd = controls->fd,
			.events = POLLIN };
	for (size_t i = 0; i < SOFTKEY_CONTROLLERS; i++)
		if (controls->clients[i].fd >= 0)
			fds[count++] = (struct pollfd){
				.fd = controls->clients[i].fd,
				.events = POLLIN };
	return count;
}

static void
answer(struct softkey_controller *client, const char *text)
{
	char line[SOFTKEY_LINE + 64];
	int n = snprintf(line, sizeof(line), "%s\n", text);

	if (n > 0)
		(void)send(client->fd, line, (size_t)n,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
}

static enum softkey_wait
waits_for(const char *line)
{
	if (strcmp(line, "wait touch") == 0)
		return SOFTKEY_WAIT_TOUCH;
	if (strcmp(line, "wait idle") == 0)
		return SOFTKEY_WAIT_IDLE;
	if (strcmp(line, "wait open") == 0)
		return SOFTKEY_WAIT_OPEN;
	if (strcmp(line, "wait closed") == 0)
		return SOFTKEY_WAIT_CLOSED;
	return SOFTKEY_WAIT_NOTHING;
}

static bool
is_so(struct softkey_port *port, enum softkey_wait wait, int64_t now)
{
	switch (wait) {
	case SOFTKEY_WAIT_NOTHING:
		break;
	case SOFTKEY_WAIT_TOUCH:
		return softkey_waits(port->key, now);
	case SOFTKEY_WAIT_IDLE:
		return softkey_idle(port->key, now);
	case SOFTKEY_WAIT_OPEN:
		return softkey_port_open(port);
	case SOFTKEY_WAIT_CLOSED:
		return !softkey_port_open(port);
	}
	return false;
}

static const char *
plug(struct softkey_port *port, int64_t now)
{
	if (port->plugged)
		return "error it is plugged in";
	softkey_power_cycle(port->key, now);
	return softkey_port_plug(port) ? "ok" : "error it cannot be";
}

static const char *
unplug(struct softkey_port *port, int64_t now)
{
	if (!port->plugged)
		return "error it is not plugged in";
	softkey_port_unplug(port);
	softkey_power_cycle(port->key, now);
	return "ok";
}

static void
obey(struct softkey_controls *controls, struct softkey_controller *client,
    const char *line, int64_t now)
{
	char text[SOFTKEY_LINE];

	client->waits = waits_for(line);
	if (client->waits != SOFTKEY_WAIT_NOTHING)
		return;
	if (strcmp(line, "plug") == 0) {
		answer(client, plug(controls->port, now));
	} else if (strcmp(line, "unplug") == 0) {
		answer(client, unplug(controls->port, now));
	} else {
		softkey_control(controls->port->key, line, now, text,
		    sizeof(text));
		/* The effects of the command happen before the answer. */
		softkey_port_give(controls->port, now);
		answer(client, text);
	}
}

/* Runs complete lines, until a command has to wait. */
static void
obey_all(struct softkey_controls *controls, struct softkey_controller *client,
    int64_t now)
{
	while (client->fd >= 0) {
		char line[SOFTKEY_LINE];
		char *end;
		size_t len;

		if (client->waits != SOFTKEY_WAIT_NOTHING) {
			if (!is_so(controls->port, client->waits, now))
				return;
			client->waits = SOFTKEY_WAIT_NOTHING;
			answer(client, "ok");
		}
		end = memchr(client->line, '\n', client->len);
		if (end == NULL)
			return;
		*end = '\0';
		len = (size_t)(end - client->line) + 1;
		memcpy(line, client->line, len);
		client->len -= len;
		memmove(client->line, client->line + len, client->len);
		obey(controls, client, line, now);
	}
}

static void
take_bytes(struct softkey_controller *client)
{
	ssize_t n = recv(client->fd, client->line + client->len,
	    sizeof(client->line) - client->len, MSG_DONTWAIT);

	if (n > 0)
		client->len += (size_t)n;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		leave(client);
}

static void
take_client(struct softkey_controls *controls)
{
	int fd = accept4(controls->fd, NULL, NULL, SOCK_CLOEXEC);

	for (size_t i = 0; fd >= 0 && i < SOFTKEY_CONTROLLERS; i++) {
		if (controls->clients[i].fd < 0) {
			controls->clients[i].fd = fd;
			return;
		}
	}
	if (fd >= 0)
		close(fd);
}

void
softkey_controls_take(struct softkey_controls *controls,
    const struct pollfd *fds, size_t count, int64_t now)
{
	for (size_t i = 0; i < count; i++) {
		if (fds[i].revents == 0)
			continue;
		if (i == 0) {
			take_client(controls);
			continue;
		}
		for (size_t k = 0; k < SOFTKEY_CONTROLLERS; k++)
			if (controls->clients[k].fd == fds[i].fd)
				take_bytes(&controls->clients[k]);
	}
	softkey_controls_answer(controls, now);
}

void
softkey_controls_answer(struct softkey_controls *controls, int64_t now)
{
	for (size_t i = 0; i < SOFTKEY_CONTROLLERS; i++)
		obey_all(controls, &controls->clients[i], now);
}
