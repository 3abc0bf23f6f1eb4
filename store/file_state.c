/*
 * state/ of the file backend.  A state is rewritten in place, in the older of
 * its two slots, under flock, and only by the service user: that needs no room
 * on a full disk, no rename and no new file.  Root never opens anything here,
 * so nothing that the service user plants can lead root astray.
 */
#include "store/file_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/trust.h"
#include "store/lock.h"

/* A state file that is open and locked. */
struct open_state {
	int fd;
	unsigned newest;	/* the slot that was read */
	struct kf_state state;
};

static enum kf_err
read_slots(struct open_state *open, uint32_t uid)
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
		if (kf_state_parse(slots + i * KF_SLOT_SIZE, &state) != KF_OK ||
		    state.uid != uid ||
		    (found && state.sequence < open->state.sequence))
			continue;
		open->state = state;
		open->newest = i;
		found = true;
	}
	return found ? KF_OK : KF_ERR_CORRUPT;
}

static enum kf_err
write_slot(int fd, const struct kf_state *state, unsigned slot)
{
	char text[KF_SLOT_SIZE];
	enum kf_err err = kf_state_format(state, text);

	if (err == KF_OK)
		err = kf_file_write(fd, text, sizeof(text),
		    (off_t)slot * KF_SLOT_SIZE);
	if (err == KF_OK && fdatasync(fd) != 0)
		err = KF_ERR_IO;
	return err;
}

/* Overwrites the older slot; the newer one stays until that is durable. */
static enum kf_err
write_state(struct open_state *open, const struct kf_state *state)
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

/* Is what was locked still what the name leads to? */
static bool
is_same(int dir, const char *name, int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 &&
	    fstatat(dir, name, &b, AT_SYMLINK_NOFOLLOW) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static enum kf_err
open_state(struct kf_file_store *fs, uint32_t uid, int64_t deadline,
    struct open_state *open, pid_t *holder)
{
	const struct kf_trust trust = {
		.owner = geteuid(),
		.forbidden = 0077,
		.max = KF_STATE_SIZE,
	};
	struct kf_file_name name = kf_file_name("", uid);
	enum kf_err err;

	*holder = 0;
	open->fd = -1;
	if (fs->state < 0)
		return KF_ERR_UNAVAILABLE;
	err = kf_trust_file(fs->state, name.text, O_RDWR, &trust, &open->fd);
	if (err == KF_OK)
		err = kf_lock(open->fd, deadline, holder);
	/* Replaced while we waited: the lock is on what is gone. */
	if (err == KF_OK && !is_same(fs->state, name.text, open->fd))
		err = KF_ERR_UNAVAILABLE;
	if (err == KF_OK)
		err = read_slots(open, uid);
	if (err != KF_OK)
		kf_file_close_fd(&open->fd);
	return kf_file_answer(err);
}

enum kf_err
kf_file_state(void *handle, uint32_t uid, int64_t deadline,
    struct kf_state *state)
{
	struct open_state open;
	pid_t holder;
	enum kf_err err = open_state(handle, uid, deadline, &open, &holder);

	if (err == KF_OK)
		*state = open.state;
	kf_file_close_fd(&open.fd);
	return err;
}

/*
 * Both slots are written before the name appears, so that there is never a
 * file without a state in it.  A state that exists stays.
 */
static enum kf_err
create_locked(int dir, uint32_t uid)
{
	struct kf_file_name fresh = kf_file_name(".new.", uid);
	struct kf_file_name name = kf_file_name("", uid);
	struct kf_state state = { .uid = uid, .sequence = 1 };
	enum kf_err err = KF_ERR_IO;
	int fd;

	if (faccessat(dir, name.text, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return KF_OK;
	(void)unlinkat(dir, fresh.text, 0);
	fd = openat(dir, fresh.text,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return KF_ERR_IO;
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

enum kf_err
kf_file_create_state(void *handle, uint32_t uid, int64_t deadline)
{
	struct kf_file_store *fs = handle;
	enum kf_err err;
	pid_t holder;
	int dir;

	if (fs->state < 0)
		return KF_ERR_UNAVAILABLE;
	dir = openat(fs->state, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return KF_ERR_UNAVAILABLE;
	err = kf_lock(dir, deadline, &holder);
	if (err == KF_OK)
		err = create_locked(dir, uid);
	kf_file_close_fd(&dir);
	return kf_file_answer(err);
}

enum kf_err
kf_file_delete_state(void *handle, uint32_t uid, int64_t deadline)
{
	struct kf_file_store *fs = handle;
	struct kf_file_name name = kf_file_name("", uid);

	(void)deadline;
	if (fs->state < 0)
		return KF_ERR_UNAVAILABLE;
	if (unlinkat(fs->state, name.text, 0) != 0 && errno != ENOENT)
		return KF_ERR_UNAVAILABLE;
	return fsync(fs->state) == 0 ? KF_OK : KF_ERR_UNAVAILABLE;
}

enum kf_err
kf_file_unlock(void *handle, uint32_t uid, int64_t deadline)
{
	struct open_state open;
	struct kf_state state;
	pid_t holder;
	enum kf_err err = open_state(handle, uid, deadline, &open, &holder);

	if (err != KF_OK)
		return err;
	state = open.state;
	memset(state.counts, 0, sizeof(state.counts));
	err = write_state(&open, &state);
	kf_file_close_fd(&open.fd);
	return kf_file_answer(err);
}

/* Guesses */

void
kf_file_release(void *handle, struct kf_guess *guess)
{
	struct open_state *open = guess->backend;

	(void)handle;
	guess->backend = NULL;
	if (open == NULL)
		return;
	kf_file_close_fd(&open->fd);
	free(open);
}

/* Writes the guess's state, and keeps it as what is stored. */
static enum kf_err
commit(struct kf_guess *guess)
{
	struct open_state *open = guess->backend;
	enum kf_err err = write_state(open, &guess->state);

	if (err == KF_OK)
		guess->state = open->state;
	return kf_file_answer(err);
}

static enum kf_err
charge_locked(struct kf_file_store *fs, struct kf_guess *guess)
{
	struct open_state *open = guess->backend;
	struct kf_count *count;
	int64_t until;
	enum kf_err err = kf_file_get(fs, guess->uid, guess->deadline,
	    &guess->person);

	if (err != KF_OK)
		return err;
	guess->state = open->state;
	count = &guess->state.counts[guess->position];
	until = count->refuse_until;
	guess->wait = kf_throttle_wait(count, &guess->throttle, guess->now);
	/* A wait that was cut must run from now on, so it is written. */
	if (guess->wait > 0 && count->refuse_until != until)
		err = commit(guess);
	if (err == KF_OK && guess->wait > 0)
		err = KF_ERR_LOCKED;
	if (err != KF_OK)
		return err;
	guess->before = *count;
	kf_throttle_charge(count, &guess->throttle, guess->now);
	return commit(guess);
}

enum kf_err
kf_file_charge(void *handle, struct kf_guess *guess)
{
	struct kf_file_store *fs = handle;
	struct open_state *open = malloc(sizeof(*open));
	enum kf_err err;

	guess->backend = NULL;
	guess->wait = 0;
	if (open == NULL)
		return KF_ERR_UNAVAILABLE;
	err = open_state(fs, guess->uid, guess->deadline, open,
	    &guess->holder);
	if (err != KF_OK) {
		free(open);
		return err;
	}
	guess->backend = open;
	err = charge_locked(fs, guess);
	if (err != KF_OK)
		kf_file_release(fs, guess);
	return err;
}

enum kf_err
kf_file_consume(void *handle, struct kf_guess *guess,
    const struct kf_authenticator *a, uint64_t counter, int32_t offset)
{
	uint64_t keep[KF_AUTHENTICATORS_MAX];
	struct kf_memory *line;

	(void)handle;
	if (counter <= kf_guess_counter(guess, a))
		return KF_ERR_CONFLICT;
	for (size_t i = 0; i < guess->person.count; i++)
		keep[i] = guess->person.authenticators[i].tag;
	line = kf_state_line(&guess->state, a->tag, counter, keep,
	    guess->person.count);
	if (line == NULL)
		return KF_ERR_CORRUPT;
	line->counter = counter;
	line->used = guess->now;
	line->offset = offset;
	guess->state.counts[guess->position] = (struct kf_count){ 0 };
	return commit(guess);
}

enum kf_err
kf_file_refund(void *handle, struct kf_guess *guess)
{
	(void)handle;
	guess->state.counts[guess->position] = guess->before;
	return commit(guess);
}
