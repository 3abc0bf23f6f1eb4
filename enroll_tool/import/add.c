/*
 * What was read of a foreign file, into the store, in root's process; see
 * import.h.  Nobody has shown that it works: it is unproved until it is used.
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
#define AHEAD_SECONDS 600	/* what may have been used before its time */

/* What may have been used counts as used. */
static enum kf_exit
set_first_step(const char *file, const struct kf_import_entry *e,
    struct kf_totp *totp)
{
	struct kf_authenticator a = { .kind = KF_KIND_TOTP, .totp = *totp };
	int64_t now = kf_clock_wall();

	if (!kf_clock_is_usable("import"))
		return KF_EXIT_ERROR;
	if (e->used > kf_totp_step(totp, now) + AHEAD_SECONDS / totp->period) {
		kf_complain("import: %s: line %u: a code of the future was "
		    "used: check this machine's clock", file, e->line);
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

/* How far the key has counted, and which model it is, the file does not say. */
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
	kf_complain("import: %s: line %u: key.aaguid-allow names models, and "
	    "which one this is the file does not say: take keyfirst enroll "
	    "key", file, e->line);
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
