/*
 * The sandbox of the device program; see sandbox.h.  The seccomp filter alone
 * keeps the promise; limits and Landlock are a second line of defence.
 */
#include "key_device/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/secret.h"

#define PARENT 0
#define DEVICE 3

/* libcbor allocates the length that a device names before it has the bytes. */
#ifdef __SANITIZE_ADDRESS__
#define ADDRESS_SPACE RLIM_INFINITY	/* ASan needs terabytes of it */
#else
#define ADDRESS_SPACE (256UL << 20)
#endif

static bool
set_limits(void)
{
	static const struct {
		__rlimit_resource_t resource;
		rlim_t value;
	} limits[] = {
		{ RLIMIT_CORE, 0 },
		{ RLIMIT_FSIZE, 0 },
		{ RLIMIT_NPROC, 0 },
		{ RLIMIT_NOFILE, 4 },	/* poll refuses a longer list */
		{ RLIMIT_CPU, 30 },
		{ RLIMIT_AS, ADDRESS_SPACE },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit;

		if (getrlimit(limits[i].resource, &limit) != 0)
			return false;
		if (limit.rlim_max > limits[i].value)
			limit.rlim_max = limits[i].value;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(limits[i].resource, &limit) != 0)
			return false;
	}
	return true;
}

/*
 * Has Landlock refuse everything that this kernel's version of it can refuse
 * (landlock(7)).  The rights are given as numbers, because headers differ in
 * how many of them they know.
 */
static bool
lock_files_away(void)
{
	static const struct {
		uint64_t files;
		uint64_t net;
		uint64_t scoped;
		size_t size;
	} known[] = {
		{ (UINT64_C(1) << 13) - 1, 0, 0, 8 },
		{ (UINT64_C(1) << 14) - 1, 0, 0, 8 },
		{ (UINT64_C(1) << 15) - 1, 0, 0, 8 },
		{ (UINT64_C(1) << 15) - 1, 3, 0, 16 },
		{ (UINT64_C(1) << 16) - 1, 3, 0, 16 },
		{ (UINT64_C(1) << 16) - 1, 3, 3, 24 },
	};
	const long last = sizeof(known) / sizeof(known[0]);
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1U);
	uint64_t rules[3];
	int fd;
	bool done;

	/* The kernel lacks Landlock, it is off, or systemd forbids the call. */
	if (version < 1)
		return errno == ENOSYS || errno == EOPNOTSUPP || errno == EPERM;
	if (version > last)
		version = last;
	rules[0] = known[version - 1].files;
	rules[1] = known[version - 1].net;
	rules[2] = known[version - 1].scoped;
	fd = (int)syscall(SYS_landlock_create_ruleset, rules,
	    known[version - 1].size, 0U);
	if (fd < 0)
		return false;
	done = syscall(SYS_landlock_restrict_self, fd, 0U) == 0;
	(void)close(fd);
	return done;
}

/* What libfido2, libcrypto and libc call; none opens, reads or writes. */
static const int plain[] = {
	SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(getrandom), SCMP_SYS(getpid),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(restart_syscall),	/* poll, after SIGSTOP and SIGCONT */
	SCMP_SYS(exit), SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__
	SCMP_SYS(gettid), SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
#endif
};

/* Allowed with this descriptor as the first argument. */
static const struct {
	int call;
	scmp_datum_t fd;
} bound[] = {
	{ SCMP_SYS(read), DEVICE },
	{ SCMP_SYS(write), DEVICE },
	{ SCMP_SYS(recvmsg), PARENT },
	{ SCMP_SYS(sendto), PARENT },
	/* Some libcs do not turn send(2) into sendto(2). */
	{ SCMP_SYS(send), PARENT },
};

/* Allowed without PROT_EXEC; arg is the argument that holds the protection. */
static const struct {
	int call;
	unsigned arg;
} memory[] = {
	{ SCMP_SYS(mmap), 2 },
	{ SCMP_SYS(mmap2), 2 },
	{ SCMP_SYS(mprotect), 2 },
};

static bool
filter_calls(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool done = ctx != NULL;

	for (size_t i = 0; done && i < sizeof(plain) / sizeof(plain[0]); i++)
		done = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, plain[i], 0) == 0;
	for (size_t i = 0; done && i < sizeof(bound) / sizeof(bound[0]); i++)
		done = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, bound[i].call, 1,
		    SCMP_A0(SCMP_CMP_EQ, bound[i].fd)) == 0;
	for (size_t i = 0; done && i < sizeof(memory) / sizeof(memory[0]); i++)
		done = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, memory[i].call, 1,
		    SCMP_CMP(memory[i].arg, SCMP_CMP_MASKED_EQ, PROT_EXEC,
		    0)) == 0;
#ifdef __SANITIZE_ADDRESS__
	if (done)
		done = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write),
		    1, SCMP_A0(SCMP_CMP_EQ, 2)) == 0;
#endif
	if (done)
		done = seccomp_load(ctx) == 0;
	seccomp_release(ctx);
	return done;
}

enum kf_err
kf_sandbox_enter(void)
{
	kf_memory_protect();
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !lock_files_away() ||
	    !set_limits() || !filter_calls())
		return KF_ERR_IO;
	return KF_OK;
}
