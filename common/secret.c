/* Buffers for secrets, and random bytes; see secret.h. */
#include "common/secret.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The most memory that one of our programs may need to lock. */
#define LOCKED_MAX (64UL << 20)

void
kf_secret_wipe(struct kf_secret *s)
{
	explicit_bzero(s, sizeof(*s));
}

enum kf_err
kf_secret_set(struct kf_secret *s, const void *bytes, size_t len)
{
	kf_secret_wipe(s);
	if (len > KF_SECRET_MAX)
		return KF_ERR_RANGE;
	if (len > 0)
		memcpy(s->bytes, bytes, len);
	s->len = len;
	return KF_OK;
}

bool
kf_secret_equal(const void *a, const void *b, size_t len)
{
	const volatile unsigned char *x = a;
	const volatile unsigned char *y = b;
	unsigned char differ = 0;

	for (size_t i = 0; i < len; i++)
		differ = (unsigned char)(differ | (x[i] ^ y[i]));
	return differ == 0;
}

enum kf_err
kf_random(void *bytes, size_t len)
{
	unsigned char *p = bytes;
	size_t done = 0;

	while (done < len) {
		ssize_t n = getrandom(p + done, len - done, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			memset(bytes, 0, len);
			return KF_ERR_IO;
		}
		done += (size_t)n;
	}
	return KF_OK;
}

/*
 * May this process lock all its memory?  Under a limit lower than LOCKED_MAX,
 * allocations would fail once the limit is reached.  A page that may be swapped
 * out is better than a login that fails.
 */
static bool
may_lock(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2] = { { 0, 0, 0 } };
	struct rlimit limit;

	if (syscall(SYS_capget, &head, caps) == 0 &&
	    (caps[0].effective & 1U << CAP_IPC_LOCK) != 0)
		return true;
	return getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
	    limit.rlim_cur >= LOCKED_MAX;
}

void
kf_memory_protect(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (may_lock())
		(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}
