/*
 * softkey as a program: a device that several have open at once, and a control
 * socket.  Everything here is waited for; nothing sleeps.
 */
#include "tests/unit/softkey_judge.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 20000 };

static pid_t pid;
static int control = -1;
static char device[64], controls[64], root[64];

static int
join(const char *path, int type)
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

static void
start(const char *option, const char *value)
{
	char program[4096], line[16];
	const char *dir = getenv("builddir");
	int ready[2];

	snprintf(program, sizeof(program), "%s/tests/softkey/softkey",
	    dir == NULL ? "." : dir);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(ready[1], STDOUT_FILENO);
		close(ready[0]);
		execl(program, "softkey", "--socket", device, "--control",
		    controls, "--attestation-root", root, option, value,
		    (char *)NULL);
		_exit(127);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], line, sizeof(line)), 6);
	assert_memory_equal(line, "ready\n", 6);
	close(ready[0]);
	control = join(controls, SOCK_STREAM);
	assert_true(control >= 0);
}

static int
stop(void)
{
	int status;

	if (control >= 0)
		close(control);
	control = -1;
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* Says it; the answer is taken by answered(). */
static void
say(int fd, const char *lines)
{
	assert_int_equal(write(fd, lines, strlen(lines)), strlen(lines));
}

/* The next line. */
static void
hear(int fd, char line[256])
{
	size_t len = 0;

	while (len == 0 || line[len - 1] != '\n') {
		struct pollfd p = { .fd = fd, .events = POLLIN };

		assert_true(len < 255);
		assert_int_equal(poll(&p, 1, PATIENCE), 1);
		assert_int_equal(read(fd, line + len, 1), 1);
		len++;
	}
	line[len - 1] = '\0';
}

static void
answered(int fd, const char *wanted)
{
	char line[256];

	hear(fd, line);
	if (strncmp(line, wanted, strlen(wanted)) != 0)
		fail_msg("\"%s\" instead of \"%s\"", line, wanted);
}

/* Is that its answer? */
static bool
says(const char *line, const char *wanted)
{
	char got[256];

	say(control, line);
	say(control, "\n");
	hear(control, got);
	return strncmp(got, wanted, strlen(wanted)) == 0;
}

static void
told(const char *line, const char *wanted)
{
	say(control, line);
	say(control, "\n");
	answered(control, wanted);
}

/* libfido2 on the socket. */

static void *
io_open(const char *path)
{
	static int fd;

	fd = join(path, SOCK_SEQPACKET);
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

	if (poll(&p, 1, timeout < 0 ? PATIENCE : timeout) != 1)
		return -1;
	return (int)recv(*fd, bytes, len, 0);
}

static int
io_write(void *handle, const unsigned char *bytes, size_t len)
{
	int *fd = handle;

	return (int)send(*fd, bytes, len, MSG_NOSIGNAL);
}

static int
open_device(void)
{
	static const fido_dev_io_t io = { io_open, io_close, io_read,
		io_write };

	return judge_open_other(&io, device);
}

static int
before(void **state)
{
	(void)state;
	fido_init(0);
	memset(&judge, 0, sizeof(judge));
	snprintf(device, sizeof(device), "%s", unit_path("key"));
	snprintf(controls, sizeof(controls), "%s", unit_path("control"));
	snprintf(root, sizeof(root), "%s", unit_path("root.pem"));
	start(NULL, NULL);
	return 0;
}

static int
after(void **state)
{
	(void)state;
	judge_close();
	assert_int_equal(stop(), 0);
	/* It takes its sockets with it. */
	assert_int_not_equal(access(device, F_OK), 0);
	assert_int_not_equal(access(controls, F_OK), 0);
	return 0;
}

static struct judge_credential one;

static void
make_one(void)
{
	assert_int_equal(open_device(), FIDO_OK);
	told("auto on", "ok");
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	told("auto off", "ok");
}

static void
touch(void **state)
{
	struct stat st;

	(void)state;
	make_one();
	told("touch", "error nothing waits");
	told("stats reset", "ok");
	/* Said before, done when it waits. */
	say(control, "wait touch\ntouch\nwait idle\nstats\n");
	assert_true(judge_good(&one));
	answered(control, "ok");
	answered(control, "ok");
	answered(control, "ok");
	answered(control, "ok openings=0 init=0 cbor=1 msg=0 makecred=0 "
	    "assert=1 silent=0 touches=1 cancels=0");
	fido_dev_force_u2f(judge.dev);
	say(control, "wait touch\ntouch\n");
	assert_true(judge_good(&one));
	answered(control, "ok");
	answered(control, "ok");
	say(control, "wait closed\n");
	assert_int_equal(fido_dev_close(judge.dev), FIDO_OK);
	answered(control, "ok");
	fido_dev_free(&judge.dev);
	say(control, "wait open\n");
	assert_int_equal(open_device(), FIDO_OK);
	answered(control, "ok");
	assert_int_equal(stat(root, &st), 0);
}

/* After a restart with the same secret it is the same key. */
static void
restart(void **state)
{
	(void)state;
	make_one();
	assert_int_equal(stop(), 0);
	start("--counter", "500");
	assert_int_equal(open_device(), FIDO_OK);
	told("auto on", "ok");
	assert_true(judge_good(&one));
	assert_int_equal(judge.got.counter, 500);
	assert_int_equal(stop(), 0);
	start("--secret",
	    "0000000000000000000000000000000000000000000000000000000000000001");
	assert_int_equal(open_device(), FIDO_OK);
	assert_int_equal(judge_touched(&one), FIDO_ERR_NO_CREDENTIALS);
}

static void
send_init(int fd, size_t from, size_t len)
{
	unsigned char report[80] = { 0, 0xff, 0xff, 0xff, 0xff, 0x86, 0, 8 };

	assert_int_equal(send(fd, report + from, len, 0), len);
}

static size_t
received(int fd)
{
	unsigned char bytes[256];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	assert_int_equal(poll(&p, 1, PATIENCE), 1);
	n = recv(fd, bytes, sizeof(bytes), 0);
	assert_true(n >= 0);
	return (size_t)n;
}

/* As with hidraw: who has it open sees everything, and 65 bytes are one. */
static void
openings(void **state)
{
	struct pollfd p = { .events = POLLIN };
	int fds[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		fds[i] = join(device, SOCK_SEQPACKET);
		assert_true(fds[i] >= 0);
	}
	/* They are taken one by one; the last may not have been yet. */
	while (!says("stats", "ok openings=3 init=0"))
		continue;
	send_init(fds[0], 0, 65);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(received(fds[i]), 64);
	/* No report id; too short; too long; another id. */
	send_init(fds[0], 1, 64);
	send_init(fds[0], 0, 64);
	send_init(fds[0], 0, 66);
	send_init(fds[0], 1, 65);
	told("stats", "ok openings=3 init=1");
	p.fd = fds[0];
	assert_int_equal(poll(&p, 1, 0), 0);
	told("hostile short-report", "ok");
	send_init(fds[1], 0, 65);
	assert_int_equal(received(fds[2]), 32);
	told("hostile long-report", "ok");
	send_init(fds[1], 0, 65);
	assert_int_equal(received(fds[2]), 128);
	say(control, "wait closed\n");
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	answered(control, "ok");
}

static void
unplugged(void **state)
{
	(void)state;
	make_one();
	say(control, "wait touch\nunplug\n");
	assert_int_equal(judge_touched(&one), FIDO_ERR_RX);
	answered(control, "ok");
	answered(control, "ok");
	assert_int_not_equal(access(device, F_OK), 0);
	assert_int_not_equal(open_device(), FIDO_OK);
	told("unplug", "error");
	told("plug", "ok");
	told("plug", "error");
	assert_int_equal(open_device(), FIDO_OK);
	told("auto on", "ok");
	assert_int_equal(judge_touched(&one), FIDO_OK);
	told("hostile vanish", "ok");
	assert_int_equal(judge_touched(&one), FIDO_ERR_RX);
	assert_int_not_equal(access(device, F_OK), 0);
	told("hostile none", "ok");
	told("plug", "ok");
	assert_int_equal(open_device(), FIDO_OK);
	assert_true(judge_good(&one));
}

static void
controllers(void **state)
{
	int other = join(controls, SOCK_STREAM);
	char line[400];

	(void)state;
	assert_true(other >= 0);
	say(other, "wait open\n");
	told("retries", "ok pin=8");
	make_one();
	answered(other, "ok");
	say(other, "nonsense\nretries\n");
	answered(other, "error");
	answered(other, "ok");
	/* A line without an end is an end. */
	memset(line, 'x', sizeof(line));
	assert_int_equal(write(other, line, sizeof(line)), sizeof(line));
	assert_true(read(other, line, sizeof(line)) <= 0);
	close(other);
	told("retries", "ok");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, before, after)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(touch),
		TEST(restart),
		TEST(openings),
		TEST(unplugged),
		TEST(controllers),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_program", tests, NULL,
	    NULL);
}
