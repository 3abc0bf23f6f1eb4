/*
 * A person's sessions in the file backend.  A session is a lock on one of four
 * bytes past the end of state/UID, held for as long as the store is open.  This
 * file must not wait for a lock and must not create a file: a person who has no
 * state gets no session.
 *
 * The locks belong to the open file (F_OFD_SETLK): a guess that opens and
 * closes the same file does not release them, and they end with the process.
 * They do not conflict with the flock(2) of a guess.
 */
#include "store/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/trust.h"

/* Locks byte n.  If false, *broken tells an error from a byte that is taken. */
static bool
lock_byte(int fd, unsigned n, bool *broken)
{
	struct flock lock = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = KF_STATE_SIZE + (off_t)n,
		.l_len = 1,
	};

	if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return true;
	*broken = errno != EAGAIN && errno != EACCES;
	return false;
}

enum kf_err
kf_file_enter(void *handle, uint32_t uid)
{
	struct kf_file_store *fs = handle;
	const struct kf_trust trust = {
		.owner = geteuid(),
		.forbidden = 0077,
		.max = KF_STATE_SIZE,
	};
	bool broken = false;
	enum kf_err err;

	if (fs->state < 0 || fs->slot >= 0)
		return KF_ERR_UNAVAILABLE;
	err = kf_trust_file(fs->state, kf_file_name("", uid).text, O_RDWR,
	    &trust, &fs->slot);
	if (err != KF_OK)
		return err == KF_ERR_MISSING ? KF_ERR_NO_USER :
		    kf_file_answer(err);
	for (unsigned n = 0; n < KF_SESSIONS && !broken; n++)
		if (lock_byte(fs->slot, n, &broken))
			return KF_OK;
	kf_file_close_fd(&fs->slot);
	return broken ? KF_ERR_UNAVAILABLE : KF_ERR_LOCKED;
}
