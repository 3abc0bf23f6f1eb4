/* Finds persons and changes their enrolments; see people.h. */
#include "enroll_tool/people/people.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "common/text.h"
#include "enroll_tool/cli/terminal.h"

enum kf_exit
kf_account_find(const char *user, uint32_t *uid, char name[KF_NAME_SIZE])
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(user);
	if (pw != NULL)
		pw = getpwuid(pw->pw_uid);
	if (pw == NULL)
		return errno == EIO || errno == EMFILE || errno == ENFILE ||
		    errno == ENOMEM ? KF_EXIT_ERROR : KF_EXIT_MISSING;
	if (pw->pw_uid == UINT32_MAX || pw->pw_name[0] == '\0' ||
	    !kf_text_is_clean(pw->pw_name, KF_NAME_SIZE))
		return KF_EXIT_ERROR;
	*uid = pw->pw_uid;
	memcpy(name, pw->pw_name, strlen(pw->pw_name) + 1);
	return KF_EXIT_DONE;
}

static enum kf_exit
complain_account(const char *user, enum kf_exit status)
{
	if (status == KF_EXIT_MISSING)
		kf_complain("%s: no such person: getent passwd shows "
		    "all accounts", user);
	else
		kf_complain("%s: the account cannot be read: "
		    "try getent passwd", user);
	return status;
}

static enum kf_exit
complain_enrolment(const char *user, uint32_t uid, enum kf_err err)
{
	kf_complain("%s: the enrolment of uid %u cannot be read: %s: run "
	    "keyfirst setup, which finds a wrong owner or mode; else restore "
	    "it from a backup, or delete it and enrol again", user, uid,
	    kf_strerror(err));
	return KF_EXIT_ERROR;
}

static enum kf_exit
complain_other_name(const struct kf_person *person, const char *user)
{
	kf_complain("%s: uid %u is enrolled under the name %s: remove that "
	    "enrolment first: keyfirst remove %s %s --last", user,
	    person->uid, person->name,
	    person->name, person->count > 0 ?
	    person->authenticators[0].id : "ID");
	return KF_EXIT_POLICY;
}

enum kf_exit
kf_person_of_account(struct kf_installation *in, const char *user,
    struct kf_person *person)
{
	char name[KF_NAME_SIZE];
	uint32_t uid;
	enum kf_exit status = kf_account_find(user, &uid, name);
	enum kf_err err;

	if (status != KF_EXIT_DONE)
		return complain_account(user, status);
	*person = (struct kf_person){ .uid = uid };
	memcpy(person->name, name, sizeof(name));
	err = kf_store_get(in->store, uid, kf_store_deadline(), person);
	if (err != KF_OK && err != KF_ERR_NO_USER)
		return complain_enrolment(user, uid, err);
	if (strcmp(person->name, name) != 0)
		return complain_other_name(person, user);
	return KF_EXIT_DONE;
}

struct search {
	const char *name;
	struct kf_person *found;
	size_t hits;
	size_t unreadable;
};

static void
visit(void *context, const struct kf_person *person, enum kf_err err)
{
	struct search *search = context;

	if (err != KF_OK) {
		search->unreadable++;
		return;
	}
	if (strcmp(person->name, search->name) != 0)
		return;
	*search->found = *person;
	search->hits++;
}

/*
 * Searches all enrolments for the name, because the account may be deleted or
 * have another uid now.  is_account: there is an account of that name.
 */
static enum kf_exit
search_name(struct kf_installation *in, const char *user, bool is_account,
    struct kf_person *person)
{
	struct search search = { .name = user, .found = person };
	enum kf_err err = kf_store_list(in->store, kf_store_deadline(), visit,
	    &search);

	if (err != KF_OK) {
		kf_complain("the enrolments cannot be read: %s: run keyfirst "
		    "setup, which says what is wrong", kf_strerror(err));
		return KF_EXIT_ERROR;
	}
	if (search.hits == 1)
		return KF_EXIT_DONE;
	if (search.hits > 1) {
		kf_complain("%s: %zu uids are enrolled under that name: "
		    "delete the file of the wrong uid", user, search.hits);
		return KF_EXIT_ERROR;
	}
	if (search.unreadable > 0)
		kf_complain("%s: not found, but not every enrolment can be "
		    "read: try keyfirst list", user);
	else if (is_account)
		kf_complain("%s: nothing is enrolled: try keyfirst enroll "
		    "key %s, or enroll totp", user, user);
	else
		(void)complain_account(user, KF_EXIT_MISSING);
	return search.unreadable > 0 ? KF_EXIT_ERROR : KF_EXIT_MISSING;
}

enum kf_exit
kf_person_enrolled(struct kf_installation *in, const char *user,
    struct kf_person *person)
{
	char name[KF_NAME_SIZE];
	uint32_t uid;
	enum kf_exit status = kf_account_find(user, &uid, name);
	enum kf_err err;

	if (status == KF_EXIT_ERROR)
		return complain_account(user, status);
	if (status == KF_EXIT_MISSING)
		return search_name(in, user, false, person);
	*person = (struct kf_person){ 0 };
	err = kf_store_get(in->store, uid, kf_store_deadline(), person);
	if (err != KF_OK && err != KF_ERR_NO_USER)
		return complain_enrolment(user, uid, err);
	if (err == KF_OK && strcmp(person->name, name) == 0)
		return KF_EXIT_DONE;
	return search_name(in, name, true, person);
}

enum kf_exit
kf_person_do(const char *user, kf_person_work *work, void *context)
{
	struct kf_installation in;
	struct kf_person person;
	enum kf_exit status = kf_installation_open(&in, false);

	if (status != KF_EXIT_DONE)
		return status;
	status = kf_person_enrolled(&in, user, &person);
	if (status == KF_EXIT_DONE)
		status = work(&in, &person, context);
	kf_installation_close(&in);
	return status;
}

bool
kf_person_is_account(const struct kf_person *person)
{
	const struct passwd *pw = getpwuid(person->uid);

	return pw != NULL && strcmp(pw->pw_name, person->name) == 0;
}

struct kf_authenticator *
kf_person_authenticator(struct kf_person *person, const char *id)
{
	struct kf_authenticator *a = kf_enrolment_find(person, id);

	if (a == NULL)
		kf_complain("%s: there is no factor %s: try keyfirst list %s",
		    person->name, id, person->name);
	return a;
}

/* Reads the enrolment again, for the second try of an update. */
static enum kf_err
read_again(struct kf_installation *in, struct kf_person *person)
{
	struct kf_person stored = { .uid = person->uid };
	enum kf_err err;

	memcpy(stored.name, person->name, sizeof(stored.name));
	err = kf_store_get(in->store, person->uid, kf_store_deadline(),
	    &stored);
	if (err == KF_ERR_NO_USER)
		err = KF_OK;
	/* Removed meanwhile, and the uid enrolled under another name. */
	if (err == KF_OK && strcmp(stored.name, person->name) != 0)
		err = KF_ERR_CONFLICT;
	if (err == KF_OK)
		*person = stored;
	return err;
}

enum kf_exit
kf_person_update(struct kf_installation *in, struct kf_person *person,
    kf_person_change *change, void *context)
{
	enum kf_err err = KF_OK;

	for (int tries = 0; tries < 2; tries++) {
		struct kf_person next = *person;
		enum kf_exit status = change(&next, context);

		if (status != KF_EXIT_DONE)
			return status;
		err = kf_store_put(in->store, &next, kf_store_deadline());
		if (err == KF_OK) {
			*person = next;
			return KF_EXIT_DONE;
		}
		if (err != KF_ERR_CONFLICT)
			break;
		err = read_again(in, person);
		if (err != KF_OK)
			break;
		err = KF_ERR_CONFLICT;
	}
	kf_complain("%s: not stored: %s", person->name,
	    err == KF_ERR_CONFLICT ? "somebody else changed it meanwhile: "
	    "try again" :
	    kf_strerror(err));
	return KF_EXIT_ERROR;
}

bool
kf_person_label(const struct kf_command *command, const char *text,
    char label[KF_LABEL_SIZE])
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && strchr(" \t", text[len - 1]) != NULL)
		len--;
	if (len >= KF_LABEL_SIZE) {
		(void)kf_usage(command, "a label has at most %d bytes",
		    KF_LABEL_SIZE - 1);
		return false;
	}
	memcpy(label, text, len);
	label[len] = '\0';
	if (!kf_text_is_clean(label, KF_LABEL_SIZE)) {
		char raw[KF_LABEL_SIZE];

		memcpy(raw, label, len + 1);
		kf_text_filter(label, KF_LABEL_SIZE, raw, false);
	}
	return true;
}
