/*
 * Adds an imported code or key to a person's enrolment, in root's process; see
 * import.h.  The person has not shown that it works, so it is added as unproved
 * and stays so until it is used.
 */
#include "enroll_tool/import/import.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/keys/enroll.h"
#include "enroll_tool/totp/store.h"
#include "factors/factor.h"

#define LABEL "imported"
#define AHEAD_SECONDS 600	/* by which a used time step may be ahead */

/*
 * Sets the first time step that is accepted, so that no code counts that may
 * have been used with the other module.
 */
static enum kf_exit
set_first_step(const char *file, const struct kf_import_entry *e,
    struct kf_totp *totp)
{
	struct kf_authenticator a = { .kind = KF_KIND_TOTP, .totp = *totp };
	int64_t now = kf_clock_wall();

	if (!kf_clock_is_usable("import"))
		return KF_EXIT_ERROR;
	if (e->used > kf_totp_step(totp, now) + AHEAD_SECONDS / totp->period) {
		kf_complain("import: %s: line %u: by this machine's clock, a "
		    "code was used before its time: check the clock", file,
		    e->line);
		return KF_EXIT_ERROR;
	}
	totp->first_step = e->used > 0 ? e->used :
	    kf_factor_of(KF_KIND_TOTP)->spent(&a, now);
	return KF_EXIT_DONE;
}

static enum kf_exit
prepare_totp(const char *file, struct kf_import_ready *ready)
{
	const struct kf_import_entry *e = ready->entry;
	enum kf_exit status;
	char what[KF_NAME_SIZE + 64];

	ready->totp = (struct kf_totp){
		.algorithm = e->algorithm,
		.digits = e->digits,
		.period = e->period,
	};
	(void)snprintf(what, sizeof(what), "import: %.*s: line %u",
	    KF_NAME_SIZE, file, e->line);
	if (kf_secret_set(&ready->seed, e->seed, e->seed_len) != KF_OK)
		return KF_EXIT_ERROR;
	status = kf_totp_seed_fits(&ready->seed, what,
	    ": make a new one with keyfirst enroll totp");
	return status != KF_EXIT_DONE ? status :
	    set_first_step(file, e, &ready->totp);
}

/*
 * The file says neither which model the key is nor how far its counter is, so
 * both are 0.
 */
static enum kf_exit
prepare_key(const struct kf_installation *in, const char *file,
    const char *rp_id, struct kf_import_ready *ready)
{
	const struct kf_import_entry *e = ready->entry;
	struct kf_key *key = &ready->key;

	*key = (struct kf_key){
		.algorithm = e->algorithm,
		.credential_len = e->credential_len,
		.public_key_len = e->public_key_len,
		.verify = e->verify != 0,
		.attestation = KF_ATTESTATION_NONE,
		.aaguid_len = KF_KEY_AAGUID_SIZE,
	};
	(void)snprintf(key->rp_id, sizeof(key->rp_id), "%s", rp_id);
	memcpy(key->credential, e->credential, sizeof(key->credential));
	memcpy(key->public_key, e->public_key, sizeof(key->public_key));
	if (kf_key_model_allowed(&in->conf, key->aaguid))
		return KF_EXIT_DONE;
	kf_complain("import: %s: line %u: key.aaguid-allow names models, but "
	    "the file does not say which model the key is: use keyfirst "
	    "enroll key instead", file, e->line);
	return KF_EXIT_POLICY;
}

enum kf_exit
kf_import_prepare(const struct kf_installation *in,
    enum kf_import_format format, const char *file, const char *rp_id,
    const struct kf_import_entry *entry, struct kf_import_ready *ready)
{
	*ready = (struct kf_import_ready){ .entry = entry };
	return format == KF_IMPORT_U2F ? prepare_key(in, file, rp_id, ready) :
	    prepare_totp(file, ready);
}

enum kf_exit
kf_import_add(const struct kf_installation *in, struct kf_person *person,
    const struct kf_import_ready *ready)
{
	const struct kf_totp_new totp = {
		.label = LABEL, .totp = &ready->totp, .seed = &ready->seed,
	};
	const struct kf_key_new key = { .label = LABEL, .key = &ready->key };

	return ready->key.credential_len > 0 ? kf_key_add(person, &key) :
	    kf_totp_add(in, person, &totp);
}
