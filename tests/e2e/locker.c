/*
 * A screen locker without a screen: asks PAM for the user who runs it, on the
 * terminal it has, and says the codes that came of it.
 *
 *	locker SERVICE [blind] [USER]
 *
 * It tells PAM terminal and host, as lockers do.  With "blind" it asks for one
 * line at first and answers every question with that, as lockers with one field
 * do.  Ends with "authenticate N account N", and "inside:USER" when both are
 * PAM_SUCCESS.  The status is that of `authenticate`.
 */
#include <pwd.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool blind;
static char field[256];

static bool
read_line(char *line, int size)
{
	if (fgets(line, size, stdin) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static int
answer(const struct pam_message *m, char **text)
{
	char line[256];

	if (!blind)
		(void)printf("%s%s", m->msg, m->msg_style == PAM_ERROR_MSG ||
		    m->msg_style == PAM_TEXT_INFO ? "\n" : "");
	(void)fflush(stdout);
	if (m->msg_style == PAM_ERROR_MSG || m->msg_style == PAM_TEXT_INFO)
		return PAM_SUCCESS;
	if (!blind && !read_line(line, sizeof(line)))
		return PAM_CONV_ERR;
	*text = strdup(blind ? field : line);
	return *text != NULL ? PAM_SUCCESS : PAM_CONV_ERR;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *context)
{
	struct pam_response *r = calloc((size_t)count, sizeof(*r));
	int rc = r != NULL ? PAM_SUCCESS : PAM_BUF_ERR;

	(void)context;
	for (int i = 0; i < count && rc == PAM_SUCCESS; i++)
		rc = answer(messages[i], &r[i].resp);
	*responses = r;
	return rc;
}

int
main(int argc, char **argv)
{
	const struct pam_conv conv = { converse, NULL };
	const struct passwd *pw = getpwuid(getuid());
	const char *user = pw != NULL ? pw->pw_name : "";
	const char *tty = ttyname(0);
	pam_handle_t *pamh = NULL;
	int rc, account = PAM_ABORT, arg = 2;

	if (argc < 2)
		return 99;
	if (arg < argc && strcmp(argv[arg], "blind") == 0) {
		blind = true;
		arg++;
		(void)printf("Field: ");
		(void)fflush(stdout);
		if (!read_line(field, sizeof(field)))
			return 99;
	}
	if (arg < argc)
		user = argv[arg];
	if (pam_start(argv[1], user, &conv, &pamh) != PAM_SUCCESS ||
	    pam_set_item(pamh, PAM_TTY, tty != NULL ? tty : ":0") !=
	    PAM_SUCCESS ||
	    pam_set_item(pamh, PAM_RHOST, "localhost") != PAM_SUCCESS)
		return 99;
	rc = pam_authenticate(pamh, 0);
	if (rc == PAM_SUCCESS)
		account = pam_acct_mgmt(pamh, 0);
	(void)printf("authenticate %d account %d\n", rc, account);
	if (rc == PAM_SUCCESS && account == PAM_SUCCESS)
		(void)printf("inside:%s\n", user);
	(void)pam_end(pamh, rc);
	return rc;
}
