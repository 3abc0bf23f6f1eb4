/*
 * The directory enrolled/ of the file backend.  Only root writes an enrolment,
 * and replaces it as a whole (temporary file, fsync, rename, fsync of the
 * directory).  A login reads enrolments and never writes one.
 */
#include "store/file/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/secret.h"
#include "common/text.h"
#include "common/trust.h"
#include "store/file/lock.h"

enum kf_err
kf_file_get(void *handle, uint32_t uid, int64_t deadline,
    struct kf_person *person)
{
	const struct kf_file_store *fs = handle;
	const struct kf_trust trust = {
		.owner = kf_trusted_uid(),
		.forbidden = 0037,
		.max = KF_ENROLMENT_TEXT_MAX,
	};
	struct kf_file_name name = kf_file_name("", uid);
	char text[KF_ENROLMENT_TEXT_MAX + 1];
	struct kf_ini_error error;
	size_t len = 0;
	enum kf_err err;

	(void)deadline;		/* reads of local files do not wait */
	err = kf_trust_read_at(fs->enrolled, name.text, &trust, text,
	    sizeof(text), &len);
	if (err == KF_ERR_MISSING)
		return KF_ERR_NO_USER;
	if (err == KF_OK)
		err = kf_enrolment_parse(text, len, person, &error);
	if (err == KF_OK && person->uid != uid)
		err = KF_ERR_CORRUPT;
	return kf_file_answer(err);
}

static enum kf_err
replace_enrolment(int dir, uint32_t uid, const char *text, size_t len)
{
	struct kf_file_name fresh = kf_file_name(".new.", uid);
	struct kf_file_name name = kf_file_name("", uid);
	struct stat st;
	enum kf_err err = KF_ERR_IO;
	int fd = -1;

	/* A process that was killed may have left it; only root writes here. */
	(void)unlinkat(dir, fresh.text, 0);
	if (fstat(dir, &st) != 0)
		return KF_ERR_IO;
	fd = openat(dir, fresh.text,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return KF_ERR_IO;
	if (fchown(fd, (uid_t)-1, st.st_gid) != 0 || fchmod(fd, 0640) != 0)
		goto out;
	if (kf_file_write(fd, text, len, 0) != KF_OK || fsync(fd) != 0)
		goto out;
	if (renameat(dir, fresh.text, dir, name.text) == 0)
		err = fsync(dir) == 0 ? KF_OK : KF_ERR_IO;
out:
	kf_file_close_fd(&fd);
	if (err != KF_OK)
		(void)unlinkat(dir, fresh.text, 0);
	return err;
}

static enum kf_err
delete_enrolment(int dir, uint32_t uid)
{
	struct kf_file_name name = kf_file_name("", uid);

	if (unlinkat(dir, name.text, 0) != 0 || fsync(dir) != 0)
		return KF_ERR_IO;
	return KF_OK;
}

/*
 * A new enrolment starts from a random version, not from 1.  A process may have
 * read an enrolment that was deleted and made anew since; it must not find the
 * version that it read, or it would put the deleted enrolment back.
 */
static enum kf_err
next_version(const struct kf_person *stored, uint64_t *version)
{
	uint32_t start;
	enum kf_err err;

	*version = stored->version + 1;
	if (stored->version > 0)
		return KF_OK;
	err = kf_random(&start, sizeof(start));
	*version = UINT64_C(1) + start;
	return err;
}

/* Replaces an enrolment, with the lock held; dir is enrolled/ for fsync. */
static enum kf_err
put_locked(struct kf_file_store *fs, int dir, struct kf_person *person,
    int64_t deadline)
{
	struct kf_person stored = { 0 };
	char text[KF_ENROLMENT_TEXT_MAX];
	struct kf_person next = *person;
	struct kf_ini_error error;
	size_t len = 0;
	enum kf_err err = kf_file_get(fs, person->uid, deadline, &stored);

	if (err != KF_OK && err != KF_ERR_NO_USER)
		return err;
	if (stored.version != person->version)
		return KF_ERR_CONFLICT;
	if (person->count == 0)
		return err == KF_OK ? delete_enrolment(dir, person->uid) :
		    KF_ERR_NO_USER;
	err = next_version(&stored, &next.version);
	if (err == KF_OK)
		err = kf_enrolment_format(&next, text, sizeof(text), &len);
	/* An enrolment that cannot be read back would deny every login. */
	if (err == KF_OK)
		err = kf_enrolment_parse(text, len, &stored, &error);
	if (err == KF_OK)
		err = replace_enrolment(dir, next.uid, text, len);
	if (err == KF_OK)
		person->version = next.version;
	return err;
}

/*
 * The lock is on a file that only root can open.  It is not on the directory,
 * because the service user can open that, and so could keep it locked.
 */
static int
open_lock(int enrolled)
{
	return openat(enrolled, ".lock",
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

enum kf_err
kf_file_put(void *handle, struct kf_person *person, int64_t deadline)
{
	struct kf_file_store *fs = handle;
	enum kf_err err = KF_ERR_UNAVAILABLE;
	pid_t holder;
	int lock;
	int dir;

	if (geteuid() != kf_trusted_uid())
		return KF_ERR_UNAVAILABLE;
	dir = openat(fs->enrolled, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lock = open_lock(fs->enrolled);
	if (dir >= 0 && lock >= 0)
		err = kf_lock(lock, deadline, &holder);
	if (err == KF_OK)
		err = put_locked(fs, dir, person, deadline);
	kf_file_close_fd(&lock);
	kf_file_close_fd(&dir);
	return kf_file_answer(err);
}

enum kf_err
kf_file_list(void *handle, int64_t deadline, kf_store_visit *visit,
    void *context)
{
	struct kf_file_store *fs = handle;
	struct dirent *entry;
	DIR *dir;
	int fd = openat(fs->enrolled, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	dir = fd >= 0 ? fdopendir(fd) : NULL;
	if (dir == NULL) {
		kf_file_close_fd(&fd);
		return KF_ERR_UNAVAILABLE;
	}
	while ((entry = readdir(dir)) != NULL) {
		struct kf_person person = { 0 };
		uint64_t uid;
		enum kf_err err;

		if (kf_text_number(entry->d_name, 0, UINT32_MAX - 1, &uid) !=
		    KF_OK)
			continue;
		err = kf_file_get(fs, (uint32_t)uid, deadline, &person);
		if (err == KF_ERR_NO_USER)
			continue;	/* removed since readdir */
		person.uid = (uint32_t)uid;
		visit(context, &person, err);
	}
	(void)closedir(dir);
	return KF_OK;
}
