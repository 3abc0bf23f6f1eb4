/*
 * Stands in for key_dialogue/reader_hidraw.c: every socket in a directory is a
 * security key.  Like a hidraw node, each is a descriptor that gives and takes
 * one report at a time.
 */
#include "tests/softkey/hid/reader_socket.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "key_dialogue/reader.h"

const char *softkey_directory = "/run/softkey";

static bool
fill_in(struct kf_reader *reader, const char *name)
{
	struct stat st;

	memset(reader, 0, sizeof(*reader));
	reader->fd = -1;
	/* One that is being made has a dot in front. */
	return name[0] != '.' && (size_t)snprintf(reader->path,
	    sizeof(reader->path), "%s/%s", softkey_directory, name) <
	    sizeof(reader->path) && (size_t)snprintf(reader->name,
	    sizeof(reader->name), "softkey %s", name) < sizeof(reader->name) &&
	    lstat(reader->path, &st) == 0 && S_ISSOCK(st.st_mode);
}

size_t
kf_reader_list(struct kf_reader readers[KF_READERS_MAX])
{
	DIR *dir = opendir(softkey_directory);
	struct dirent *entry;
	size_t count = 0;

	while (dir != NULL && count < KF_READERS_MAX &&
	    (entry = readdir(dir)) != NULL)
		if (fill_in(&readers[count], entry->d_name))
			count++;
	if (dir != NULL)
		(void)closedir(dir);
	return count;
}

enum kf_err
kf_reader_open(struct kf_reader *reader)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const char *name = strrchr(reader->path, '/');

	reader->fd = -1;
	if (name == NULL || snprintf(at.sun_path, sizeof(at.sun_path), "%s",
	    reader->path) >= (int)sizeof(at.sun_path))
		return KF_ERR_MISSING;
	(void)snprintf(reader->name, sizeof(reader->name), "softkey %.32s",
	    name + 1);
	reader->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (reader->fd < 0)
		return KF_ERR_IO;
	if (connect(reader->fd, (const struct sockaddr *)&at,
	    sizeof(at)) != 0) {
		int error = errno;

		kf_reader_close(reader);
		return error == EACCES || error == EPERM ? KF_ERR_UNTRUSTED :
		    KF_ERR_MISSING;
	}
	return KF_OK;
}

void
kf_reader_close(struct kf_reader *reader)
{
	if (reader->fd >= 0)
		(void)close(reader->fd);
	reader->fd = -1;
}

int
kf_reader_watch(void)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd >= 0 && inotify_add_watch(fd, softkey_directory, IN_CREATE |
	    IN_ATTRIB | IN_DELETE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

bool
kf_reader_seen(int watch)
{
	char events[4096] __attribute__((aligned(8)));

	return read(watch, events, sizeof(events)) > 0;
}
