/*
 * A client of the control socket; see tell.h.  A signal ends it after a minute,
 * so that a test cannot wait for ever.
 */
#include "tests/softkey/tell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int
softkey_tell(const char *path, int count, char *commands[])
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int status = 2;
	FILE *stream;
	int fd;

	if (strlen(path) >= sizeof(at.sun_path))
		return status;
	memcpy(at.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    (stream = fdopen(fd, "r+")) == NULL) {
		fprintf(stderr, "softkey: %s: %s\n", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return status;
	}
	status = 0;
	(void)alarm(60);
	for (int i = 0; i < count && status != 2; i++) {
		char line[512];

		fprintf(stream, "%s\n", commands[i]);
		fflush(stream);
		if (fgets(line, sizeof(line), stream) == NULL) {
			status = 2;
			continue;
		}
		fputs(line, stdout);
		if (strncmp(line, "ok", 2) != 0)
			status = 1;
	}
	fclose(stream);
	return status;
}
