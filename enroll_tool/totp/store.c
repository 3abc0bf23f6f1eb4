/* Adds TOTP factors to an enrolment; see totp/store.h. */
#include "enroll_tool/totp/store.h"

#include <string.h>

#include "common/clock.h"
#include "common/text.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/audit.h"
#include "enroll_tool/people/people.h"

enum kf_exit
kf_totp_seed_fits(const struct kf_secret *seed, const char *what,
    const char *remedy)
{
	if (seed->len < KF_SEED_MIN) {
		kf_complain("%s: the secret is too short: %zu bits, and %d "
		    "are needed%s", what, 8 * seed->len, 8 * KF_SEED_MIN,
		    remedy);
		return KF_EXIT_POLICY;
	}
	if (seed->len > KF_SEED_MAX) {
		kf_complain("%s: the secret is too long: at most %d bytes%s",
		    what, KF_SEED_MAX, remedy);
		return KF_EXIT_POLICY;
	}
	return KF_EXIT_DONE;
}

/*
 * Compares KF_SEED_MAX bytes of both seeds, with the zeros behind the shorter
 * one, because HMAC pads its key with zeros: seeds that differ only in zeros at
 * the end give the same codes.  So the comparison does not show lengths either.
 */
enum kf_exit
kf_totp_check(const struct kf_installation *in, const struct kf_person *person,
    const struct kf_secret *seed)
{
	if (!kf_person_has_room(person))
		return KF_EXIT_POLICY;
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];
		struct kf_secret other;
		enum kf_err err;
		bool same;

		if (a->kind != KF_KIND_TOTP)
			continue;
		err = kf_unseal(&in->key, person->uid, a->tag, a->totp.sealed,
		    a->totp.sealed_len, &other);
		same = kf_secret_equal(other.bytes, seed->bytes, KF_SEED_MAX);
		kf_secret_wipe(&other);
		if (err != KF_OK) {
			kf_complain("%s: %s was sealed with another machine "
			    "key: remove it first: keyfirst remove %s %s "
			    "--last", person->name, a->id, person->name,
			    a->id);
			return KF_EXIT_ERROR;
		}
		if (same) {
			kf_complain("%s: that secret is enrolled already, "
			    "as %s: make a new secret, or remove that factor "
			    "first", person->name, a->id);
			return KF_EXIT_POLICY;
		}
	}
	return KF_EXIT_DONE;
}

enum kf_exit
kf_totp_add(const struct kf_installation *in, struct kf_person *person,
    const struct kf_totp_new *new)
{
	struct kf_authenticator *a;
	enum kf_exit status = kf_totp_check(in, person, new->seed);
	enum kf_err err;

	if (status != KF_EXIT_DONE)
		return status;
	err = kf_enrolment_add(person, KF_KIND_TOTP, &a);
	if (err != KF_OK)
		goto out;
	err = kf_text_format(a->label, sizeof(a->label), "%s", new->label);
	if (err != KF_OK)
		goto out;
	a->created = kf_clock_wall();
	kf_audit_by(a->by);
	a->proved = new->proved;
	a->totp = *new->totp;
	err = kf_seal(&in->key, person->uid, a->tag, new->seed,
	    a->totp.sealed, &a->totp.sealed_len);
out:
	if (err == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("%s: the secret cannot be sealed: %s", person->name,
	    kf_strerror(err));
	return KF_EXIT_ERROR;
}
