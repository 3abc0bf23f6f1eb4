/*
 * keyfirst enroll totp: makes a seed or reads one, shows it, asks for a code of
 * it, and stores it.  No seed is stored before a right code was given.
 */
#include <string.h>
#include <unistd.h>

#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/people.h"
#include "enroll_tool/people/recovery_issue.h"
#include "enroll_tool/totp/base32.h"
#include "enroll_tool/totp/enroll.h"
#include "enroll_tool/totp/store.h"

/* In bytes: as long as the output of the hash, as in RFC 6238. */
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

/* Takes the seed from standard input, for --secret-stdin. */
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
	if (err != KF_OK) {
		kf_complain("enroll totp: the secret is too long");
		return KF_EXIT_POLICY;
	}
	return kf_totp_seed_fits(&e->seed, "enroll totp", "");
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

static enum kf_exit
add(struct kf_person *person, void *context)
{
	const struct kf_totp_enrol *e = context;
	const struct kf_totp_new new = {
		.label = e->label,
		.totp = &e->totp,
		.seed = &e->seed,
		.proved = true,
	};

	return kf_totp_add(&e->in, person, &new);
}

static enum kf_exit
store(struct kf_totp_enrol *e, struct kf_person *person)
{
	enum kf_exit status = kf_person_enrol(&e->in, person, add, e, 1,
	    "enroll");

	if (status != KF_EXIT_DONE)
		return status;
	kf_say("Enrolled %s for %s%s%s.\n",
	    person->authenticators[person->count - 1].id, person->name,
	    e->label[0] != '\0' ? ": " : "", e->label);
	kf_say("That code is used up.  With the next one, try: "
	    "keyfirst test %s\n", person->name);
	return KF_EXIT_DONE;
}

static enum kf_exit
enrol(struct kf_totp_enrol *e)
{
	struct kf_person person;
	enum kf_exit status = kf_installation_open(&e->in, true);

	if (status == KF_EXIT_DONE)
		status = kf_person_of_account(&e->in, e->user, &person);
	if (status == KF_EXIT_DONE)
		kf_warn_if_not_asked(&e->in, "enroll totp", KF_KIND_TOTP);
	if (status == KF_EXIT_DONE)
		status = e->secret_stdin ? read_seed(e) : make_seed(e);
	if (status == KF_EXIT_DONE)
		status = kf_totp_check(&e->in, &person, &e->seed);
	if (status == KF_EXIT_DONE)
		status = kf_totp_show(e, person.name);
	if (status == KF_EXIT_DONE)
		status = kf_totp_prove(e);
	if (status == KF_EXIT_DONE)
		status = store(e, &person);
	if (status == KF_EXIT_DONE && e->code == NULL)
		status = kf_recovery_offer(&e->in, &person);
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
