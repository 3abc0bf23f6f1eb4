/*
 * Tells the administrator why no key was enrolled and what to do, and gives the
 * exit status; see keys/talk.h for the reasons.
 */
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/cli/words.h"
#include "enroll_tool/installation/key_rule.h"
#include "enroll_tool/keys/enroll.h"

/* The reasons whose message is a fixed text. */
static const struct {
	enum kf_exit status;
	const char *text;
} stops[KF_KEY_STOPS] = {
	[KF_KEY_STOP_BROKEN] = { KF_EXIT_ERROR,
	    "a part of keyfirst is broken: run keyfirst setup, which says what "
	    "is wrong" },
	[KF_KEY_STOP_BUSY] = { KF_EXIT_ERROR,
	    "another program is using the security key: end it first" },
	[KF_KEY_STOP_SEVERAL] = { KF_EXIT_USAGE,
	    "several security keys are plugged in: name one with --device" },
	[KF_KEY_STOP_CHOICE] = { KF_EXIT_NO,
	    "no key was chosen: nothing was stored" },
	[KF_KEY_STOP_EXCLUDED] = { KF_EXIT_POLICY,
	    "that key is enrolled already: take another one" },
	[KF_KEY_STOP_GONE] = { KF_EXIT_ERROR,
	    "the security key was pulled out: nothing was stored" },
	[KF_KEY_STOP_TIMEOUT] = { KF_EXIT_NO,
	    "nobody touched the security key in time: nothing was stored" },
	[KF_KEY_STOP_DECLINED] = { KF_EXIT_NO,
	    "the request was refused on the security key: nothing was stored" },
	[KF_KEY_STOP_FAILED] = { KF_EXIT_ERROR,
	    "the security key failed: pull it out and try again" },
	[KF_KEY_STOP_UNSUPPORTED] = { KF_EXIT_POLICY,
	    "the security key knows none of ES256, EdDSA and RS256, or makes "
	    "ids that are too long: take another one" },
	[KF_KEY_STOP_SSH] = { KF_EXIT_POLICY,
	    "the security key knows neither ES256 nor EdDSA, and ssh can use "
	    "no other algorithm: leave out --ssh-key-out" },
	[KF_KEY_STOP_NO_ANSWER] = { KF_EXIT_NO,
	    "the security key wants its PIN, but nobody typed one: nothing was "
	    "stored" },
	[KF_KEY_STOP_PIN_WRONG] = { KF_EXIT_NO,
	    "no right PIN: nothing was stored" },
	[KF_KEY_STOP_PIN_LAST] = { KF_EXIT_NO,
	    "only one try of the PIN is left, and a wrong PIN would lock the "
	    "security key: use it elsewhere with the right PIN first" },
	[KF_KEY_STOP_PIN_PAUSED] = { KF_EXIT_NO,
	    "too many wrong PINs: pull the security key out and plug it in "
	    "again" },
	[KF_KEY_STOP_PIN_BLOCKED] = { KF_EXIT_NO,
	    "the PIN is locked: only a reset of the security key helps, "
	    "which deletes all credentials on it" },
	[KF_KEY_STOP_PIN_POLICY] = { KF_EXIT_NO,
	    "the security key wants a new PIN first: change it with "
	    "fido2-token -C" },
	[KF_KEY_STOP_FINGER] = { KF_EXIT_NO,
	    "the fingerprint was not recognised: nothing was stored" },
	[KF_KEY_STOP_SYNCED] = { KF_EXIT_POLICY,
	    "the security key can copy its credential to other devices, and "
	    "key.synced refuses that: take another one" },
	[KF_KEY_STOP_ATTESTATION] = { KF_EXIT_POLICY,
	    "the credential does not fit the request, or its attestation is "
	    "forged: take another security key" },
	[KF_KEY_STOP_NO_CHAIN] = { KF_EXIT_POLICY,
	    "the security key gives no certificate, so no root certifies it: "
	    "take another one" },
	[KF_KEY_STOP_UNKNOWN_ROOT] = { KF_EXIT_POLICY,
	    "the security key's certificate leads to none of the roots, or has "
	    "expired: take another key, or add its root" },
	[KF_KEY_STOP_BAD_LEAF] = { KF_EXIT_POLICY,
	    "the security key's certificate is not an attestation certificate "
	    "(WebAuthn, 8.2.1): take another key" },
	[KF_KEY_STOP_OTHER_MODEL] = { KF_EXIT_POLICY,
	    "the security key's certificate is not for its AAGUID: take "
	    "another key" },
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
		kf_complain("enroll key: a U2F key has neither a PIN nor a "
		    "fingerprint, and one is needed: take a FIDO2 key");
	return KF_EXIT_POLICY;
}

/* device: --device, or NULL. */
static enum kf_exit
absent(const char *device)
{
	if (device != NULL)
		kf_complain("enroll key: %s: no security key is there: "
		    "fido2-token -L lists them", device);
	else
		kf_complain("enroll key: no security key is plugged in: plug "
		    "one into this machine");
	return KF_EXIT_MISSING;
}

static enum kf_exit
model(const struct kf_key_shown *seen)
{
	char text[KF_WORDS_AAGUID];

	kf_words_aaguid(seen->aaguid, text);
	kf_complain("enroll key: the key's model, AAGUID %s, is not in "
	    "key.aaguid-allow: take another key", text);
	return KF_EXIT_POLICY;
}

enum kf_exit
kf_key_stop_complain(enum kf_key_stop why, const char *what,
    const char *device, const struct kf_key_shown *seen)
{
	switch ((unsigned)why) {
	case KF_KEY_STOP_ROOTS:
		kf_complain("enroll key: --attestation-roots: %s: not a "
		    "certificate in PEM: replace or remove the file", what);
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
