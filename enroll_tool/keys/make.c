/*
 * The credential that is enrolled: what the key is asked to make, and how that
 * and the proof are judged, with attestation.c and factors/assertion.c; see
 * child.h.  Nothing is taken for done before a signature of the new credential
 * was right.
 */
#include <string.h>

#include "common/secret.h"
#include "common/text.h"
#include "enroll_tool/keys/child.h"
#include "enroll_tool/keys/ssh_key.h"
#include "key_dialogue/key.h"

/*
 * Of non-resident credentials level 2 asks no more than level 1, for who uses
 * one has its id.  It is asked for so that a key whose own default is 3 makes
 * none of that: it would deny before the PIN that it holds the credential, and
 * a login looks for it silently before it asks for anything.
 */
#define PROTECT 2

void
kf_key_child_ask_make(struct kf_key_child *c, int64_t ms)
{
	struct kf_key_make make;

	c->make.verify = c->verify;
	make = c->make;
	if (c->verify == KF_KEY_VERIFY_PIN)
		memcpy(make.pin, c->pin.bytes, c->pin.len + 1);
	kf_device_make(&c->dialogue.devices, c->device, &make, ms);
	explicit_bzero(&make, sizeof(make));
}

void
kf_key_child_ask_assert(struct kf_key_child *c, int64_t ms)
{
	struct kf_key_assert assertion = {
		.candidate = 0,
		.verify = c->verify,
	};

	memcpy(assertion.hash, c->hash, sizeof(assertion.hash));
	if (c->verify == KF_KEY_VERIFY_PIN)
		memcpy(assertion.pin, c->pin.bytes, c->pin.len + 1);
	kf_device_assert(&c->dialogue.devices, c->device, &assertion, ms);
	explicit_bzero(&assertion, sizeof(assertion));
}

static enum kf_key_algorithm
choose_algorithm(const struct kf_key_opened *opened)
{
	static const enum kf_key_algorithm order[] = {
		KF_ES256, KF_EDDSA, KF_RS256,
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if ((opened->algorithms >> order[i] & 1) != 0)
			return order[i];
	return KF_ES256;
}

/* What can be said before anybody touches it. */
static enum kf_key_stop
check_device(const struct kf_key_child *c)
{
	const struct kf_key_opened *opened = &c->device->opened;

	if (!kf_key_model_allowed(&c->enrol->in.conf, opened->aaguid))
		return KF_KEY_STOP_MODEL;
	if ((c->wanted || opened->always_verify) && !opened->has_pin &&
	    !opened->has_verify)
		return KF_KEY_STOP_NO_VERIFY;
	if (c->enrol->ssh_file != NULL &&
	    !kf_ssh_key_can(choose_algorithm(opened)))
		return KF_KEY_STOP_SSH;
	return KF_KEY_STOP_NONE;
}

enum kf_key_stop
kf_key_child_prepare(struct kf_key_child *c)
{
	const struct kf_key_opened *opened = &c->device->opened;
	enum kf_key_stop stop = check_device(c);

	if (stop != KF_KEY_STOP_NONE)
		return stop;

	c->make = (struct kf_key_make){
		.algorithm = choose_algorithm(opened),
		.protect = opened->fido2 && opened->protects ? PROTECT : 0,
	};
	memcpy(c->make.rp_id, c->enrol->rp_id, sizeof(c->make.rp_id));
	kf_text_filter(c->make.user, sizeof(c->make.user), c->person->name,
	    false);
	if (kf_random(c->make.hash, sizeof(c->make.hash)) != KF_OK ||
	    kf_random(c->make.user_id, sizeof(c->make.user_id)) != KF_OK)
		return KF_KEY_STOP_BROKEN;
	return KF_KEY_STOP_NONE;
}

static enum kf_key_stop
stop_of_verdict(enum kf_attestation_verdict verdict)
{
	switch (verdict) {
	case KF_ATTESTED_MALFORMED:
	case KF_ATTESTED_OTHER:
	case KF_ATTESTED_SIGNATURE:
		return KF_KEY_STOP_ATTESTATION;
	case KF_ATTESTED_ROOTS:
		return KF_KEY_STOP_ROOTS;
	case KF_ATTESTED_NOTHING:
		return KF_KEY_STOP_NO_CHAIN;
	case KF_ATTESTED_UNKNOWN:
		return KF_KEY_STOP_UNKNOWN_ROOT;
	case KF_ATTESTED_LEAF:
		return KF_KEY_STOP_BAD_LEAF;
	case KF_ATTESTED_MODEL:
		return KF_KEY_STOP_OTHER_MODEL;
	case KF_ATTESTED_BROKEN:
		return KF_KEY_STOP_BROKEN;
	case KF_ATTESTED_RIGHT:
		return KF_KEY_STOP_NONE;
	}
	return KF_KEY_STOP_ATTESTATION;
}

/* What it made, by what it signed of that. */
static enum kf_key_stop
judge_made(struct kf_key_child *c)
{
	struct kf_key_made made;
	const struct kf_attestation_rules rules = {
		.make = &c->make,
		.roots = &c->enrol->roots,
	};
	struct kf_key *key = &c->done.key;
	enum kf_key_stop stop;

	if (c->dialogue.devices.frame.type != KF_KEY_MSG_MADE ||
	    kf_key_get_made(&c->dialogue.devices.frame, &made) != KF_OK)
		return KF_KEY_STOP_FAILED;
	stop = stop_of_verdict(kf_attestation_check(&rules, &made, key));
	if (stop != KF_KEY_STOP_NONE)
		return stop;
	/* What was said before was not signed. */
	if (!kf_key_model_allowed(&c->enrol->in.conf, key->aaguid))
		return KF_KEY_STOP_MODEL;
	if (key->synced && c->enrol->in.conf.key_synced_deny)
		return KF_KEY_STOP_SYNCED;
	return KF_KEY_STOP_NONE;
}

static enum kf_key_stop
judge_asserted(struct kf_key_child *c)
{
	struct kf_key_asserted asserted;
	struct kf_key *key = &c->done.key;
	struct kf_assertion_facts facts;
	struct kf_assertion_rules rules = {
		.verify = c->wanted,
		.hardware = c->enrol->in.conf.key_synced_deny,
	};
	struct kf_assertion said;

	if (c->dialogue.devices.frame.type != KF_KEY_MSG_ASSERTED ||
	    kf_key_get_asserted(&c->dialogue.devices.frame, &asserted) != KF_OK)
		return KF_KEY_STOP_FAILED;
	memcpy(rules.hash, c->hash, sizeof(rules.hash));
	said = kf_key_said(key, &asserted);
	if (kf_assertion_check(key, &rules, &said, &facts) !=
	    KF_ASSERTION_RIGHT || facts.synced != key->synced)
		return KF_KEY_STOP_UNPROVED;
	key->first_counter = facts.counter;
	return KF_KEY_STOP_NONE;
}

/* An answer that comes after the key was told to stop is too late. */
enum kf_key_event
kf_key_child_judge(void *context, struct kf_device *device)
{
	struct kf_key_child *c = context;
	enum kf_key_stop stop = KF_KEY_STOP_TIMEOUT;

	(void)device;
	if (!c->cancelled)
		stop = c->made ? judge_asserted(c) : judge_made(c);
	if (stop != KF_KEY_STOP_NONE)
		return kf_key_child_unfit(c, stop);
	if (c->made)
		return KF_KEY_RIGHT;
	c->made = true;
	return KF_KEY_MADE;
}
