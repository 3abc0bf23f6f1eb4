/*
 * System calls that the sandbox must not allow; see sandbox_payloads.h.  Each
 * payload makes one call.  No call before it may be forbidden as well, because
 * then that call would end the process, and the payload would prove nothing.
 */
#include "tests/unit/key_device/sandbox_payloads.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Set before the sandbox is entered, because it forbids getppid. */
static pid_t parent;
static void *memory;

void
sandbox_payloads_prepare(void)
{
	parent = getppid();
	memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

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

const struct sandbox_payload sandbox_payloads[] = {
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
	/* A sanitizer needs these two, so they are allowed with it. */
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
	{ NULL, NULL },
};
