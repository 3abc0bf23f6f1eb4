/* Opens files and directories that must be trustworthy; see trust.h. */
#include "common/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/paths.h"

/* How often we open a file again because it was replaced meanwhile. */
#define REPLACED_MAX 100

static enum kf_err
from_errno(void)
{
	switch (errno) {
	case ENOENT:
		return KF_ERR_MISSING;
	case EACCES:
	case ELOOP:
	case ENOTDIR:
	case ENXIO:
		return KF_ERR_UNTRUSTED;
	}
	return KF_ERR_IO;
}

static enum kf_err
check_directory(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return KF_ERR_IO;
	if (!S_ISDIR(st.st_mode) || st.st_uid != kf_trusted_uid() ||
	    (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return KF_ERR_UNTRUSTED;
	return KF_OK;
}

/* Opens and checks a subdirectory of *fd; from then on *fd is that one. */
static enum kf_err
descend(int *fd, const char *name)
{
	int next = openat(*fd, name,
	    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (next < 0)
		return from_errno();
	(void)close(*fd);
	*fd = next;
	return check_directory(next);
}

enum kf_err
kf_trust_directory(const char *path, int *out)
{
	const char *top = kf_trusted_top();
	char copy[PATH_MAX];
	char *p;
	enum kf_err err;
	int fd;

	if (path[0] != '/' || strlen(path) >= sizeof(copy) ||
	    strncmp(path, top, strlen(top)) != 0)
		return KF_ERR_UNTRUSTED;
	fd = open(top, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return from_errno();
	err = check_directory(fd);
	memcpy(copy, path, strlen(path) + 1);
	p = copy + strlen(top);
	while (err == KF_OK && *p != '\0') {
		char *name = p;

		p += strcspn(p, "/");
		if (*p == '/')
			*p++ = '\0';
		if (strcmp(name, "..") == 0)
			err = KF_ERR_UNTRUSTED;
		else if (*name != '\0' && strcmp(name, ".") != 0)
			err = descend(&fd, name);
	}
	if (err != KF_OK)
		(void)close(fd);
	else
		*out = fd;
	return err;
}

/*
 * Opens a file that still has a name.  When its link count is 0, the file was
 * replaced after it was opened, as an enrolment is whenever it changes; then
 * the new file is opened.  Only a user who may write the directory, root for
 * enrolments, could go on replacing it; the attempts are limited all the same.
 */
static enum kf_err
open_current(int dir, const char *name, int flags, int *out, struct stat *st)
{
	for (int n = 0; n < REPLACED_MAX; n++) {
		int fd = openat(dir, name,
		    flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

		if (fd < 0)
			return from_errno();
		if (fstat(fd, st) != 0) {
			(void)close(fd);
			return KF_ERR_IO;
		}
		if (st->st_nlink != 0) {
			*out = fd;
			return KF_OK;
		}
		(void)close(fd);
	}
	return KF_ERR_UNTRUSTED;
}

enum kf_err
kf_trust_file(int dir, const char *name, int flags, const struct kf_trust *t,
    int *out)
{
	struct stat st;
	int fd = -1;
	enum kf_err err = open_current(dir, name, flags, &fd, &st);

	if (err != KF_OK)
		return err;
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1 ||
	    st.st_uid != t->owner || (st.st_mode & t->forbidden) != 0 ||
	    st.st_size < 0 || (size_t)st.st_size > t->max) {
		(void)close(fd);
		return KF_ERR_UNTRUSTED;
	}
	*out = fd;
	return KF_OK;
}

enum kf_err
kf_trust_read_at(int dir, const char *name, const struct kf_trust *t,
    char *buf, size_t size, size_t *len)
{
	enum kf_err err;
	size_t done = 0;
	int fd = -1;

	err = kf_trust_file(dir, name, O_RDONLY, t, &fd);
	if (err != KF_OK)
		return err;
	while (done < size) {
		ssize_t n = read(fd, buf + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err = KF_ERR_IO;
			goto out;
		}
		if (n == 0)
			break;
		done += (size_t)n;
	}
	if (done >= size || done > t->max) {
		err = KF_ERR_UNTRUSTED;
		goto out;
	}
	buf[done] = '\0';
	*len = done;
out:
	(void)close(fd);
	return err;
}

enum kf_err
kf_trust_read(const char *path, const struct kf_trust *t, char *buf,
    size_t size, size_t *len)
{
	char above[PATH_MAX];
	const char *slash = strrchr(path, '/');
	enum kf_err err;
	int dir = -1;

	if (slash == NULL || slash[1] == '\0' ||
	    (size_t)(slash - path) + 2 > sizeof(above))
		return KF_ERR_UNTRUSTED;
	memcpy(above, path, (size_t)(slash - path) + 1);
	above[slash - path + 1] = '\0';
	err = kf_trust_directory(above, &dir);
	if (err != KF_OK)
		return err;
	err = kf_trust_read_at(dir, slash + 1, t, buf, size, len);
	(void)close(dir);
	return err;
}
