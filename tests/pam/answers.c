/*
 * Answers that are not a code: each must be refused and use up one try of the
 * call, but must not be counted as a guess.  And what a stranger sees: the same
 * texts, the same delay and the same PAM code for every user name.
 */
#include "tests/pam/people.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROMPT "Verification code: "

static unsigned
descriptors(void)
{
	unsigned count = 0;
	DIR *dir = opendir("/proc/self/fd");

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count;
}

static uint32_t
failures(const struct person *p, enum kf_position position)
{
	return people_state(p).counts[position].failures;
}

/* The same answer three times uses up three tries and is refused. */
static void
is_no_code(const struct person *p, const char *service, const char *answer)
{
	struct script script = { .answers = { answer, answer, answer,
	    answer } };
	unsigned before = descriptors();

	assert_int_equal(people_authenticate(service, p->name, &script),
	    PAM_AUTH_ERR);
	assert_int_equal(script.prompts, 3);
	assert_int_equal(script.delay, 2000000);
	assert_int_equal(descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void
odd_answers(void **state)
{
	static const char *const odd[] = {
		"", "1", "12345", "123456789", " 123456", "123456 ",
		"12 3456", "123  456", "123\t456", "123456\n", "12345\r",
		"12345a", "-12345", "+12345", "0x1234", "abcdef", "12345\x01",
		"12345\xb6", "\xff\xff\xff\xff\xff\xff",
		/* full-width digits; Arabic ones; a no-break space */
		"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x93\xef\xbc\x94\xef\xbc\x95"
		"\xef\xbc\x96",
		"\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6",
		"123\xc2\xa0" "456",
		/* what sshd sends for a user whom it refuses */
		"\b\n\r\177INCORRECT\b\n\r\177INCORRECT",
	};
	static const size_t lengths[] = { 511, 512, 513, 1023, 1024, 1025,
		65536, 1 << 20 };
	static char digits[(1 << 20) + 1];
	const struct person *p = people_next();
	struct script script = { .answers = { digits } };

	(void)state;
	/* libc opens descriptors of its own at the first call. */
	(void)people_authenticate("known", p->name,
	    &(struct script){ .answers = { "", "", "" } });
	for (size_t i = 0; i < PEOPLE_COUNT(odd); i++)
		is_no_code(p, "known", odd[i]);
	for (size_t i = 0; i < PEOPLE_COUNT(lengths); i++) {
		memset(digits, '1', lengths[i]);
		digits[lengths[i]] = '\0';
		is_no_code(p, "known", digits);
	}
	is_no_code(p, "stranger", "");
	is_no_code(p, "stranger", digits);
	is_no_code(p, "stranger", odd[19]);
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 0);
	assert_int_equal(failures(p, KF_POSITION_STRANGER), 0);
	people_code(p, 0, digits);
	assert_int_equal(people_authenticate("known", p->name, &script),
	    PAM_SUCCESS);
}

/* A response that is NULL, and conversations that return an error. */
static void
odd_conversations(void **state)
{
	static const int codes[] = { PAM_CONV_ERR, PAM_CONV_AGAIN, PAM_BUF_ERR,
		PAM_ABORT, PAM_SYSTEM_ERR, 1000, -1 };
	const struct person *p = people_next();
	struct script none = { .answers = { NULL } };
	char code[9];

	(void)state;
	assert_int_equal(people_authenticate("known", p->name, &none),
	    PAM_AUTH_ERR);
	assert_int_equal(none.prompts, 3);
	people_code(p, 0, code);
	for (size_t i = 0; i < PEOPLE_COUNT(codes); i++) {
		struct script script = { .answers = { code, code, code },
			.codes = { codes[i] } };
		unsigned before = descriptors();

		assert_int_equal(people_authenticate("known", p->name,
		    &script), PAM_CONV_ERR);
		assert_int_equal(script.prompts, 1);
		assert_int_equal(descriptors(), before);
	}
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 0);
	assert_int_equal(people_state(p).lines, 0);
}

/* A space in the middle of a code is accepted, and makes no second code. */
static void
space_in_the_middle(void **state)
{
	const struct person *p = people_next();
	char code[9], spaced[10];
	struct script script = { .answers = { spaced } };
	struct script again = { .answers = { code, spaced, code } };

	(void)state;
	people_code(p, 0, code);
	(void)snprintf(spaced, sizeof(spaced), "%.3s %s", code, code + 3);
	assert_int_equal(people_authenticate("known", p->name, &script),
	    PAM_SUCCESS);
	assert_int_equal(people_authenticate("known", p->name, &again),
	    PAM_AUTH_ERR);
	assert_int_equal(again.prompts, 3);
	assert_non_null(strstr(again.transcript, "already used"));
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 0);
}

/* A wrong code, an empty answer and a right code: the third try succeeds. */
static void
three_tries(void **state)
{
	const struct person *p = people_next();
	char wrong[9], right[9];
	struct script script = { .answers = { wrong, "", right } };

	(void)state;
	people_wrong(p, wrong);
	people_code(p, 0, right);
	assert_int_equal(people_authenticate("known", p->name, &script),
	    PAM_SUCCESS);
	assert_int_equal(script.prompts, 3);
	assert_string_equal(script.transcript, "E:" PROMPT "\ne:Wrong code.\n"
	    "E:" PROMPT "\ne:That cannot be a code of yours.\nE:" PROMPT "\n");
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 0);
	/* The code of the step before, and the same code again. */
	for (int steps = -1; steps <= 0; steps++) {
		struct script used = { .answers = { right, right, right } };

		people_code(p, steps, right);
		assert_int_equal(people_authenticate("known", p->name, &used),
		    PAM_AUTH_ERR);
	}
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 0);
}

static void
waits(void **state)
{
	const struct person *p = people_next();
	char right[9], wrong[9];
	struct script script = { .answers = { right } };
	struct script stranger = { .answers = { right, right, right } };
	struct script tries = { .answers = { wrong, wrong, wrong } };

	(void)state;
	people_wrong(p, wrong);
	people_fail(p, KF_POSITION_KNOWN, 9);
	people_code(p, 0, right);
	/* More than ten seconds to wait: a message, and no prompt. */
	assert_int_equal(people_authenticate("known", p->name, &script),
	    PAM_MAXTRIES);
	assert_int_equal(script.prompts, 0);
	assert_non_null(strstr(script.transcript, "e:Too many wrong codes. "
	    "Wait "));
	/* Strangers are not affected, and are told nothing. */
	assert_int_equal(people_authenticate("stranger", p->name, &stranger),
	    PAM_SUCCESS);
	assert_string_equal(stranger.transcript, "E:" PROMPT "\n");
	/* A stranger's success does not clear the other count. */
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 9);
	people_unlock(p);
	people_fail(p, KF_POSITION_KNOWN, 3);
	assert_int_equal(people_authenticate("known", p->name, &tries),
	    PAM_AUTH_ERR);
	assert_string_equal(tries.transcript, "E:" PROMPT "\ne:Wrong code.\n"
	    "E:Wait 5 seconds. " PROMPT "\ne:Too many wrong codes; that one "
	    "was not looked at.\nE:Wait 5 seconds. " PROMPT "\n"
	    "e:Too many wrong codes; that one was not looked at.\n");
	assert_int_equal(failures(p, KF_POSITION_KNOWN), 4);
	people_unlock(p);
	people_fail(p, KF_POSITION_KNOWN, 100);
	memset(&script, 0, sizeof(script));
	assert_int_equal(people_authenticate("known", p->name, &script),
	    PAM_MAXTRIES);
	assert_non_null(strstr(script.transcript, "disabled"));
}

/* A right code during a wait is refused, and can be used later. */
static void
right_code_in_a_wait(void **state)
{
	const struct person *p = people_next();
	char code[9];
	struct script waiting = { .answers = { code, code, code } };
	struct script script = { .answers = { code } };

	(void)state;
	people_fail(p, KF_POSITION_STRANGER, 10);
	people_code(p, 0, code);
	assert_int_equal(people_authenticate("stranger", p->name, &waiting),
	    PAM_AUTH_ERR);
	assert_int_equal(waiting.prompts, 3);
	assert_int_equal(failures(p, KF_POSITION_STRANGER), 10);
	assert_int_equal(people_state(p).lines, 0);
	people_unlock(p);
	assert_int_equal(people_authenticate("stranger", p->name, &script),
	    PAM_SUCCESS);
}

/* Transcripts */

struct seen {
	struct script script;
	int rc;
	int64_t took;
};

/* One login as each user, all at once, each in its own process. */
static void
ask_as_stranger(const char *const *users, size_t count, const char *answer,
    int flags, struct seen *seen)
{
	pid_t pids[16];

	(void)fflush(stdout);
	for (size_t i = 0; i < count; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			struct script script = { .answers = { answer, answer,
			    answer, answer }, .flags = flags };
			int64_t start = people_clock();

			seen[i].rc = people_authenticate("stranger", users[i],
			    &script);
			seen[i].took = people_clock() - start;
			seen[i].script = script;
			_exit(0);
		}
	}
	for (size_t i = 0; i < count; i++) {
		int status;

		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
}

/*
 * A stranger must not be able to tell whether a user is unknown, not enrolled,
 * locked out, disabled, or enrolled and the code was wrong.
 */
static void
strangers_see_the_same(void **state)
{
	static const int flags[] = { 0, (int)PAM_SILENT,
		PAM_DISALLOW_NULL_AUTHTOK };
	const struct person *enrolled = people_next();
	const struct person *locked = people_next();
	const struct person *disabled = people_next();
	const struct person *unenrolled = people_unenrolled();
	const char *const users[] = { enrolled->name, locked->name,
		disabled->name, unenrolled->name, "kf-nobody-at-all", "root",
		"kf nobody\n\033[1m", "hunter2" };
	static char long_answer[600];
	const char *answers[] = { NULL, "", "12345678", "xyz", long_answer,
		"3-7QKF-M2XT-9HDV-C4WR" };
	char codes[KF_RECOVERY_CODES][KF_RECOVERY_TEXT];
	char wrong[9];
	struct seen *seen = mmap(NULL, sizeof(*seen) * PEOPLE_COUNT(users),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(seen != MAP_FAILED);
	memset(long_answer, '7', sizeof(long_answer) - 1);
	people_wrong(enrolled, wrong);
	answers[0] = wrong;
	/* One person has recovery codes, the others have none. */
	people_recovery(enrolled, codes);
	people_fail(locked, KF_POSITION_STRANGER, 11);
	people_fail(disabled, KF_POSITION_STRANGER, 100);
	for (size_t n = 0; n < PEOPLE_COUNT(flags) * PEOPLE_COUNT(answers);
	    n++) {
		ask_as_stranger(users, PEOPLE_COUNT(users),
		    answers[n % PEOPLE_COUNT(answers)],
		    flags[n / PEOPLE_COUNT(answers)], seen);
		for (size_t u = 0; u < PEOPLE_COUNT(users); u++) {
			assert_int_equal(seen[u].rc, PAM_AUTH_ERR);
			assert_int_equal(seen[u].script.prompts, 3);
			assert_int_equal(seen[u].script.delay, 2000000);
			assert_string_equal(seen[u].script.transcript,
			    "E:" PROMPT "\nE:" PROMPT "\nE:" PROMPT "\n");
			/* Three refusals of 250 ms each. */
			assert_in_range(seen[u].took, 750, 3000);
		}
		people_unlock(enrolled);
	}
	assert_int_equal(failures(locked, KF_POSITION_STRANGER), 11);
	assert_int_equal(munmap(seen, sizeof(*seen) * PEOPLE_COUNT(users)),
	    0);
}

/* After a first factor the person is told the reason. */
static void
who_is_known_is_told(void **state)
{
	const struct person *p = people_unenrolled();
	struct script script = { .answers = { "123456" } };

	(void)state;
	assert_int_equal(people_authenticate("known", p->name, &script),
	    PAM_AUTH_ERR);
	assert_int_equal(script.prompts, 0);
	assert_non_null(strstr(script.transcript, "e:No second factor is "
	    "enrolled for you."));
	assert_int_equal(script.delay, 2000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_answers),
		cmocka_unit_test(odd_conversations),
		cmocka_unit_test(space_in_the_middle),
		cmocka_unit_test(three_tries),
		cmocka_unit_test(waits),
		cmocka_unit_test(right_code_in_a_wait),
		cmocka_unit_test(strangers_see_the_same),
		cmocka_unit_test(who_is_known_is_told),
	};

	people_start(12);
	return cmocka_run_group_tests_name("answers", tests, NULL, NULL);
}
