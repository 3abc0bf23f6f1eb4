/*
 * keyfirst import FORMAT FILE: takes the secrets of another module over, all of
 * a person's or none, without a proof: they are unproved until they are used.
 * Nothing of the file's text is printed; see import.h.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "enroll_tool/import.h"
#include "enroll_tool/people.h"
#include "enroll_tool/terminal.h"
#include "enroll_tool/totp_store.h"
#include "factors/factor.h"

#define LABEL "imported"
#define AHEAD_SECONDS 600	/* what may have been used before its time */

enum { OPT_USER = 256, OPT_DRY_RUN };

static const struct option options[] = {
	{ "user", required_argument, NULL, OPT_USER },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ NULL, 0, NULL, 0 },
};

struct import {
	struct kf_installation in;
	enum kf_import_format format;
	const char *file;
	const char *user;		/* of --user; or NULL */
	bool dry_run;
	struct kf_import_list list;
	bool done[KF_IMPORT_ENTRIES_MAX];
	uint32_t flags;			/* of all that were imported */
};

/* All of one person's, ready to be stored. */
struct batch {
	size_t count;
	const struct kf_import_entry *entries[KF_AUTHENTICATORS_MAX];
	struct kf_totp totps[KF_AUTHENTICATORS_MAX];
	struct kf_secret seeds[KF_AUTHENTICATORS_MAX];
	struct kf_totp_new news[KF_AUTHENTICATORS_MAX];
	size_t lines;			/* with those that are refused */
};

static const struct {
	const char *words;
	enum kf_exit status;
} whys[] = {
	[KF_IMPORT_SYNTAX] = { "it cannot be understood", KF_EXIT_ERROR },
	[KF_IMPORT_SECRET] = { "the secret cannot be understood",
	    KF_EXIT_ERROR },
	[KF_IMPORT_TYPE] = { "neither time-based nor counter-based codes",
	    KF_EXIT_ERROR },
	[KF_IMPORT_OPTION] = { "an option that is not known", KF_EXIT_ERROR },
	[KF_IMPORT_COUNTER] = { "counter-based: keyfirst has time-based codes "
	    "only", KF_EXIT_POLICY },
	[KF_IMPORT_PERIOD] = { "a code must last 15 to 60 seconds",
	    KF_EXIT_POLICY },
	[KF_IMPORT_DIGITS] = { "a code must have 6 to 8 digits",
	    KF_EXIT_POLICY },
	[KF_IMPORT_LONG] = { "the secret is too long: at most 128 bytes",
	    KF_EXIT_POLICY },
	[KF_IMPORT_TOO_MANY] = { "more than 4096 lines: take one person at a "
	    "time, with --user", KF_EXIT_ERROR },
	[KF_IMPORT_TOO_LARGE] = { "it has grown too large", KF_EXIT_ERROR },
	[KF_IMPORT_UNREADABLE] = { "it cannot be read", KF_EXIT_ERROR },
};

static enum kf_exit
worse(enum kf_exit a, enum kf_exit b)
{
	return a > b ? a : b;
}

static enum kf_exit
complain(const struct import *im, const struct kf_import_entry *e)
{
	if (e->line > 0)
		kf_complain("import: %s: line %u: %s", im->file, e->line,
		    whys[e->why].words);
	else
		kf_complain("import: %s: %s", im->file, whys[e->why].words);
	return whys[e->why].status;
}

/* One authenticator */

/* What may have been used counts as used. */
static enum kf_exit
set_first_step(const struct import *im, const struct kf_import_entry *e,
    struct kf_totp *totp)
{
	struct kf_authenticator a = { .kind = KF_KIND_TOTP, .totp = *totp };
	int64_t now = kf_clock_wall();

	if (!kf_clock_is_usable("import"))
		return KF_EXIT_ERROR;
	if (e->used > kf_totp_step(totp, now) + AHEAD_SECONDS / totp->period) {
		kf_complain("import: %s: line %u: a code of the future was "
		    "used: check this machine's clock", im->file, e->line);
		return KF_EXIT_ERROR;
	}
	totp->first_step = e->used > 0 ? e->used :
	    kf_factor_of(KF_KIND_TOTP)->spent(&a, now);
	return KF_EXIT_DONE;
}

static enum kf_exit
prepare(const struct import *im, struct batch *batch, size_t i)
{
	const struct kf_import_entry *e = batch->entries[i];
	struct kf_totp *totp = &batch->totps[i];
	struct kf_secret *seed = &batch->seeds[i];
	enum kf_exit status;
	char what[KF_NAME_SIZE + 64];

	*totp = (struct kf_totp){
		.algorithm = e->algorithm,
		.digits = e->digits,
		.period = e->period,
	};
	batch->news[i] = (struct kf_totp_new){
		.label = LABEL, .totp = totp, .seed = seed, .proved = false,
	};
	(void)snprintf(what, sizeof(what), "import: %.*s: line %u",
	    KF_NAME_SIZE, im->file, e->line);
	if (kf_secret_set(seed, e->seed, e->seed_len) != KF_OK)
		return KF_EXIT_ERROR;
	status = kf_totp_seed_fits(seed, what,
	    ": make a new one with keyfirst enroll totp");
	return status != KF_EXIT_DONE ? status : set_first_step(im, e, totp);
}

/* One person */

/* A name from the file is not printed unless it is an account's. */
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
		kf_say(" %s", batch->news[i].id);
		im->flags |= batch->entries[i]->flags;
	}
	kf_say("%s\n", im->dry_run ? " (not stored: --dry-run)" : "");
}

/* Tried on a copy first: who is refused gets no state either. */
static enum kf_exit
store(struct import *im, struct batch *batch)
{
	struct kf_person person, next;
	enum kf_exit status = find_person(im, batch->entries[0], &person);

	if (status != KF_EXIT_DONE)
		return status;
	next = person;
	for (size_t i = 0; i < batch->count && status == KF_EXIT_DONE; i++)
		status = kf_totp_add(&im->in, &next, &batch->news[i]);
	if (status == KF_EXIT_DONE && !im->dry_run)
		status = kf_totp_store(&im->in, &person, batch->news,
		    batch->count, "import");
	if (status == KF_EXIT_DONE)
		report(im, &person, batch);
	return status;
}

/* From the first line of a person's on, whatever else there is of theirs. */
static enum kf_exit
gather(struct import *im, size_t first, struct batch *batch)
{
	const struct kf_import_entry *entries = im->list.entries;
	enum kf_exit status = KF_EXIT_DONE;

	for (size_t i = first; i < im->list.count; i++) {
		const struct kf_import_entry *e = &entries[i];

		if (i > first && (e->user[0] == '\0' ||
		    strcmp(e->user, entries[first].user) != 0))
			continue;
		im->done[i] = true;
		batch->lines++;
		if (e->why != KF_IMPORT_TAKEN) {
			status = worse(status, complain(im, e));
		} else if (batch->count == KF_AUTHENTICATORS_MAX) {
			kf_complain("import: %s: line %u: more than %d of one "
			    "person", im->file, e->line,
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
	struct batch batch = { 0 };
	enum kf_exit status = gather(im, first, &batch);

	for (size_t i = 0; i < batch.count; i++)
		status = worse(status, prepare(im, &batch, i));
	if (status == KF_EXIT_DONE)
		status = store(im, &batch);
	else if (batch.lines > 1)
		kf_complain("import: %s: line %u: nothing of that person's "
		    "was imported", im->file, im->list.entries[first].line);
	explicit_bzero(&batch, sizeof(batch));
	return status;
}

/* The file */

/* What is not taken over, in a line each. */
static void
explain(const struct import *im)
{
	if ((im->flags & KF_IMPORT_HAS_SCRATCH_CODES) != 0)
		kf_say("The emergency scratch codes are not taken over.  For "
		    "new ones: keyfirst recovery %s\n", im->user);
	if ((im->flags & KF_IMPORT_HAS_PIN) != 0)
		kf_say("PINs are not taken over: keyfirst asks for none.\n");
	if ((im->flags & KF_IMPORT_HAS_SKEW) != 0)
		kf_say("The phone's clock was found wrong: codes are refused "
		    "until it is set.\n");
}

static enum kf_exit
read_list(struct import *im)
{
	enum kf_exit status;
	enum kf_err err;
	int fd;

	status = kf_import_open(im->file, &fd);
	if (status != KF_EXIT_DONE)
		return status;
	err = kf_import_read(im->format, fd, im->user, &im->list);
	(void)close(fd);
	if (err != KF_OK) {
		kf_complain("import: %s: the child that reads it: %s: nothing "
		    "was stored", im->file, kf_strerror(err));
		return KF_EXIT_ERROR;
	}
	if (im->list.count > 0)
		return KF_EXIT_DONE;
	kf_complain("import: %s: no line of %s", im->file,
	    im->user != NULL ? im->user : "anybody");
	return KF_EXIT_MISSING;
}

static enum kf_exit
import_all(struct import *im)
{
	enum kf_exit status = KF_EXIT_DONE;

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
	/* Only now: whoever parsed the file has no copy of it. */
	if (status == KF_EXIT_DONE)
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
	im->format = strcmp(word, "oath") == 0 ? KF_IMPORT_OATH :
	    KF_IMPORT_GOOGLE;
	return im->format == KF_IMPORT_OATH ||
	    strcmp(word, "google-authenticator") == 0;
}

enum kf_exit
kf_cmd_import(const struct kf_command *command, int argc, char **argv)
{
	static struct import im;
	int c;

	while ((c = kf_option_next(command, argc, argv, options)) != -1) {
		if (c == OPT_USER)
			im.user = optarg;
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
		return kf_usage(command, "%s: a format is "
		    "google-authenticator or oath", argv[optind]);
	im.file = argv[optind + 1];
	if (im.format == KF_IMPORT_GOOGLE && im.user == NULL)
		return kf_usage(command, "whose file is it? give --user");
	return import(&im);
}
