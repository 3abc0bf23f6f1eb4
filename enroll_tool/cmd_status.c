/* keyfirst status USER: failures, waits, lock-outs and clocks, in words. */
#include <inttypes.h>
#include <stdlib.h>

#include "common/clock.h"
#include "enroll_tool/as_service.h"
#include "enroll_tool/people.h"
#include "enroll_tool/terminal.h"
#include "enroll_tool/words.h"
#include "factors/factor.h"

static const char *const positions[KF_POSITIONS] = {
	[KF_POSITION_KNOWN] = "after the first factor",
	[KF_POSITION_STRANGER] = "before it (strangers)",
};

static void
show_count(const struct kf_person *person, const struct kf_conf *conf,
    const char *position, struct kf_count *count)
{
	const struct kf_throttle throttle = {
		.failures = conf->lockout_failures,
		.seconds = conf->lockout_seconds,
	};
	int64_t wait = kf_throttle_wait(count, &throttle, kf_clock_wall());
	char span[KF_WORDS_SIZE];
	char until[KF_WORDS_SIZE];

	if (count->failures == 0) {
		kf_say("  %-23s no wrong code since the last right one\n",
		    position);
		return;
	}
	kf_say("  %-23s %" PRIu32 " wrong code%s since the last right one%s",
	    position, count->failures, count->failures == 1 ? "" : "s",
	    wait == 0 ? "\n" : ", ");
	kf_words_span(wait, span);
	kf_words_time(count->refuse_until, until);
	if (wait == KF_WAIT_FOREVER)
		kf_say("disabled until `keyfirst unlock %s`\n", person->name);
	else if (wait > 0 && count->failures >= conf->lockout_failures)
		kf_say("locked until %s (%s)\n", until, span);
	else if (wait > 0)
		kf_say("the next code is accepted in %s\n", span);
}

static void
show_authenticator(const struct kf_authenticator *a, struct kf_state *state)
{
	const struct kf_memory *memory = kf_state_find(state, a->tag);
	char used[KF_WORDS_SIZE];
	char span[KF_WORDS_SIZE];
	int64_t off;

	kf_say("  %-3s %s, %s: ", a->id, kf_factor_of(a->kind)->name,
	    a->label[0] != '\0' ? a->label : "no label");
	if (memory == NULL || memory->used == 0) {
		kf_say("never used\n");
		return;
	}
	kf_words_time(memory->used, used);
	off = (int64_t)memory->offset * (int64_t)a->totp.period;
	kf_words_span(llabs(off), span);
	kf_say("last used %s, ", used);
	if (off == 0)
		kf_say("its clock agreed\n");
	else
		kf_say("its clock was about %s %s\n", span,
		    off < 0 ? "behind" : "ahead");
}

/*
 * Nobody shall get somebody else's factor deleted by keeping the state busy,
 * so only what is damaged is to be enrolled again.
 */
static void
complain_of_state(const struct kf_person *person, enum kf_err err)
{
	const char *advice = err == KF_ERR_CORRUPT ?
	    "codes are refused: remove every factor and enrol again" :
	    "it is busy, or cannot be reached: try again";

	kf_complain("%s: the state of uid %" PRIu32 ": %s: %s", person->name,
	    person->uid, kf_strerror(err), advice);
}

static enum kf_exit
show(const struct kf_installation *in, const struct kf_person *person)
{
	struct kf_state state;
	enum kf_err err = kf_as_service_one(KF_SERVICE_READ, in->conf.store,
	    person->uid, &state);

	kf_say("%s (uid %" PRIu32 ")%s\n", person->name, person->uid,
	    kf_person_is_account(person) ? "" :
	    ": the account is gone or has another name now: codes are refused");
	if (err != KF_OK) {
		complain_of_state(person, err);
		return KF_EXIT_ERROR;
	}
	for (size_t i = 0; i < person->count; i++)
		show_authenticator(&person->authenticators[i], &state);
	show_count(person, &in->conf, positions[KF_POSITION_KNOWN],
	    &state.counts[KF_POSITION_KNOWN]);
	show_count(person, &in->conf, positions[KF_POSITION_STRANGER],
	    &state.counts[KF_POSITION_STRANGER]);
	return KF_EXIT_DONE;
}

enum kf_exit
kf_cmd_status(const struct kf_command *command, int argc, char **argv)
{
	struct kf_installation in;
	struct kf_person person;
	enum kf_exit status;

	if (!kf_operands_only(command, argc, argv, 1, 1))
		return KF_EXIT_USAGE;
	status = kf_installation_open(&in, false);
	if (status != KF_EXIT_DONE)
		return status;
	status = kf_person_enrolled(&in, argv[optind], &person);
	if (status == KF_EXIT_DONE)
		status = show(&in, &person);
	kf_installation_close(&in);
	return status;
}
