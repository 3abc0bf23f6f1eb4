/*
 * Giving up root; see privileges.h.  The order matters: only root may raise
 * limits, clear groups and empty the bounding set, so the uid changes after
 * these.
 */
#include "processes/privileges.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/secret.h"
#include "common/trust.h"

enum kf_err
kf_service_user(uid_t *uid, gid_t *gid)
{
	struct stat st;
	enum kf_err err;
	int dir = -1;

	err = kf_trust_directory(kf_path_store, &dir);
	if (err != KF_OK)
		return err;
	if (fstatat(dir, "state", &st, AT_SYMLINK_NOFOLLOW) != 0)
		err = KF_ERR_MISSING;
	else if (!S_ISDIR(st.st_mode) || (st.st_mode & 07777) != 0700 ||
	    st.st_uid == kf_trusted_uid() || st.st_gid == 0)
		err = KF_ERR_UNTRUSTED;
	(void)close(dir);
	if (err == KF_OK) {
		*uid = st.st_uid;
		*gid = st.st_gid;
	}
	return err;
}

#ifdef __SANITIZE_ADDRESS__
#define ADDRESS_SPACE RLIM_INFINITY	/* ASan maps terabytes */
#else
#define ADDRESS_SPACE (512UL << 20)
#endif

/*
 * Sets each limit, whether it was higher or lower: a hostile caller of sudo
 * could have set a limit so low that a write fails in the middle, or so high
 * that this process can grow without bound.  Where root may not raise a hard
 * limit (a container without CAP_SYS_RESOURCE), the inherited one is accepted
 * if it is at least the floor.
 */
static bool
set_limits(void)
{
	static const struct {
		__rlimit_resource_t resource;
		rlim_t value;
		rlim_t floor;
	} limits[] = {
		{ RLIMIT_CORE, 0, 0 },
		{ RLIMIT_CPU, 60, 10 },
		{ RLIMIT_DATA, ADDRESS_SPACE, 64UL << 20 },
		{ RLIMIT_AS, ADDRESS_SPACE, 128UL << 20 },
		{ RLIMIT_STACK, 8UL << 20, 1UL << 20 },
		{ RLIMIT_FSIZE, 1UL << 20, 64UL << 10 },
		{ RLIMIT_NOFILE, 64, 32 },
		/* Counts all verifiers and all device programs together. */
		{ RLIMIT_NPROC, 8192, 0 },
		{ RLIMIT_MEMLOCK, 64UL << 20, 0 },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit limit = { limits[i].value, limits[i].value };

		if (setrlimit(limits[i].resource, &limit) == 0)
			continue;
		if (getrlimit(limits[i].resource, &limit) != 0 ||
		    limit.rlim_max < limits[i].floor)
			return false;
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(limits[i].resource, &limit) != 0)
			return false;
	}
	return true;
}

/*
 * Empties the bounding and the ambient set.  Sets the securebits first, because
 * inherited ones could make capabilities outlive the change of uid.
 */
static bool
empty_bounding_set(void)
{
	if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0,
	    0, 0) != 0)
		return false;
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
			return false;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
}

static bool
empty_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	const struct __user_cap_data_struct none[2] = { { 0, 0, 0 } };

	return syscall(SYS_capset, &head, none) == 0;
}

/*
 * True when no supplementary group is left but gid itself, which initgroups(3)
 * adds to the list.
 */
static bool
has_no_other_group(gid_t gid)
{
	gid_t group[1];
	int n = getgroups(1, group);

	return n == 0 || (n == 1 && group[0] == gid);
}

/*
 * True when every id is that of the service user, no capability is left, and
 * all attempts to become root again fail.
 */
static bool
is_dropped(uid_t uid, gid_t gid)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct caps[2] = { { 0, 0, 0 } };
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (getresuid(&ruid, &euid, &suid) != 0 ||
	    getresgid(&rgid, &egid, &sgid) != 0)
		return false;
	if (ruid != uid || euid != uid || suid != uid ||
	    rgid != gid || egid != gid || sgid != gid ||
	    !has_no_other_group(gid))
		return false;
	if (syscall(SYS_capget, &head, caps) != 0)
		return false;
	for (int i = 0; i < 2; i++)
		if ((caps[i].effective | caps[i].permitted |
		    caps[i].inheritable) != 0)
			return false;
	return setresuid((uid_t)-1, 0, (uid_t)-1) != 0 && setuid(0) != 0 &&
	    setresgid((gid_t)-1, 0, (gid_t)-1) != 0 && setgid(0) != 0;
}

/*
 * Replaces what the process inherited from its caller: session, limits, umask,
 * working directory, and the descriptors from first_fd on.
 */
static bool
detach(unsigned first_fd)
{
	/* Fails only for a process group leader, which keeps its session. */
	(void)setsid();
	if (!set_limits())
		return false;
	(void)umask(077);
	return chdir("/") == 0 &&
	    syscall(SYS_close_range, first_fd, ~0U, 0) == 0;
}

/* Checks that root was given up, and makes that final with no_new_privs. */
static enum kf_err
finish(uid_t uid, gid_t gid)
{
	if (!is_dropped(uid, gid))
		return KF_ERR_IO;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return KF_ERR_IO;
	kf_memory_protect();
	return KF_OK;
}

enum kf_err
kf_privileges_drop(uid_t uid, gid_t gid, unsigned first_fd)
{
	if (!detach(first_fd) || !empty_bounding_set() ||
	    setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 ||
	    setresuid(uid, uid, uid) != 0 || !empty_capabilities())
		return KF_ERR_IO;
	return finish(uid, gid);
}

/*
 * Puts /dev/null on descriptors 1 and 2, because the service manager may have
 * put the socket there too.
 */
static bool
silence(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool done = null > 0 && dup2(null, 1) == 1 && dup2(null, 2) == 2;

	if (null > 2)
		(void)close(null);
	return done;
}

enum kf_err
kf_privileges_confirm(uid_t uid, gid_t gid)
{
	if (!is_dropped(uid, gid))
		return KF_ERR_UNTRUSTED;
	if (!detach(3) || !silence())
		return KF_ERR_IO;
	return finish(uid, gid);
}
