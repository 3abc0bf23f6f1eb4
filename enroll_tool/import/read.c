/*
 * Opens the file of another module, has a child read and parse it, and checks
 * the entries that the child sends; see import.h.  Root's process opens the
 * file and must not read it.
 */
#include "enroll_tool/import/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/text.h"
#include "enroll_tool/children/child.h"
#include "enroll_tool/cli/terminal.h"

#define READ_MS 5000		/* that the child may take for the file */

static enum kf_exit
refuse_file(const char *path, const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		kf_complain("import: %s: a symbolic link: name the file "
		    "itself", path);
	else if (!S_ISREG(st->st_mode))
		kf_complain("import: %s: not a regular file: name the file "
		    "that the module reads", path);
	else
		kf_complain("import: %s: more than %u bytes: split the file "
		    "and import the parts", path, KF_IMPORT_FILE_MAX);
	return KF_EXIT_ERROR;
}

static bool
is_fit(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_size <= KF_IMPORT_FILE_MAX;
}

/* Another person who can write it could give other persons codes or keys. */
static bool
is_roots(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static enum kf_exit
refuse_owner(const char *path)
{
	kf_complain("import: %s: others than root can write it, so the names "
	    "in it are not trusted: name the person with --user", path);
	return KF_EXIT_POLICY;
}

/*
 * Checks the file before it is opened, because to open a device may have an
 * effect; and again afterwards, because it may have been replaced in between.
 */
enum kf_exit
kf_import_open(const char *path, bool of_anybody, int *fd)
{
	enum kf_exit status;
	struct stat st;
	int why;

	*fd = -1;
	if (lstat(path, &st) != 0)
		goto out;
	if (!is_fit(&st))
		return refuse_file(path, &st);
	*fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
	    O_CLOEXEC);
	if (*fd < 0 || fstat(*fd, &st) != 0)
		goto out;
	if (!is_fit(&st))
		status = refuse_file(path, &st);
	else if (of_anybody && !is_roots(&st))
		status = refuse_owner(path);
	else
		return KF_EXIT_DONE;
	(void)close(*fd);
	*fd = -1;
	return status;
out:
	why = errno;
	kf_complain("import: %s: %s", path, strerror(why));
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	return why == ENOENT || why == ENOTDIR ? KF_EXIT_MISSING :
	    KF_EXIT_ERROR;
}

/* --- in the child --- */

struct job {
	enum kf_import_format format;
	const char *user;		/* --user; or NULL */
	size_t sent;			/* entries */
	bool ended;			/* send no more */
};

static void
send_entry(void *context, const struct kf_import_entry *entry)
{
	static const struct kf_import_entry too_many = {
		.why = KF_IMPORT_TOO_MANY,
	};
	struct job *job = context;

	if (job->ended)
		return;
	if (job->sent == KF_IMPORT_ENTRIES_MAX)
		entry = &too_many;
	job->sent++;
	job->ended = !kf_child_send(entry, sizeof(*entry)) ||
	    entry == &too_many;
}

/* Reads all, or KF_IMPORT_FILE_MAX + 1 bytes of a file that is too large. */
static enum kf_import_why
read_file(char *text, size_t *len)
{
	*len = 0;
	while (*len <= KF_IMPORT_FILE_MAX) {
		ssize_t n = read(STDIN_FILENO, text + *len,
		    KF_IMPORT_FILE_MAX + 1 - *len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return KF_IMPORT_UNREADABLE;
		if (n == 0)
			return KF_IMPORT_TAKEN;
		*len += (size_t)n;
	}
	return KF_IMPORT_TOO_LARGE;
}

/* The work of the child; the file is its standard input. */
static void
parse(void *context)
{
	struct job *job = context;
	struct kf_import_entry last = { .why = KF_IMPORT_UNREADABLE };
	char *text = malloc(KF_IMPORT_FILE_MAX + 1);
	size_t len = 0;

	if (text != NULL)
		last.why = read_file(text, &len);
	if (text != NULL && last.why == KF_IMPORT_TAKEN) {
		switch (job->format) {
		case KF_IMPORT_GOOGLE:
			kf_import_google(text, len, send_entry, job);
			break;
		case KF_IMPORT_OATH:
			kf_import_oath(text, len, job->user, send_entry, job);
			break;
		case KF_IMPORT_U2F:
			kf_import_u2f(text, len, job->user, send_entry, job);
			break;
		}
		last.why = KF_IMPORT_END;
	}
	if (text != NULL)
		explicit_bzero(text, KF_IMPORT_FILE_MAX + 1);
	free(text);
	if (!job->ended)
		(void)!kf_child_send(&last, sizeof(last));
}

/* --- in root's process --- */

static bool
is_zero(const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	unsigned char any = 0;

	for (size_t i = 0; i < len; i++)
		any = (unsigned char)(any | p[i]);
	return any == 0;
}

/*
 * A name must be clean, and equal to user if that is not NULL.  Files of Google
 * have no name; entries of other files have one unless they are refused.
 */
static bool
is_believable_user(const struct kf_import_entry *e,
    enum kf_import_format format, const char *user)
{
	if (memchr(e->user, '\0', sizeof(e->user)) == NULL ||
	    !kf_text_is_clean(e->user, sizeof(e->user)))
		return false;
	if (format == KF_IMPORT_GOOGLE)
		return e->user[0] == '\0';
	if (e->why == KF_IMPORT_TAKEN && e->user[0] == '\0')
		return false;
	return user == NULL || e->user[0] == '\0' ||
	    strcmp(e->user, user) == 0;
}

static bool
is_believable_totp(const struct kf_import_entry *e)
{
	return e->algorithm >= KF_SHA1 && e->algorithm <= KF_SHA512 &&
	    e->digits >= KF_TOTP_DIGITS_MIN &&
	    e->digits <= KF_TOTP_DIGITS_MAX &&
	    e->period >= KF_TOTP_PERIOD_MIN &&
	    e->period <= KF_TOTP_PERIOD_MAX &&
	    e->seed_len >= 1 && e->seed_len <= KF_SEED_MAX &&
	    is_zero(e->seed + e->seed_len, KF_SEED_MAX - e->seed_len);
}

/* Checks sizes only; the verifier checks again that the key is valid. */
static bool
is_believable_key(const struct kf_import_entry *e)
{
	return e->public_key_len > 0 &&
	    e->public_key_len == kf_public_key_size(e->algorithm) &&
	    e->credential_len >= KF_KEY_CREDENTIAL_MIN &&
	    e->credential_len <= KF_KEY_CREDENTIAL_MAX && e->verify <= 1;
}

static bool
is_believable(const struct kf_import_entry *e, enum kf_import_format format,
    const char *user)
{
	if (e->why > KF_IMPORT_END || e->line > KF_IMPORT_FILE_MAX ||
	    (e->why >= KF_IMPORT_TOO_MANY) != (e->line == 0))
		return false;
	if (!is_believable_user(e, format, user))
		return false;
	if (e->why != KF_IMPORT_TAKEN)
		return true;
	if ((e->flags & ~KF_IMPORT_FLAGS) != 0)
		return false;
	return format == KF_IMPORT_U2F ? is_believable_key(e) :
	    is_believable_totp(e);
}

/* Receives and checks entries until the child sends the last one. */
static enum kf_err
receive(const struct kf_child *child, enum kf_import_format format,
    const char *user, struct kf_import_list *list)
{
	int64_t deadline = kf_clock_monotonic() + KF_CHILD_START_MS + READ_MS;
	size_t max = format == KF_IMPORT_GOOGLE ? 1 : KF_IMPORT_ENTRIES_MAX;

	for (;;) {
		struct kf_import_entry e;
		enum kf_err err = kf_child_receive(child, &e, sizeof(e),
		    deadline);

		if (err == KF_OK && !is_believable(&e, format, user))
			err = KF_ERR_PROTOCOL;
		if (err == KF_OK && e.why < KF_IMPORT_TOO_MANY) {
			if (list->count < max)
				list->entries[list->count++] = e;
			else
				err = KF_ERR_PROTOCOL;
			explicit_bzero(&e, sizeof(e));
			if (err == KF_OK)
				continue;
		}
		/* An error of the whole file replaces all entries. */
		if (err == KF_OK && e.why >= KF_IMPORT_TOO_MANY &&
		    e.why != KF_IMPORT_END) {
			list->entries[0] = (struct kf_import_entry){
				.why = e.why };
			list->count = 1;
		}
		explicit_bzero(&e, sizeof(e));
		return err;
	}
}

enum kf_err
kf_import_read(enum kf_import_format format, int fd, const char *user,
    struct kf_import_list *list)
{
	struct job job = { .format = format, .user = user };
	struct kf_child child;
	enum kf_err err;

	*list = (struct kf_import_list){ 0 };
	list->entries = calloc(KF_IMPORT_ENTRIES_MAX, sizeof(list->entries[0]));
	if (list->entries == NULL)
		return KF_ERR_IO;
	err = kf_child_start(&child, fd, parse, &job);
	if (err == KF_OK) {
		err = receive(&child, format, user, list);
		kf_child_end(&child);
	}
	if (err != KF_OK)
		kf_import_free(list);
	return err;
}

void
kf_import_free(struct kf_import_list *list)
{
	if (list->entries != NULL)
		explicit_bzero(list->entries,
		    KF_IMPORT_ENTRIES_MAX * sizeof(list->entries[0]));
	free(list->entries);
	*list = (struct kf_import_list){ 0 };
}
