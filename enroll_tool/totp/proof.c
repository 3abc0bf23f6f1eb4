/*
 * Asks for a code of the new seed; see totp/enroll.h.  A right code shows that
 * the app has the seed and that the clocks of the app and of this machine
 * agree.  Nothing may be stored before that.
 */
#include "enroll_tool/totp/enroll.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/cli/words.h"
#include "factors/totp.h"

#define TRIES 3
#define HINT_SECONDS 600	/* by which a clock may be wrong for a hint */

enum proof {
	PROOF_RIGHT,
	PROOF_WRONG,
	PROOF_BROKEN		/* no code can be judged; after a complaint */
};

/*
 * If the code is right for another time within HINT_SECONDS, sets hint to a
 * text that names the time; otherwise to "".
 */
static void
find_hint(const struct kf_totp_enrol *e, const struct kf_code *code,
    int64_t now, char *hint, size_t size)
{
	uint32_t window = HINT_SECONDS / e->totp.period;
	char span[KF_WORDS_SIZE];
	enum kf_match match;
	uint64_t step;
	int64_t off;

	hint[0] = '\0';
	if (kf_totp_match(&e->totp, &e->seed, code, now, window, 0, &match,
	    &step) != KF_OK || match == KF_MATCH_NONE)
		return;
	off = ((int64_t)step - (int64_t)kf_totp_step(&e->totp, now)) *
	    (int64_t)e->totp.period;
	kf_words_span(off < 0 ? -off : off, span);
	(void)snprintf(hint, size, "that code belongs to a time %s %s: check "
	    "the clocks of this machine and of the phone", span,
	    off < 0 ? "ago" : "from now");
}

/* If the code is wrong, sets why to a text for the person, or to "". */
static enum proof
judge(struct kf_totp_enrol *e, const struct kf_secret *answer, char *why,
    size_t size)
{
	int64_t now = kf_clock_wall();
	enum kf_match match = KF_MATCH_NONE;
	struct kf_code code;
	enum proof proof = PROOF_WRONG;
	uint64_t step = 0;

	(void)snprintf(why, size, "a code has %u digits", e->totp.digits);
	if (kf_code_parse(answer, &code) != KF_OK)
		return PROOF_WRONG;
	if (code.len != e->totp.digits)
		goto out;
	why[0] = '\0';
	if (!kf_clock_is_usable("enroll totp")) {
		proof = PROOF_BROKEN;
	} else if (kf_totp_match(&e->totp, &e->seed, &code, now,
	    e->in.conf.totp_window, 0, &match, &step) != KF_OK) {
		kf_complain("enroll totp: codes cannot be computed");
		proof = PROOF_BROKEN;
	} else if (match == KF_MATCH_FRESH) {
		e->totp.first_step = step;
		proof = PROOF_RIGHT;
	} else {
		find_hint(e, &code, now, why, size);
	}
out:
	kf_code_wipe(&code);
	return proof;
}

/* For --code. */
static enum kf_exit
prove_once(struct kf_totp_enrol *e)
{
	struct kf_secret answer;
	char why[160];
	enum proof proof = PROOF_WRONG;

	(void)snprintf(why, sizeof(why), "a code has %u digits",
	    e->totp.digits);
	if (kf_secret_set(&answer, e->code, strlen(e->code)) == KF_OK)
		proof = judge(e, &answer, why, sizeof(why));
	kf_secret_wipe(&answer);
	if (proof == PROOF_WRONG)
		kf_complain("enroll totp: wrong code%s%s: nothing was stored",
		    why[0] != '\0' ? ": " : "", why);
	return proof == PROOF_RIGHT ? KF_EXIT_DONE :
	    proof == PROOF_WRONG ? KF_EXIT_NO : KF_EXIT_ERROR;
}

static void
explain(const char *why)
{
	if (why[0] == '\0')
		kf_say("Wrong code.\n");
	else
		kf_say("Wrong code: %s.\n", why);
}

enum kf_exit
kf_totp_prove(struct kf_totp_enrol *e)
{
	if (e->code != NULL)
		return prove_once(e);
	if (!e->secret_stdin)
		kf_say("\n%s the secret into the app; then type the code that "
		    "it shows.\n", e->qr != KF_QR_NONE || e->png != NULL ?
		    "Scan the QR code with the app, or type" : "Type");
	for (int i = 0; i < TRIES; i++) {
		struct kf_secret answer;
		char why[160];
		enum proof proof;

		if (kf_terminal_ask("Verification code: ", true, &answer) !=
		    KF_OK) {
			kf_complain("enroll totp: no code: nothing was stored");
			return KF_EXIT_NO;
		}
		proof = judge(e, &answer, why, sizeof(why));
		kf_secret_wipe(&answer);
		if (proof == PROOF_RIGHT)
			return KF_EXIT_DONE;
		if (proof == PROOF_BROKEN)
			return KF_EXIT_ERROR;
		explain(why);
	}
	kf_complain("enroll totp: no right code in %d tries: nothing was "
	    "stored", TRIES);
	return KF_EXIT_NO;
}
