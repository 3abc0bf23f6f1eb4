/*
 * keyfirst test USER: does what a login would do, with the installed verifier
 * and at this terminal.  Guesses are charged and codes are used up as in a
 * login.  The answer is only printed: it must not let anybody in.
 */
#include <string.h>
#include <unistd.h>

#include "client/client.h"
#include "common/paths.h"
#include "common/text.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/installation/key_rule.h"
#include "enroll_tool/people/people.h"

static void
show(void *context, bool error, const char *text)
{
	(void)context;
	(void)error;
	kf_say("%s\n", text);
}

static void
ask(void *context, bool echo, const char *prompt, struct kf_msg_answer *answer)
{
	enum kf_err err = isatty(STDIN_FILENO) ?
	    kf_terminal_ask(prompt, echo, &answer->text) :
	    kf_terminal_ask_stdin(prompt, echo, &answer->text);

	(void)context;
	/* A terminal shows the newline that the person types, a pipe none. */
	if (!isatty(STDIN_FILENO))
		kf_say("\n");
	if (err == KF_OK)
		answer->kind = KF_ANSWER_TEXT;
	else if (err == KF_ERR_RANGE)
		answer->kind = KF_ANSWER_TOO_LONG;
	else
		answer->kind = KF_ANSWER_FAILED;
}

static const char *
reason(const struct kf_outcome *outcome)
{
	if (outcome->err != KF_OK)
		return "no answer from the verifier: see the log, and what "
		    "keyfirst setup says";
	switch (outcome->reason) {
	case KF_DENY_AUTH:
		return "not proved";
	case KF_DENY_MAXTRIES:
		return "no factor that is left can work at present: keyfirst "
		    "status USER tells why";
	case KF_DENY_UNAVAILABLE:
		return "a part of keyfirst is broken: see the log";
	case KF_DENY_CONFIGURATION:
		return "the configuration is not understood: see the log";
	case KF_DENY_CONVERSATION:
		return "nobody answered";
	case KF_DENY_CANCELLED:
		return "cancelled";
	}
	return "not proved";
}

/*
 * Did the verifier judge?  If it could not, because a part is broken, there is
 * no answer, which is not the same as the answer "no".
 */
static bool
is_answer(const struct kf_outcome *outcome)
{
	if (outcome->err != KF_OK)
		return false;
	switch (outcome->reason) {
	case KF_DENY_AUTH:
	case KF_DENY_MAXTRIES:
	case KF_DENY_CONVERSATION:
	case KF_DENY_CANCELLED:
		return true;
	case KF_DENY_UNAVAILABLE:
	case KF_DENY_CONFIGURATION:
		return false;
	}
	return false;
}

static enum kf_exit
report(const struct kf_msg_request *request, const struct kf_outcome *outcome)
{
	if (kf_verdict_is_grant(&outcome->verdict)) {
		kf_say("%s would have let %s in, by %s %s.\n",
		    request->service, request->user, outcome->factor,
		    outcome->id);
		return KF_EXIT_DONE;
	}
	if (outcome->exempt) {
		kf_say("%s would not have asked %s for a factor.\n",
		    request->service, request->user);
		return KF_EXIT_DONE;
	}
	if (!is_answer(outcome)) {
		kf_complain("test: %s would have refused %s without judging: "
		    "%s", request->service, request->user, reason(outcome));
		return KF_EXIT_ERROR;
	}
	kf_say("%s would have refused %s: %s.\n", request->service,
	    request->user, reason(outcome));
	return KF_EXIT_NO;
}

static enum kf_exit
try(const struct kf_msg_request *request)
{
	const struct kf_ui ui = { .show = show, .ask = ask };
	struct kf_outcome outcome;
	struct kf_process verifier;

	if (kf_client_start(kf_path_verify, &verifier) != KF_OK) {
		kf_complain("%s: cannot be started: install keyfirst again",
		    kf_path_verify);
		return KF_EXIT_ERROR;
	}
	kf_client_run(verifier.fd, request, &ui, &outcome);
	kf_client_stop(&verifier);
	return report(request, &outcome);
}

static bool
set_service(struct kf_msg_request *request, const char *service)
{
	if (*service == '\0' ||
	    !kf_text_is_clean(service, sizeof(request->service)))
		return false;
	memcpy(request->service, service, strlen(service) + 1);
	return true;
}

static void
set_tty(struct kf_msg_request *request)
{
	const char *tty = isatty(STDIN_FILENO) ? ttyname(STDIN_FILENO) : NULL;

	if (tty != NULL && strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	if (tty != NULL && kf_text_is_clean(tty, sizeof(request->tty)))
		memcpy(request->tty, tty, strlen(tty) + 1);
}

/* Fills in the request; kf_cmd_test sends it with the installation closed. */
static enum kf_exit
set_person(struct kf_installation *in, struct kf_person *person, void *context)
{
	struct kf_msg_request *request = context;

	(void)in;
	kf_key_rule_check_for(person);
	request->uid = person->uid;
	memcpy(request->user, person->name, sizeof(request->user));
	return KF_EXIT_DONE;
}

enum kf_exit
kf_cmd_test(const struct kf_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "service", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	struct kf_msg_request request = {
		.operation = KF_OP_AUTH,
		.service = "keyfirst",
		.flags = KF_FLAG_AFTER_FIRST_FACTOR,
		.ruid = getuid(),
	};
	enum kf_exit status;
	int c;

	while ((c = kf_option_next(command, argc, argv, options)) != -1) {
		if (c != 's')
			return KF_EXIT_USAGE;
		if (!set_service(&request, optarg))
			return kf_usage(command, "--service: not the name of "
			    "a service");
	}
	if (!kf_operands(command, argc, 1, 1))
		return KF_EXIT_USAGE;
	status = kf_person_do(argv[optind], set_person, &request);
	if (status != KF_EXIT_DONE)
		return status;
	set_tty(&request);
	return try(&request);
}
