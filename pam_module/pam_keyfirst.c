/*
 * pam_keyfirst.so: the entries that libpam calls.  It says who is asked for and
 * where, starts the verifier, relays, and returns what retval.c makes of the
 * answer.  It decides nothing, opens no file of ours, and leaves nothing
 * changed in sshd or sudo, whose process this is.
 */
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "common/client.h"
#include "common/log.h"
#include "common/paths.h"
#include "common/text.h"
#include "pam_module/args.h"
#include "pam_module/conversation.h"
#include "pam_module/retval.h"

/* The only symbols that leave the module; pam_keyfirst.map lists them too. */
#define ENTRY __attribute__((visibility("default")))

/* Asked of libpam whenever somebody is denied, for whatever reason. */
#define FAIL_DELAY_US 2000000

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

static void
log_broken(pam_handle_t *pamh, const char *what, enum kf_err err)
{
	struct kf_log log;

	kf_log_start(&log, "verifier");
	kf_log_add(&log, "result", what);
	kf_log_add(&log, "file", kf_path_verify);
	kf_log_add(&log, "reason", kf_strerror(err));
	log_line(pamh, LOG_ERR, &log);
}

/* A field that does not fit is sent empty, and the log says so. */
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

static const char *
get_item(pam_handle_t *pamh, int type)
{
	const void *item = NULL;

	return pam_get_item(pamh, type, &item) == PAM_SUCCESS ? item : NULL;
}

/*
 * The uid, and its canonical name: the enrolment serves only while the uid
 * still leads to the name that it was made for.
 */
static void
set_person(pam_handle_t *pamh, struct kf_msg_request *request,
    const char *user)
{
	const struct passwd *pw = pam_modutil_getpwnam(pamh, user);

	request->uid = KF_UID_UNKNOWN;
	if (pw == NULL || pw->pw_uid == KF_UID_UNKNOWN)
		return;
	pw = pam_modutil_getpwuid(pamh, pw->pw_uid);
	if (pw == NULL)
		return;
	SET_FIELD(pamh, request, user, pw->pw_name);
	if (request->user[0] != '\0')
		request->uid = pw->pw_uid;
}

static void
fill_request(pam_handle_t *pamh, struct kf_msg_request *request,
    const struct kf_args *args, const char *user)
{
	*request = (struct kf_msg_request){ .operation = KF_OP_AUTH };
	set_person(pamh, request, user);
	SET_FIELD(pamh, request, conf, args->conf);
	SET_FIELD(pamh, request, service, get_item(pamh, PAM_SERVICE));
	SET_FIELD(pamh, request, rhost, get_item(pamh, PAM_RHOST));
	SET_FIELD(pamh, request, tty, get_item(pamh, PAM_TTY));
	SET_FIELD(pamh, request, connection,
	    pam_getenv(pamh, "SSH_CONNECTION"));
	SET_FIELD(pamh, request, ssh_auth_info,
	    pam_getenv(pamh, "SSH_AUTH_INFO_0"));
	request->ruid = getuid();
	if (args->after_first_factor)
		request->flags |= KF_FLAG_AFTER_FIRST_FACTOR;
}

/* A module before or after us may have changed whom this is about. */
static bool
is_still(pam_handle_t *pamh, const char *user)
{
	const char *now = get_item(pamh, PAM_USER);

	return now != NULL && strcmp(now, user) == 0;
}

static int
authenticate(pam_handle_t *pamh, const struct kf_args *args, const char *user)
{
	struct kf_msg_request request;
	struct kf_ui ui = kf_conversation(pamh);
	struct kf_verifier verifier;
	struct kf_outcome outcome;
	enum kf_err err;

	fill_request(pamh, &request, args, user);
	/* A configuration that was named and cannot be sent is not skipped. */
	if (args->conf != NULL && request.conf[0] == '\0')
		return kf_retval_error(KF_ERR_SYNTAX);
	err = kf_client_start(kf_path_verify, &verifier);
	if (err != KF_OK) {
		log_broken(pamh, "not-started", err);
		return kf_retval_error(err);
	}
	kf_client_run(verifier.fd, &request, &ui, &outcome);
	kf_client_stop(&verifier);
	if (outcome.err != KF_OK)
		log_broken(pamh, "no-verdict", outcome.err);
	return kf_retval_auth(&outcome, is_still(pamh, user));
}

ENTRY int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct kf_args args;
	const char *bad = NULL;
	const char *name = NULL;
	char user[KF_SECRET_MAX];
	int rc;

	/* PAM_SILENT: a reason for a denial is said all the same. */
	(void)flags;
	(void)pam_fail_delay(pamh, FAIL_DELAY_US);
	if (kf_args_parse(argc, argv, &args, &bad) != KF_OK) {
		log_bad_argument(pamh, bad);
		return kf_retval_error(KF_ERR_SYNTAX);
	}
	/* Others reach the verifier by its socket, which is not built yet. */
	if (geteuid() != 0) {
		log_broken(pamh, "caller-is-not-root", KF_ERR_UNAVAILABLE);
		return kf_retval_error(KF_ERR_UNAVAILABLE);
	}
	rc = pam_get_user(pamh, &name, NULL);
	if (rc != PAM_SUCCESS || name == NULL)
		return rc == PAM_CONV_ERR ? PAM_CONV_ERR : PAM_AUTH_ERR;
	if (kf_text_format(user, sizeof(user), "%s", name) != KF_OK)
		return PAM_AUTH_ERR;
	return authenticate(pamh, &args, user);
}

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
