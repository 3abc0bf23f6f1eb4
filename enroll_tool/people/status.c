/*
 * keyfirst status USER [--json]: shows a person's failures, waits and
 * lock-outs, and the clocks of their devices.  Nothing is changed.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/clock.h"
#include "enroll_tool/children/as_service.h"
#include "enroll_tool/cli/json.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/cli/words.h"
#include "enroll_tool/installation/key_rule.h"
#include "enroll_tool/people/json.h"
#include "enroll_tool/people/people.h"
#include "factors/factor.h"
#include "factors/recovery.h"

static const char *const positions[KF_POSITIONS] = {
	[KF_POSITION_KNOWN] = "after the first factor",
	[KF_POSITION_STRANGER] = "before it (strangers)",
};

/*
 * For how many seconds codes are refused; KF_WAIT_FOREVER: until an unlock.
 * kf_throttle_wait also cuts in *count a wait that is longer than it can be.
 */
static int64_t
wait_of(const struct kf_conf *conf, struct kf_count *count)
{
	const struct kf_throttle throttle = {
		.failures = conf->lockout_failures,
		.seconds = conf->lockout_seconds,
	};

	return kf_throttle_wait(count, &throttle, kf_clock_wall());
}

static bool
is_locked(const struct kf_conf *conf, const struct kf_count *count,
    int64_t wait)
{
	return wait > 0 && count->failures >= conf->lockout_failures;
}

static void
show_count(const struct kf_person *person, const struct kf_conf *conf,
    const char *position, struct kf_count *count)
{
	int64_t wait = wait_of(conf, count);
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
	(void)kf_words_time(count->refuse_until, until);
	if (wait == KF_WAIT_FOREVER)
		kf_say("disabled until `keyfirst unlock %s`\n", person->name);
	else if (is_locked(conf, count, wait))
		kf_say("locked until %s (%s)\n", until, span);
	else if (wait > 0)
		kf_say("the next code is accepted in %s\n", span);
}

static void
show_totp(const struct kf_authenticator *a, const struct kf_memory *memory)
{
	int64_t off = (int64_t)memory->offset * (int64_t)a->totp.period;
	char span[KF_WORDS_SIZE];

	kf_words_span(llabs(off), span);
	if (off == 0)
		kf_say(", its clock agreed\n");
	else
		kf_say(", its clock was about %s %s\n", span,
		    off < 0 ? "behind" : "ahead");
}

static void
show_authenticator(const struct kf_authenticator *a, struct kf_state *state)
{
	const struct kf_memory *memory = kf_state_find(state, a->tag);
	char used[KF_WORDS_SIZE];

	kf_say("  %-3s %s, %s: ", a->id, kf_factor_of(a->kind)->name,
	    a->label[0] != '\0' ? a->label : "no label");
	if (a->kind == KF_KIND_RECOVERY)
		kf_say("%u of %d left, ", kf_recovery_left(memory != NULL ?
		    memory->counter : 0), KF_RECOVERY_CODES);
	if (memory == NULL || memory->used == 0) {
		kf_say("never used%s\n", kf_factor_is_proved(a, memory) ? "" :
		    ", unproved");
		return;
	}
	(void)kf_words_time(memory->used, used);
	kf_say("last used %s", used);
	switch (a->kind) {
	case KF_KIND_TOTP:
		show_totp(a, memory);
		break;
	case KF_KIND_KEY:
		kf_say(", counter %" PRIu64 "\n", memory->counter);
		break;
	case KF_KIND_RECOVERY:
		kf_say("\n");
		break;
	}
}

/*
 * Only a state that is missing or damaged is to be repaired.  Any other error
 * may only mean that another process holds its lock.
 */
static void
complain_of_state(const struct kf_person *person, enum kf_err err)
{
	if (err == KF_ERR_CORRUPT)
		kf_complain("%s: the state of uid %" PRIu32 ": damaged, "
		    "missing, or not a file of user keyfirst with mode 0600: "
		    "codes are refused: try keyfirst repair %s, with "
		    "--first-use if its factors were never used here",
		    person->name, person->uid, person->name);
	else
		kf_complain("%s: the state of uid %" PRIu32 ": %s: it is busy, "
		    "or cannot be reached: try keyfirst status %s again",
		    person->name, person->uid, kf_strerror(err), person->name);
}

static void
show(const struct kf_conf *conf, const struct kf_person *person,
    struct kf_service_result *result)
{
	struct kf_state *state = &result->state;

	kf_say("%s (uid %" PRIu32 ")%s\n", person->name, person->uid,
	    kf_person_is_account(person) ? "" :
	    ": the account is gone or has another name now: codes are refused");
	if (result->err != KF_OK)
		return;
	for (size_t i = 0; i < person->count; i++)
		show_authenticator(&person->authenticators[i], state);
	show_count(person, conf, positions[KF_POSITION_KNOWN],
	    &state->counts[KF_POSITION_KNOWN]);
	show_count(person, conf, positions[KF_POSITION_STRANGER],
	    &state->counts[KF_POSITION_STRANGER]);
}

static json_t *
json_count(struct kf_json *j, const struct kf_conf *conf,
    struct kf_count *count)
{
	int64_t wait = wait_of(conf, count);
	bool disabled = wait == KF_WAIT_FOREVER;
	bool waits = wait > 0 && !disabled;
	json_t *object = json_object();

	kf_json_set(j, object, "count", json_integer(count->failures));
	kf_json_set(j, object, "refused-until",
	    kf_json_time(waits ? count->refuse_until : 0));
	kf_json_set(j, object, "seconds",
	    disabled ? json_null() : json_integer(wait));
	kf_json_set(j, object, "locked",
	    json_boolean(is_locked(conf, count, wait)));
	kf_json_set(j, object, "disabled", json_boolean(disabled));
	return object;
}

static json_t *
json_counts(struct kf_json *j, const struct kf_conf *conf,
    struct kf_count *counts)
{
	json_t *object = json_object();

	kf_json_set(j, object, "after-first-factor",
	    json_count(j, conf, &counts[KF_POSITION_KNOWN]));
	kf_json_set(j, object, "before-first-factor",
	    json_count(j, conf, &counts[KF_POSITION_STRANGER]));
	return object;
}

static enum kf_exit
show_json(const struct kf_conf *conf, const struct kf_person *person,
    struct kf_service_result *result)
{
	struct kf_json j;

	kf_json_start(&j);
	kf_json_person(&j, j.top, person, result);
	kf_json_set(&j, j.top, "failures", result->err != KF_OK ?
	    json_null() : json_counts(&j, conf, result->state.counts));
	return kf_json_print(&j);
}

static enum kf_exit
report(struct kf_installation *in, struct kf_person *person, void *context)
{
	const bool *json = context;
	struct kf_service_result result = { .uid = person->uid };
	enum kf_exit status = KF_EXIT_DONE;

	kf_as_service(KF_SERVICE_READ, in->conf.store, &result, 1);
	kf_key_rule_check_for(person);
	if (*json)
		status = show_json(&in->conf, person, &result);
	else
		show(&in->conf, person, &result);
	if (result.err == KF_OK)
		return status;
	complain_of_state(person, result.err);
	return KF_EXIT_ERROR;
}

enum kf_exit
kf_cmd_status(const struct kf_command *command, int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	bool json = false;
	int c;

	while ((c = kf_option_next(command, argc, argv, options)) != -1) {
		if (c != 'j')
			return KF_EXIT_USAGE;
		json = true;
	}
	if (!kf_operands(command, argc, 1, 1))
		return KF_EXIT_USAGE;
	return kf_person_do(argv[optind], report, &json);
}
