/*
 * Makes and checks the folders, the machine key and the configuration; see
 * setup.h.  Every file is made relative to an open directory that only root can
 * change, and so are all directories above it, so that nobody can put another
 * file in its place.  state/ is given to the service user once, when it is
 * made; after that, root must not touch it.
 */
#include "enroll_tool/setup/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/trust.h"
#include "enroll_tool/cli/terminal.h"
#include "policy/conf.h"
#include "store/seal.h"

#define FRESH_KEY ".machine.key.new"

static enum kf_exit
complain_path(const char *path, enum kf_err err)
{
	kf_complain("setup: %s: %s", path, err == KF_ERR_UNTRUSTED ?
	    "others than root can write it, or a directory above it" :
	    kf_strerror(err));
	return KF_EXIT_ERROR;
}

/* Complains about a wrong owner or mode; uid, gid and mode are required. */
static void
wrong(struct kf_setup *s, const char *dir, const char *name,
    const struct stat *st, uid_t uid, gid_t gid, mode_t mode)
{
	kf_complain("setup: %s/%s: is %u:%u with mode %04o, and must be a "
	    "directory of %u:%u with mode %04o: find out who changed it, then "
	    "chown and chmod it",
	    dir, name, st->st_uid, st->st_gid, (unsigned)st->st_mode & 07777,
	    uid, gid, (unsigned)mode);
	s->wrong = true;
}

/* The verifier opens files below: its user must have search permission. */
static void
check_passage(struct kf_setup *s, int dir, const char *path)
{
	struct stat st;

	if (fstat(dir, &st) == 0 && ((st.st_mode & 0001) != 0 ||
	    (st.st_gid == s->gid && (st.st_mode & 0010) != 0)))
		return;
	kf_complain("setup: %s: user %s cannot open the files below it: "
	    "chmod 0755", path, KF_SERVICE_NAME);
	s->wrong = true;
}

/*
 * Makes the directory name in the open directory dir, or checks its owner and
 * mode if it exists.
 */
static enum kf_exit
make_at(struct kf_setup *s, int dir, const char *path, const char *name,
    uid_t uid, gid_t gid, mode_t mode)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!S_ISDIR(st.st_mode) || st.st_uid != uid ||
		    st.st_gid != gid || (st.st_mode & 07777) != mode)
			wrong(s, path, name, &st, uid, gid, mode);
		return KF_EXIT_DONE;
	}
	/*
	 * Only root can write in dir, so that name is still the directory that
	 * mkdirat has made.
	 */
	if (errno != ENOENT || mkdirat(dir, name, 0700) != 0 ||
	    fchmodat(dir, name, mode, 0) != 0 ||
	    fchownat(dir, name, uid, gid, AT_SYMLINK_NOFOLLOW) != 0) {
		kf_complain("setup: %s/%s: %s", path, name, strerror(errno));
		return KF_EXIT_ERROR;
	}
	kf_say("Made %s/%s.\n", path, name);
	s->changed = true;
	return KF_EXIT_DONE;
}

/*
 * Opens a directory that only root can change.  Makes it, and the directories
 * above it, if they do not exist.  The caller closes *fd.
 */
static enum kf_exit
make_directory(struct kf_setup *s, const char *path, int *fd)
{
	char above[PATH_MAX];
	const char *slash = strrchr(path, '/');
	enum kf_exit status;
	enum kf_err err = kf_trust_directory(path, fd);
	int parent = -1;

	if (err == KF_OK)
		return KF_EXIT_DONE;
	if (err != KF_ERR_MISSING || slash == NULL || slash == path ||
	    (size_t)(slash - path) >= sizeof(above))
		return complain_path(path, err);
	memcpy(above, path, (size_t)(slash - path));
	above[slash - path] = '\0';
	status = make_directory(s, above, &parent);
	if (status == KF_EXIT_DONE)
		status = make_at(s, parent, above, slash + 1, 0, 0, 0755);
	if (parent >= 0)
		(void)close(parent);
	if (status != KF_EXIT_DONE)
		return status;
	err = kf_trust_directory(path, fd);
	return err == KF_OK ? KF_EXIT_DONE : complain_path(path, err);
}

/* Writes a new machine key to FRESH_KEY in dir; sets errno on failure. */
static bool
write_key(int dir, gid_t gid)
{
	char text[KF_MACHINE_KEY_TEXT + 1];
	bool ok = false;
	int fd;

	/* A killed setup may have left it; only root can write here. */
	(void)unlinkat(dir, FRESH_KEY, 0);
	fd = openat(dir, FRESH_KEY,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	ok = kf_machine_key_new(text) == KF_OK &&
	    write(fd, text, KF_MACHINE_KEY_TEXT) == KF_MACHINE_KEY_TEXT &&
	    fchown(fd, 0, gid) == 0 && fchmod(fd, 0640) == 0 &&
	    fsync(fd) == 0;
	explicit_bzero(text, sizeof(text));
	return close(fd) == 0 && ok;
}

/*
 * Makes the machine key.  It must not replace an existing key, because every
 * enrolled seed would be lost: hence RENAME_NOREPLACE.
 */
static enum kf_exit
make_key(struct kf_setup *s, int dir)
{
	int real = -1;
	bool ok;

	ok = write_key(dir, s->gid) && renameat2(dir, FRESH_KEY, dir,
	    strrchr(kf_path_machine_key, '/') + 1, RENAME_NOREPLACE) == 0;
	if (ok) {
		real = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		ok = real >= 0 && fsync(real) == 0;
	}
	if (!ok)
		kf_complain("setup: %s: %s", kf_path_machine_key,
		    strerror(errno));
	(void)unlinkat(dir, FRESH_KEY, 0);
	if (real >= 0)
		(void)close(real);
	if (!ok)
		return KF_EXIT_ERROR;
	kf_say("Made %s.\n", kf_path_machine_key);
	s->changed = true;
	return KF_EXIT_DONE;
}

static enum kf_exit
check_key(struct kf_setup *s, int dir)
{
	const char *name = strrchr(kf_path_machine_key, '/') + 1;
	struct kf_machine_key key = { 0 };
	struct stat st;
	enum kf_err err;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return make_key(s, dir);
	err = kf_machine_key_load(kf_path_machine_key, &key);
	kf_machine_key_wipe(&key);
	if (!S_ISREG(st.st_mode) || st.st_uid != 0 || st.st_gid != s->gid ||
	    (st.st_mode & 07777) != 0640) {
		kf_complain("setup: %s: is %u:%u with mode %04o, and must be "
		    "a file of root:%s with mode 0640: find out who changed "
		    "it, then chown and chmod it", kf_path_machine_key,
		    st.st_uid, st.st_gid, (unsigned)st.st_mode & 07777,
		    KF_SERVICE_NAME);
		s->wrong = true;
	} else if (err != KF_OK) {
		kf_complain("setup: %s: %s: restore it from a backup",
		    kf_path_machine_key, kf_strerror(err));
		s->wrong = true;
	}
	return KF_EXIT_DONE;
}

static void
check_conf(struct kf_setup *s)
{
	struct kf_conf conf;
	struct kf_ini_error error;
	enum kf_err err = kf_conf_load(kf_path_conf, "keyfirst", &conf,
	    &error);

	if (err == KF_OK)
		return;
	s->wrong = true;
	if (err == KF_ERR_MISSING)
		kf_complain("setup: %s: missing: make install or the package "
		    "puts it there; one line, [default], is enough",
		    kf_path_conf);
	else if (error.line > 0)
		kf_complain("setup: %s: line %u: %s: see keyfirst.conf(5)",
		    kf_path_conf, error.line, error.reason);
	else
		kf_complain("setup: %s: %s", kf_path_conf, error.reason);
}

enum kf_exit
kf_setup_conf(struct kf_setup *s)
{
	char path[PATH_MAX];
	size_t len = (size_t)(strrchr(kf_path_machine_key, '/') -
	    kf_path_machine_key);
	enum kf_exit status;
	int dir = -1;

	if (len >= sizeof(path))
		return complain_path(kf_path_machine_key, KF_ERR_RANGE);
	memcpy(path, kf_path_machine_key, len);
	path[len] = '\0';
	status = make_directory(s, path, &dir);
	if (status == KF_EXIT_DONE) {
		check_passage(s, dir, path);
		status = check_key(s, dir);
	}
	if (dir >= 0)
		(void)close(dir);
	if (status == KF_EXIT_DONE)
		check_conf(s);
	return status;
}

enum kf_exit
kf_setup_store(struct kf_setup *s, const char *path)
{
	int dir = -1;
	enum kf_exit status = make_directory(s, path, &dir);

	if (status == KF_EXIT_DONE)
		check_passage(s, dir, path);
	if (status == KF_EXIT_DONE)
		status = make_at(s, dir, path, "enrolled", 0, s->gid, 0750);
	if (status == KF_EXIT_DONE)
		status = make_at(s, dir, path, "state", s->uid, s->gid, 0700);
	if (status == KF_EXIT_DONE)
		kf_setup_check_enrolled(s, dir, path);
	if (dir >= 0)
		(void)close(dir);
	return status;
}
