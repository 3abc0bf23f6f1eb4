/*
 * Issues recovery codes; see recovery_issue.h.  Codes must not be shown before
 * their hashes are stored, so that every code that a person has seen is valid.
 */
#include "enroll_tool/people/recovery_issue.h"

#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"
#include "factors/recovery.h"

struct issue {
	char texts[KF_RECOVERY_CODES][KF_RECOVERY_TEXT]; /* secret */
	bool replaced;		/* the person had codes before */
};

/*
 * Replaces the record of recovery codes.  The new record has a new tag, so that
 * the state of the former codes does not apply to the new codes.
 */
static enum kf_exit
change(struct kf_person *person, void *context)
{
	struct issue *issue = context;
	struct kf_authenticator *a = kf_enrolment_find(person, "R");
	char label[KF_LABEL_SIZE] = "";
	enum kf_err err;

	if (kf_enrolment_factors(person) == 0 && a == NULL) {
		kf_complain("%s: nothing is enrolled: try keyfirst enroll "
		    "key %s, or enroll totp", person->name, person->name);
		return KF_EXIT_MISSING;
	}
	issue->replaced = a != NULL;
	if (a != NULL) {
		memcpy(label, a->label, sizeof(label));
		kf_enrolment_remove(person, a);
	}
	err = kf_enrolment_add(person, KF_KIND_RECOVERY, &a);
	if (err == KF_ERR_RANGE) {
		kf_complain("%s: has %d factors, the most there can be: "
		    "remove one first", person->name, KF_AUTHENTICATORS_MAX);
		return KF_EXIT_POLICY;
	}
	if (err == KF_OK)
		err = kf_recovery_make(person->uid, a->tag, &a->recovery,
		    issue->texts);
	if (err != KF_OK) {
		kf_complain("%s: no recovery codes can be made: %s",
		    person->name, kf_strerror(err));
		return KF_EXIT_ERROR;
	}
	memcpy(a->label, label, sizeof(label));
	a->created = kf_clock_wall();
	kf_audit_by(a->by);
	return KF_EXIT_DONE;
}

static void
show(const struct kf_person *person, const struct issue *issue)
{
	kf_say("Recovery codes of %s; each works once, in place of a "
	    "verification code:\n\n", person->name);
	for (size_t i = 0; i < KF_RECOVERY_CODES; i++)
		kf_say("  %*s%s\n", i < 9 ? 1 : 0, "", issue->texts[i]);
	kf_say("\nThey are not shown again: print them, and keep them apart "
	    "from the phone.\n");
	if (issue->replaced)
		kf_say("The former codes no longer work.\n");
}

/*
 * Refuses if the state is damaged: the repair that is needed then would make
 * the new codes count as used.
 */
static enum kf_exit
check_state(const struct kf_installation *in, const struct kf_person *person)
{
	if (kf_as_service_one(KF_SERVICE_READ, in->conf.store, person->uid,
	    NULL) != KF_ERR_CORRUPT)
		return KF_EXIT_DONE;
	kf_complain("%s: the state of uid %u: %s: no recovery codes were made: "
	    "try keyfirst repair %s first", person->name, person->uid,
	    kf_strerror(KF_ERR_CORRUPT), person->name);
	return KF_EXIT_ERROR;
}

enum kf_exit
kf_recovery_issue(struct kf_installation *in, struct kf_person *person)
{
	struct issue issue = { .replaced = false };
	enum kf_exit status = check_state(in, person);

	if (status == KF_EXIT_DONE)
		status = kf_person_update(in, person, change, &issue);
	if (status == KF_EXIT_DONE) {
		kf_audit("recovery", person, kf_enrolment_find(person, "R"));
		show(person, &issue);
		if (!kf_said()) {
			kf_complain("cannot write to standard output: the new "
			    "recovery codes of %s are lost, and the former "
			    "codes no longer work: try keyfirst recovery %s "
			    "again",
			    person->name, person->name);
			status = KF_EXIT_ERROR;
		}
	}
	explicit_bzero(&issue, sizeof(issue));
	return status;
}

/*
 * Asks whether codes are wanted.  Does not ask if there is no terminal, if the
 * enrolment has no room, or if the person has recovery codes: to press Enter
 * means yes, and must not make invalid the codes that the person keeps
 * somewhere.
 */
static bool
are_wanted(struct kf_person *person)
{
	struct kf_secret answer;
	bool yes = false, no = false;

	if (kf_enrolment_find(person, "R") != NULL ||
	    person->count == KF_AUTHENTICATORS_MAX)
		return false;
	while (!yes && !no) {
		const char *word = (const char *)answer.bytes;

		if (kf_terminal_ask("Make ten recovery codes now? [Y/n] ",
		    true, &answer) != KF_OK)
			return false;
		yes = *word == '\0' || strcasecmp(word, "y") == 0 ||
		    strcasecmp(word, "yes") == 0;
		no = strcasecmp(word, "n") == 0 || strcasecmp(word, "no") == 0;
	}
	return yes;
}

enum kf_exit
kf_recovery_offer(struct kf_installation *in, struct kf_person *person)
{
	return are_wanted(person) ? kf_recovery_issue(in, person) :
	    KF_EXIT_DONE;
}
