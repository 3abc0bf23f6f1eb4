/*
 * keyfirst list [USER] [--json]: shows the enrolled factors of a person or of
 * all persons, and when each was last used.  Nothing is changed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/json.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/cli/words.h"
#include "enroll_tool/people/json.h"
#include "enroll_tool/people/people.h"
#include "factors/factor.h"
#include "factors/recovery.h"

/* The label is the last column, because its width on screen is not known. */
enum column {
	COLUMN_USER, COLUMN_ID, COLUMN_FACTOR, COLUMN_DETAILS,
	COLUMN_ENROLLED, COLUMN_BY, COLUMN_USED, COLUMN_LABEL, COLUMNS
};

struct row {
	char cell[COLUMNS][KF_NAME_SIZE];
};

struct table {
	struct kf_person *persons;
	size_t count;
	size_t room;		/* persons for which memory is allocated */
	bool failed;		/* an enrolment or state could not be read */
	bool json;		/* --json */
	struct kf_json j;	/* filled always, printed only with --json */
	json_t *people;		/* the array in j; not owned */
	size_t width[COLUMNS];	/* in bytes */
};

static void
unreadable(struct table *t, uint32_t uid, enum kf_err err)
{
	json_t *entry = json_object();

	kf_complain("the enrolment of uid %u cannot be read: %s: run keyfirst "
	    "setup, which finds a wrong owner or mode; else restore it from a "
	    "backup, or delete it", uid, kf_strerror(err));
	t->failed = true;
	kf_json_set(&t->j, entry, "uid", json_integer(uid));
	kf_json_set(&t->j, entry, "error", kf_json_reading(err));
	kf_json_append(&t->j, t->people, entry);
}

static void
visit(void *context, const struct kf_person *person, enum kf_err err)
{
	struct table *t = context;

	if (err != KF_OK) {
		unreadable(t, person->uid, err);
		return;
	}
	if (t->count == t->room) {
		size_t room = 2 * t->room + 16;
		struct kf_person *more = reallocarray(t->persons, room,
		    sizeof(*more));

		if (more == NULL) {
			kf_complain("list: no memory for uid %u", person->uid);
			t->failed = true;
			t->j.failed = true;
			return;
		}
		t->persons = more;
		t->room = room;
	}
	t->persons[t->count++] = *person;
}

static int
by_name(const void *a, const void *b)
{
	const struct kf_person *x = a;
	const struct kf_person *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->uid > y->uid) - (x->uid < y->uid);
}

static void
set(struct row *row, enum column column, const char *text)
{
	(void)snprintf(row->cell[column], sizeof(row->cell[column]), "%s",
	    *text != '\0' ? text : "-");
}

/*
 * The details of a factor, which differ by its kind.  known: the state could be
 * read; memory is the factor's part of the state, or NULL.
 */
static void
set_details(struct row *row, const struct kf_authenticator *a,
    const struct kf_memory *memory, bool known)
{
	char *cell = row->cell[COLUMN_DETAILS];
	const size_t size = sizeof(row->cell[COLUMN_DETAILS]);
	const char *proved = known && !kf_factor_is_proved(a, memory) ?
	    ", unproved" : "";

	switch (a->kind) {
	case KF_KIND_TOTP:
		(void)snprintf(cell, size, "%s/%" PRIu32 "/%" PRIu32 "s%s",
		    kf_algorithm_names[a->totp.algorithm - 1], a->totp.digits,
		    a->totp.period, proved);
		break;
	case KF_KIND_RECOVERY:
		if (known)
			(void)snprintf(cell, size, "%u of %d left",
			    kf_recovery_left(memory != NULL ?
			    memory->counter : 0), KF_RECOVERY_CODES);
		else
			set(row, COLUMN_DETAILS, "unknown");
		break;
	case KF_KIND_KEY:
		(void)snprintf(cell, size, "%s%s%s%s",
		    kf_key_algorithm_names[a->key.algorithm - 1],
		    a->key.verify ? ", verify" : "",
		    a->key.synced ? ", synced" : "", proved);
		break;
	}
}

static void
fill(struct row *row, const struct kf_person *person,
    const struct kf_authenticator *a, struct kf_service_result *result)
{
	bool known = result->err == KF_OK;
	const struct kf_memory *memory = known ?
	    kf_state_find(&result->state, a->tag) : NULL;
	char when[KF_WORDS_SIZE];

	set(row, COLUMN_USER, person->name);
	set(row, COLUMN_ID, a->id);
	set(row, COLUMN_FACTOR, kf_factor_of(a->kind)->name);
	set(row, COLUMN_LABEL, a->label);
	set_details(row, a, memory, known);
	(void)kf_words_time(a->created, when);
	set(row, COLUMN_ENROLLED, when);
	set(row, COLUMN_BY, a->by);
	(void)kf_words_time(memory != NULL ? memory->used : 0, when);
	set(row, COLUMN_USED, known ? when : "unknown");
}

static void
print(struct table *t, const struct row *row)
{
	for (size_t c = 0; c < COLUMN_LABEL; c++)
		kf_say("%-*s  ", (int)t->width[c], row->cell[c]);
	kf_say("%s\n", row->cell[COLUMN_LABEL]);
}

static void
measure(struct table *t, const struct row *row)
{
	for (size_t c = 0; c < COLUMNS; c++)
		if (strlen(row->cell[c]) > t->width[c])
			t->width[c] = strlen(row->cell[c]);
}

/* Calls what with each row: first to measure the columns, then to print. */
static void
each(struct table *t, struct kf_service_result *results,
    void (*what)(struct table *, const struct row *))
{
	static const struct row head = { .cell = {
		"USER", "ID", "FACTOR", "DETAILS", "ENROLLED", "BY", "LAST USE",
		"LABEL",
	} };

	what(t, &head);
	for (size_t i = 0; i < t->count; i++) {
		const struct kf_person *person = &t->persons[i];

		for (size_t j = 0; j < person->count; j++) {
			struct row row;

			fill(&row, person, &person->authenticators[j],
			    &results[i]);
			what(t, &row);
		}
	}
}

static void
print_table(struct table *t, struct kf_service_result *results)
{
	if (t->count > 0) {
		each(t, results, measure);
		each(t, results, print);
		for (size_t i = 0; i < t->count; i++)
			if (!kf_person_is_account(&t->persons[i]))
				kf_say("%s (uid %" PRIu32 "): the account is "
				    "gone or has another name now: codes are "
				    "refused\n", t->persons[i].name,
				    t->persons[i].uid);
	} else if (!t->failed) {
		kf_say("Nobody is enrolled.\n");
	}
}

static void
print_json(struct table *t, struct kf_service_result *results)
{
	for (size_t i = 0; i < t->count; i++) {
		json_t *entry = json_object();

		kf_json_person(&t->j, entry, &t->persons[i], &results[i]);
		kf_json_append(&t->j, t->people, entry);
	}
	if (kf_json_print(&t->j) != KF_EXIT_DONE)
		t->failed = true;
}

static void
show(struct table *t, const char *store)
{
	/* One more, because calloc of 0 elements may return NULL. */
	struct kf_service_result *results = calloc(t->count + 1,
	    sizeof(*results));

	if (results == NULL) {
		kf_complain("list: no memory");
		t->failed = true;
		return;
	}
	if (t->count > 0) {
		qsort(t->persons, t->count, sizeof(t->persons[0]), by_name);
		for (size_t i = 0; i < t->count; i++)
			results[i].uid = t->persons[i].uid;
		kf_as_service(KF_SERVICE_READ, store, results, t->count);
	}
	if (t->json)
		print_json(t, results);
	else
		print_table(t, results);
	for (size_t i = 0; i < t->count; i++) {
		if (results[i].err == KF_OK)
			continue;
		kf_complain("%s: the state of uid %u cannot be read: %s: codes "
		    "are refused: try keyfirst status %s", t->persons[i].name,
		    results[i].uid, kf_strerror(results[i].err),
		    t->persons[i].name);
		t->failed = true;
	}
	free(results);
}

static enum kf_exit
collect(struct table *t, struct kf_installation *in, const char *user)
{
	struct kf_person person;
	enum kf_exit status = KF_EXIT_DONE;
	enum kf_err err;

	if (user != NULL) {
		status = kf_person_enrolled(in, user, &person);
		if (status == KF_EXIT_DONE)
			visit(t, &person, KF_OK);
		return status;
	}
	err = kf_store_list(in->store, kf_store_deadline(), visit, t);
	if (err == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("the enrolments cannot be read: %s: run keyfirst setup, "
	    "which says what is wrong", kf_strerror(err));
	return KF_EXIT_ERROR;
}

enum kf_exit
kf_cmd_list(const struct kf_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	struct kf_installation in;
	struct table t = { 0 };
	enum kf_exit status;
	int c;

	while ((c = kf_option_next(command, argc, argv, options)) != -1) {
		if (c != 'j')
			return KF_EXIT_USAGE;
		t.json = true;
	}
	if (!kf_operands(command, argc, 0, 1))
		return KF_EXIT_USAGE;
	status = kf_installation_open(&in, false);
	if (status != KF_EXIT_DONE)
		return status;
	kf_json_start(&t.j);
	kf_json_set(&t.j, t.j.top, "people", json_array());
	t.people = json_object_get(t.j.top, "people");
	status = collect(&t, &in, argv[optind]);
	if (status == KF_EXIT_DONE)
		show(&t, in.conf.store);
	if (status == KF_EXIT_DONE && t.failed)
		status = KF_EXIT_ERROR;
	json_decref(t.j.top);
	free(t.persons);
	kf_installation_close(&in);
	return status;
}
