/*
 * A PAM module for scripts whose people are refused again and again: libpam
 * does not wait after a refusal, as pam_keyfirst asks it to.  That it asks is
 * seen in tests/pam/answers.c, and that people wait in
 * tests/e2e/login/t-sudo.sh.  It must decide nothing.
 */
#include <security/pam_modules.h>
#include <string.h>

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc,
    const char **argv);
int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv);

static void
at_once(int status, unsigned microseconds, void *context)
{
	(void)status;
	(void)microseconds;
	(void)context;
}

int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	void (*function)(int, unsigned, void *) = at_once;
	const void *item;

	(void)flags;
	(void)argc;
	(void)argv;
	_Static_assert(sizeof(item) == sizeof(function), "as in POSIX");
	memcpy(&item, &function, sizeof(item));
	(void)pam_set_item(pamh, PAM_FAIL_DELAY, item);
	return PAM_IGNORE;
}

int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}
