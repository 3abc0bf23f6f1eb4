/*
 * keyfirst enroll totp: makes or takes a seed, shows it, has it proved, and
 * only then stores it; the state first, so that no enrolment is without one.
 */
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/clock.h"
#include "enroll_tool/as_service.h"
#include "enroll_tool/audit.h"
#include "enroll_tool/base32.h"
#include "enroll_tool/people.h"
#include "enroll_tool/recovery_issue.h"
#include "enroll_tool/terminal.h"
#include "enroll_tool/totp_enrol.h"

/* As long as the hash, as RFC 6238 has it. */
static size_t
seed_length(uint32_t algorithm)
{
	switch ((enum kf_algorithm)algorithm) {
	case KF_SHA1:
		return 20;
	case KF_SHA256:
		return 32;
	case KF_SHA512:
		return 64;
	}
	return 64;
}

static enum kf_exit
read_seed(struct kf_totp_enrol *e)
{
	struct kf_secret line;
	enum kf_err err = kf_terminal_ask_stdin(isatty(STDIN_FILENO) ?
	    "Secret (base32, not shown): " : "", false, &line);

	if (err == KF_OK)
		err = kf_base32_decode(&line, &e->seed);
	kf_secret_wipe(&line);
	if (err == KF_ERR_CLOSED || err == KF_ERR_IO) {
		kf_complain("enroll totp: no secret on standard input: "
		    "give it as one line");
		return KF_EXIT_ERROR;
	}
	if (err == KF_ERR_SYNTAX) {
		kf_complain("enroll totp: the secret is not base32 "
		    "(A to Z, 2 to 7): try keyfirst help enroll");
		return KF_EXIT_USAGE;
	}
	if (err == KF_OK && e->seed.len < KF_SEED_MIN) {
		kf_complain("enroll totp: the secret is too short: %zu bits, "
		    "and %d are needed", 8 * e->seed.len, 8 * KF_SEED_MIN);
		return KF_EXIT_POLICY;
	}
	if (err != KF_OK || e->seed.len > KF_SEED_MAX) {
		kf_complain("enroll totp: the secret is too long: at most %d "
		    "bytes", KF_SEED_MAX);
		return KF_EXIT_POLICY;
	}
	return KF_EXIT_DONE;
}

static enum kf_exit
make_seed(struct kf_totp_enrol *e)
{
	unsigned char bytes[KF_SEED_MAX];
	size_t len = seed_length(e->totp.algorithm);
	enum kf_err err = kf_random(bytes, len);

	if (err == KF_OK)
		err = kf_secret_set(&e->seed, bytes, len);
	explicit_bzero(bytes, sizeof(bytes));
	if (err == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("enroll totp: no random bytes: %s", kf_strerror(err));
	return KF_EXIT_ERROR;
}

/*
 * What must hold before anything is shown, and again when it is stored.  HMAC
 * pads keys with zeros, so seeds are the same seed if they are with zeros
 * behind; and so the comparison tells nothing about lengths either.
 */
static enum kf_exit
check(const struct kf_totp_enrol *e, const struct kf_person *person)
{
	if (person->count == KF_AUTHENTICATORS_MAX) {
		kf_complain("%s: has %d factors, the most there can be: "
		    "remove one first", person->name, KF_AUTHENTICATORS_MAX);
		return KF_EXIT_POLICY;
	}
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];
		struct kf_secret seed;
		enum kf_err err;
		bool same;

		if (a->kind != KF_KIND_TOTP)
			continue;
		err = kf_unseal(&e->in.key, person->uid, a->tag,
		    a->totp.sealed, a->totp.sealed_len, &seed);
		same = kf_secret_equal(seed.bytes, e->seed.bytes, KF_SEED_MAX);
		kf_secret_wipe(&seed);
		if (err != KF_OK) {
			kf_complain("%s: %s was sealed with another machine "
			    "key: remove it first: keyfirst remove %s %s "
			    "--last", person->name, a->id, person->name,
			    a->id);
			return KF_EXIT_ERROR;
		}
		if (same) {
			kf_complain("%s: that secret is enrolled already, "
			    "as %s: make a new one, or remove that one first",
			    person->name, a->id);
			return KF_EXIT_POLICY;
		}
	}
	return KF_EXIT_DONE;
}

static enum kf_exit
add(struct kf_person *person, void *context)
{
	struct kf_totp_enrol *e = context;
	struct kf_authenticator *a;
	enum kf_exit status = check(e, person);
	enum kf_err err;

	if (status != KF_EXIT_DONE)
		return status;
	err = kf_enrolment_add(person, KF_KIND_TOTP, &a);
	if (err != KF_OK)
		goto out;
	memcpy(a->label, e->label, sizeof(a->label));
	memcpy(e->id, a->id, sizeof(e->id));
	a->created = kf_clock_wall();
	kf_audit_by(a->by);
	a->totp = e->totp;
	err = kf_seal(&e->in.key, person->uid, a->tag, &e->seed,
	    a->totp.sealed, &a->totp.sealed_len);
out:
	if (err == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("%s: the secret cannot be sealed: %s", person->name,
	    kf_strerror(err));
	return KF_EXIT_ERROR;
}

/*
 * Only who has nothing enrolled begins with an empty state.  Where there is
 * none of who has, it was lost, and what it knew must not be forgotten: that is
 * for repair.  What was left behind for a uid that has nothing enrolled is
 * nobody's.
 */
static enum kf_err
prepare_state(const struct kf_totp_enrol *e, const struct kf_person *person)
{
	const char *store = e->in.conf.store;
	enum kf_err err = kf_as_service_one(person->count > 0 ?
	    KF_SERVICE_READ : KF_SERVICE_CREATE, store, person->uid, NULL);

	if (err != KF_ERR_CORRUPT || person->count > 0)
		return err;
	err = kf_as_service_one(KF_SERVICE_DELETE, store, person->uid, NULL);
	return err != KF_OK ? err : kf_as_service_one(KF_SERVICE_CREATE,
	    store, person->uid, NULL);
}

static enum kf_exit
store(struct kf_totp_enrol *e, struct kf_person *person)
{
	enum kf_err err = prepare_state(e, person);
	enum kf_exit status;

	if (err != KF_OK) {
		kf_complain("%s: the state of uid %u: %s: nothing was stored: "
		    "try %s%s", person->name, person->uid, kf_strerror(err),
		    err == KF_ERR_CORRUPT ? "keyfirst repair " :
		    "keyfirst setup, which says what is wrong",
		    err == KF_ERR_CORRUPT ? person->name : "");
		return KF_EXIT_ERROR;
	}
	status = kf_person_update(&e->in, person, add, e);
	if (status != KF_EXIT_DONE)
		return status;
	kf_audit("enroll", person, kf_enrolment_find(person, e->id));
	kf_say("Enrolled %s for %s%s%s.\n", e->id, person->name,
	    e->label[0] != '\0' ? ": " : "", e->label);
	kf_say("That code is used up.  With the next one, try: "
	    "keyfirst test %s\n", person->name);
	return KF_EXIT_DONE;
}

/*
 * Asked only of who can be asked, and who has none: Enter must not kill those
 * that are in a drawer somewhere.
 */
static bool
wants_recovery_codes(const struct kf_totp_enrol *e, struct kf_person *person)
{
	struct kf_secret answer;
	bool yes = false, no = false;

	if (e->code != NULL || kf_enrolment_find(person, "R") != NULL ||
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

static enum kf_exit
enrol(struct kf_totp_enrol *e)
{
	struct kf_person person;
	enum kf_exit status = kf_installation_open(&e->in, true);

	if (status == KF_EXIT_DONE)
		status = kf_person_of_account(&e->in, e->user, &person);
	if (status == KF_EXIT_DONE)
		status = e->secret_stdin ? read_seed(e) : make_seed(e);
	if (status == KF_EXIT_DONE)
		status = check(e, &person);
	if (status == KF_EXIT_DONE)
		status = kf_totp_show(e, person.name);
	if (status == KF_EXIT_DONE)
		status = kf_totp_prove(e);
	if (status == KF_EXIT_DONE)
		status = store(e, &person);
	if (status == KF_EXIT_DONE && wants_recovery_codes(e, &person))
		status = kf_recovery_issue(&e->in, &person);
	kf_installation_close(&e->in);
	return status;
}

enum kf_exit
kf_cmd_enroll_totp(const struct kf_command *command, int argc, char **argv)
{
	struct kf_totp_enrol e = {
		.command = command,
		.qr = KF_QR_UTF8,
		.totp = { .algorithm = KF_SHA1, .digits = 6, .period = 30 },
	};
	enum kf_exit status = kf_totp_options(&e, argc, argv);

	if (status == KF_EXIT_DONE)
		status = enrol(&e);
	kf_secret_wipe(&e.seed);
	return status;
}
