/*
 * pam_keyfirst.so: the entry points that libpam calls.  The module tells a
 * verifier which person to decide about and where the request comes from,
 * relays questions and answers, and returns the PAM code that retval.c makes of
 * the verdict.  It must decide nothing, open none of keyfirst's files, and
 * leave nothing changed in its host, such as sshd or sudo.
 */
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "client/client.h"
#include "common/log.h"
#include "common/paths.h"
#include "common/text.h"
#include "pam_module/args.h"
#include "pam_module/conversation.h"
#include "pam_module/proof.h"
#include "pam_module/retval.h"

/* Marks the only symbols that are exported, as in pam_keyfirst.map. */
#define ENTRY __attribute__((visibility("default")))

/* The delay that libpam is asked to add to every denial. */
#define FAIL_DELAY_US 2000000

/* A longer PAM_USER is denied. */
#define USER_SIZE 1024

static void
log_line(pam_handle_t *pamh, int priority, const struct kf_log *log)
{
	pam_syslog(pamh, priority, "%s", log->text);
}

static void
log_bad_argument(pam_handle_t *pamh, const char *argument)
{
	struct kf_log log;

	kf_log_start(&log, "config");
	kf_log_add(&log, "result", "refused");
	kf_log_add(&log, "argument", argument);
	log_line(pamh, LOG_ERR, &log);
}

/*
 * Root executes the verifier, all others connect to the service's socket;
 * neither falls back to the other way.
 */
static bool
is_root(void)
{
	return geteuid() == 0;
}

static void
log_broken(pam_handle_t *pamh, const char *what, enum kf_err err)
{
	struct kf_log log;

	kf_log_start(&log, "verifier");
	kf_log_add(&log, "result", what);
	kf_log_add(&log, "file", is_root() ? kf_path_verify : kf_path_socket);
	kf_log_add(&log, "reason", kf_strerror(err));
	if (!is_root() && err == KF_ERR_MISSING)
		kf_log_add(&log, "remedy",
		    "systemctl enable --now keyfirst-verify.socket");
	log_line(pamh, LOG_ERR, &log);
}

/*
 * Copies value into a field of the request.  A value that does not fit is
 * logged, and the field is sent empty.
 */
static void
set_field(pam_handle_t *pamh, char *field, size_t size, const char *name,
    const char *value)
{
	struct kf_log log;

	if (value == NULL ||
	    kf_text_format(field, size, "%s", value) == KF_OK)
		return;
	memset(field, 0, size);
	kf_log_start(&log, "request");
	kf_log_add(&log, "result", "field-too-long");
	kf_log_add(&log, "field", name);
	log_line(pamh, LOG_WARNING, &log);
}

#define SET_FIELD(pamh, request, member, value) \
	set_field(pamh, (request)->member, sizeof((request)->member), \
	    #member, value)

/* A text item of libpam, which owns it; NULL if it is not set. */
static const char *
get_item(pam_handle_t *pamh, int type)
{
	const void *item = NULL;

	return pam_get_item(pamh, type, &item) == PAM_SUCCESS ? item : NULL;
}

static uint32_t
uid_of(pam_handle_t *pamh, const char *user)
{
	const struct passwd *pw = pam_modutil_getpwnam(pamh, user);

	return pw != NULL ? pw->pw_uid : KF_UID_UNKNOWN;
}

/*
 * Sets uid and user of the request.  user is the canonical name of the uid,
 * because an enrolment is used only while the uid still has the name for which
 * the enrolment was made.
 */
static void
set_person(pam_handle_t *pamh, struct kf_msg_request *request,
    const char *user)
{
	const struct passwd *pw;
	uint32_t uid = uid_of(pamh, user);

	request->uid = KF_UID_UNKNOWN;
	if (uid == KF_UID_UNKNOWN)
		return;
	pw = pam_modutil_getpwuid(pamh, uid);
	if (pw == NULL)
		return;
	SET_FIELD(pamh, request, user, pw->pw_name);
	if (request->user[0] != '\0')
		request->uid = pw->pw_uid;
}

static void
fill_request(pam_handle_t *pamh, struct kf_msg_request *request,
    enum kf_operation operation, const struct kf_args *args, const char *user)
{
	*request = (struct kf_msg_request){ .operation = operation };
	set_person(pamh, request, user);
	SET_FIELD(pamh, request, service, get_item(pamh, PAM_SERVICE));
	request->ruid = getuid();
	if (args->after_first_factor)
		request->flags |= KF_FLAG_AFTER_FIRST_FACTOR;
	/* The verifier refuses these fields from a caller that is not root. */
	if (!is_root())
		return;
	SET_FIELD(pamh, request, conf, args->conf);
	SET_FIELD(pamh, request, rhost, get_item(pamh, PAM_RHOST));
	SET_FIELD(pamh, request, tty, get_item(pamh, PAM_TTY));
	SET_FIELD(pamh, request, connection,
	    pam_getenv(pamh, "SSH_CONNECTION"));
	SET_FIELD(pamh, request, ssh_auth_info,
	    pam_getenv(pamh, "SSH_AUTH_INFO_0"));
}

/* Is PAM_USER still that user?  Another module may have changed it. */
static bool
is_still(pam_handle_t *pamh, const char *user)
{
	const char *now = get_item(pamh, PAM_USER);

	return now != NULL && strcmp(now, user) == 0;
}

/*
 * Runs one session with a verifier and returns a PAM code.  Sets *uid to the
 * person's.  *outcome is set only if the session could start.
 */
static int
ask_verifier(pam_handle_t *pamh, enum kf_operation operation,
    const struct kf_args *args, const char *user, struct kf_outcome *outcome,
    uint32_t *uid)
{
	struct kf_msg_request request;
	struct kf_ui ui = kf_conversation(pamh);
	struct kf_process verifier;
	enum kf_err err;

	fill_request(pamh, &request, operation, args, user);
	*uid = request.uid;
	/* Without conf or service, another configuration would be used. */
	if ((args->conf != NULL && request.conf[0] == '\0') ||
	    request.service[0] == '\0')
		return kf_retval_error(KF_ERR_SYNTAX);
	err = is_root() ? kf_client_start(kf_path_verify, &verifier) :
	    kf_client_connect(kf_path_socket, &verifier);
	if (err != KF_OK) {
		log_broken(pamh, "not-reached", err);
		return kf_retval_error(err);
	}
	kf_client_run(verifier.fd, &request, &ui, outcome);
	kf_client_stop(&verifier);
	if (outcome->err != KF_OK)
		log_broken(pamh, "no-verdict", outcome->err);
	return operation == KF_OP_AUTH ?
	    kf_retval_auth(outcome, is_still(pamh, user)) :
	    kf_retval_account(outcome, is_still(pamh, user));
}

/*
 * The first steps of `auth` and `account`: checks the arguments and the caller,
 * and copies PAM_USER, because another module may change it later.  Returns
 * PAM_SUCCESS or the code of a denial.
 */
static int
start(pam_handle_t *pamh, int argc, const char **argv, struct kf_args *args,
    char user[USER_SIZE])
{
	const char *bad = NULL;
	const char *name = NULL;
	int rc;

	if (kf_args_parse(argc, argv, args, &bad) != KF_OK) {
		log_bad_argument(pamh, bad);
		return kf_retval_error(KF_ERR_SYNTAX);
	}
	/* Only root may choose the file; others are refused, not ignored. */
	if (!is_root() && args->conf != NULL) {
		log_bad_argument(pamh, "conf= where the caller is not root");
		return kf_retval_error(KF_ERR_SYNTAX);
	}
	rc = pam_get_user(pamh, &name, NULL);
	if (rc != PAM_SUCCESS || name == NULL)
		return rc == PAM_CONV_ERR ? PAM_CONV_ERR : PAM_AUTH_ERR;
	if (kf_text_format(user, USER_SIZE, "%s", name) != KF_OK)
		return PAM_AUTH_ERR;
	return PAM_SUCCESS;
}

ENTRY int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct kf_outcome outcome;
	struct kf_args args;
	char user[USER_SIZE];
	uint32_t uid;
	int rc;

	/* PAM_SILENT is ignored: the person is told why they are denied. */
	(void)flags;
	kf_proof_forget(pamh);
	(void)pam_fail_delay(pamh, FAIL_DELAY_US);
	rc = start(pamh, argc, argv, &args, user);
	if (rc != PAM_SUCCESS)
		return rc;
	rc = ask_verifier(pamh, KF_OP_AUTH, &args, user, &outcome, &uid);
	if (rc == PAM_SUCCESS)
		kf_proof_keep(pamh, uid, &outcome);
	return rc;
}

/*
 * `account`: passes a person who has a proof from `auth`; otherwise asks the
 * verifier whether none is needed.  It is there because sshd runs `account` but
 * not `auth` for a login by public key alone.
 */
ENTRY int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const struct kf_outcome *proof;
	struct kf_outcome outcome;
	struct kf_args args;
	char user[USER_SIZE];
	uint32_t uid;
	int rc;

	(void)flags;
	rc = start(pamh, argc, argv, &args, user);
	if (rc != PAM_SUCCESS)
		return rc;
	proof = kf_proof_find(pamh, uid_of(pamh, user));
	if (proof != NULL)
		return kf_retval_auth(proof, true);
	return ask_verifier(pamh, KF_OP_ACCOUNT, &args, user, &outcome, &uid);
}

/* The three entry points from here on must succeed and do nothing. */
ENTRY int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_SUCCESS;
}

ENTRY int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	return pam_sm_setcred(pamh, flags, argc, argv);
}

ENTRY int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	return pam_sm_setcred(pamh, flags, argc, argv);
}
