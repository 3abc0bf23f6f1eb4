/*
 * The device program taken over: whoever runs code in it, once its sandbox is
 * up, can read and write two descriptors and nothing else.  Started as
 * "takeover-NAME", this program enters the real sandbox and runs the payload of
 * that name.  Whether the parent left anything to be found is looked at too.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/process.h"
#include "key_device/sandbox.h"

#define CANARY_SIZE 64
/* Larger is a sanitizer's shadow: terabytes, and none of a program's bytes. */
#define MAPPING_MAX (1UL << 30)

/* Known before: asking would be the end. */
static pid_t parent;
static void *memory;

/* Never in memory as a whole but where somebody has put it. */
static unsigned char
canary(size_t i)
{
	return (unsigned char)((i * 37 + 11) ^ 0xa5);
}

/* ------------------------------------------------ what must not be possible */

#define PAYLOAD(name, call) \
	static void __attribute__((unused)) \
	name(void) \
	{ \
		(void)!(call); \
	}

static char *const no_strings[] = { NULL };

static struct msghdr
passed_descriptor(void)
{
	static unsigned char control[CMSG_SPACE(sizeof(int))];
	static char byte;
	static struct iovec iov = { &byte, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memset(CMSG_DATA(c), 0, sizeof(int));
	return m;
}

static void
pass_descriptor(void)
{
	struct msghdr m = passed_descriptor();

	(void)!sendmsg(0, &m, MSG_NOSIGNAL);
}

static void
open_2(void)
{
	struct open_how how = { .flags = O_RDONLY };

	(void)!syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", &how,
	    sizeof(how));
}

static void
clone_3(void)
{
	uint64_t args[8] = { 0, 0, 0, 0, SIGCHLD };

	if (syscall(SYS_clone3, args, sizeof(args)) == 0)
		_exit(0);
}

static void
read_other_memory(void)
{
	static char byte;
	struct iovec here = { &byte, 1 }, there = { memory, 1 };

	(void)!syscall(SYS_process_vm_readv, parent, &here, 1UL, &there, 1UL,
	    0UL);
}

static void
write_other_memory(void)
{
	static char byte;
	struct iovec here = { &byte, 1 }, there = { memory, 1 };

	(void)!syscall(SYS_process_vm_writev, parent, &here, 1UL, &there, 1UL,
	    0UL);
}

static void
raise_limit(void)
{
	struct rlimit limit = { 64, 64 };

	(void)!syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, NULL);
}

static void __attribute__((unused))
handle_signal(void)
{
	(void)signal(SIGTERM, SIG_IGN);
}

static void
another_filter(void)
{
	(void)!syscall(SYS_seccomp, 1U, 0U, NULL);
}

static char byte[1];

#ifdef SYS_open
PAYLOAD(do_open, syscall(SYS_open, "/etc/passwd", O_RDONLY))
PAYLOAD(do_create, syscall(SYS_creat, "/tmp/kf-takeover", 0600))
PAYLOAD(do_fork, syscall(SYS_fork))
PAYLOAD(do_vfork, syscall(SYS_vfork))
PAYLOAD(do_stat, syscall(SYS_stat, "/etc/passwd", memory))
PAYLOAD(do_unlink, syscall(SYS_unlink, "/tmp/kf-takeover"))
PAYLOAD(do_chmod, syscall(SYS_chmod, "/tmp/kf-takeover", 0777))
PAYLOAD(do_dup2, syscall(SYS_dup2, 0, 1))
#endif
PAYLOAD(do_openat, syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY))
PAYLOAD(do_clone, syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0UL))
PAYLOAD(do_unshare, syscall(SYS_unshare, CLONE_NEWUSER))
PAYLOAD(do_socket, socket(AF_UNIX, SOCK_STREAM, 0))
PAYLOAD(do_inet, socket(AF_INET, SOCK_STREAM, 0))
PAYLOAD(do_pair, syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, memory))
PAYLOAD(do_connect, syscall(SYS_connect, 0, memory, 110UL))
PAYLOAD(do_accept, syscall(SYS_accept4, 0, NULL, NULL, 0))
PAYLOAD(do_exec, execve("/bin/true", no_strings, no_strings))
PAYLOAD(do_execat, syscall(SYS_execveat, AT_FDCWD, "/bin/true", no_strings,
    no_strings, 0))
PAYLOAD(do_kill, kill(parent, 0))
PAYLOAD(do_tgkill, syscall(SYS_tgkill, parent, parent, 0))
PAYLOAD(do_ptrace, ptrace(PTRACE_ATTACH, parent, NULL, NULL))
PAYLOAD(do_pidfd, syscall(SYS_pidfd_open, parent, 0U))
PAYLOAD(do_getfd, syscall(SYS_pidfd_getfd, 3, 0, 0U))
PAYLOAD(do_exec_memory, syscall(SYS_mmap, NULL, 4096UL, PROT_READ | PROT_EXEC,
    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0UL))
PAYLOAD(do_make_exec, mprotect(memory, 4096, PROT_READ | PROT_EXEC))
PAYLOAD(do_pkey, syscall(SYS_pkey_mprotect, memory, 4096UL,
    PROT_READ | PROT_EXEC, -1))
PAYLOAD(do_dup, syscall(SYS_dup, 0))
PAYLOAD(do_fcntl, fcntl(3, F_GETFL))
PAYLOAD(do_ioctl, syscall(SYS_ioctl, 3, 0x5401UL, memory))
PAYLOAD(do_flock, syscall(SYS_flock, 3, 8))
PAYLOAD(do_close, syscall(SYS_close, 1))
PAYLOAD(do_read_0, syscall(SYS_read, 0, byte, 1UL))
PAYLOAD(do_write_0, syscall(SYS_write, 0, byte, 1UL))
PAYLOAD(do_write_2, syscall(SYS_write, 2, byte, 1UL))
PAYLOAD(do_pread, syscall(SYS_pread64, 3, byte, 1UL, 0UL))
PAYLOAD(do_send_3, send(3, byte, 1, MSG_NOSIGNAL))
PAYLOAD(do_recv_3, syscall(SYS_recvmsg, 3, memory, 0))
PAYLOAD(do_prctl, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
PAYLOAD(do_setuid, syscall(SYS_setuid, 0))
PAYLOAD(do_memfd, syscall(SYS_memfd_create, "x", 0U))
PAYLOAD(do_uring, syscall(SYS_io_uring_setup, 1U, memory))
PAYLOAD(do_bpf, syscall(SYS_bpf, 0, memory, 8U))
PAYLOAD(do_perf, syscall(SYS_perf_event_open, memory, 0, -1, -1, 0UL))
PAYLOAD(do_userfault, syscall(SYS_userfaultfd, 0))
PAYLOAD(do_keys, syscall(SYS_keyctl, 0, -3, 0, 0, 0))
PAYLOAD(do_shm, syscall(SYS_shmget, 0, 4096UL, 0600))
PAYLOAD(do_mount, syscall(SYS_mount, "", "/tmp", "tmpfs", 0UL, NULL))
PAYLOAD(do_chdir, syscall(SYS_chdir, "/tmp"))
PAYLOAD(do_uname, syscall(SYS_uname, memory))
PAYLOAD(do_ids, syscall(SYS_getppid))

/* --------------------------------------------------- what must be possible */

static void
do_its_work(void)
{
	unsigned char bytes[64];
	struct pollfd p = { .fd = 3, .events = POLLIN };
	char *big = malloc(4 << 20);

	if (big == NULL || write(3, "12345678", 8) != 8 ||
	    poll(&p, 1, 10000) != 1 || read(3, bytes, sizeof(bytes)) != 8 ||
	    getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes) ||
	    kf_clock_monotonic() == 0)
		_exit(1);
	memset(big, 1, 4 << 20);
	free(big);
}

static const struct {
	const char *name;
	void (*run)(void);
} payloads[] = {
#ifdef SYS_open
	{ "open", do_open }, { "create", do_create }, { "fork", do_fork },
	{ "vfork", do_vfork }, { "stat", do_stat }, { "unlink", do_unlink },
	{ "chmod", do_chmod }, { "dup2", do_dup2 },
#endif
	{ "openat", do_openat }, { "openat2", open_2 },
	{ "clone", do_clone }, { "clone3", clone_3 },
	{ "unshare", do_unshare }, { "socket", do_socket },
	{ "inet", do_inet }, { "socketpair", do_pair },
	{ "connect", do_connect }, { "accept", do_accept },
	{ "sendmsg", pass_descriptor }, { "execve", do_exec },
	{ "execveat", do_execat }, { "kill", do_kill },
	{ "tgkill", do_tgkill }, { "ptrace", do_ptrace },
	{ "process_vm_readv", read_other_memory },
	{ "process_vm_writev", write_other_memory },
	{ "pidfd_open", do_pidfd }, { "pidfd_getfd", do_getfd },
	{ "mmap-exec", do_exec_memory }, { "mprotect-exec", do_make_exec },
	{ "pkey_mprotect", do_pkey }, { "dup", do_dup },
	{ "fcntl", do_fcntl }, { "ioctl", do_ioctl }, { "flock", do_flock },
	{ "close", do_close }, { "read-0", do_read_0 },
	{ "write-0", do_write_0 },
#ifndef __SANITIZE_ADDRESS__
	/* What a sanitizer must be able to do. */
	{ "write-2", do_write_2 }, { "sigaction", handle_signal },
#endif
	{ "pread", do_pread }, { "send-3", do_send_3 },
	{ "recv-3", do_recv_3 }, { "prlimit", raise_limit },
	{ "seccomp", another_filter },
	{ "prctl", do_prctl }, { "setuid", do_setuid },
	{ "memfd_create", do_memfd }, { "io_uring", do_uring },
	{ "bpf", do_bpf }, { "perf", do_perf },
	{ "userfaultfd", do_userfault }, { "keyctl", do_keys },
	{ "shmget", do_shm }, { "mount", do_mount }, { "chdir", do_chdir },
	{ "uname", do_uname }, { "getppid", do_ids },
};

/* ----------------------------------------------------- in the taken process */

static void
say(char c)
{
	if (send(0, &c, 1, MSG_NOSIGNAL) != 1)
		_exit(1);
}

/* Every byte that this process can read of itself. */
static bool
holds_canary(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	int mem = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	static unsigned char chunk[1 << 16];
	unsigned long from, to;
	char line[512], may[8];
	bool found = false;
	size_t run = 0;

	if (maps == NULL || mem < 0)
		_exit(2);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%lx-%lx %7s", &from, &to, may) != 3 ||
		    may[0] != 'r' || strstr(line, "[v") != NULL ||
		    to - from > MAPPING_MAX)
			continue;
		run = 0;
		while (from < to) {
			size_t want = to - from < sizeof(chunk) ? to - from :
			    sizeof(chunk);
			ssize_t n = pread(mem, chunk, want, (off_t)from);

			if (n <= 0)
				break;
			for (ssize_t i = 0; i < n; i++) {
				if (chunk[i] != canary(run))
					run = 0;
				if (chunk[i] == canary(run))
					run++;
				if (run == CANARY_SIZE)
					found = true;
				run %= CANARY_SIZE;
			}
			from += (unsigned long)n;
		}
	}
	(void)fclose(maps);
	(void)close(mem);
	return found;
}

static bool
has_its_descriptors(void)
{
	struct stat null, st;

	if (stat("/dev/null", &null) != 0)
		return false;
	for (int fd = 1; fd <= 2; fd++)
		if (fstat(fd, &st) != 0 || st.st_rdev != null.st_rdev)
			return false;
	for (int fd = 4; fd < 4096; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return false;
	return fcntl(0, F_GETFD) == 0 && fcntl(3, F_GETFD) == 0;
}

static void
plant_canary(unsigned char bytes[CANARY_SIZE])
{
	for (size_t i = 0; i < CANARY_SIZE; i++)
		bytes[i] = canary(i);
}

/* What it was left, looked at while looking is possible. */
static int
look_around(bool planted)
{
	static unsigned char bytes[CANARY_SIZE];

	if (planted)
		plant_canary(bytes);
	if (environ[0] != NULL)
		say('e');
	else if (!has_its_descriptors())
		say('d');
	else if (holds_canary())
		say('c');
	else
		say('n');
	return bytes[0] == 1;
}

static int
be_taken_over(const char *name)
{
	parent = getppid();
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (strcmp(name, "look") == 0 || strcmp(name, "planted") == 0)
		return look_around(strcmp(name, "planted") == 0);
	if (kf_sandbox_enter() != KF_OK)
		return 3;
	say('i');
	if (strcmp(name, "work") == 0)
		do_its_work();
	for (size_t i = 0; i < UNIT_COUNT(payloads); i++)
		if (strcmp(name, payloads[i].name) == 0)
			payloads[i].run();
	say('o');
	_exit(0);
}

/* -------------------------------------------------------------- in the test */

struct end {
	char said[8];
	int code, status;
};

/* One life of a process that is taken over; other is its device's end. */
static struct end
take_over(const char *name)
{
	struct end end = { .code = 0 };
	struct kf_process p;
	siginfo_t info;
	char self[256] = "", bytes[8];
	int pair[2];
	size_t n = 0;
	ssize_t more;

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	(void)unlink(unit_path("takeover-%s", name));
	assert_int_equal(symlink(self, unit_path("takeover-%s", name)), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair), 0);
	assert_int_equal(kf_process_start(unit_path("takeover-%s", name),
	    pair[0], &p), KF_OK);
	(void)close(pair[0]);
	/* The device says again what it hears. */
	if (strcmp(name, "work") == 0) {
		assert_int_equal(read(pair[1], bytes, sizeof(bytes)), 8);
		assert_int_equal(write(pair[1], bytes, sizeof(bytes)), 8);
	}
	while (n < sizeof(end.said) - 1 &&
	    (more = read(p.fd, end.said + n, 1)) > 0)
		n += (size_t)more;
	assert_int_equal(waitid(P_PIDFD, (id_t)p.pidfd, &info,
	    WEXITED | WNOWAIT), 0);
	end.code = info.si_code;
	end.status = info.si_status;
	kf_process_stop(&p, 1000);
	(void)close(pair[1]);
	return end;
}

static void
does_its_work(void **state)
{
	struct end end = take_over("work");

	(void)state;
	assert_string_equal(end.said, "io");
	assert_int_equal(end.code, CLD_EXITED);
	assert_int_equal(end.status, 0);
}

static void
dies_of_all_else(void **state)
{
	unsigned lived = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(payloads); i++) {
		struct end end = take_over(payloads[i].name);

		if (strcmp(end.said, "i") == 0 && end.code == CLD_KILLED &&
		    end.status == SIGSYS)
			continue;
		print_error("%s: said %s, code %d, status %d\n",
		    payloads[i].name, end.said, end.code, end.status);
		lived++;
	}
	assert_int_equal(lived, 0);
}

/* In static memory, on the heap and on the stack; descriptors of all kinds. */
static void
finds_nothing_of_its_parent(void **state)
{
	static unsigned char kept[CANARY_SIZE];
	unsigned char on_stack[CANARY_SIZE], *on_heap = malloc(CANARY_SIZE);
	int fds[3];

	(void)state;
	assert_non_null(on_heap);
	plant_canary(kept);
	plant_canary(on_stack);
	plant_canary(on_heap);
	assert_true(holds_canary());
	fds[0] = open("/etc/passwd", O_RDONLY);
	fds[1] = fcntl(fds[0], F_DUPFD, 100);
	fds[2] = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(setenv("KF_TEST", "secret", 1), 0);
	assert_string_equal(take_over("look").said, "n");
	assert_string_equal(take_over("planted").said, "c");
	for (size_t i = 0; i < UNIT_COUNT(fds); i++)
		assert_int_equal(close(fds[i]), 0);
	memset(kept, 0, sizeof(kept));
	explicit_bzero(on_stack, sizeof(on_stack));
	free(on_heap);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(does_its_work),
		UNIT_TEST(dies_of_all_else),
		UNIT_TEST(finds_nothing_of_its_parent),
	};
	const char *name = strrchr(argv[0], '/');

	(void)argc;
	name = name != NULL ? name + 1 : argv[0];
	if (strncmp(name, "takeover-", 9) == 0)
		_exit(be_taken_over(name + 9));
	/* Not nobody: what is taken over is this very file. */
	unit_start_as_is();
	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
