/* Writes the tool's log lines; see audit.h. */
#include "enroll_tool/people/audit.h"

#include <pwd.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "common/log.h"
#include "common/text.h"
#include "enroll_tool/cli/terminal.h"
#include "factors/factor.h"

/* The name of the real user, or the uid if it has no name. */
static void
real_user(char by[KF_BY_SIZE])
{
	const struct passwd *pw = getpwuid(getuid());

	if (pw != NULL)
		kf_text_filter(by, KF_BY_SIZE, pw->pw_name, false);
	else
		(void)snprintf(by, KF_BY_SIZE, "%u", getuid());
}

void
kf_audit_by(char by[KF_BY_SIZE])
{
	const char *name = kf_terminal_sudo_user();

	if (name != NULL)
		kf_text_filter(by, KF_BY_SIZE, name, false);
	else
		real_user(by);
}

void
kf_audit(const char *event, const struct kf_person *person,
    const struct kf_authenticator *a)
{
	char by[KF_BY_SIZE];
	struct kf_log log;

	kf_log_start(&log, event);
	real_user(by);
	kf_log_add(&log, "by", by);
	if (kf_terminal_sudo_user() != NULL)
		kf_log_add(&log, "sudo-user", kf_terminal_sudo_user());
	if (person != NULL) {
		kf_log_add(&log, "user", person->name);
		kf_log_number(&log, "uid", person->uid);
	}
	if (a != NULL) {
		kf_log_add(&log, "factor", kf_factor_of(a->kind)->name);
		kf_log_add(&log, "id", a->id);
	}
	kf_log_send(&log, LOG_NOTICE);
}
