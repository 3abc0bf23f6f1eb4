/* Security keys for tests; see site.h. */
#include "tests/unit/key_device/site.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "tests/softkey/hid/reader_socket.h"

/* Longer than any event that a test waits for can take. */
#define PATIENCE_MS 60000

static char directory[128];

static int
open_program(const char *name)
{
	const char *top = getenv("builddir");
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", top != NULL ? top : ".",
	    name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(path);
		exit(99);
	}
	return fd;
}

static void
copy_program(int from, const char *name)
{
	static char buffer[1 << 16];
	int to = open(unit_path("%s", name), O_WRONLY | O_CREAT | O_CLOEXEC,
	    0700);
	ssize_t n;

	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, (size_t)n) != n)
			n = -1;
	(void)close(from);
	if (n < 0 || to < 0 || close(to) != 0) {
		perror(name);
		exit(99);
	}
}

void
key_site_start(void)
{
	int device = open_program("keyfirst-key-device");
	int softkey = open_program("tests/softkey/softkey");

	unit_start();
	copy_program(device, "keyfirst-key-device");
	copy_program(softkey, "softkey");
	unit_set_key_device(unit_path("keyfirst-key-device"));
	(void)snprintf(directory, sizeof(directory), "%s", unit_path("keys"));
	if (mkdir(directory, 0700) != 0)
		exit(99);
	softkey_directory = directory;
}

static void __attribute__((noreturn))
become_softkey(char *argv[], int out)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)dup2(out, 1);
	(void)execv(argv[0], argv);
	_exit(127);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof(at.sun_path));
	memcpy(at.sun_path, path, strlen(path));
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

void
key_soft_start(struct key_soft *soft, const char *name, ...)
{
	char paths[3][256], said[8] = "";
	char *argv[24] = { paths[0], (char *)(uintptr_t)"--socket", paths[1],
		(char *)(uintptr_t)"--control", paths[2] };
	size_t count = 5;
	int pipes[2];
	va_list args;

	(void)snprintf(soft->name, sizeof(soft->name), "%s", name);
	(void)snprintf(paths[0], sizeof(paths[0]), "%s/softkey", unit_top);
	(void)snprintf(paths[1], sizeof(paths[1]), "%s/%s", directory, name);
	(void)snprintf(paths[2], sizeof(paths[2]), "%s/control-%s", unit_top,
	    name);
	va_start(args, name);
	do {
		argv[count] = va_arg(args, char *);
	} while (argv[count++] != NULL);
	va_end(args);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	soft->pid = fork();
	if (soft->pid == 0)
		become_softkey(argv, pipes[1]);
	assert_true(soft->pid > 0);
	(void)close(pipes[1]);
	assert_int_equal(read(pipes[0], said, 6), 6);
	assert_string_equal(said, "ready\n");
	(void)close(pipes[0]);
	soft->control = connect_to(paths[2]);
}

void
key_soft_stop(struct key_soft *soft)
{
	int status;

	(void)close(soft->control);
	assert_int_equal(kill(soft->pid, SIGTERM), 0);
	assert_int_equal(waitpid(soft->pid, &status, 0), soft->pid);
	assert_int_equal(status, 0);
}

const char *
key_soft_ask(struct key_soft *soft, const char *line)
{
	static char answer[512];
	size_t done = 0;

	assert_int_equal(dprintf(soft->control, "%s\n", line),
	    (int)strlen(line) + 1);
	do {
		assert_true(done < sizeof(answer) - 1);
		assert_int_equal(read(soft->control, answer + done, 1), 1);
	} while (answer[done++] != '\n');
	answer[done - 1] = '\0';
	return answer;
}

void
key_soft_tell(struct key_soft *soft, const char *line)
{
	const char *answer = key_soft_ask(soft, line);

	if (strncmp(answer, "ok", 2) != 0)
		fail_msg("softkey %s: %s: %s", soft->name, line, answer);
}

struct kf_device *
key_site_expect(struct kf_devices *devices, enum kf_devices_event event)
{
	struct kf_device *device;
	enum kf_devices_event got;

	do
		got = kf_devices_wait(devices, -1, kf_clock_monotonic() +
		    PATIENCE_MS, &device);
	while (got != event && (got == KF_DEVICES_ARRIVED ||
	    got == KF_DEVICES_TOUCH));
	if (got != event)
		print_error("%s\n", device != NULL ? device->reader.path :
		    "no device");
	assert_int_equal(got, event);
	return device;
}

struct kf_device *
key_site_open(struct kf_devices *devices, unsigned count)
{
	struct kf_device *first = NULL;

	kf_devices_start(devices, NULL);
	while (count-- > 0) {
		struct kf_device *d = key_site_expect(devices,
		    KF_DEVICES_OPENED);

		if (first == NULL)
			first = d;
	}
	return first;
}

void
key_site_close(struct kf_devices *devices)
{
	pid_t pids[KF_READERS_MAX];

	for (size_t i = 0; i < KF_READERS_MAX; i++)
		pids[i] = devices->list[i].process.pid;
	kf_devices_stop(devices);
	for (size_t i = 0; i < KF_READERS_MAX; i++)
		if (pids[i] > 0 && (kill(pids[i], 0) == 0 || errno != ESRCH))
			fail_msg("process %d is left", (int)pids[i]);
}

void
key_site_quiet(struct kf_devices *devices, int64_t ms)
{
	struct kf_device *device;

	assert_int_equal(kf_devices_wait(devices, -1, kf_clock_monotonic() + ms,
	    &device), KF_DEVICES_TIMEOUT);
}
