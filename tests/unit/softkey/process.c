/* softkey, started as a program; see process.h. */
#include "tests/unit/softkey/process.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct program program = { .control = -1 };

int
program_join(const char *path, int type)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void
program_start(const char *option, const char *value)
{
	char path[4096], line[16];
	const char *dir = getenv("builddir");
	int ready[2];

	snprintf(program.device, sizeof(program.device), "%s",
	    unit_path("key"));
	snprintf(program.controls, sizeof(program.controls), "%s",
	    unit_path("control"));
	snprintf(program.root, sizeof(program.root), "%s",
	    unit_path("root.pem"));
	snprintf(path, sizeof(path), "%s/tests/softkey/softkey",
	    dir == NULL ? "." : dir);
	assert_int_equal(pipe(ready), 0);
	program.pid = fork();
	assert_true(program.pid >= 0);
	if (program.pid == 0) {
		dup2(ready[1], STDOUT_FILENO);
		close(ready[0]);
		execl(path, "softkey", "--socket", program.device,
		    "--control", program.controls, "--attestation-root",
		    program.root, option, value, (char *)NULL);
		_exit(127);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], line, sizeof(line)), 6);
	assert_memory_equal(line, "ready\n", 6);
	close(ready[0]);
	program.control = program_join(program.controls, SOCK_STREAM);
	assert_true(program.control >= 0);
}

int
program_stop(void)
{
	int status;

	if (program.control >= 0)
		close(program.control);
	program.control = -1;
	kill(program.pid, SIGTERM);
	assert_int_equal(waitpid(program.pid, &status, 0), program.pid);
	return status;
}

void
program_say(int fd, const char *lines)
{
	assert_int_equal(write(fd, lines, strlen(lines)), strlen(lines));
}

/* Reads the next line, without its newline. */
static void
hear(int fd, char line[256])
{
	size_t len = 0;

	while (len == 0 || line[len - 1] != '\n') {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		assert_true(len < 255);
		assert_int_equal(poll(&p, 1, PROGRAM_PATIENCE), 1);
		assert_int_equal(read(fd, line + len, 1), 1);
		len++;
	}
	line[len - 1] = '\0';
}

void
program_answered(int fd, const char *wanted)
{
	char line[256];

	hear(fd, line);
	if (strncmp(line, wanted, strlen(wanted)) != 0)
		fail_msg("\"%s\" instead of \"%s\"", line, wanted);
}

bool
program_says(const char *line, const char *wanted)
{
	char got[256];

	program_say(program.control, line);
	program_say(program.control, "\n");
	hear(program.control, got);
	return strncmp(got, wanted, strlen(wanted)) == 0;
}

void
program_told(const char *line, const char *wanted)
{
	program_say(program.control, line);
	program_say(program.control, "\n");
	program_answered(program.control, wanted);
}

/* libfido2's I/O functions for the program's socket. */

static void *
io_open(const char *path)
{
	static int fd;

	fd = program_join(path, SOCK_SEQPACKET);
	return fd < 0 ? NULL : &fd;
}

static void
io_close(void *handle)
{
	int *fd = handle;

	close(*fd);
	*fd = -1;
}

static int
io_read(void *handle, unsigned char *bytes, size_t len, int timeout)
{
	int *fd = handle;
	struct pollfd p = { .fd = *fd, .events = POLLIN };

	if (poll(&p, 1, timeout < 0 ? PROGRAM_PATIENCE : timeout) != 1)
		return -1;
	return (int)recv(*fd, bytes, len, 0);
}

static int
io_write(void *handle, const unsigned char *bytes, size_t len)
{
	int *fd = handle;

	return (int)send(*fd, bytes, len, MSG_NOSIGNAL);
}

int
program_open(void)
{
	static const fido_dev_io_t io = { io_open, io_close, io_read,
		io_write };

	return judge_open_other(&io, program.device);
}
