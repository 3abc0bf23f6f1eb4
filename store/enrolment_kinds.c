/*
 * The fields that are written for each kind of authenticator; see FILEFORMAT.
 * A new kind of authenticator is added here first.
 */
#include "store/enrolment_kinds.h"

#include <string.h>

const char *const kf_algorithm_names[] = { "sha1", "sha256", "sha512", NULL };
const char *const kf_key_algorithm_names[] = { "es256", "eddsa", "rs256",
	NULL };
const char *const kf_attestation_names[] = { "none", "self", "leaf", "chain",
	NULL };

#define AUTH(field) offsetof(struct kf_authenticator, field)

#define OF_EVERY_KIND \
	{ "tag", KF_FIELD_TAG, AUTH(tag), 0, 0, 0, NULL }, \
	{ "label", KF_FIELD_TEXT, AUTH(label), 0, 0, KF_LABEL_SIZE, NULL }, \
	{ "created", KF_FIELD_TIME, AUTH(created), 0, 0, 0, NULL }, \
	{ "by", KF_FIELD_TEXT, AUTH(by), 0, 0, KF_BY_SIZE, NULL }

static const struct kf_field totp_fields[] = {
	OF_EVERY_KIND,
	{ "proved", KF_FIELD_BOOL, AUTH(proved), 0, 0, 0, NULL },
	{ "algorithm", KF_FIELD_WORD, AUTH(totp.algorithm), 0, 0, 0,
	  kf_algorithm_names },
	{ "digits", KF_FIELD_U32, AUTH(totp.digits), 0, KF_TOTP_DIGITS_MIN,
	  KF_TOTP_DIGITS_MAX, NULL },
	{ "period", KF_FIELD_U32, AUTH(totp.period), 0, KF_TOTP_PERIOD_MIN,
	  KF_TOTP_PERIOD_MAX, NULL },
	{ "first-step", KF_FIELD_U64, AUTH(totp.first_step), 0, 0,
	  UINT64_MAX - 1, NULL },
	{ "seed", KF_FIELD_BYTES, AUTH(totp.sealed), AUTH(totp.sealed_len),
	  12 + KF_SEED_MIN + 16, KF_SEALED_MAX, NULL },
};

static const struct kf_field recovery_fields[] = {
	OF_EVERY_KIND,
	{ "salt", KF_FIELD_BYTES, AUTH(recovery.salt),
	  AUTH(recovery.salt_len), KF_RECOVERY_SALT, KF_RECOVERY_SALT, NULL },
	{ "hashes", KF_FIELD_BYTES, AUTH(recovery.hashes),
	  AUTH(recovery.hashes_len), KF_RECOVERY_CODES * KF_RECOVERY_HASH,
	  KF_RECOVERY_CODES * KF_RECOVERY_HASH, NULL },
};

static const struct kf_field key_fields[] = {
	OF_EVERY_KIND,
	{ "proved", KF_FIELD_BOOL, AUTH(proved), 0, 0, 0, NULL },
	{ "algorithm", KF_FIELD_WORD, AUTH(key.algorithm), 0, 0, 0,
	  kf_key_algorithm_names },
	{ "rp-id", KF_FIELD_TEXT, AUTH(key.rp_id), 0, 0, KF_KEY_RP_ID_SIZE,
	  NULL },
	{ "credential", KF_FIELD_BYTES, AUTH(key.credential),
	  AUTH(key.credential_len), KF_KEY_CREDENTIAL_MIN,
	  KF_KEY_CREDENTIAL_MAX, NULL },
	{ "public-key", KF_FIELD_BYTES, AUTH(key.public_key),
	  AUTH(key.public_key_len), 1, KF_PUBLIC_KEY_MAX, NULL },
	{ "verify", KF_FIELD_BOOL, AUTH(key.verify), 0, 0, 0, NULL },
	{ "synced", KF_FIELD_BOOL, AUTH(key.synced), 0, 0, 0, NULL },
	{ "attestation", KF_FIELD_WORD, AUTH(key.attestation), 0, 0, 0,
	  kf_attestation_names },
	{ "aaguid", KF_FIELD_BYTES, AUTH(key.aaguid), AUTH(key.aaguid_len),
	  KF_KEY_AAGUID_SIZE, KF_KEY_AAGUID_SIZE, NULL },
	/* A security key signs a counter of 32 bits (WebAuthn, 6.1). */
	{ "first-counter", KF_FIELD_U64, AUTH(key.first_counter), 0, 0,
	  UINT32_MAX, NULL },
};

static const struct kf_kind_text kinds[] = {
	{ KF_KIND_TOTP, "totp", 'T', true, totp_fields,
	  sizeof(totp_fields) / sizeof(totp_fields[0]) },
	{ KF_KIND_RECOVERY, "recovery", 'R', false, recovery_fields,
	  sizeof(recovery_fields) / sizeof(recovery_fields[0]) },
	{ KF_KIND_KEY, "key", 'K', true, key_fields,
	  sizeof(key_fields) / sizeof(key_fields[0]) },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct kf_kind_text *
kf_kind_text(enum kf_kind kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return &kinds[i];
	return &kinds[0];
}

const struct kf_kind_text *
kf_kind_of_section(const char *name)
{
	for (size_t i = 0; i < KINDS; i++) {
		size_t len = strlen(kinds[i].word);

		if (strncmp(name, kinds[i].word, len) == 0 && name[len] == ' ')
			return &kinds[i];
	}
	return NULL;
}
