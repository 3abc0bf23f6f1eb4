/*
 * Runs a program on a terminal of its own and drives it: the tests' hands and
 * eyes for ssh, sudo and su, which insist on a terminal.
 *
 *	ptydrive [-t SECONDS] [-o TRANSCRIPT] PROGRAM [ARG...]
 *
 * Commands come on standard input, a line each; every one is answered on
 * standard output, so that a test can hold the program where it is, look
 * around, and go on:
 *
 *	expect TEXT	wait until TEXT appears after what was last expected
 *	no-signals	wait until lines are read and no key is a signal, as at
 *			vlock: it flushes what was typed before
 *	send TEXT	type TEXT
 *	line TEXT	type TEXT and Enter
 *	repeat N TEXT	type TEXT N times
 *	pid		answer the program's process id
 *	hangup		close the terminal
 *	eof		wait until the program has ended (also at end of input)
 *
 * TEXT takes \n \r \t \e \\ \s (space) and \xHH.  Answers are "ok",
 * "ok VALUE", "timeout", "ended" or "error: why".  The transcript is what the
 * terminal showed, byte for byte.  The exit status is the program's, 128 +
 * signal, or 124 when an expectation was not met.  It must not interpret,
 * reorder or invent bytes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SEEN_MAX (4u << 20)

struct drive {
	int terminal;		/* -1 once the program has let go of it */
	pid_t child;
	bool reaped;
	int status;
	bool failed;
	long long seconds;
	int transcript;
	char *seen;		/* everything shown so far */
	size_t seen_len;
	size_t matched;		/* the next expectation looks from here */
};

static long long
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
answer(const char *text)
{
	printf("%s\n", text);
	fflush(stdout);
}

/* In place; returns the length, or -1 for an escape we do not know. */
static ssize_t
unescape(char *text)
{
	char *in = text, *out = text, hex[3] = "", *end;

	while (*in != '\0') {
		if (*in != '\\') {
			*out++ = *in++;
			continue;
		}
		switch (in[1]) {
		case 'n': *out++ = '\n'; break;
		case 'r': *out++ = '\r'; break;
		case 't': *out++ = '\t'; break;
		case 'e': *out++ = '\033'; break;
		case 's': *out++ = ' '; break;
		case '\\': *out++ = '\\'; break;
		case 'x':
			if (in[2] == '\0' || in[3] == '\0')
				return -1;
			hex[0] = in[2];
			hex[1] = in[3];
			*out++ = (char)strtoul(hex, &end, 16);
			if (*end != '\0')
				return -1;
			in += 2;
			break;
		default:
			return -1;
		}
		in += 2;
	}
	return out - text;
}

static void
show(struct drive *d, const char *bytes, size_t n)
{
	if (d->transcript >= 0 &&
	    write(d->transcript, bytes, n) != (ssize_t)n)
		d->failed = true;
	if (d->seen_len + n > SEEN_MAX)
		n = SEEN_MAX - d->seen_len;
	memcpy(d->seen + d->seen_len, bytes, n);
	d->seen_len += n;
}

/* Takes what the terminal has; false when nothing came within the time. */
static bool
take(struct drive *d, long long deadline)
{
	struct pollfd p = { .fd = d->terminal, .events = POLLIN };
	char buffer[4096];
	long long left = deadline - now_ms();
	ssize_t n;

	if (poll(&p, 1, left > 0 ? (int)left : 0) <= 0)
		return false;
	n = read(d->terminal, buffer, sizeof(buffer));
	if (n > 0) {
		show(d, buffer, (size_t)n);
		return true;
	}
	/* EIO: no process holds the other side any more. */
	close(d->terminal);
	d->terminal = -1;
	return true;
}

static void
expect(struct drive *d, const char *text, size_t n)
{
	long long deadline = now_ms() + d->seconds * 1000;
	char *at;

	for (;;) {
		at = memmem(d->seen + d->matched, d->seen_len - d->matched,
		    text, n);
		if (at != NULL) {
			d->matched = (size_t)(at - d->seen) + n;
			answer("ok");
			return;
		}
		if (d->terminal < 0 || !take(d, deadline)) {
			d->failed = true;
			answer(d->terminal < 0 ? "ended" : "timeout");
			return;
		}
	}
}

/* No event tells of it, nor of the second flush right behind. */
static void
no_signals(struct drive *d)
{
	long long deadline = now_ms() + d->seconds * 1000;
	struct termios t;

	while (d->terminal >= 0 && now_ms() < deadline) {
		if (tcgetattr(d->terminal, &t) == 0 &&
		    (t.c_lflag & (ICANON | ISIG)) == ICANON) {
			(void)take(d, now_ms() + 20);
			answer("ok");
			return;
		}
		(void)take(d, now_ms() + 10);
	}
	d->failed = true;
	answer(d->terminal < 0 ? "ended" : "timeout");
}

/* Typing must go on while the program prints, or both could block. */
static void
type(struct drive *d, const char *text, size_t n)
{
	long long deadline = now_ms() + d->seconds * 1000;
	struct pollfd p;
	ssize_t done;

	while (n > 0 && d->terminal >= 0 && now_ms() < deadline) {
		p = (struct pollfd){ d->terminal, POLLIN | POLLOUT, 0 };
		if (poll(&p, 1, 100) < 0)
			break;
		if (p.revents & (POLLIN | POLLHUP))
			take(d, deadline);
		if (d->terminal < 0 || !(p.revents & POLLOUT))
			continue;
		done = write(d->terminal, text, n > 256 ? 256 : n);
		if (done < 0 && errno != EAGAIN)
			break;
		if (done > 0) {
			text += done;
			n -= (size_t)done;
		}
	}
	answer(n == 0 ? "ok" : "ended");
}

static void
wait_end(struct drive *d)
{
	long long deadline = now_ms() + d->seconds * 1000;

	while (d->terminal >= 0)
		if (!take(d, deadline)) {
			d->failed = true;
			kill(d->child, SIGKILL);
			break;
		}
	if (!d->reaped && waitpid(d->child, &d->status, 0) == d->child)
		d->reaped = true;
}

static void
hangup(struct drive *d)
{
	if (d->terminal >= 0)
		close(d->terminal);
	d->terminal = -1;
	answer("ok");
}

static void
repeat(struct drive *d, char *rest)
{
	unsigned long count = strtoul(rest, &rest, 10);
	char *all;
	ssize_t n;

	if (*rest == ' ')
		rest++;
	n = unescape(rest);
	if (n <= 0 || count == 0 || count > (1u << 20)) {
		answer("error: repeat N TEXT");
		return;
	}
	all = malloc(count * (size_t)n);
	if (all == NULL)
		abort();
	for (unsigned long i = 0; i < count; i++)
		memcpy(all + i * (size_t)n, rest, (size_t)n);
	type(d, all, count * (size_t)n);
	free(all);
}

static void
command(struct drive *d, char *line)
{
	char *rest = line + strcspn(line, " ");
	char reply[32];
	ssize_t n;

	if (*rest != '\0')
		*rest++ = '\0';
	if (strcmp(line, "repeat") == 0) {
		repeat(d, rest);
		return;
	}
	n = unescape(rest);
	if (n >= 0 && strcmp(line, "line") == 0)
		rest[n++] = '\r';
	if (n < 0) {
		d->failed = true;
		answer("error: unknown escape");
	} else if (strcmp(line, "expect") == 0) {
		expect(d, rest, (size_t)n);
	} else if (strcmp(line, "send") == 0 || strcmp(line, "line") == 0) {
		type(d, rest, (size_t)n);
	} else if (strcmp(line, "no-signals") == 0) {
		no_signals(d);
	} else if (strcmp(line, "pid") == 0) {
		snprintf(reply, sizeof(reply), "ok %d", (int)d->child);
		answer(reply);
	} else if (strcmp(line, "hangup") == 0) {
		hangup(d);
	} else if (strcmp(line, "eof") == 0) {
		wait_end(d);
		answer(d->failed ? "timeout" : "ok");
	} else {
		d->failed = true;
		answer("error: unknown command");
	}
}

static void
start(struct drive *d, char **argv)
{
	struct winsize size = { .ws_row = 60, .ws_col = 132 };

	d->child = forkpty(&d->terminal, NULL, NULL, &size);
	if (d->child < 0) {
		fprintf(stderr, "ptydrive: %s\n", strerror(errno));
		exit(125);
	}
	if (d->child == 0) {
		execvp(argv[0], argv);
		fprintf(stderr, "ptydrive: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	fcntl(d->terminal, F_SETFD, FD_CLOEXEC);
}

int
main(int argc, char **argv)
{
	static struct drive d = { .seconds = 30, .transcript = -1 };
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int c;

	while ((c = getopt(argc, argv, "+t:o:")) != -1) {
		if (c == 't')
			d.seconds = strtol(optarg, NULL, 10);
		else if (c == 'o')
			d.transcript = open(optarg, O_WRONLY | O_CREAT |
			    O_TRUNC | O_CLOEXEC, 0600);
		else
			return 125;
	}
	d.seen = malloc(SEEN_MAX);
	if (optind == argc || d.seen == NULL) {
		fprintf(stderr, "usage: ptydrive [-t SECONDS] "
		    "[-o TRANSCRIPT] PROGRAM [ARG...]\n");
		return 125;
	}
	signal(SIGPIPE, SIG_IGN);
	start(&d, argv + optind);
	while ((n = getline(&line, &room, stdin)) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			command(&d, line);
	}
	wait_end(&d);
	free(line);
	free(d.seen);
	if (d.failed)
		return 124;
	return WIFSIGNALED(d.status) ? 128 + WTERMSIG(d.status)
				     : WEXITSTATUS(d.status);
}
