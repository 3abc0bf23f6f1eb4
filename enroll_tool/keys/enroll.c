/*
 * keyfirst enroll key: has a security key make a credential and prove it, and
 * only then stores it.  Root's process asks and stores.  Everything that comes
 * from a key is parsed and judged in a child that has become user keyfirst.
 */
#include "enroll_tool/installation/key_rule.h"
#include "enroll_tool/keys/enroll.h"
#include "enroll_tool/people/people.h"
#include "enroll_tool/people/recovery_issue.h"

static enum kf_exit
enrol(struct kf_key_enrol *e)
{
	struct kf_person person;
	struct kf_key_done done;
	/* Without the machine key: the child would have a copy of it. */
	enum kf_exit status = kf_installation_open(&e->in, false);

	if (status != KF_EXIT_DONE)
		return status;
	status = kf_person_of_account(&e->in, e->user, &person);
	if (status == KF_EXIT_DONE)
		status = kf_key_prepare(e, &person);
	if (status == KF_EXIT_DONE && !kf_key_program_is_there())
		status = KF_EXIT_ERROR;
	if (status == KF_EXIT_DONE)
		status = kf_key_session(e, &person, &done);
	if (status == KF_EXIT_DONE)
		status = kf_key_finish(e, &person, &done);
	if (status == KF_EXIT_DONE && e->terminal)
		status = kf_recovery_offer(&e->in, &person);
	kf_installation_close(&e->in);
	return status;
}

enum kf_exit
kf_cmd_enroll_key(const struct kf_command *command, int argc, char **argv)
{
	struct kf_key_enrol e = { .command = command };
	enum kf_exit status = kf_key_options(&e, argc, argv);

	if (status == KF_EXIT_DONE)
		status = enrol(&e);
	kf_roots_free(&e.roots);
	return status;
}
