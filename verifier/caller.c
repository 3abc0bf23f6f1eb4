/* What a caller that is not root may say; see caller.h. */
#include "verifier/caller.h"

#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

#include "common/paths.h"
#include "common/text.h"
#include "verifier/report.h"

bool
kf_caller_uid(int fd, uint32_t *uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	/* A socket without a peer gives the uid -1. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 ||
	    len != sizeof(peer) || peer.uid == KF_UID_UNKNOWN)
		return false;
	*uid = peer.uid;
	return true;
}

/* The option store is allowed in [default] only: no service is needed. */
static const char *
take_place(struct kf_caller *caller)
{
	static struct kf_conf conf;	/* large */
	struct kf_ini_error error;
	enum kf_err err;

	if (kf_conf_load(kf_path_conf, "", &conf, &error) != KF_OK) {
		kf_report_conf_refused(kf_path_conf, &error);
		return "configuration";
	}
	err = kf_store_open(conf.store, &caller->store);
	if (err != KF_OK)
		return "store-unavailable";
	err = kf_store_enter(caller->store, caller->uid);
	if (err == KF_ERR_LOCKED)
		return "too-many-sessions";
	if (err == KF_ERR_NO_USER)
		return "no-state";
	return err == KF_OK ? NULL : kf_strerror(err);
}

const char *
kf_caller_enter(struct kf_caller *caller)
{
	const char *reason = take_place(caller);
	const struct passwd *pw;

	if (reason != NULL)
		return reason;
	pw = getpwuid(caller->uid);
	if (pw == NULL || pw->pw_name[0] == '\0' ||
	    kf_text_format(caller->name, sizeof(caller->name), "%s",
	    pw->pw_name) != KF_OK)
		return "unknown-user";
	return NULL;
}

/* The reason for the first claim that a caller may not make, or NULL. */
static const char *
find_claim(const struct kf_caller *caller, const struct kf_msg_request *r)
{
	const struct {
		const char *text;
		const char *reason;
	} absent[] = {
		{ r->conf, "claimed-conf" },
		{ r->rhost, "claimed-rhost" },
		{ r->tty, "claimed-tty" },
		{ r->connection, "claimed-connection" },
		{ r->ssh_auth_info, "claimed-ssh-auth-info" },
		{ r->command, "claimed-command" },
	};

	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		if (absent[i].text[0] != '\0')
			return absent[i].reason;
	if (r->uid != caller->uid)
		return "caller-of-another-uid";
	if (r->user[0] != '\0' && strcmp(r->user, caller->name) != 0)
		return "caller-of-another-name";
	return NULL;
}

bool
kf_caller_restrict(struct kf_session *s)
{
	struct kf_msg_request *r = &s->request;
	const char *claim = find_claim(s->caller, r);

	if (claim != NULL) {
		s->reason = claim;
		s->deny = r->conf[0] != '\0' ? KF_DENY_CONFIGURATION :
		    KF_DENY_AUTH;
	}
	/* The person logged in to run a locker: the real uid is theirs. */
	r->uid = s->caller->uid;
	r->ruid = s->caller->uid;
	r->flags = 0;
	_Static_assert(sizeof(r->user) == sizeof(s->caller->name), "a name");
	memcpy(r->user, s->caller->name, sizeof(r->user));
	r->conf[0] = '\0';
	r->rhost[0] = '\0';
	r->tty[0] = '\0';
	r->connection[0] = '\0';
	r->ssh_auth_info[0] = '\0';
	r->command[0] = '\0';
	return claim == NULL;
}
