/*
 * The file backend: enrolled/<uid> and state/<uid> below one directory, as
 * FILEFORMAT describes them.  This file opens and closes the directories, and
 * has the table of the backend's functions.
 */
#include "store/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/trust.h"

static enum kf_err
open_below(int dir, const char *name, int *fd, struct stat *st)
{
	*fd = openat(dir, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, st) != 0)
		return errno == ENOENT ? KF_ERR_MISSING : KF_ERR_UNTRUSTED;
	return KF_OK;
}

static enum kf_err
open_enrolled(int dir, struct kf_file_store *fs)
{
	struct stat st;
	enum kf_err err = open_below(dir, "enrolled", &fs->enrolled, &st);

	if (err == KF_OK && (st.st_uid != kf_trusted_uid() ||
	    (st.st_mode & 0027) != 0))
		err = KF_ERR_UNTRUSTED;
	return err;
}

/* Opens state/ for its owner, but never for root; else fs->state stays -1. */
static enum kf_err
open_state_directory(int dir, struct kf_file_store *fs)
{
	struct stat st;

	if (fstatat(dir, "state", &st, AT_SYMLINK_NOFOLLOW) != 0)
		return KF_ERR_MISSING;
	if (st.st_uid != geteuid() || geteuid() == 0)
		return KF_OK;
	if ((st.st_mode & 0077) != 0)
		return KF_ERR_UNTRUSTED;
	return open_below(dir, "state", &fs->state, &st);
}

static void
file_close(void *handle)
{
	struct kf_file_store *fs = handle;

	kf_file_close_fd(&fs->enrolled);
	kf_file_close_fd(&fs->state);
	kf_file_close_fd(&fs->slot);
	free(fs);
}

static enum kf_err
file_open(const char *place, void **handle)
{
	struct kf_file_store *fs = malloc(sizeof(*fs));
	enum kf_err err;
	int dir = -1;

	if (fs == NULL)
		return KF_ERR_UNAVAILABLE;
	fs->enrolled = -1;
	fs->state = -1;
	fs->slot = -1;
	err = kf_trust_directory(place, &dir);
	if (err == KF_OK)
		err = open_enrolled(dir, fs);
	if (err == KF_OK)
		err = open_state_directory(dir, fs);
	kf_file_close_fd(&dir);
	if (err != KF_OK)
		file_close(fs);
	else
		*handle = fs;
	return kf_file_answer(err);
}

const struct kf_store_backend kf_store_file = {
	.name = "file",
	.open = file_open,
	.close = file_close,
	.get = kf_file_get,
	.put = kf_file_put,
	.list = kf_file_list,
	.state = kf_file_state,
	.create_state = kf_file_create_state,
	.repair_state = kf_file_repair_state,
	.delete_state = kf_file_delete_state,
	.unlock = kf_file_unlock,
	.enter = kf_file_enter,
	.charge = kf_file_charge,
	.consume = kf_file_consume,
	.once = kf_file_once,
	.refund = kf_file_refund,
	.release = kf_file_release,
	.sign = kf_file_sign,
};
