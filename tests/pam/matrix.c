/*
 * Who is let in by the real libpam, for every code that the module returns,
 * with every control that an administrator might write, and with every kind of
 * other module in the stack.  The expected result is computed here from the
 * meaning of the controls, and must never be copied from what libpam returned.
 *
 * pam_debug.so takes the place of the module, because it can be told what to
 * return; the last test shows that the real module has the same results.
 */
#include "tests/pam/people.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define SERVICE "matrix"

/* How a line of the stack decides about a login. */
enum vote {
	NOTHING,
	YES,
	YES_AT_ONCE,	/* the lines after it are not called */
	NO
};

/* The codes that retval.c returns, in `auth` or in `account`. */
static const struct code {
	int rc;
	const char *name;	/* as an argument of pam_debug.so */
	enum { PROVED, EXEMPT, REFUSED } meaning;
} codes[] = {
	{ PAM_SUCCESS, "success", PROVED },
	{ PAM_IGNORE, "ignore", EXEMPT },
	{ PAM_AUTH_ERR, "auth_err", REFUSED },
	{ PAM_MAXTRIES, "maxtries", REFUSED },
	{ PAM_AUTHINFO_UNAVAIL, "authinfo_unavail", REFUSED },
	{ PAM_SERVICE_ERR, "service_err", REFUSED },
	{ PAM_CONV_ERR, "conv_err", REFUSED },
	{ PAM_ABORT, "abort", REFUSED },
};

static const struct control {
	const char *text;
	bool safe;		/* a refusal is final in every stack */
	enum vote votes[3];	/* proved, exempt, refused */
} controls[] = {
	{ "required", true, { YES, NOTHING, NO } },
	{ "requisite", true, { YES, NOTHING, NO } },
	{ "[success=ok default=bad]", true, { YES, NO, NO } },
	{ "[success=ok ignore=ignore default=die]", true,
	    { YES, NOTHING, NO } },
	{ "sufficient", false, { YES_AT_ONCE, NOTHING, NOTHING } },
	{ "optional", false, { YES, NOTHING, NOTHING } },
};

/* Lines before and after ours, of `auth` and `account`, and how they vote. */
static const struct place {
	const char *name;
	const char *before[2], *after[2];	/* auth, account */
	enum vote says_before, says_after;
} places[] = {
	{ "alone", { "", "" }, { "", "" }, NOTHING, NOTHING },
	{ "utilities that ignore",
	    { "required pam_env.so", "required pam_nologin.so" },
	    { "optional pam_faildelay.so delay=0", "" }, NOTHING, NOTHING },
	/* They only check for objections, and return success without one. */
	{ "a utility that succeeds",
	    { "required pam_faillock.so preauth", "required pam_access.so" },
	    { "", "" }, YES, NOTHING },
	{ "a utility that succeeds behind", { "", "" },
	    { "required pam_faillock.so preauth", "required pam_access.so" },
	    NOTHING, YES },
	{ "pam_permit before",
	    { "required pam_permit.so", "required pam_permit.so" },
	    { "", "" }, YES, NOTHING },
	{ "pam_permit behind", { "", "" },
	    { "required pam_permit.so", "required pam_permit.so" },
	    NOTHING, YES },
	{ "pam_deny behind", { "", "" },
	    { "required pam_deny.so", "required pam_deny.so" },
	    NOTHING, NO },
};

enum { AUTH, ACCOUNT };

/* Let in: a line that was called votes YES, and none votes NO. */
static bool
is_let_in(enum vote ours, const struct place *place)
{
	const enum vote votes[] = { place->says_before, ours,
		place->says_after };
	bool let_in = false;

	for (size_t i = 0; i < PEOPLE_COUNT(votes); i++) {
		if (votes[i] == NO)
			return false;
		if (votes[i] == YES_AT_ONCE)
			return true;
		let_in = let_in || votes[i] == YES;
	}
	return let_in;
}

/* Stacks */

static size_t
add_line(char *text, size_t size, size_t len, const char *type,
    const char *line)
{
	if (line[0] == '\0')
		return len;
	len += (size_t)snprintf(text + len, size - len, "%s %s\n", type, line);
	assert_true(len < size);
	return len;
}

/* Writes the stack with the module in its place; NULL: without it. */
static void
write_stack(const struct control *control, const struct place *place,
    const char *module)
{
	static const char *const types[] = { "auth", "account" };
	char text[2000] = "", ours[500] = "";
	size_t len = 0;

	if (module != NULL)
		(void)snprintf(ours, sizeof(ours), "%s %s", control->text,
		    module);
	for (int i = AUTH; i <= ACCOUNT; i++) {
		len = add_line(text, sizeof(text), len, types[i],
		    place->before[i]);
		len = add_line(text, sizeof(text), len, types[i], ours);
		len = add_line(text, sizeof(text), len, types[i],
		    place->after[i]);
	}
	people_service(SERVICE, text);
}

static void
write_stand_in(const struct control *control, const struct place *place,
    const struct code *code)
{
	char module[200];

	(void)snprintf(module, sizeof(module),
	    "pam_debug.so auth=%s acct=%s cred=success", code->name,
	    code->name);
	write_stack(control, place, module);
}

/* The results of one login, and of a setcred without `auth` before it. */
struct login {
	int auth;
	int frozen;	/* setcred after auth */
	int account;
	int unfrozen;	/* setcred without auth */
};

static struct login
log_in(const char *user, const char *answer)
{
	struct script script = { .answers = { answer } };
	pam_handle_t *pamh = people_open(SERVICE, user, &script);
	struct login login;

	login.auth = pam_authenticate(pamh, 0);
	login.frozen = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	login.account = pam_acct_mgmt(pamh, 0);
	people_close(pamh, login.account);
	pamh = people_open(SERVICE, user, &script);
	login.unfrozen = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	people_close(pamh, login.unfrozen);
	return login;
}

/* Checks one result; libpam must never return PAM_IGNORE to a program. */
static void
expect(const char *what, const struct control *control,
    const struct code *code, const struct place *place, int rc, bool let_in)
{
	if ((rc == PAM_SUCCESS) != let_in || rc == PAM_IGNORE)
		fail_msg("%s, %s, %s, %s: %s", what, control->text, code->name,
		    place->name, pam_strerror(NULL, rc));
}

static void
expect_verdict(const char *what, const struct control *control,
    const struct code *code, const struct place *place, int rc)
{
	expect(what, control, code, place, rc,
	    is_let_in(control->votes[code->meaning], place));
	/* The same without the table of votes. */
	if (control->safe && code->meaning == REFUSED)
		assert_int_not_equal(rc, PAM_SUCCESS);
	/* The program gets the code of the refusal. */
	if (control->safe && code->meaning == REFUSED && place == places)
		assert_int_equal(rc, code->rc);
}

/* The person of all rows with pam_debug.so, which asks nothing. */
static const struct person *anybody;

static unsigned rows;

static void
each_row(void (*check)(const struct control *, const struct code *,
    const struct place *, const struct login *))
{
	rows = 0;
	for (size_t i = 0; i < PEOPLE_COUNT(controls); i++)
		for (size_t j = 0; j < PEOPLE_COUNT(codes); j++)
			for (size_t k = 0; k < PEOPLE_COUNT(places); k++) {
				struct login login;

				write_stand_in(&controls[i], &places[k],
				    &codes[j]);
				login = log_in(anybody->name, NULL);
				check(&controls[i], &codes[j], &places[k],
				    &login);
				rows++;
			}
	assert_int_equal(rows, 6 * 8 * 7);
}

/* Tests */

/* Without our line, the other lines vote as the table of places says. */
static void
neighbours(void **state)
{
	(void)state;
	for (size_t k = 0; k < PEOPLE_COUNT(places); k++) {
		const struct place *place = &places[k];
		const bool let_in = is_let_in(NOTHING, place);
		struct login login;

		write_stack(NULL, place, NULL);
		login = log_in(anybody->name, NULL);
		if ((login.auth == PAM_SUCCESS) != let_in ||
		    (login.account == PAM_SUCCESS) != let_in)
			fail_msg("%s: %d, %d", place->name, login.auth,
			    login.account);
	}
}

static void
check_auth(const struct control *control, const struct code *code,
    const struct place *place, const struct login *login)
{
	expect_verdict("auth", control, code, place, login->auth);
}

static void
auth(void **state)
{
	(void)state;
	each_row(check_auth);
}

static void
check_account(const struct control *control, const struct code *code,
    const struct place *place, const struct login *login)
{
	expect_verdict("account", control, code, place, login->account);
}

static void
account(void **state)
{
	(void)state;
	each_row(check_account);
}

/* setcred after auth succeeds exactly when auth has succeeded. */
static void
check_frozen(const struct control *control, const struct code *code,
    const struct place *place, const struct login *login)
{
	expect("setcred after auth", control, code, place, login->frozen,
	    login->auth == PAM_SUCCESS);
}

static void
setcred_frozen(void **state)
{
	(void)state;
	each_row(check_frozen);
}

/*
 * setcred without auth, as sshd calls it after a public key: the module returns
 * success.
 */
static void
check_unfrozen(const struct control *control, const struct code *code,
    const struct place *place, const struct login *login)
{
	expect("setcred alone", control, code, place, login->unfrozen,
	    is_let_in(control->votes[PROVED], place));
	if (login->auth == PAM_SUCCESS || place->says_after != NO)
		assert_int_equal(login->unfrozen, PAM_SUCCESS);
}

static void
setcred_unfrozen(void **state)
{
	(void)state;
	each_row(check_unfrozen);
}

/*
 * The stacks that the manual warns of, with their results written down instead
 * of computed.  They show why the manual recommends `required`.
 */
static const struct warning {
	const char *control, *code, *place;
	bool let_in;
} warnings[] = {
	/* An exempt person, and no other line decides: refused. */
	{ "required", "ignore", "alone", false },
	{ "required", "ignore", "utilities that ignore", false },
	/* An exempt person: any line that succeeds lets the person in. */
	{ "required", "ignore", "pam_permit behind", true },
	{ "required", "ignore", "pam_permit before", true },
	{ "required", "ignore", "a utility that succeeds", true },
	{ "required", "ignore", "a utility that succeeds behind", true },
	/* With this control an exemption is a refusal. */
	{ "[success=ok default=bad]", "ignore", "pam_permit before", false },
	/* `sufficient` seems to be right while no other line succeeds. */
	{ "sufficient", "auth_err", "alone", false },
	{ "sufficient", "auth_err", "utilities that ignore", false },
	/* A wrong code, and the person is let in. */
	{ "sufficient", "auth_err", "pam_permit behind", true },
	{ "sufficient", "auth_err", "pam_permit before", true },
	{ "sufficient", "auth_err", "a utility that succeeds", true },
	{ "sufficient", "maxtries", "pam_permit behind", true },
	/* A broken configuration or installation, and everybody is let in. */
	{ "sufficient", "service_err", "pam_permit behind", true },
	{ "sufficient", "authinfo_unavail", "pam_permit before", true },
	{ "sufficient", "abort", "pam_permit behind", true },
	/* The lines after it are never called. */
	{ "sufficient", "success", "pam_deny behind", true },
	/* `optional` does the same, but the lines after it are called. */
	{ "optional", "auth_err", "alone", false },
	{ "optional", "auth_err", "pam_permit behind", true },
	{ "optional", "auth_err", "pam_permit before", true },
	{ "optional", "auth_err", "a utility that succeeds", true },
	{ "optional", "service_err", "pam_permit behind", true },
	{ "optional", "abort", "a utility that succeeds behind", true },
	{ "optional", "success", "pam_deny behind", false },
};

static bool
is_meant(const struct warning *w, const struct control *control,
    const struct code *code, const struct place *place)
{
	return strcmp(w->control, control->text) == 0 &&
	    strcmp(w->code, code->name) == 0 &&
	    strcmp(w->place, place->name) == 0;
}

static unsigned warned;

static void
check_warning(const struct control *control, const struct code *code,
    const struct place *place, const struct login *login)
{
	for (size_t i = 0; i < PEOPLE_COUNT(warnings); i++) {
		if (!is_meant(&warnings[i], control, code, place))
			continue;
		expect("auth", control, code, place, login->auth,
		    warnings[i].let_in);
		expect("account", control, code, place, login->account,
		    warnings[i].let_in);
		warned++;
	}
}

static void
unsafe_controls(void **state)
{
	(void)state;
	warned = 0;
	each_row(check_warning);
	assert_int_equal(warned, PEOPLE_COUNT(warnings));
}

/* The outcomes that are tried with the real module. */
enum outcome { RIGHT_CODE, EXEMPT_PERSON, WRONG_CODE, BROKEN_CONF, OUTCOMES };

static const struct person *exempt;

static void
write_confs(void)
{
	const time_t tomorrow = time(NULL) + 86400;
	struct tm tm;
	char text[300], date[16];

	assert_non_null(gmtime_r(&tomorrow, &tm));
	assert_true(strftime(date, sizeof(date), "%Y-%m-%d", &tm) > 0);
	(void)snprintf(text, sizeof(text), "[default]\ntries = 1\n"
	    "require-proof = " SERVICE "\n"
	    "exempt = user=%s until=%s reason=\"a test\"\n", exempt->name,
	    date);
	people_write("matrix.conf", text);
	people_write("matrix.broken", "[default]\nbroken\n");
}

static const char *
prepare(enum outcome outcome, char *code)
{
	const struct person *p = exempt;

	(void)snprintf(code, 9, "000000");
	if (outcome == RIGHT_CODE || outcome == WRONG_CODE)
		p = people_next();
	if (outcome == RIGHT_CODE)
		people_code(p, 0, code);
	if (outcome == WRONG_CODE)
		people_wrong(p, code);
	return p->name;
}

static void
real_row(const struct control *control, const struct place *place,
    enum outcome outcome)
{
	/* By outcome: the rows success, ignore, auth_err, service_err. */
	static const size_t same[] = { 0, 1, 2, 5 };
	const struct code *code = &codes[same[outcome]];
	struct login login;
	char answer[9];
	const char *user = prepare(outcome, answer);

	write_stack(control, place, outcome == BROKEN_CONF ?
	    "@ after_first_factor conf=" PEOPLE_DIR "/matrix.broken" :
	    "@ after_first_factor conf=" PEOPLE_DIR "/matrix.conf");
	login = log_in(user, answer);
	check_auth(control, code, place, &login);
	check_frozen(control, code, place, &login);
	check_unfrozen(control, code, place, &login);
	check_account(control, code, place, &login);
}

static void
real_module(void **state)
{
	(void)state;
	write_confs();
	rows = 0;
	for (size_t i = 0; i < PEOPLE_COUNT(controls); i++)
		for (size_t k = 0; k < PEOPLE_COUNT(places); k++)
			for (int o = RIGHT_CODE; o < OUTCOMES; o++, rows++)
				real_row(&controls[i], &places[k],
				    (enum outcome)o);
	assert_int_equal(rows, 6 * 7 * 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours),
		cmocka_unit_test(auth),
		cmocka_unit_test(account),
		cmocka_unit_test(setcred_frozen),
		cmocka_unit_test(setcred_unfrozen),
		cmocka_unit_test(unsafe_controls),
		cmocka_unit_test(real_module),
	};

	people_start(2 + 2 * PEOPLE_COUNT(controls) * PEOPLE_COUNT(places));
	anybody = people_next();
	exempt = people_next();
	return cmocka_run_group_tests_name("matrix", tests, NULL, NULL);
}
