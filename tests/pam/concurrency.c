/*
 * Two hundred logins at once, each in its own process, which all wait at the
 * prompt until the last one is there.  One code must be good for one login, at
 * most four wrong codes of a person may be judged, and different people must
 * not delay each other; also when processes are killed meanwhile.
 */
#include "tests/pam/people.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 200
#define START_MS 120000

struct crowd {
	int ready[2];		/* each process at its prompt writes a byte */
	int gate[2];		/* all go on when it is closed */
	pid_t pids[MANY];
	unsigned codes[256];	/* how many processes, by PAM code */
	unsigned killed;
};

static struct crowd crowd;
static struct person *who[MANY];	/* who logs in in each process */
static const char *codes[MANY];		/* with which code */
static char texts[MANY][9];		/* memory for codes */

static void
wait_at_the_gate(void *context, pam_handle_t *pamh)
{
	struct crowd *c = context;
	char byte = 'x';

	(void)pamh;
	if (write(c->ready[1], &byte, 1) != 1)
		_exit(200);
	(void)!read(c->gate[0], &byte, 1);
}

static void __attribute__((noreturn))
be_one(struct crowd *c, const struct person *p, const char *service,
    const char *code)
{
	struct script script = { .answers = { code },
		.prompted = wait_at_the_gate, .context = c };

	(void)close(c->gate[1]);
	(void)close(c->ready[0]);
	_exit(people_authenticate(service, p->name, &script));
}

/* Starts all processes; returns when each of them waits at its prompt. */
static void
gather(struct crowd *c, const char *service)
{
	struct pollfd p;
	char bytes[MANY];
	size_t there = 0;

	*c = (struct crowd){ .killed = 0 };
	assert_int_equal(pipe2(c->ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(c->gate, O_CLOEXEC), 0);
	p = (struct pollfd){ .fd = c->ready[0], .events = POLLIN };
	(void)fflush(stdout);
	for (size_t i = 0; i < MANY; i++) {
		c->pids[i] = fork();
		if (c->pids[i] == 0)
			be_one(c, who[i], service, codes[i]);
		assert_true(c->pids[i] > 0);
	}
	assert_int_equal(close(c->gate[0]), 0);
	assert_int_equal(close(c->ready[1]), 0);
	while (there < MANY) {
		ssize_t n;

		assert_int_equal(poll(&p, 1, START_MS), 1);
		n = read(c->ready[0], bytes, sizeof(bytes));
		assert_true(n > 0);
		there += (size_t)n;
	}
}

static void
collect(struct crowd *c)
{
	for (size_t i = 0; i < MANY; i++) {
		int status;

		assert_int_equal(waitpid(c->pids[i], &status, 0), c->pids[i]);
		if (WIFSIGNALED(status))
			c->killed++;
		else
			c->codes[WEXITSTATUS(status)]++;
	}
	assert_int_equal(close(c->ready[0]), 0);
	for (unsigned rc = 0; rc < 256; rc++)
		if (c->codes[rc] > 0)
			printf("# %u: %s\n", c->codes[rc],
			    pam_strerror(NULL, (int)rc));
	if (c->killed > 0)
		printf("# %u: killed\n", c->killed);
}

/* Finds the verifiers of those processes; returns how many there are. */
static size_t
find_verifiers(const struct crowd *c, pid_t *found, size_t max)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	size_t count = 0;

	assert_non_null(proc);
	while (count < max && (entry = readdir(proc)) != NULL) {
		char path[300], line[300] = "", name[32];
		int pid = 0, parent = 0;
		FILE *stat;

		(void)snprintf(path, sizeof(path), "/proc/%s/stat",
		    entry->d_name);
		stat = fopen(path, "re");
		if (stat == NULL)
			continue;
		(void)!fgets(line, sizeof(line), stat);
		(void)fclose(stat);
		if (sscanf(line, "%d (%31[^)]) %*c %d", &pid, name, &parent) !=
		    3 || strncmp(name, "keyfirst-verify", 15) != 0)
			continue;
		for (size_t i = 0; i < MANY; i++)
			if (c->pids[i] == parent)
				found[count++] = pid;
	}
	(void)closedir(proc);
	return count;
}

/* Kills every fifth verifier, and every seventh process that logs in. */
static void
kill_some(const struct crowd *c, const pid_t *verifiers, size_t count)
{
	for (size_t i = 0; i < MANY; i++) {
		if (i < count && i % 5 == 0)
			(void)kill(verifiers[i], SIGKILL);
		if (i % 7 == 0)
			(void)kill(c->pids[i], SIGKILL);
		if (i % 10 == 0)
			(void)poll(NULL, 0, 1);
	}
}

static void
run(const char *service, bool kills)
{
	static pid_t verifiers[MANY];
	size_t count;

	gather(&crowd, service);
	count = find_verifiers(&crowd, verifiers, MANY);
	assert_int_equal(count, MANY);
	assert_int_equal(close(crowd.gate[1]), 0);
	if (kills)
		kill_some(&crowd, verifiers, count);
	collect(&crowd);
}

static void
all_the_same(struct person *p, const char *code)
{
	for (size_t i = 0; i < MANY; i++) {
		who[i] = p;
		codes[i] = code;
	}
}

/* Returns the last accepted step, or 0 if there was none. */
static uint64_t
counter(const struct person *p)
{
	struct kf_state s = people_state(p);

	assert_true(s.lines <= 1);
	return s.lines == 1 ? s.memory[0].counter : 0;
}

static uint32_t
failures(const struct person *p, enum kf_position position)
{
	return people_state(p).counts[position].failures;
}

/* One more login, to check that the state is still usable. */
static void
still_works(const struct person *p)
{
	struct script script = { .answers = { texts[0] } };

	people_unlock(p);
	/* A code of a later step than the one before. */
	people_code(p, 1, texts[0]);
	assert_int_equal(people_authenticate("known1", p->name, &script),
	    PAM_SUCCESS);
}

static void
one_code(void **state)
{
	struct person *p = people_next();
	uint64_t last;

	(void)state;
	people_code(p, 0, texts[0]);
	all_the_same(p, texts[0]);
	run("known1", false);
	assert_int_equal(crowd.codes[PAM_SUCCESS], 1);
	assert_int_equal(crowd.codes[PAM_AUTH_ERR], MANY - 1);
	/* The refused logins with the right code are no failures. */
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 0);
	assert_int_equal(failures(p, KF_POSITION_STRANGER), 0);
	last = counter(p);
	assert_true(last > 0);
	still_works(p);
	assert_true(counter(p) > last);
}

static void
one_code_from_strangers(void **state)
{
	struct person *p = people_next();

	(void)state;
	people_code(p, 0, texts[0]);
	all_the_same(p, texts[0]);
	run("stranger1", false);
	assert_int_equal(crowd.codes[PAM_SUCCESS], 1);
	assert_int_equal(crowd.codes[PAM_AUTH_ERR], MANY - 1);
	assert_int_equal(failures(p, KF_POSITION_STRANGER), 0);
}

static void
wrong_codes(void **state)
{
	struct person *p = people_next();

	(void)state;
	people_wrong(p, texts[0]);
	all_the_same(p, texts[0]);
	run("known1", false);
	assert_int_equal(crowd.codes[PAM_SUCCESS], 0);
	/* Four guesses were judged and counted; the others were refused. */
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 4);
	assert_int_equal(failures(p, KF_POSITION_STRANGER), 0);
	assert_int_equal(counter(p), 0);
	still_works(p);
}

static char recovery[KF_RECOVERY_CODES][KF_RECOVERY_TEXT];

/* Recovery code 3 in all processes; it is bit 2 of the counter. */
static void
one_recovery_code(const char *service, enum kf_position position, bool kills)
{
	struct person *p = people_next();
	struct script script = { .answers = { recovery[1] } };

	people_recovery(p, recovery);
	all_the_same(p, recovery[2]);
	run(service, kills);
	if (kills)
		assert_true(crowd.codes[PAM_SUCCESS] <= 1);
	else
		assert_int_equal(crowd.codes[PAM_SUCCESS], 1);
	if (!kills) {
		assert_int_equal(crowd.codes[PAM_AUTH_ERR], MANY - 1);
		assert_int_equal(failures(p, position), 0);
	}
	assert_true(counter(p) == 4 || (kills && counter(p) == 0));
	assert_true(crowd.codes[PAM_SUCCESS] == 0 || counter(p) == 4);
	people_unlock(p);
	/* The other recovery codes can still be used, once each. */
	assert_int_equal(people_authenticate("known1", p->name, &script),
	    PAM_SUCCESS);
	assert_int_equal(people_authenticate("known1", p->name,
	    &(struct script){ .answers = { recovery[1] } }), PAM_AUTH_ERR);
}

static void
recovery_code(void **state)
{
	(void)state;
	one_recovery_code("known1", KF_POSITION_KNOWN, false);
}

static void
recovery_code_from_strangers(void **state)
{
	(void)state;
	one_recovery_code("stranger1", KF_POSITION_STRANGER, false);
}

static void
recovery_code_with_kills(void **state)
{
	(void)state;
	for (int round = 0; round < 2; round++)
		one_recovery_code("known1", KF_POSITION_KNOWN, true);
}

/* Ten codes, each in twenty processes at once: ten logins succeed. */
static void
all_recovery_codes(void **state)
{
	struct person *p = people_next();

	(void)state;
	people_recovery(p, recovery);
	for (size_t i = 0; i < MANY; i++) {
		who[i] = p;
		codes[i] = recovery[i % KF_RECOVERY_CODES];
	}
	run("known1", false);
	assert_int_equal(crowd.codes[PAM_SUCCESS], KF_RECOVERY_CODES);
	assert_true(counter(p) == KF_RECOVERY_ALL);
}

/* Two hundred different codes, as an attacker guesses: four are judged. */
static void
stranger_guesses(void **state)
{
	struct person *p = people_next();

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%06u",
		    500000 + i);
		who[i] = p;
		codes[i] = texts[i];
	}
	run("stranger1", false);
	assert_int_equal(failures(p, KF_POSITION_STRANGER), 4);
	/* The person behind a first factor is not affected. */
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 0);
	still_works(p);
}

static void
different_people(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		who[i] = people_next();
		people_code(who[i], 0, texts[i]);
		codes[i] = texts[i];
	}
	run("known1", false);
	assert_int_equal(crowd.codes[PAM_SUCCESS], MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(failures(who[i], KF_POSITION_KNOWN), 0);
}

/* With kills, at most one login succeeds, and the counts are right. */
static void
one_code_with_kills(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		struct person *p = people_next();
		uint64_t last;

		people_code(p, 0, texts[0]);
		all_the_same(p, texts[0]);
		run("known1", true);
		assert_true(crowd.codes[PAM_SUCCESS] <= 1);
		last = counter(p);
		assert_true(crowd.codes[PAM_SUCCESS] == 0 || last > 0);
		/* The charge of a verifier that was killed stays. */
		assert_true(failures(p, KF_POSITION_KNOWN) <= 4);
		still_works(p);
		assert_true(counter(p) > last);
	}
}

static void
wrong_codes_with_kills(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		struct person *p = people_next();

		people_wrong(p, texts[0]);
		all_the_same(p, texts[0]);
		run("known1", true);
		assert_int_equal(crowd.codes[PAM_SUCCESS], 0);
		assert_int_equal(failures(p, KF_POSITION_KNOWN), 4);
		assert_int_equal(counter(p), 0);
		still_works(p);
	}
}

static void
different_people_with_kills(void **state)
{
	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		who[i] = people_next();
		people_code(who[i], 0, texts[i]);
		codes[i] = texts[i];
	}
	run("known1", true);
	for (size_t i = 0; i < MANY; i++) {
		uint64_t last = counter(who[i]);

		/* Either charged or recorded, never a part of both. */
		assert_true(failures(who[i], KF_POSITION_KNOWN) <= 1);
		assert_true(last == 0 ||
		    failures(who[i], KF_POSITION_KNOWN) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_code),
		cmocka_unit_test(one_code_from_strangers),
		cmocka_unit_test(wrong_codes),
		cmocka_unit_test(stranger_guesses),
		cmocka_unit_test(recovery_code),
		cmocka_unit_test(recovery_code_from_strangers),
		cmocka_unit_test(all_recovery_codes),
		cmocka_unit_test(recovery_code_with_kills),
		cmocka_unit_test(different_people),
		cmocka_unit_test(one_code_with_kills),
		cmocka_unit_test(wrong_codes_with_kills),
		cmocka_unit_test(different_people_with_kills),
	};

	people_start(2 * MANY + 20);
	return cmocka_run_group_tests_name("concurrency", tests, NULL, NULL);
}
