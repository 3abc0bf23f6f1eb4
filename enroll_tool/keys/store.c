/*
 * Adds a credential to a person's enrolment and, after an enrolment with
 * --ssh-key-out, writes it to OpenSSH key files; see keys/enroll.h.
 */
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/text.h"
#include "enroll_tool/children/as_invoker.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/keys/enroll.h"
#include "enroll_tool/keys/ssh_key.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"

/*
 * Sets the label: --label, or the answer of the person, or name, which is what
 * the key calls itself.
 */
static enum kf_exit
ask_label(struct kf_key_enrol *e, const char *name)
{
	char prompt[KF_READER_NAME_SIZE + 16];
	struct kf_secret answer;
	bool taken;
	enum kf_err err;

	if (e->label_given)
		return KF_EXIT_DONE;
	(void)snprintf(e->label, sizeof(e->label), "%s", name);
	if (!e->terminal)
		return KF_EXIT_DONE;
	(void)snprintf(prompt, sizeof(prompt), "Label [%s]: ", name);
	do {
		err = kf_terminal_ask(prompt, true, &answer);
		if (err != KF_OK && err != KF_ERR_RANGE) {
			kf_complain("enroll key: no answer: nothing was "
			    "stored");
			return KF_EXIT_NO;
		}
		taken = answer.len == 0 && err == KF_OK;
		if (answer.len > 0)
			taken = kf_person_label(e->command,
			    (const char *)answer.bytes, e->label);
	} while (!taken);
	return KF_EXIT_DONE;
}

static enum kf_exit
write_file(const char *path, const char *text, size_t len, mode_t mode)
{
	int error;

	if (kf_write_as_invoker(path, text, len, mode, &error) == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("%s: %s: nothing was enrolled", path, strerror(error));
	return KF_EXIT_ERROR;
}

/* Writes FILE.pub first, because ssh would use FILE alone as a key. */
static enum kf_exit
write_ssh(const struct kf_key_enrol *e, const struct kf_key *key)
{
	char private[KF_SSH_PRIVATE_SIZE];
	char public[KF_SSH_PUBLIC_SIZE];
	size_t private_len, public_len;
	enum kf_exit status;

	if (kf_ssh_key_private(key, e->label, private, &private_len) !=
	    KF_OK || kf_ssh_key_public(key, e->label, public, &public_len) !=
	    KF_OK) {
		kf_complain("%s: this key does not fit a file of ssh: nothing "
		    "was enrolled", e->ssh_file);
		return KF_EXIT_ERROR;
	}
	status = write_file(e->ssh_public_file, public, public_len, 0644);
	if (status == KF_EXIT_DONE)
		status = write_file(e->ssh_file, private, private_len, 0600);
	return status;
}

/* Has the person that credential already?  Then sets id to its factor's. */
static bool
has_credential(const struct kf_person *person, const struct kf_key *key,
    char id[KF_ID_SIZE])
{
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];

		if (a->kind != KF_KIND_KEY ||
		    a->key.credential_len != key->credential_len ||
		    memcmp(a->key.credential, key->credential,
		    key->credential_len) != 0)
			continue;
		memcpy(id, a->id, KF_ID_SIZE);
		return true;
	}
	return false;
}

enum kf_exit
kf_key_add(struct kf_person *person, const struct kf_key_new *new)
{
	struct kf_authenticator *a;
	char id[KF_ID_SIZE];
	enum kf_err err;

	if (has_credential(person, new->key, id)) {
		kf_complain("%s: that key is enrolled already, as %s",
		    person->name, id);
		return KF_EXIT_POLICY;
	}
	if (!kf_person_has_room(person))
		return KF_EXIT_POLICY;
	err = kf_enrolment_add(person, KF_KIND_KEY, &a);
	if (err == KF_OK)
		err = kf_text_format(a->label, sizeof(a->label), "%s",
		    new->label);
	if (err != KF_OK) {
		kf_complain("%s: not stored: %s", person->name,
		    kf_strerror(err));
		return KF_EXIT_POLICY;
	}
	a->created = kf_clock_wall();
	kf_audit_by(a->by);
	a->proved = new->proved;
	a->key = *new->key;
	return KF_EXIT_DONE;
}

static enum kf_exit
add(struct kf_person *person, void *context)
{
	return kf_key_add(person, context);
}

/* Tells the administrator what was enrolled and what to do next. */
static void
tell(const struct kf_key_enrol *e, struct kf_person *person,
    const struct kf_key *key)
{
	kf_say("Enrolled %s for %s%s%s (%s%s).\n",
	    person->authenticators[person->count - 1].id, person->name,
	    e->label[0] != '\0' ? ": " : "", e->label,
	    kf_key_algorithm_names[key->algorithm - 1],
	    key->verify ? ", with PIN or fingerprint" : "");
	if (e->ssh_file != NULL)
		kf_say("For ssh: %s and %s\n", e->ssh_file,
		    e->ssh_public_file);
	if (kf_enrolment_count(person, KF_KIND_KEY) == 1)
		kf_say("This is %s's only key.  For the day when it is lost, "
		    "enrol a second one%s%s.\n", person->name,
		    kf_enrolment_find(person, "R") != NULL ? "" :
		    ", or make recovery codes: keyfirst recovery ",
		    kf_enrolment_find(person, "R") != NULL ? "" :
		    person->name);
	kf_say("To try it: keyfirst test %s\n", person->name);
}

enum kf_exit
kf_key_finish(struct kf_key_enrol *e, struct kf_person *person,
    const struct kf_key_done *done)
{
	struct kf_key key = done->key;
	struct kf_key_new new = { e->label, &key, true };
	enum kf_exit status = ask_label(e, done->name);

	memcpy(key.rp_id, e->rp_id, sizeof(key.rp_id));
	key.verify = e->verify;
	if (status == KF_EXIT_DONE && e->ssh_file != NULL)
		status = write_ssh(e, &key);
	if (status == KF_EXIT_DONE) {
		status = kf_person_enrol(&e->in, person, add, &new, 1,
		    "enroll");
		if (status == KF_EXIT_DONE)
			tell(e, person, &key);
		else if (e->ssh_file != NULL)
			kf_complain("%s: was written, but the key was not "
			    "enrolled: remove the file and its .pub",
			    e->ssh_file);
	}
	return status;
}
