/*
 * A syslog receiver for the throw-away system: takes datagrams from one
 * socket and appends them to one file, a line each, as
 *
 *	facility.severity tag[pid]: text
 *
 * It exists because tests that look for log lines pass on nothing where nobody
 * listens.  A datagram "keyfirst-sync: PATH" is answered by an empty line into
 * the FIFO at PATH: its reader then knows that all earlier lines are in the
 * file.  It must not drop or merge lines: control characters are written as
 * #ooo, so that one datagram is always one line.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const severities[8] = {
	"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
};

static const char *
facility(unsigned int pri)
{
	switch (pri >> 3) {
	case 0: return "kern";
	case 1: return "user";
	case 3: return "daemon";
	case 4: return "auth";
	case 9: return "cron";
	case 10: return "authpriv";
	}
	return "other";
}

/* "Nov 21 19:15:03 " as libc's syslog() puts it between priority and tag. */
static const char *
skip_date(const char *p)
{
	if (strlen(p) > 16 && isalpha((unsigned char)p[0]) && p[3] == ' ' &&
	    p[6] == ' ' && p[9] == ':' && p[12] == ':' && p[15] == ' ')
		return p + 16;
	return p;
}

static void
sync_reader(const char *text)
{
	const char *path = strstr(text, "keyfirst-sync: /");
	int fd;

	if (path == NULL)
		return;
	path += strlen("keyfirst-sync: ");
	/* Not waiting: a reader that has gone must not stop the log. */
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "\n", 1) != 1)
		fprintf(stderr, "syslogd: %s\n", strerror(errno));
	close(fd);
}

static int
is_sync(const char *text)
{
	return strncmp(text, "keyfirst-sync: /", 16) == 0;
}

static void
write_line(FILE *out, const char *message)
{
	unsigned int pri = 13;
	const char *text = message;
	char *end;

	if (*text == '<') {
		pri = (unsigned int)strtoul(text + 1, &end, 10);
		if (*end == '>')
			text = end + 1;
	}
	text = skip_date(text);
	if (is_sync(text)) {
		fflush(out);
		sync_reader(text);
		return;
	}
	fprintf(out, "%s.%s ", facility(pri), severities[pri & 7]);
	for (; *text != '\0'; text++) {
		if (iscntrl((unsigned char)*text))
			fprintf(out, "#%03o", (unsigned char)*text);
		else
			putc(*text, out);
	}
	putc('\n', out);
	fflush(out);
}

int
main(int argc, char **argv)
{
	static char buffer[65536];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int size = 4 << 20;
	ssize_t n;
	FILE *out;
	int fd;

	if (argc != 3 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		fprintf(stderr, "usage: syslogd SOCKET FILE\n");
		return 2;
	}
	memcpy(address.sun_path, argv[1], strlen(argv[1]) + 1);
	out = fopen(argv[2], "ae");
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (out == NULL || fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(argv[1], 0666) != 0) {
		fprintf(stderr, "syslogd: %s\n", strerror(errno));
		return 1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* Two file descriptors point at the caller's pipe: let go of both. */
	printf("ready\n");
	fflush(stdout);
	if (freopen("/dev/null", "w", stdout) == NULL ||
	    freopen("/dev/null", "w", stderr) == NULL)
		return 1;
	for (;;) {
		n = recv(fd, buffer, sizeof(buffer) - 1, 0);
		if (n < 0 && errno != EINTR)
			return 1;
		if (n < 0)
			continue;
		while (n > 0 &&
		    (buffer[n - 1] == '\n' || buffer[n - 1] == '\0'))
			n--;
		for (ssize_t i = 0; i < n; i++)
			if (buffer[i] == '\0')
				buffer[i] = '\1';
		buffer[n] = '\0';
		write_line(out, buffer);
	}
}
