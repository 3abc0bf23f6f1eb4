/*
 * The files of other modules, as what they say of a person's codes and keys.
 * They are parsed in a child that is user keyfirst (import/read.c), by
 * functions that touch nothing but text (import/google.c, import/oath.c,
 * import/u2f.c; import/parse.c is what these share).  What the child says is
 * checked again in root's process, and nothing of the file's text is ever in a
 * complaint: only line numbers.
 */
#ifndef KF_IMPORT_H
#define KF_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enroll_tool/cli/command.h"
#include "enroll_tool/installation/installation.h"

#define KF_IMPORT_FILE_MAX (1U << 20)
/* More than sixteen of the longest keys of a person. */
#define KF_IMPORT_LINE_MAX 32768
#define KF_IMPORT_ENTRIES_MAX 4096

enum kf_import_format {
	KF_IMPORT_GOOGLE,	/* ~/.google_authenticator, of one person */
	KF_IMPORT_OATH,		/* users.oath, of many */
	KF_IMPORT_U2F		/* u2f_keys of pam_u2f, of one or many */
};

/* Why a line is not taken.  The order is that of the table of words. */
enum kf_import_why {
	KF_IMPORT_TAKEN = 0,
	KF_IMPORT_SYNTAX,
	KF_IMPORT_SECRET,	/* none, or not of its alphabet */
	KF_IMPORT_TYPE,		/* neither TOTP nor HOTP */
	KF_IMPORT_OPTION,	/* none that is known */
	KF_IMPORT_COUNTER,	/* HOTP */
	KF_IMPORT_PERIOD,
	KF_IMPORT_DIGITS,
	KF_IMPORT_LONG,		/* the secret */
	KF_IMPORT_NO_KEY,	/* in the line */
	KF_IMPORT_RESIDENT,	/* a key, so that its id is not there */
	KF_IMPORT_HANDLE,	/* of a key: not base64 */
	KF_IMPORT_HANDLE_LENGTH,
	KF_IMPORT_KEY_TYPE,	/* none that is known */
	KF_IMPORT_PUBLIC_KEY,	/* none of its type */
	/* Of the file, and the last that is said of it: */
	KF_IMPORT_TOO_MANY,
	KF_IMPORT_TOO_LARGE,
	KF_IMPORT_UNREADABLE,
	KF_IMPORT_END		/* all has been said */
};

enum {
	KF_IMPORT_HAS_PIN = 1,
	KF_IMPORT_HAS_SCRATCH_CODES = 2,
	KF_IMPORT_HAS_SKEW = 4,
	KF_IMPORT_HAS_NO_TOUCH = 8
};
#define KF_IMPORT_FLAGS 15U

/* What is said of one line; as bytes, what comes from the child. */
struct kf_import_entry {
	uint32_t why;			/* enum kf_import_why */
	uint32_t line;			/* from 1; 0: of the file */
	char user[KF_NAME_SIZE];	/* as the file has it, or empty */
	/* Of TAKEN alone: */
	uint32_t algorithm;		/* of codes, or of a key */
	uint32_t flags;
	/* Of codes: */
	uint32_t digits;
	uint32_t period;
	uint64_t used;			/* the newest used step; 0: not said */
	uint32_t seed_len;
	unsigned char seed[KF_SEED_MAX];
	/* Of a key: */
	uint32_t verify;		/* 1: with PIN or fingerprint */
	uint32_t credential_len;
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	uint32_t public_key_len;
	unsigned char public_key[KF_PUBLIC_KEY_MAX];
};

typedef void kf_import_take(void *context,
    const struct kf_import_entry *entry);

/*
 * Calls take for each line that somebody's codes are in or should be, and for
 * each key of a line, and never with END or what is before it.  user, if not
 * NULL, leaves others out.
 */
void
kf_import_google(const char *text, size_t len, kf_import_take *take,
    void *context) __attribute__((nonnull(1, 3)));
void
kf_import_oath(const char *text, size_t len, const char *user,
    kf_import_take *take, void *context) __attribute__((nonnull(1, 4)));

void
kf_import_u2f(const char *text, size_t len, const char *user,
    kf_import_take *take, void *context) __attribute__((nonnull(1, 4)));

/* --- what the parsers share (import/parse.c) --- */

struct kf_import_lines {
	const char *text;
	size_t left;
	uint32_t number;		/* of the line taken last */
	bool fits;			/* no NUL in it, and not too long */
	char line[KF_IMPORT_LINE_MAX + 1];
};

/*
 * The next line, without its end (LF, CR LF), or as much as fits; false after
 * the last.  The caller wipes the struct.
 */
bool
kf_import_next(struct kf_import_lines *lines) __attribute__((nonnull));

/* Cuts out the next word between blanks; NULL when there is none. */
char *
kf_import_word(char **rest) __attribute__((nonnull));

/*
 * Hexadecimal digits of either case, and base64 (RFC 4648) of either alphabet,
 * with its padding or without.  KF_ERR_SYNTAX, or KF_ERR_RANGE beyond size.
 */
KF_CHECKED enum kf_err
kf_import_unhex(char *text, unsigned char *bytes, size_t size, size_t *len)
    __attribute__((nonnull));
KF_CHECKED enum kf_err
kf_import_base64(const char *text, unsigned char *bytes, size_t size,
    size_t *len) __attribute__((nonnull));

/* --- in root's process (import/read.c) --- */

struct kf_import_list {
	size_t count;
	struct kf_import_entry *entries;	/* room for ENTRIES_MAX */
};

/*
 * Opens a regular file of a bounded size; never waits, never follows a last
 * symbolic link.  Whoever is named in one of_anybody is believed, so that must
 * be root's.  Complains.
 */
KF_CHECKED enum kf_exit
kf_import_open(const char *path, bool of_anybody, int *fd)
    __attribute__((nonnull));

/*
 * Has it parsed.  KF_ERR_TIMEOUT, KF_ERR_CLOSED, KF_ERR_IO: the child did not
 * end as it should.  KF_ERR_PROTOCOL: it said what cannot be.  Nothing is in
 * the list then.
 */
KF_CHECKED enum kf_err
kf_import_read(enum kf_import_format format, int fd, const char *user,
    struct kf_import_list *list) __attribute__((nonnull(4)));

/* Wipes and frees it; may be called more than once. */
void
kf_import_free(struct kf_import_list *list) __attribute__((nonnull));

/* --- what is said of it (import/why.c) --- */

/* Says what is wrong with an entry that is not taken, and how bad that is. */
enum kf_exit
kf_import_complain(const char *file, const struct kf_import_entry *e)
    __attribute__((nonnull));

/* --- into the store, in root's process (import/add.c) --- */

/* An entry, ready to be stored; the caller wipes it. */
struct kf_import_ready {
	const struct kf_import_entry *entry;
	struct kf_totp totp;
	struct kf_secret seed;
	struct kf_key key;
};

/*
 * May it be stored?  rp_id: of keys.  Complains; the file is named as that.
 */
KF_CHECKED enum kf_exit
kf_import_prepare(const struct kf_installation *in,
    enum kf_import_format format, const char *file, const char *rp_id,
    const struct kf_import_entry *entry, struct kf_import_ready *ready)
    __attribute__((nonnull));

/* Adds it to the struct alone, unproved; complains. */
KF_CHECKED enum kf_exit
kf_import_add(const struct kf_installation *in, struct kf_person *person,
    const struct kf_import_ready *ready) __attribute__((nonnull));

#endif
