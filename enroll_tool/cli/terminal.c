/*
 * Talks to the person at the terminal; see terminal.h.  Answers are read byte
 * by byte into the buffer of the caller, so that no copy of a secret stays in a
 * buffer of libc.  Output goes through one buffer, which is wiped at the end.
 */
#include "enroll_tool/cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "common/text.h"

static char output[BUFSIZ];
static char sudo_user[256];
static bool no_colour;

/*
 * Opens /dev/null in place of each standard descriptor that is closed, so that
 * no file that is opened later becomes standard output.  Standard input gets it
 * for writing only and the others for reading only: to use them is an error.
 */
static void
occupy_standard_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null",
		    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(KF_EXIT_ERROR);
}

void
kf_terminal_start(void)
{
	const char *name = getenv("SUDO_USER");
	const char *colour = getenv("NO_COLOR");

	occupy_standard_descriptors();
	if (name != NULL && strlen(name) < sizeof(sudo_user))
		memcpy(sudo_user, name, strlen(name) + 1);
	no_colour = colour != NULL && *colour != '\0';
	(void)clearenv();
	(void)setvbuf(stdout, output, _IOFBF, sizeof(output));
}

enum kf_exit
kf_terminal_finish(enum kf_exit status)
{
	bool failed = fflush(stdout) != 0 || ferror(stdout);

	/* A command that failed has complained already, in one line. */
	if (failed && status == KF_EXIT_DONE)
		kf_complain("cannot write to standard output: %s",
		    strerror(errno));
	explicit_bzero(output, sizeof(output));
	return failed && status == KF_EXIT_DONE ? KF_EXIT_ERROR : status;
}

const char *
kf_terminal_sudo_user(void)
{
	return sudo_user[0] != '\0' ? sudo_user : NULL;
}

bool
kf_terminal_shows(unsigned *columns, unsigned *rows)
{
	struct winsize size;

	*columns = 0;
	*rows = 0;
	if (!isatty(STDOUT_FILENO))
		return false;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
		*columns = size.ws_col;
		*rows = size.ws_row;
	}
	return true;
}

bool
kf_terminal_colour(void)
{
	return !no_colour && isatty(STDOUT_FILENO);
}

void
kf_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
}

bool
kf_said(void)
{
	return fflush(stdout) == 0 && !ferror(stdout);
}

void
kf_complain(const char *format, ...)
{
	char raw[1024];
	char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	kf_text_filter(text, sizeof(text), raw, false);
	(void)fflush(stdout);
	(void)fprintf(stderr, "keyfirst: %s\n", text);
}

/*
 * The controlling terminal, or standard input if that is a terminal; -1 if
 * there is none.  The caller closes it.
 */
static int
open_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && isatty(STDIN_FILENO))
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	return fd;
}

bool
kf_terminal_is_there(void)
{
	int fd = open_terminal();

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static volatile sig_atomic_t caught;	/* a signal; 0: none */

static void
on_signal(int sig)
{
	caught = sig;
}

/*
 * KF_ERR_CLOSED also when a signal was caught; KF_ERR_RANGE when the line is
 * longer than a secret can be: then it is read to its end and wiped.
 */
static enum kf_err
read_line(int fd, struct kf_secret *line)
{
	bool fits = true;
	ssize_t n;
	char c = '\0';

	kf_secret_wipe(line);
	while ((n = read(fd, &c, 1)) == 1 && c != '\n') {
		if (line->len < KF_SECRET_MAX)
			line->bytes[line->len++] = (unsigned char)c;
		else
			fits = false;
	}
	if (n < 0)
		return errno == EINTR ? KF_ERR_CLOSED : KF_ERR_IO;
	if (n == 0 && line->len == 0)
		return KF_ERR_CLOSED;
	if (fits)
		return KF_OK;
	kf_secret_wipe(line);
	return KF_ERR_RANGE;
}

/* The signals that would end or stop the tool while echo is off. */
static const int stopping[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define STOPPING (sizeof(stopping) / sizeof(stopping[0]))

static bool
put_prompt(int fd, const char *prompt)
{
	size_t len = strlen(prompt);

	return len == 0 || write(fd, prompt, len) == (ssize_t)len;
}

/*
 * Reads a line with echo off.  Echo is switched off before the prompt is
 * written, so that an answer typed at once is neither shown nor lost.  A signal
 * that would end or stop the tool takes effect only after echo is on again.
 */
static enum kf_err
read_blind(int fd, int out, const char *prompt, struct kf_secret *line)
{
	const struct sigaction catch = { .sa_handler = on_signal };
	struct sigaction before[STOPPING];
	struct termios normal, blind;
	enum kf_err err;

	if (tcgetattr(fd, &normal) != 0)
		return KF_ERR_IO;
	blind = normal;
	blind.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	caught = 0;
	for (size_t i = 0; i < STOPPING; i++)
		(void)sigaction(stopping[i], &catch, &before[i]);
	err = KF_ERR_IO;
	if (tcsetattr(fd, TCSAFLUSH, &blind) == 0 && put_prompt(out, prompt))
		err = read_line(fd, line);
	(void)tcsetattr(fd, TCSAFLUSH, &normal);
	for (size_t i = 0; i < STOPPING; i++)
		(void)sigaction(stopping[i], &before[i], NULL);
	(void)!write(fd, "\n", 1);
	if (caught != 0) {
		(void)raise(caught);
		err = KF_ERR_CLOSED;
	}
	return err;
}

static enum kf_err
ask(int in, int out, const char *prompt, bool echo, struct kf_secret *answer)
{
	(void)fflush(stdout);
	if (!echo && isatty(in))
		return read_blind(in, out, prompt, answer);
	return put_prompt(out, prompt) ? read_line(in, answer) : KF_ERR_IO;
}

enum kf_err
kf_terminal_ask(const char *prompt, bool echo, struct kf_secret *answer)
{
	int fd = open_terminal();
	enum kf_err err;

	kf_secret_wipe(answer);
	if (fd < 0)
		return KF_ERR_CONVERSATION;
	err = ask(fd, fd, prompt, echo, answer);
	(void)close(fd);
	return err;
}

enum kf_err
kf_terminal_ask_stdin(const char *prompt, bool echo, struct kf_secret *answer)
{
	kf_secret_wipe(answer);
	return ask(STDIN_FILENO, STDOUT_FILENO, prompt, echo, answer);
}
