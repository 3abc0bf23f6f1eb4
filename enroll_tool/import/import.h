/*
 * Reads codes and keys from the files of other PAM modules.  A child that is
 * user keyfirst parses a file (read.c), with functions that only look at a text
 * in memory (google.c, oath.c and u2f.c; parse.c has what they share).  Root's
 * process checks again every entry that the child sends.  A complaint must not
 * contain any text of the file, only line numbers.
 */
#ifndef KF_IMPORT_H
#define KF_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "enroll_tool/cli/command.h"
#include "enroll_tool/installation/installation.h"

#define KF_IMPORT_FILE_MAX (1U << 20)	/* bytes */
/* Bytes; enough for sixteen keys of the largest size. */
#define KF_IMPORT_LINE_MAX 32768
#define KF_IMPORT_ENTRIES_MAX 4096	/* of a file */

enum kf_import_format {
	KF_IMPORT_GOOGLE,	/* ~/.google_authenticator: one person */
	KF_IMPORT_OATH,		/* users.oath: many persons */
	KF_IMPORT_U2F		/* u2f_keys of pam_u2f: one or many persons */
};

/*
 * Why an entry is refused; why.c has the messages.  From KF_IMPORT_TOO_MANY on,
 * the reason is about the whole file, and is the last entry that the child
 * sends.
 */
enum kf_import_why {
	KF_IMPORT_TAKEN = 0,	/* not refused */
	KF_IMPORT_SYNTAX,
	KF_IMPORT_SECRET,	/* no secret, or not base32 or hexadecimal */
	KF_IMPORT_TYPE,		/* neither TOTP nor HOTP */
	KF_IMPORT_OPTION,	/* unknown option */
	KF_IMPORT_COUNTER,	/* HOTP */
	KF_IMPORT_PERIOD,	/* out of range */
	KF_IMPORT_DIGITS,	/* out of range */
	KF_IMPORT_LONG,		/* the secret is too long */
	KF_IMPORT_NO_KEY,	/* the line has no key */
	KF_IMPORT_RESIDENT,	/* the file lacks the id of a resident key */
	KF_IMPORT_HANDLE,	/* the key handle is not base64 */
	KF_IMPORT_HANDLE_LENGTH, /* out of range */
	KF_IMPORT_KEY_TYPE,	/* unknown algorithm */
	KF_IMPORT_PUBLIC_KEY,	/* not valid for its algorithm */
	KF_IMPORT_TOO_MANY,	/* entries */
	KF_IMPORT_TOO_LARGE,	/* the file grew while it was read */
	KF_IMPORT_UNREADABLE,
	KF_IMPORT_END		/* no error: there is no further entry */
};

/* What an entry had that is not imported; explained to the administrator. */
enum {
	KF_IMPORT_HAS_PIN = 1,
	KF_IMPORT_HAS_SCRATCH_CODES = 2,
	KF_IMPORT_HAS_SKEW = 4,		/* a correction of the phone's clock */
	KF_IMPORT_HAS_NO_TOUCH = 8	/* a key that needed no touch */
};
#define KF_IMPORT_FLAGS 15U		/* all of them */

/*
 * One TOTP secret or key of a line, or why it is refused.  The child sends the
 * bytes of this struct.
 */
struct kf_import_entry {
	uint32_t why;			/* enum kf_import_why */
	uint32_t line;			/* from 1; 0: the whole file */
	char user[KF_NAME_SIZE];	/* from the file, or empty */
	/* The rest is set if why is KF_IMPORT_TAKEN. */
	uint32_t algorithm;		/* of TOTP, or of the key */
	uint32_t flags;			/* KF_IMPORT_HAS_... */
	/* For TOTP: */
	uint32_t digits;
	uint32_t period;		/* seconds */
	uint64_t used;			/* newest used time step; 0: unknown */
	uint32_t seed_len;
	unsigned char seed[KF_SEED_MAX];
	/* For a key: */
	uint32_t verify;		/* 1: needs PIN or fingerprint */
	uint32_t credential_len;
	unsigned char credential[KF_KEY_CREDENTIAL_MAX];
	uint32_t public_key_len;
	unsigned char public_key[KF_PUBLIC_KEY_MAX];
};

/* Receives an entry from a parser; entry is not valid after the call. */
typedef void kf_import_take(void *context,
    const struct kf_import_entry *entry);

/*
 * The parsers.  Each calls take for every secret or key of the text, and for
 * every line that should have one and is refused, but never with a reason that
 * is about the whole file.  If user is not NULL, lines of other users are left
 * out.
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
	size_t left;			/* bytes at text */
	uint32_t number;		/* of the line, from 1 */
	bool fits;			/* line is whole, and has no NUL */
	char line[KF_IMPORT_LINE_MAX + 1];
};

/*
 * Takes the next line of the text, without LF or CR LF at its end, and cut to
 * KF_IMPORT_LINE_MAX bytes.  Returns false after the last line.  The caller
 * sets text and left before the first call, and wipes the struct.
 */
bool
kf_import_next(struct kf_import_lines *lines) __attribute__((nonnull));

/* Returns the next word between blanks and ends it by NUL; NULL if none. */
char *
kf_import_word(char **rest) __attribute__((nonnull));

/*
 * Decode hexadecimal digits of either case (text is changed to lower case), and
 * base64 (RFC 4648) of either alphabet, with or without padding.
 * KF_ERR_SYNTAX, or KF_ERR_RANGE for more than size bytes.
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
	struct kf_import_entry *entries;	/* KF_IMPORT_ENTRIES_MAX */
};

/*
 * Opens a regular file of at most KF_IMPORT_FILE_MAX bytes.  Does not wait, and
 * does not follow a symbolic link as last part of the path.  With of_anybody,
 * the file itself says to which persons the entries belong, so root must own it
 * and nobody else may write it.  Any status but KF_EXIT_DONE comes after a
 * complaint.  The caller closes *fd.
 */
KF_CHECKED enum kf_exit
kf_import_open(const char *path, bool of_anybody, int *fd)
    __attribute__((nonnull));

/*
 * Has a child parse the file and fills list with checked entries; user as for
 * the parsers.  KF_ERR_TIMEOUT, KF_ERR_CLOSED or KF_ERR_IO if the child failed,
 * KF_ERR_PROTOCOL if it sent an entry that no parser makes; the list is empty
 * then.  kf_import_free must follow.
 */
KF_CHECKED enum kf_err
kf_import_read(enum kf_import_format format, int fd, const char *user,
    struct kf_import_list *list) __attribute__((nonnull(4)));

/* Wipes and frees the list; may be called more than once. */
void
kf_import_free(struct kf_import_list *list) __attribute__((nonnull));

/* --- messages (import/why.c) --- */

/*
 * Tells what was not imported, or must be known, in a line each.  flags: of all
 * imported entries.  user: of --user; a file with scratch codes needs it.
 */
void
kf_import_explain(uint32_t flags, const char *user);

/* Complains why an entry is refused; returns the exit status for it. */
enum kf_exit
kf_import_complain(const char *file, const struct kf_import_entry *e)
    __attribute__((nonnull));

/* --- adding to an enrolment, in root's process (import/add.c) --- */

/* An entry that was checked, ready to be added; the caller wipes it. */
struct kf_import_ready {
	const struct kf_import_entry *entry;
	struct kf_totp totp;		/* TOTP */
	struct kf_secret seed;		/* TOTP */
	struct kf_key key;		/* a key: credential_len > 0 */
};

/*
 * Checks that the entry may be stored, and fills in ready.  rp_id is the RP id
 * of keys, file the name for complaints.  Any status but KF_EXIT_DONE comes
 * after a complaint.
 */
KF_CHECKED enum kf_exit
kf_import_prepare(const struct kf_installation *in,
    enum kf_import_format format, const char *file, const char *rp_id,
    const struct kf_import_entry *entry, struct kf_import_ready *ready)
    __attribute__((nonnull));

/*
 * Adds the factor to *person, unproved.  Stores nothing.  Any status but
 * KF_EXIT_DONE comes after a complaint.
 */
KF_CHECKED enum kf_exit
kf_import_add(const struct kf_installation *in, struct kf_person *person,
    const struct kf_import_ready *ready) __attribute__((nonnull));

#endif
