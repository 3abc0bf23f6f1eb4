/* What policy and request say before anybody is asked; see policy.h. */
#include "verifier/policy.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>
#include <utmpx.h>

#include "common/clock.h"
#include "common/paths.h"

#define GROUPS_MAX 1024

/*
 * Does SSH_AUTH_INFO_0 show a method that was completed?  It has a line for
 * each method: its name, then a blank or the end of the line.  The method
 * "none" proves nothing.
 */
static bool
shows_completed_method(const char *info)
{
	while (*info != '\0') {
		size_t line = strcspn(info, "\n");
		size_t method = strcspn(info, " \n");

		if (method > 0 && info[line] == '\n' &&
		    !(method == 4 && memcmp(info, "none", 4) == 0))
			return true;
		info += line + (info[line] == '\n');
	}
	return false;
}

/*
 * A caller with the real uid 0 that has SSH_CONNECTION is sshd.  It puts
 * SSH_AUTH_INFO_0 into the PAM environment, which before `auth` only root's own
 * process can fill.
 */
bool
kf_policy_sshd_shows_method(const struct kf_msg_request *r)
{
	return r->ruid == 0 && r->connection[0] != '\0' &&
	    shows_completed_method(r->ssh_auth_info);
}

/*
 * Where the caller's real uid is the person's own (sudo, su to oneself), the
 * person has logged in before.  The real uid 0 proves nothing, because sshd and
 * login run as root.
 */
bool
kf_policy_first_factor_known(const struct kf_msg_request *r)
{
	if ((r->flags & KF_FLAG_AFTER_FIRST_FACTOR) != 0)
		return true;
	if (r->ruid == 0)
		return kf_policy_sshd_shows_method(r);
	return r->uid != KF_UID_UNKNOWN && r->ruid == r->uid;
}

/* Did the person who logged in on that terminal come over a network? */
static bool
is_terminal_remote(const char *tty)
{
	struct utmpx line = { .ut_type = LOGIN_PROCESS };
	const struct utmpx *entry;
	bool remote = false;

	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	if (tty[0] == '\0' || strlen(tty) >= sizeof(line.ut_line))
		return false;
	memcpy(line.ut_line, tty, strlen(tty));
	setutxent();
	entry = getutxline(&line);
	if (entry != NULL && entry->ut_type == USER_PROCESS)
		for (size_t i = 0; i < 4; i++)
			remote |= entry->ut_addr_v6[i] != 0;
	endutxent();
	return remote;
}

/* Some programs give the name of this machine, or of its X display. */
static bool
is_host_remote(const char *rhost)
{
	char own[256];

	if (rhost[0] == '\0' || rhost[0] == ':' ||
	    strcmp(rhost, "localhost") == 0)
		return false;
	return gethostname(own, sizeof(own)) != 0 || strcmp(rhost, own) != 0;
}

/*
 * Is the person remote, as far as can be known?  This decides only whether a
 * plugged-in key is asked.  A person who is here and is taken for remote is
 * asked for a code.
 */
static bool
is_remote(const struct kf_msg_request *r)
{
	return r->connection[0] != '\0' || is_host_remote(r->rhost) ||
	    is_terminal_remote(r->tty);
}

static bool
is_key_in_reach(const struct kf_session *s)
{
	switch ((enum kf_key_local)s->conf.key_local) {
	case KF_KEY_LOCAL_ALWAYS:
		return true;
	case KF_KEY_LOCAL_NEVER:
		return false;
	case KF_KEY_LOCAL_AUTO:
		return !is_remote(&s->request);
	}
	return false;
}

/* For a stranger it must not depend on what is enrolled. */
bool
kf_policy_asks_local_key(const struct kf_session *s)
{
	return (s->conf.factors & KF_CONF_FACTOR_KEY) != 0 &&
	    is_key_in_reach(s) &&
	    (!s->known || kf_enrolment_count(&s->person, KF_KIND_KEY) > 0);
}

bool
kf_policy_holds_text(const struct kf_msg_request *r)
{
	return r->connection[0] != '\0';
}

/* Loads the name service; used only when the configuration names a group. */
static bool
is_in_group(const char *user, const char *group)
{
	gid_t gids[GROUPS_MAX];
	int count = GROUPS_MAX;
	const struct group *gr = getgrnam(group);
	const struct passwd *pw;
	gid_t wanted;

	if (gr == NULL)
		return false;
	wanted = gr->gr_gid;
	pw = getpwnam(user);
	if (pw == NULL || getgrouplist(user, pw->pw_gid, gids, &count) < 0)
		return false;
	for (int i = 0; i < count; i++)
		if (gids[i] == wanted)
			return true;
	return false;
}

const struct kf_exempt *
kf_policy_exemption(const struct kf_session *s)
{
	/* With a clock that is behind, an exemption would hold again. */
	if (s->request.uid == KF_UID_UNKNOWN ||
	    kf_clock_wall() < kf_release_time)
		return NULL;
	return kf_exempt_find(s->conf.exempt, s->conf.exempt_count,
	    s->request.user, s->request.tty, kf_clock_wall(), is_in_group);
}

bool
kf_policy_allows_unenrolled(const struct kf_session *s)
{
	/* Not a person whose enrolment this service merely leaves out. */
	return s->standing == KF_STANDING_NOBODY && s->person.count == 0 &&
	    kf_clock_wall() >= kf_release_time &&
	    kf_clock_wall() < s->conf.unenrolled_end;
}
