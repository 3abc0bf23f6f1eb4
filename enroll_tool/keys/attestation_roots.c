/*
 * Reads the files of attestation roots; see attestation.h.  Root reads them,
 * because user keyfirst may not have access to the administrator's directory.
 * They must not be parsed here.
 */
#include "enroll_tool/keys/attestation.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/trust.h"

#define ROOTS_MAX (1u << 20)	/* bytes of all files */
#define FILE_MAX (64u << 10)	/* bytes of a file */

static bool
is_certificate(const char *name)
{
	const char *dot = strrchr(name, '.');

	return name[0] != '.' && dot != NULL &&
	    (strcmp(dot, ".pem") == 0 || strcmp(dot, ".crt") == 0);
}

/*
 * Appends a file to the text, and a newline, which does no harm between two PEM
 * files, so that the next file begins on a new line.
 */
static enum kf_err
append(int dir, const char *name, struct kf_roots *roots)
{
	const struct kf_trust trust = {
		.owner = kf_trusted_uid(),
		.forbidden = S_IWGRP | S_IWOTH,
		.max = FILE_MAX,
	};
	struct kf_roots_file *file;
	char *text;
	size_t len = 0;
	enum kf_err err;

	file = reallocarray(roots->files, roots->count + 1, sizeof(*file));
	if (file == NULL)
		return KF_ERR_IO;
	roots->files = file;
	file += roots->count++;
	*file = (struct kf_roots_file){ .end = roots->len };
	memcpy(file->name, name, strnlen(name, NAME_MAX));
	if (roots->len + FILE_MAX + 2 > ROOTS_MAX)
		return KF_ERR_RANGE;
	text = realloc(roots->text, roots->len + FILE_MAX + 2);
	if (text == NULL)
		return KF_ERR_IO;
	roots->text = text;
	err = kf_trust_read_at(dir, name, &trust, text + roots->len,
	    FILE_MAX + 1, &len);
	if (err != KF_OK)
		return err;
	roots->len += len;
	text[roots->len++] = '\n';
	file->end = roots->len;
	return KF_OK;
}

static enum kf_err
read_all(int dir, struct kf_roots *roots)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	enum kf_err err = KF_OK;

	if (list == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return errno == EACCES ? KF_ERR_UNTRUSTED : KF_ERR_IO;
	}
	while (err == KF_OK && (entry = readdir(list)) != NULL)
		if (is_certificate(entry->d_name))
			err = append(dir, entry->d_name, roots);
	(void)closedir(list);
	return err == KF_OK && roots->len == 0 ? KF_ERR_MISSING : err;
}

enum kf_err
kf_roots_read(const char *directory, struct kf_roots *roots)
{
	char path[PATH_MAX];
	struct stat st;
	enum kf_err err;
	int dir = -1;

	*roots = (struct kf_roots){ 0 };
	/* A symbolic link is allowed: the directory behind it is checked. */
	if (realpath(directory, path) == NULL)
		return errno == ENOENT || errno == ENOTDIR ? KF_ERR_MISSING :
		    KF_ERR_IO;
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		return KF_ERR_MISSING;
	err = kf_trust_directory(path, &dir);
	if (err != KF_OK)
		return err;
	err = read_all(dir, roots);
	(void)close(dir);
	if (err != KF_OK) {
		free(roots->text);
		roots->text = NULL;
	}
	return err;
}

void
kf_roots_free(struct kf_roots *roots)
{
	free(roots->text);
	free(roots->files);
	*roots = (struct kf_roots){ 0 };
}
