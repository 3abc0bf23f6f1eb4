/* keyfirst list [USER]: what is enrolled, and when it was last used. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "enroll_tool/as_service.h"
#include "enroll_tool/people.h"
#include "enroll_tool/terminal.h"
#include "enroll_tool/words.h"
#include "factors/factor.h"

/* Labels come last, since nobody knows how wide they are. */
enum column {
	COLUMN_USER, COLUMN_ID, COLUMN_FACTOR, COLUMN_CODE, COLUMN_ENROLLED,
	COLUMN_BY, COLUMN_USED, COLUMN_LABEL, COLUMNS
};

struct row {
	char cell[COLUMNS][KF_NAME_SIZE];
};

struct table {
	struct kf_person *persons;
	size_t count;
	size_t room;
	bool failed;		/* something could not be read */
	size_t width[COLUMNS];
};

static void
visit(void *context, const struct kf_person *person, enum kf_err err)
{
	struct table *t = context;

	if (err != KF_OK) {
		kf_complain("the enrolment of uid %u: %s: restore it from a "
		    "backup, or delete it", person->uid, kf_strerror(err));
		t->failed = true;
		return;
	}
	if (t->count == t->room) {
		size_t room = 2 * t->room + 16;
		struct kf_person *more = reallocarray(t->persons, room,
		    sizeof(*more));

		if (more == NULL) {
			kf_complain("uid %u: no memory", person->uid);
			t->failed = true;
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

static void
fill(struct row *row, const struct kf_person *person,
    const struct kf_authenticator *a, struct kf_service_result *result)
{
	const struct kf_memory *memory = NULL;
	char when[KF_WORDS_SIZE];

	set(row, COLUMN_USER, person->name);
	set(row, COLUMN_ID, a->id);
	set(row, COLUMN_FACTOR, kf_factor_of(a->kind)->name);
	set(row, COLUMN_LABEL, a->label);
	(void)snprintf(row->cell[COLUMN_CODE], sizeof(row->cell[COLUMN_CODE]),
	    "%s/%" PRIu32 "/%" PRIu32 "s",
	    kf_algorithm_names[a->totp.algorithm - 1], a->totp.digits,
	    a->totp.period);
	kf_words_time(a->created, when);
	set(row, COLUMN_ENROLLED, when);
	set(row, COLUMN_BY, a->by);
	if (result->err == KF_OK)
		memory = kf_state_find(&result->state, a->tag);
	kf_words_time(memory != NULL ? memory->used : 0, when);
	set(row, COLUMN_USED, result->err == KF_OK ? when : "unknown");
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

/* Twice over all: to measure, and to print. */
static void
each(struct table *t, struct kf_service_result *results,
    void (*what)(struct table *, const struct row *))
{
	static const struct row head = { .cell = {
		"USER", "ID", "FACTOR", "CODE", "ENROLLED", "BY", "LAST USE",
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
show(struct table *t, const char *store)
{
	struct kf_service_result *results;

	if (t->count == 0) {
		if (!t->failed)
			kf_say("Nobody is enrolled.\n");
		return;
	}
	results = calloc(t->count, sizeof(*results));
	if (results == NULL) {
		kf_complain("list: no memory");
		t->failed = true;
		return;
	}
	qsort(t->persons, t->count, sizeof(t->persons[0]), by_name);
	for (size_t i = 0; i < t->count; i++)
		results[i].uid = t->persons[i].uid;
	kf_as_service(KF_SERVICE_READ, store, results, t->count);
	each(t, results, measure);
	each(t, results, print);
	for (size_t i = 0; i < t->count; i++) {
		if (results[i].err == KF_OK)
			continue;
		kf_complain("%s: the state of uid %u: %s: codes are refused",
		    t->persons[i].name, results[i].uid,
		    kf_strerror(results[i].err));
		t->failed = true;
	}
	free(results);
}

enum kf_exit
kf_cmd_list(const struct kf_command *command, int argc, char **argv)
{
	struct kf_installation in;
	struct table t = { 0 };
	struct kf_person person;
	enum kf_exit status;
	enum kf_err err = KF_OK;

	if (!kf_operands_only(command, argc, argv, 0, 1))
		return KF_EXIT_USAGE;
	status = kf_installation_open(&in, false);
	if (status != KF_EXIT_DONE)
		return status;
	if (argc > optind) {
		status = kf_person_enrolled(&in, argv[optind], &person);
		if (status == KF_EXIT_DONE)
			visit(&t, &person, KF_OK);
	} else {
		err = kf_store_list(in.store, kf_store_deadline(), visit, &t);
	}
	if (err != KF_OK) {
		kf_complain("the enrolments: %s", kf_strerror(err));
		status = KF_EXIT_ERROR;
	}
	if (status == KF_EXIT_DONE)
		show(&t, in.conf.store);
	if (status == KF_EXIT_DONE && t.failed)
		status = KF_EXIT_ERROR;
	free(t.persons);
	kf_installation_close(&in);
	return status;
}
