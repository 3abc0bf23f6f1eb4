/*
 * keyfirst import FORMAT FILE: imports codes and keys from a file of another
 * module.  Of each person either all entries are imported or none.  The person
 * does not prove them, so they count as unproved until they are used.  No text
 * of the file may be printed; see import.h.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/import/import.h"
#include "enroll_tool/keys/enroll.h"
#include "enroll_tool/people/people.h"

/* pam_u2f and pamu2fcfg use this and the host name as default RP id. */
#define U2F_RP "pam://"

enum { OPT_USER = 256, OPT_RP, OPT_DRY_RUN };

static const struct option options[] = {
	{ "user", required_argument, NULL, OPT_USER },
	{ "rp", required_argument, NULL, OPT_RP },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ NULL, 0, NULL, 0 },
};

struct import {
	struct kf_installation in;
	enum kf_import_format format;
	const char *file;
	const char *user;		/* --user; or NULL */
	const char *rp;			/* --rp; or NULL */
	char rp_id[KF_KEY_RP_ID_SIZE];	/* the RP id of the keys */
	bool dry_run;			/* --dry-run */
	struct kf_import_list list;
	bool done[KF_IMPORT_ENTRIES_MAX]; /* entries that were handled */
	uint32_t flags;			/* of all imported entries */
	bool earlier;			/* a later line replaced another line */
	bool any;			/* an entry was imported */
};

/* The entries of one person. */
struct batch {
	const struct kf_installation *in;
	size_t count;
	const struct kf_import_entry *entries[KF_AUTHENTICATORS_MAX];
	struct kf_import_ready ready[KF_AUTHENTICATORS_MAX];
	size_t lines;			/* all entries, also the refused ones */
};

static enum kf_exit
worse(enum kf_exit a, enum kf_exit b)
{
	return a > b ? a : b;
}

/* --- one person --- */

/*
 * Finds the person of an entry.  A name from the file is not printed unless it
 * is the name of an account.
 */
static enum kf_exit
find_person(struct import *im, const struct kf_import_entry *e,
    struct kf_person *person)
{
	char name[KF_NAME_SIZE];
	uint32_t uid;
	enum kf_exit status;

	if (im->user != NULL)
		return kf_person_of_account(&im->in, im->user, person);
	status = kf_account_find(e->user, &uid, name);
	if (status == KF_EXIT_DONE)
		return kf_person_of_account(&im->in, name, person);
	kf_complain("import: %s: line %u: %s", im->file, e->line,
	    status == KF_EXIT_MISSING ?
	    "no such person: getent passwd shows all accounts" :
	    "the account cannot be read: try getent passwd");
	return status;
}

static void
report(struct import *im, const struct kf_person *person,
    const struct batch *batch)
{
	kf_say("%s:", person->name);
	for (size_t i = 0; i < batch->count; i++) {
		kf_say(" %s", person->authenticators[person->count -
		    batch->count + i].id);
		im->flags |= batch->entries[i]->flags;
	}
	kf_say("%s\n", im->dry_run ? " (not stored: --dry-run)" : "");
	im->any = true;
}

static enum kf_exit
add_all(struct kf_person *person, void *context)
{
	const struct batch *batch = context;
	enum kf_exit status = KF_EXIT_DONE;

	for (size_t i = 0; i < batch->count && status == KF_EXIT_DONE; i++)
		status = kf_import_add(batch->in, person, &batch->ready[i]);
	return status;
}

/*
 * Stores the entries of one person.  Adds them to a copy first, because
 * kf_person_enrol makes a state, which a person who is refused must not get.
 */
static enum kf_exit
store(struct import *im, struct batch *batch)
{
	struct kf_person person, next;
	enum kf_exit status = find_person(im, batch->entries[0], &person);

	if (status != KF_EXIT_DONE)
		return status;
	next = person;
	status = add_all(&next, batch);
	if (status == KF_EXIT_DONE && !im->dry_run)
		status = kf_person_enrol(&im->in, &person, add_all, batch,
		    batch->count, "import");
	if (status == KF_EXIT_DONE)
		report(im, im->dry_run ? &next : &person, batch);
	return status;
}

/* Is the entry of the same person as the entry first? */
static bool
is_of(const struct kf_import_entry *e, const struct kf_import_entry *first)
{
	return e == first || (e->user[0] != '\0' &&
	    strcmp(e->user, first->user) == 0);
}

/*
 * The first line that counts.  For pam_u2f that is the last line of the person,
 * because pam_u2f ignores the lines before it; otherwise 0: all lines count.
 */
static uint32_t
first_line(const struct import *im, size_t first)
{
	const struct kf_import_entry *entries = im->list.entries;
	uint32_t line = 0;

	for (size_t i = first; i < im->list.count &&
	    im->format == KF_IMPORT_U2F; i++)
		if (is_of(&entries[i], &entries[first]))
			line = entries[i].line;
	return line;
}

/*
 * Gathers all entries of the person of the entry first.  Complains about each
 * entry that is refused, and returns the worst status.
 */
static enum kf_exit
gather(struct import *im, size_t first, struct batch *batch)
{
	const struct kf_import_entry *entries = im->list.entries;
	const uint32_t from = first_line(im, first);
	enum kf_exit status = KF_EXIT_DONE;

	for (size_t i = first; i < im->list.count; i++) {
		const struct kf_import_entry *e = &entries[i];

		if (!is_of(e, &entries[first]))
			continue;
		im->done[i] = true;
		im->earlier |= e->line < from;
		if (e->line < from)
			continue;
		batch->lines++;
		if (e->why != KF_IMPORT_TAKEN) {
			status = worse(status, kf_import_complain(im->file, e));
		} else if (batch->count == KF_AUTHENTICATORS_MAX) {
			kf_complain("import: %s: line %u: more than %d "
			    "factors of one person", im->file, e->line,
			    KF_AUTHENTICATORS_MAX);
			status = worse(status, KF_EXIT_POLICY);
		} else {
			batch->entries[batch->count++] = e;
		}
	}
	return status;
}

static enum kf_exit
import_person(struct import *im, size_t first)
{
	struct batch batch = { .in = &im->in };
	enum kf_exit status = gather(im, first, &batch);

	for (size_t i = 0; i < batch.count; i++)
		status = worse(status, kf_import_prepare(&im->in, im->format,
		    im->file, im->rp_id, batch.entries[i], &batch.ready[i]));
	if (status == KF_EXIT_DONE)
		status = store(im, &batch);
	else if (batch.lines > 1)
		kf_complain("import: %s: line %u: no factor of that person "
		    "was imported", im->file, im->list.entries[first].line);
	explicit_bzero(&batch, sizeof(batch));
	return status;
}

/* --- the file --- */

/* Tells what was not imported or must be known, in a line each. */
static void
explain(const struct import *im)
{
	kf_import_explain(im->flags, im->user);
	if (im->earlier && im->any)
		kf_say("If a person has several lines, only the last was "
		    "imported: pam_u2f ignores the others, too.\n");
	if (im->any && im->format == KF_IMPORT_U2F)
		kf_say("The keys are for the RP id %s%s.\n", im->rp_id,
		    im->rp != NULL ? "" : ", the default of pam_u2f on this "
		    "machine: if the line of pam_u2f has origin=, the keys "
		    "need that as --rp");
}

static enum kf_exit
read_list(struct import *im)
{
	enum kf_exit status;
	enum kf_err err;
	int fd;

	status = kf_import_open(im->file, im->user == NULL, &fd);
	if (status != KF_EXIT_DONE)
		return status;
	err = kf_import_read(im->format, fd, im->user, &im->list);
	(void)close(fd);
	if (err != KF_OK) {
		kf_complain("import: %s: the process that reads it failed: "
		    "%s: nothing was stored", im->file, kf_strerror(err));
		return KF_EXIT_ERROR;
	}
	if (im->list.count > 0)
		return KF_EXIT_DONE;
	kf_complain("import: %s: it has no line of %s", im->file,
	    im->user != NULL ? im->user : "anybody");
	return KF_EXIT_MISSING;
}

static enum kf_exit
import_all(struct import *im)
{
	enum kf_exit status = KF_EXIT_DONE;

	kf_warn_if_not_asked(&im->in, "import",
	    im->format == KF_IMPORT_U2F ? KF_KIND_KEY : KF_KIND_TOTP);
	for (size_t i = 0; i < im->list.count; i++)
		if (!im->done[i])
			status = worse(status, import_person(im, i));
	explain(im);
	return status;
}

static enum kf_exit
import(struct import *im)
{
	enum kf_exit status = kf_installation_open(&im->in, false);

	if (status == KF_EXIT_DONE)
		status = read_list(im);
	/* Only now, so that the child that parsed the file has no copy. */
	if (status == KF_EXIT_DONE && im->format != KF_IMPORT_U2F)
		status = kf_installation_key(&im->in);
	if (status == KF_EXIT_DONE)
		status = import_all(im);
	kf_import_free(&im->list);
	kf_installation_close(&im->in);
	return status;
}

static bool
set_format(struct import *im, const char *word)
{
	static const struct {
		const char *word;
		enum kf_import_format format;
	} formats[] = {
		{ "pam-u2f", KF_IMPORT_U2F },
		{ "google-authenticator", KF_IMPORT_GOOGLE },
		{ "oath", KF_IMPORT_OATH },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].word, word) != 0)
			continue;
		im->format = formats[i].format;
		return true;
	}
	return false;
}

/* Sets im->rp_id for an import of keys; other formats have no RP id. */
static enum kf_exit
set_rp(const struct kf_command *command, struct import *im)
{
	char host[KF_KEY_RP_ID_SIZE - sizeof(U2F_RP) + 1] = "";

	if (im->format != KF_IMPORT_U2F)
		return im->rp == NULL ? KF_EXIT_DONE :
		    kf_usage(command, "--rp is for pam-u2f");
	if (im->rp == NULL && gethostname(host, sizeof(host) - 1) != 0)
		host[0] = '\0';
	(void)snprintf(im->rp_id, sizeof(im->rp_id), "%s%s",
	    im->rp != NULL ? "" : U2F_RP, im->rp != NULL ? im->rp : host);
	if (im->rp == NULL && !kf_text_is_word(host, sizeof(host)))
		return kf_usage(command, "this machine has no name that could "
		    "be an RP id: give --rp");
	return KF_EXIT_DONE;
}

enum kf_exit
kf_cmd_import(const struct kf_command *command, int argc, char **argv)
{
	static struct import im;
	int c;

	while ((c = kf_option_next(command, argc, argv, options)) != -1) {
		if (c == OPT_USER)
			im.user = optarg;
		else if (c == OPT_RP && kf_key_rp_is_one(command, optarg))
			im.rp = optarg;
		else if (c == OPT_DRY_RUN)
			im.dry_run = true;
		else
			return KF_EXIT_USAGE;
	}
	if (argc - optind < 2)
		return kf_usage(command, "say which format and which file");
	if (!kf_operands(command, argc, 2, 2))
		return KF_EXIT_USAGE;
	if (!set_format(&im, argv[optind]))
		return kf_usage(command, "%s: a format is pam-u2f, "
		    "google-authenticator or oath", argv[optind]);
	im.file = argv[optind + 1];
	if (im.format == KF_IMPORT_GOOGLE && im.user == NULL)
		return kf_usage(command, "whose file is it? give --user");
	return set_rp(command, &im) == KF_EXIT_DONE ? import(&im) :
	    KF_EXIT_USAGE;
}
