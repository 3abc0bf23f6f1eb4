/* What all files of this backend need; see file.h. */
#include "store/file/file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

struct kf_file_name
kf_file_name(const char *prefix, uint32_t uid)
{
	struct kf_file_name name;

	(void)snprintf(name.text, sizeof(name.text), "%s%u", prefix, uid);
	return name;
}

enum kf_err
kf_file_answer(enum kf_err err)
{
	switch (err) {
	case KF_OK:
	case KF_ERR_NO_USER:
	case KF_ERR_CONFLICT:
	case KF_ERR_LOCKED:
	case KF_ERR_EXPIRED:
	case KF_ERR_UNAVAILABLE:
	case KF_ERR_CORRUPT:
		return err;
	case KF_ERR_SYNTAX:
	case KF_ERR_RANGE:
	case KF_ERR_UNTRUSTED:
	case KF_ERR_MISSING:
	case KF_ERR_CRYPTO:
		return KF_ERR_CORRUPT;
	case KF_ERR_IO:
	case KF_ERR_TIMEOUT:
	case KF_ERR_CLOSED:
	case KF_ERR_PROTOCOL:
	case KF_ERR_CONVERSATION:
		return KF_ERR_UNAVAILABLE;
	}
	return KF_ERR_UNAVAILABLE;
}

void
kf_file_close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

enum kf_err
kf_file_write(int fd, const char *bytes, size_t len, off_t at)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = pwrite(fd, bytes + done, len - done,
		    at + (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return KF_ERR_IO;
		done += (size_t)n;
	}
	return KF_OK;
}
