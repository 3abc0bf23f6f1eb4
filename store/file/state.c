/*
 * The directory state/ of the file backend.  A person has two files here: UID
 * holds the memory of authenticators and the count of guesses behind a first
 * factor, and strangers.UID holds the count of strangers' guesses.  Each has
 * its own lock, so that a stranger who gets a verifier stopped while it holds a
 * lock stops strangers only.  A process that holds the lock of strangers.UID
 * may take that of UID, never the reverse.
 *
 * A file is rewritten in place, in the older of its two slots, under flock, and
 * only by the service user: this needs no space on a full disk, no rename and
 * no new file.  Root never opens anything here, so that the service user cannot
 * mislead root with a file of its own.
 */
#include "store/file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/trust.h"
#include "store/file/lock.h"

static struct kf_file_name
state_name(enum kf_position position, uint32_t uid)
{
	return kf_file_name(position == KF_POSITION_KNOWN ? "" : "strangers.",
	    uid);
}

static enum kf_err
read_slots(struct kf_open_state *open, uint32_t uid)
{
	char slots[KF_STATE_SIZE];
	struct kf_state state;
	ssize_t n = pread(open->fd, slots, sizeof(slots), 0);
	bool found = false;

	if (n < 0)
		return KF_ERR_IO;
	if (n != KF_STATE_SIZE)
		return KF_ERR_CORRUPT;
	for (unsigned i = 0; i < KF_SLOTS; i++) {
		if (kf_state_parse(slots + (size_t)i * KF_SLOT_SIZE, &state) !=
		    KF_OK || state.uid != uid ||
		    (found && state.sequence < open->state.sequence))
			continue;
		open->state = state;
		open->newest = i;
		found = true;
	}
	return found ? KF_OK : KF_ERR_CORRUPT;
}

/* Writes no state that could not be read back, because it would be lost. */
static enum kf_err
write_slot(int fd, const struct kf_state *state, unsigned slot)
{
	char text[KF_SLOT_SIZE];
	struct kf_state back;
	enum kf_err err = kf_state_format(state, text);

	if (err == KF_OK)
		err = kf_state_parse(text, &back);
	if (err == KF_OK)
		err = kf_file_write(fd, text, sizeof(text),
		    (off_t)slot * KF_SLOT_SIZE);
	if (err == KF_OK && fdatasync(fd) != 0)
		err = KF_ERR_IO;
	return err;
}

enum kf_err
kf_file_write_state(struct kf_open_state *open, const struct kf_state *state)
{
	struct kf_state next = *state;
	unsigned slot = (open->newest + 1) % KF_SLOTS;
	enum kf_err err;

	next.sequence = open->state.sequence + 1;
	err = write_slot(open->fd, &next, slot);
	if (err == KF_OK) {
		open->state = next;
		open->newest = slot;
	}
	return err;
}

/* True if the name still leads to the file that was opened and locked. */
static bool
is_same(int dir, const char *name, int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 &&
	    fstatat(dir, name, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static enum kf_err
open_file(struct kf_file_store *fs, const char *name, int flags, int *fd)
{
	const struct kf_trust trust = {
		.owner = geteuid(),
		.forbidden = 0077,
		.max = KF_STATE_SIZE,
	};

	if (fs->state < 0)
		return KF_ERR_UNAVAILABLE;
	return kf_trust_file(fs->state, name, flags, &trust, fd);
}

enum kf_err
kf_file_open_state(struct kf_file_store *fs, uint32_t uid,
    enum kf_position position, int64_t deadline, struct kf_open_state *open,
    pid_t *holder)
{
	struct kf_file_name name = state_name(position, uid);
	enum kf_err err;

	*holder = 0;
	open->fd = -1;
	err = open_file(fs, name.text, O_RDWR, &open->fd);
	if (err == KF_OK)
		err = kf_lock(open->fd, deadline, holder);
	/* If the file was replaced meanwhile, the lock is on the old file. */
	if (err == KF_OK && !is_same(fs->state, name.text, open->fd))
		err = KF_ERR_UNAVAILABLE;
	if (err == KF_OK)
		err = read_slots(open, uid);
	if (err != KF_OK)
		kf_file_close_fd(&open->fd);
	return kf_file_answer(err);
}

enum kf_err
kf_file_peek(struct kf_file_store *fs, uint32_t uid, enum kf_position position,
    struct kf_state *state)
{
	struct kf_file_name name = state_name(position, uid);
	struct kf_open_state open = { .fd = -1 };
	enum kf_err err = open_file(fs, name.text, O_RDONLY, &open.fd);

	/* Two writes during one read can spoil both slots: read once more. */
	if (err == KF_OK)
		err = read_slots(&open, uid);
	if (err == KF_ERR_CORRUPT)
		err = read_slots(&open, uid);
	if (err == KF_OK)
		*state = open.state;
	kf_file_close_fd(&open.fd);
	return kf_file_answer(err);
}

enum kf_err
kf_file_state(void *handle, uint32_t uid, int64_t deadline,
    struct kf_state *state)
{
	struct kf_state strangers;
	enum kf_err err = kf_file_peek(handle, uid, KF_POSITION_KNOWN, state);

	(void)deadline;		/* nothing here waits */
	if (err == KF_OK)
		err = kf_file_peek(handle, uid, KF_POSITION_STRANGER,
		    &strangers);
	if (err == KF_OK)
		state->counts[KF_POSITION_STRANGER] =
		    strangers.counts[KF_POSITION_STRANGER];
	return err;
}

/*
 * Creates a file with this state.  Both slots are written before the name
 * appears, so that there is never a file without a state in it.
 */
static enum kf_err
create_file(int dir, enum kf_position position, const struct kf_state *first)
{
	struct kf_file_name fresh = kf_file_name(".new.", first->uid);
	struct kf_file_name name = state_name(position, first->uid);
	struct kf_state state = *first;
	enum kf_err err = KF_ERR_IO;
	int fd;

	(void)unlinkat(dir, fresh.text, 0);
	fd = openat(dir, fresh.text,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return KF_ERR_IO;
	/* strangers.UID has a count and no memory. */
	if (position == KF_POSITION_STRANGER)
		state.lines = 0;
	state.sequence = 1;
	if (write_slot(fd, &state, 0) != KF_OK)
		goto out;
	state.sequence = 2;
	if (write_slot(fd, &state, 1) != KF_OK)
		goto out;
	if (renameat2(dir, fresh.text, dir, name.text,
	    RENAME_NOREPLACE) == 0 && fsync(dir) == 0)
		err = KF_OK;
out:
	kf_file_close_fd(&fd);
	if (err != KF_OK)
		(void)unlinkat(dir, fresh.text, 0);
	return err;
}

static bool
is_there(int dir, enum kf_position position, uint32_t uid)
{
	struct kf_file_name name = state_name(position, uid);

	return faccessat(dir, name.text, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	    errno != ENOENT;
}

/* Locks state/ before files are made in it.  The caller closes *dir. */
static enum kf_err
lock_directory(struct kf_file_store *fs, int64_t deadline, int *dir)
{
	pid_t holder;

	*dir = -1;
	if (fs->state < 0)
		return KF_ERR_UNAVAILABLE;
	*dir = openat(fs->state, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*dir < 0)
		return KF_ERR_UNAVAILABLE;
	return kf_lock(*dir, deadline, &holder);
}

/* strangers.UID comes first, because a login looks for UID alone. */
static const enum kf_position creation[] = {
	KF_POSITION_STRANGER, KF_POSITION_KNOWN
};

enum kf_err
kf_file_create_state(void *handle, uint32_t uid, int64_t deadline)
{
	const struct kf_state empty = { .uid = uid };
	int dir;
	enum kf_err err = lock_directory(handle, deadline, &dir);

	for (int i = 0; i < KF_POSITIONS && err == KF_OK; i++)
		if (!is_there(dir, creation[i], uid))
			err = create_file(dir, creation[i], &empty);
	kf_file_close_fd(&dir);
	return kf_file_answer(err);
}

/* Replaces a file that is missing or holds no valid state. */
static enum kf_err
repair_file(struct kf_file_store *fs, int dir, enum kf_position position,
    const struct kf_state *fresh)
{
	struct kf_file_name name = state_name(position, fresh->uid);
	struct kf_state found;
	enum kf_err err = kf_file_peek(fs, fresh->uid, position, &found);

	if (err != KF_ERR_CORRUPT)
		return err;
	if (unlinkat(dir, name.text, 0) != 0 && errno != ENOENT)
		return KF_ERR_IO;
	return create_file(dir, position, fresh);
}

enum kf_err
kf_file_repair_state(void *handle, const struct kf_state *state,
    bool only_missing, int64_t deadline)
{
	struct kf_state found;
	int dir;
	enum kf_err err = lock_directory(handle, deadline, &dir);

	/* A file that cannot be read may still hold counters that matter. */
	if (err == KF_OK && only_missing &&
	    (is_there(dir, KF_POSITION_STRANGER, state->uid) ||
	    is_there(dir, KF_POSITION_KNOWN, state->uid)) &&
	    kf_file_state(handle, state->uid, deadline, &found) != KF_OK)
		err = KF_ERR_CONFLICT;
	for (int i = 0; i < KF_POSITIONS && err == KF_OK; i++)
		err = repair_file(handle, dir, creation[i], state);
	kf_file_close_fd(&dir);
	return kf_file_answer(err);
}

enum kf_err
kf_file_delete_state(void *handle, uint32_t uid, int64_t deadline)
{
	struct kf_file_store *fs = handle;

	(void)deadline;
	if (fs->state < 0)
		return KF_ERR_UNAVAILABLE;
	for (int p = 0; p < KF_POSITIONS; p++) {
		struct kf_file_name name = state_name((enum kf_position)p,
		    uid);

		if (unlinkat(fs->state, name.text, 0) != 0 && errno != ENOENT)
			return KF_ERR_UNAVAILABLE;
	}
	return fsync(fs->state) == 0 ? KF_OK : KF_ERR_UNAVAILABLE;
}

static enum kf_err
unlock_position(struct kf_file_store *fs, uint32_t uid,
    enum kf_position position, int64_t deadline)
{
	struct kf_open_state open;
	struct kf_state state;
	pid_t holder;
	enum kf_err err = kf_file_open_state(fs, uid, position, deadline, &open,
	    &holder);

	if (err != KF_OK)
		return err;
	state = open.state;
	memset(state.counts, 0, sizeof(state.counts));
	err = kf_file_write_state(&open, &state);
	kf_file_close_fd(&open.fd);
	return kf_file_answer(err);
}

/* UID comes first: it must not wait for a lock that is held by a stranger. */
enum kf_err
kf_file_unlock(void *handle, uint32_t uid, int64_t deadline)
{
	enum kf_err err = unlock_position(handle, uid, KF_POSITION_KNOWN,
	    deadline);

	if (err == KF_OK)
		err = unlock_position(handle, uid, KF_POSITION_STRANGER,
		    deadline);
	return err;
}
