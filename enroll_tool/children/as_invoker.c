/* Creates files as the person who called sudo; see as_invoker.h. */
#include "enroll_tool/children/as_invoker.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/secret.h"
#include "enroll_tool/cli/terminal.h"

/*
 * Becomes that person for good.  The memory of the child still holds secrets of
 * root's process, which the person must not read: kf_memory_protect is called
 * again, because fork and the change of ids undo parts of it.
 */
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

struct file {
	const char *path;
	const char *bytes;	/* NULL: look_at_file does not write */
	size_t len;
	mode_t mode;
};

static bool
write_file(const struct file *file)
{
	const char *bytes = file->bytes;
	size_t len = file->len;
	int fd = open(file->path,
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
	return len == 0 && fchmod(fd, file->mode) == 0 && fsync(fd) == 0 &&
	    close(fd) == 0;
}

/* Sets errno when it returns false. */
static bool
look_at_file(const struct file *file)
{
	char above[PATH_MAX] = ".";
	const char *slash = strrchr(file->path, '/');
	struct stat st;

	if (lstat(file->path, &st) == 0) {
		errno = EEXIST;
		return false;
	}
	if (errno != ENOENT)
		return false;
	if (slash != NULL) {
		size_t len = (size_t)(slash - file->path) + 1;

		errno = ENAMETOOLONG;
		if (len >= sizeof(above))
			return false;
		memcpy(above, file->path, len);
		above[len] = '\0';
	}
	return access(above, W_OK | X_OK) == 0;
}

/*
 * Runs work in a child that is the caller of sudo.  The exit status of the
 * child is the errno of its failure, 0 when work succeeded.
 */
static enum kf_err
as_invoker(bool (*work)(const struct file *file), const struct file *file,
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
		if ((pw != NULL && !become(pw)) || !work(file))
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

enum kf_err
kf_write_as_invoker(const char *path, const void *bytes, size_t len,
    mode_t mode, int *error)
{
	const struct file file = { path, bytes, len, mode };

	return as_invoker(write_file, &file, error);
}

enum kf_err
kf_look_as_invoker(const char *path, int *error)
{
	const struct file file = { path, NULL, 0, 0 };

	return as_invoker(look_at_file, &file, error);
}
