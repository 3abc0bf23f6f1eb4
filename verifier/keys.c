/*
 * Whether a key is asked at all, for how long, and what a stranger may notice;
 * see keys.h.
 */
#include "verifier/keys.h"

#include <string.h>
#include <syslog.h>

#include "common/clock.h"
#include "key_dialogue/key.h"
#include "verifier/key_login.h"
#include "verifier/policy.h"
#include "verifier/report.h"

#define LOOK_MS 3000
/*
 * How long a stranger's keys are looked for; a key that is slower is not theirs
 * this time.  A key that has to be stopped takes more, so that with anything
 * plugged in it is REST_MS until it goes on, whoever it is.
 */
#define STRANGER_MS 1000
#define REST_MS 1700

/* What the person's keys are, as questions to a device. */
static void
list_candidates(struct kf_key_login *l)
{
	struct kf_person *person = &l->s->person;

	if (l->s->standing != KF_STANDING_ENROLLED)
		return;
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];

		if (a->kind != KF_KIND_KEY)
			continue;
		l->owner[l->find.count] = a;
		kf_key_add_candidate(&l->find, &a->key);
	}
}

/* Nothing is opened for somebody who has no key: it is only seen. */
static bool
is_anything_plugged_in(void)
{
	struct kf_reader readers[KF_READERS_MAX];

	return kf_reader_list(readers) > 0;
}

static void
log_refused_devices(const struct kf_session *s)
{
	struct kf_log log;

	kf_report_start(s, &log, "key", "not-opened");
	kf_log_add(&log, "reason", "udev-rule-missing");
	kf_report_end(s, &log, LOG_WARNING);
}

/* Until everybody's look would be over, Ctrl-C or not. */
static enum kf_keys_end
equalise(struct kf_session *s, int64_t until, enum kf_keys_end end)
{
	if (kf_talk_rest(&s->talk, until) == KF_OK)
		return end;
	s->deny = KF_DENY_CONVERSATION;
	s->reason = "caller-left";
	return KF_KEYS_OVER;
}

static bool
tell_busy_later(void *context)
{
	(void)context;
	return true;
}

static enum kf_key_event
pass_over_gone(void *context, struct kf_device *device)
{
	(void)context;
	(void)device;
	return KF_KEY_NOTHING;
}

/* A login makes no credential, so it never checks one. */
static const struct kf_key_effects effects = {
	.look = kf_key_look,
	.choose = kf_key_choose,
	.start = kf_key_start,
	.count = kf_key_count,
	.ask_pin = kf_key_ask_pin,
	.touch = kf_key_touch,
	.judge = kf_key_judge,
	.check = kf_key_dismiss,
	.recheck = kf_key_dismiss,
	.refused = kf_key_refused,
	.give_up = kf_key_give_up,
	.dismiss = kf_key_dismiss,
	.gone = pass_over_gone,
	.next = kf_key_next,
	.late = kf_key_late,
	.caller = kf_key_caller,
	.arrived = kf_key_arrived,
	.busy = tell_busy_later,
	.blinks = kf_key_blinks,
};

static enum kf_keys_end
run(struct kf_key_login *l)
{
	kf_dialogue_run(&l->dialogue);
	if (l->dialogue.devices.refused)
		log_refused_devices(l->s);
	kf_devices_stop(&l->dialogue.devices);
	if (l->dialogue.proved)
		return KF_KEYS_PROVED;
	if (l->nobody)
		return KF_KEYS_OVER;
	return l->failed ? KF_KEYS_FAILED : KF_KEYS_ABSENT;
}

static enum kf_keys_end
look(struct kf_session *s, int64_t begun)
{
	static struct kf_key_login l;		/* large */
	enum kf_keys_end end = KF_KEYS_ABSENT;
	bool shows = s->known;
	const struct kf_conf *conf = &s->conf;

	l = (struct kf_key_login){
		.s = s,
		.dialogue = {
			.effects = &effects,
			.context = &l,
			.caller = s->talk.fd,
		},
		.patient = s->known && !kf_factor_has_code(&s->person, conf),
		.look_end = begun + (s->known ? LOOK_MS : STRANGER_MS),
		.insert_end = begun + (int64_t)conf->key_insert_timeout * 1000,
		.end = begun + LOOK_MS + ((int64_t)conf->key_insert_timeout +
		    conf->key_touch_timeout) * 1000,
	};
	list_candidates(&l);
	if (l.find.count > 0 && kf_random(l.find.hash,
	    sizeof(l.find.hash)) == KF_OK)
		end = run(&l);
	shows |= l.touch_said || end == KF_KEYS_OVER;
	explicit_bzero(&l, sizeof(l));
	return shows ? end : equalise(s, begun + REST_MS, end);
}

enum kf_keys_end
kf_keys_try(struct kf_session *s)
{
	int64_t begun = kf_clock_monotonic();

	s->deny = KF_DENY_AUTH;
	s->reason = "key-absent";
	if (!kf_policy_asks_local_key(s))
		return KF_KEYS_NOT_ASKED;
	if (!s->known && !is_anything_plugged_in())
		return KF_KEYS_ABSENT;
	kf_report_step(s, "key-look");
	return look(s, begun);
}
