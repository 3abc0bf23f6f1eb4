/*
 * Why no key was enrolled, in words for whoever runs the tool, and the exit
 * status that goes with it; see keys/talk.h.
 */
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/cli/words.h"
#include "enroll_tool/installation/key_rule.h"
#include "enroll_tool/keys/enroll.h"

/* What is said where it needs no more than words. */
static const struct {
	enum kf_exit status;
	const char *text;
} stops[KF_KEY_STOPS] = {
	[KF_KEY_STOP_BROKEN] = { KF_EXIT_ERROR,
	    "something of keyfirst is broken: see what keyfirst setup says" },
	[KF_KEY_STOP_BUSY] = { KF_EXIT_ERROR,
	    "another program is using the security key: end it first" },
	[KF_KEY_STOP_SEVERAL] = { KF_EXIT_USAGE,
	    "several security keys are there: name one with --device" },
	[KF_KEY_STOP_CHOICE] = { KF_EXIT_NO,
	    "no key was chosen: nothing was stored" },
	[KF_KEY_STOP_EXCLUDED] = { KF_EXIT_POLICY,
	    "that key is enrolled already: take another one" },
	[KF_KEY_STOP_GONE] = { KF_EXIT_ERROR,
	    "the security key was pulled out: nothing was stored" },
	[KF_KEY_STOP_TIMEOUT] = { KF_EXIT_NO,
	    "nobody touched the security key in time: nothing was stored" },
	[KF_KEY_STOP_DECLINED] = { KF_EXIT_NO,
	    "refused on the security key: nothing was stored" },
	[KF_KEY_STOP_FAILED] = { KF_EXIT_ERROR,
	    "the security key did not do it: pull it out and try again" },
	[KF_KEY_STOP_UNSUPPORTED] = { KF_EXIT_POLICY,
	    "the security key knows none of ES256, EdDSA and RS256, or makes "
	    "ids that are too long: take another one" },
	[KF_KEY_STOP_SSH] = { KF_EXIT_POLICY,
	    "the security key knows neither ES256 nor EdDSA, and ssh no "
	    "other: leave --ssh-key-out away" },
	[KF_KEY_STOP_NO_ANSWER] = { KF_EXIT_NO,
	    "the security key wants its PIN, and nobody typed one: nothing was "
	    "stored" },
	[KF_KEY_STOP_PIN_WRONG] = { KF_EXIT_NO,
	    "no right PIN: nothing was stored" },
	[KF_KEY_STOP_PIN_LAST] = { KF_EXIT_NO,
	    "only one try of the PIN is left, and a wrong one would lock the "
	    "security key: use it elsewhere with the right PIN first" },
	[KF_KEY_STOP_PIN_PAUSED] = { KF_EXIT_NO,
	    "too many wrong PINs: pull the security key out and plug it in "
	    "again" },
	[KF_KEY_STOP_PIN_BLOCKED] = { KF_EXIT_NO,
	    "the PIN is locked: only a reset of the security key helps, "
	    "which deletes what is on it" },
	[KF_KEY_STOP_PIN_POLICY] = { KF_EXIT_NO,
	    "the security key wants another PIN first: fido2-token -C changes "
	    "it" },
	[KF_KEY_STOP_FINGER] = { KF_EXIT_NO,
	    "fingerprint not recognised: nothing was stored" },
	[KF_KEY_STOP_SYNCED] = { KF_EXIT_POLICY,
	    "the security key copies its keys to other devices, and "
	    "key.synced refuses that" },
	[KF_KEY_STOP_ATTESTATION] = { KF_EXIT_POLICY,
	    "what the security key made is not what was asked for, or its "
	    "attestation is forged: take another one" },
	[KF_KEY_STOP_NO_CHAIN] = { KF_EXIT_POLICY,
	    "the security key attests with no certificate, so it leads to no "
	    "root" },
	[KF_KEY_STOP_UNKNOWN_ROOT] = { KF_EXIT_POLICY,
	    "the security key's certificate leads to none of the roots, or is "
	    "past its date" },
	[KF_KEY_STOP_BAD_LEAF] = { KF_EXIT_POLICY,
	    "the security key's certificate is none for attestation "
	    "(WebAuthn, 8.2.1)" },
	[KF_KEY_STOP_OTHER_MODEL] = { KF_EXIT_POLICY,
	    "the security key's certificate is not for its AAGUID" },
	[KF_KEY_STOP_UNPROVED] = { KF_EXIT_NO,
	    "the new credential does not work: nothing was stored" },
};

static enum kf_exit
no_verification(const struct kf_key_shown *seen)
{
	if (seen->fido2)
		kf_complain("enroll key: the security key has neither a PIN "
		    "nor a fingerprint: give it a PIN first: "
		    "fido2-token -S %s", seen->path);
	else
		kf_complain("enroll key: a U2F key knows neither PIN nor "
		    "fingerprint, and one is needed: take a FIDO2 key");
	return KF_EXIT_POLICY;
}

static enum kf_exit
absent(const char *device)
{
	if (device != NULL)
		kf_complain("enroll key: %s: no security key is there: "
		    "fido2-token -L lists them", device);
	else
		kf_complain("enroll key: no security key is there: plug one "
		    "into this machine");
	return KF_EXIT_MISSING;
}

static enum kf_exit
model(const struct kf_key_shown *seen)
{
	char text[KF_WORDS_AAGUID];

	kf_words_aaguid(seen->aaguid, text);
	kf_complain("enroll key: AAGUID %s: not in key.aaguid-allow", text);
	return KF_EXIT_POLICY;
}

enum kf_exit
kf_key_stop_complain(enum kf_key_stop why, const char *what,
    const char *device, const struct kf_key_shown *seen)
{
	switch ((unsigned)why) {
	case KF_KEY_STOP_ROOTS:
		kf_complain("enroll key: --attestation-roots: %s: no "
		    "certificate (PEM)", what);
		return KF_EXIT_ERROR;
	case KF_KEY_STOP_ABSENT:
		return absent(device);
	case KF_KEY_STOP_RULE:
		kf_key_rule_complain();
		return KF_EXIT_ERROR;
	case KF_KEY_STOP_KNOWN:
		kf_complain("enroll key: that key is enrolled already, as %s: "
		    "take another one", what);
		return KF_EXIT_POLICY;
	case KF_KEY_STOP_NO_VERIFY:
		return no_verification(seen);
	case KF_KEY_STOP_MODEL:
		return model(seen);
	}
	kf_complain("enroll key: %s", stops[why].text);
	return stops[why].status;
}
