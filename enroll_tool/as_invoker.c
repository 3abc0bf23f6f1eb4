/* A file for the person behind sudo; see as_invoker.h. */
#include "enroll_tool/as_invoker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/secret.h"
#include "enroll_tool/terminal.h"

/* For good; and what root knew, and still is in memory, stays hidden. */
static bool
become(const struct passwd *pw)
{
	uid_t uid = pw->pw_uid;

	if (initgroups(pw->pw_name, pw->pw_gid) != 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(uid, uid, uid) != 0)
		return false;
	kf_memory_protect();
	return uid == 0 || setresuid((uid_t)-1, 0, (uid_t)-1) != 0;
}

static bool
write_file(const char *path, const char *bytes, size_t len)
{
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		bytes += n;
		len -= (size_t)n;
	}
	return len == 0 && fsync(fd) == 0 && close(fd) == 0;
}

enum kf_err
kf_write_as_invoker(const char *path, const void *bytes, size_t len,
    int *error)
{
	const char *name = kf_terminal_sudo_user();
	const struct passwd *pw = name != NULL ? getpwnam(name) : NULL;
	int status = 0;
	pid_t pid;

	*error = ESRCH;
	if (name != NULL && pw == NULL)
		return KF_ERR_IO;
	pid = fork();
	if (pid == 0) {
		errno = EPERM;
		if ((pw != NULL && !become(pw)) ||
		    !write_file(path, bytes, len))
			_exit(errno > 0 && errno < 256 ? errno : EIO);
		_exit(0);
	}
	*error = errno;
	if (pid < 0)
		return KF_ERR_IO;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return KF_ERR_IO;
	*error = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return *error == 0 ? KF_OK : KF_ERR_IO;
}
