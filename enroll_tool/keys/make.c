/*
 * A credential, from the wish to the proof; see child.h.  What the key says
 * is judged by attestation.c and factors/assertion.c, and nothing is taken for
 * done before a signature of the new credential was right.
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

static void
ask_make(struct kf_key_child *c, enum kf_key_verify verify, int64_t ms)
{
	struct kf_key_make make = c->make;

	c->make.verify = verify;
	make.verify = verify;
	if (verify == KF_KEY_VERIFY_PIN)
		memcpy(make.pin, c->pin.bytes, c->pin.len + 1);
	kf_device_make(&c->devices, c->device, &make, ms);
	explicit_bzero(&make, sizeof(make));
}

static void
ask_assert(struct kf_key_child *c, enum kf_key_verify verify, int64_t ms)
{
	struct kf_key_assert assertion = {
		.candidate = 0,
		.verify = verify,
	};

	memcpy(assertion.hash, c->hash, sizeof(assertion.hash));
	if (verify == KF_KEY_VERIFY_PIN)
		memcpy(assertion.pin, c->pin.bytes, c->pin.len + 1);
	kf_device_assert(&c->devices, c->device, &assertion, ms);
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
check_device(const struct kf_key_child *c, bool wanted)
{
	const struct kf_key_opened *opened = &c->device->opened;

	if (!kf_key_model_allowed(&c->enrol->in.conf, opened->aaguid))
		return KF_KEY_STOP_MODEL;
	if ((wanted || opened->always_verify) && !opened->has_pin &&
	    !opened->has_verify)
		return KF_KEY_STOP_NO_VERIFY;
	if (c->enrol->ssh_file != NULL &&
	    !kf_ssh_key_can(choose_algorithm(opened)))
		return KF_KEY_STOP_SSH;
	return KF_KEY_STOP_NONE;
}

static enum kf_key_stop
prepare(struct kf_key_child *c)
{
	const struct kf_key_opened *opened = &c->device->opened;

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

	if (c->devices.frame.type != KF_KEY_MSG_MADE ||
	    kf_key_get_made(&c->devices.frame, &made) != KF_OK)
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

/* A login finds it silently, so that has to work. */
static enum kf_key_stop
find_again(struct kf_key_child *c)
{
	struct kf_key_find find = { 0 };
	const struct kf_key *key = &c->done.key;
	struct kf_key_found found = { 0 };
	enum kf_key_stop stop;

	kf_key_add_candidate(&find, key);
	if (!kf_key_child_is_there(c))
		return KF_KEY_STOP_GONE;
	kf_device_find(&c->devices, c->device, &find, KF_KEY_QUICK_MS);
	stop = kf_key_child_await(c, KF_KEY_QUICK_MS, 0);
	if (stop != KF_KEY_STOP_NONE)
		return stop == KF_KEY_STOP_TIMEOUT ? KF_KEY_STOP_FAILED : stop;
	if (c->devices.frame.type != KF_KEY_MSG_FOUND ||
	    kf_key_get_found(&c->devices.frame, &found) != KF_OK ||
	    found.held != 1)
		return KF_KEY_STOP_UNPROVED;
	return KF_KEY_STOP_NONE;
}

static enum kf_key_stop
judge_asserted(struct kf_key_child *c, bool wanted)
{
	struct kf_key_asserted asserted;
	struct kf_key *key = &c->done.key;
	struct kf_assertion_facts facts;
	struct kf_assertion_rules rules = {
		.verify = wanted,
		.hardware = c->enrol->in.conf.key_synced_deny,
	};
	struct kf_assertion said;

	if (c->devices.frame.type != KF_KEY_MSG_ASSERTED ||
	    kf_key_get_asserted(&c->devices.frame, &asserted) != KF_OK)
		return KF_KEY_STOP_FAILED;
	memcpy(rules.hash, c->hash, sizeof(rules.hash));
	said = kf_key_said(key, &asserted);
	if (kf_assertion_check(key, &rules, &said, &facts) !=
	    KF_ASSERTION_RIGHT || facts.synced != key->synced)
		return KF_KEY_STOP_UNPROVED;
	key->first_counter = facts.counter;
	return KF_KEY_STOP_NONE;
}

static enum kf_key_stop
prove(struct kf_key_child *c, enum kf_key_verify verify, bool wanted)
{
	enum kf_key_stop stop = find_again(c);

	if (stop != KF_KEY_STOP_NONE)
		return stop;
	if (kf_random(c->hash, sizeof(c->hash)) != KF_OK)
		return KF_KEY_STOP_BROKEN;
	stop = kf_key_child_touch(c, ask_assert, verify,
	    KF_KEY_SHOW_AGAIN);
	if (stop == KF_KEY_STOP_NONE)
		stop = judge_asserted(c, wanted);
	return stop;
}

enum kf_key_stop
kf_key_child_make(struct kf_key_child *c)
{
	const struct kf_key_opened *opened = &c->device->opened;
	bool wanted = c->enrol->verify || c->enrol->in.conf.key_verify;
	enum kf_key_verify verify = KF_KEY_VERIFY_NO;
	enum kf_key_stop stop = check_device(c, wanted);

	if (wanted || opened->always_verify)
		verify = opened->has_verify ? KF_KEY_VERIFY_BUILT_IN :
		    KF_KEY_VERIFY_PIN;
	if (stop == KF_KEY_STOP_NONE)
		stop = prepare(c);
	if (stop == KF_KEY_STOP_NONE)
		stop = kf_key_child_touch(c, ask_make, verify,
		    KF_KEY_SHOW_TOUCH);
	if (stop == KF_KEY_STOP_NONE)
		stop = judge_made(c);
	if (stop == KF_KEY_STOP_NONE)
		stop = prove(c, verify, wanted);
	kf_secret_wipe(&c->pin);
	if (stop == KF_KEY_STOP_NONE)
		kf_text_filter(c->done.name, sizeof(c->done.name),
		    c->device->reader.name, false);
	return stop;
}
