/*
 * The table of ways to prove, and who is refused because there is none; see
 * ladder.h.  The order of the rows is the order in which ways are tried.
 */
#include "verifier/ladder.h"

#include <string.h>

#include "common/clock.h"
#include "verifier/codes.h"
#include "verifier/keys.h"
#include "verifier/policy.h"
#include "verifier/report.h"

/* --------------------------------------------------------------- the table */

static bool
offers_totp(const struct kf_session *s)
{
	return !s->known ||
	    kf_factor_can(&s->person, &s->conf, KF_KIND_TOTP);
}

static bool
offers_recovery(const struct kf_session *s)
{
	return !s->known ||
	    kf_factor_can(&s->person, &s->conf, KF_KIND_RECOVERY);
}

static enum kf_way_end
try_key(struct kf_session *s, bool again)
{
	int64_t begun = kf_clock_monotonic();
	enum kf_keys_end end = kf_keys_try(s);

	s->insert_key = s->known && end == KF_KEYS_ABSENT;
	/* Enter at the code prompt takes as long as any stranger's answer. */
	if (again && !s->known && end != KF_KEYS_PROVED)
		kf_codes_equalise(begun);
	if (again && s->insert_key)
		(void)!kf_talk_show(&s->talk, true, "No security key of yours "
		    "was found.");
	if (end == KF_KEYS_PROVED)
		return KF_WAY_PROVED;
	return end == KF_KEYS_OVER ? KF_WAY_OVER : KF_WAY_FAILED;
}

static enum kf_way_end
try_code(struct kf_session *s, bool again)
{
	enum kf_codes_end end = kf_codes_try(s);

	(void)again;
	if (end == KF_CODES_PROVED)
		return KF_WAY_PROVED;
	return end == KF_CODES_KEY ? KF_WAY_AGAIN : KF_WAY_FAILED;
}

const struct kf_way kf_ways[] = {
	{ "security key in this machine", KF_KIND_KEY,
	    kf_policy_asks_local_key, try_key, KF_AFTER_NEXT },
	{ "time-based code", KF_KIND_TOTP,
	    offers_totp, try_code, KF_AFTER_REFUSE },
	{ "recovery code", KF_KIND_RECOVERY,
	    offers_recovery, try_code, KF_AFTER_REFUSE },
};
const size_t kf_way_count = sizeof(kf_ways) / sizeof(kf_ways[0]);

/* ------------------------------------------------ who is refused, and why */

/* The reason goes to the log; a known person is shown the words. */
static const struct {
	const char *reason;
	const char *words;
	enum kf_deny deny;
} standings[] = {
	[KF_STANDING_ENROLLED] = { "not-asked", "", KF_DENY_AUTH },
	[KF_STANDING_UNKNOWN] = { "unknown-user",
	    "No second factor is enrolled for you. Ask your administrator.",
	    KF_DENY_AUTH },
	[KF_STANDING_NOBODY] = { "not-enrolled",
	    "No second factor is enrolled for you. Ask your administrator.",
	    KF_DENY_AUTH },
	[KF_STANDING_REUSED] = { "uid-reused",
	    "No second factor is enrolled for you. Ask your administrator.",
	    KF_DENY_AUTH },
	[KF_STANDING_BROKEN] = { "enrolment-damaged",
	    "Your enrolment cannot be read. Tell your administrator.",
	    KF_DENY_UNAVAILABLE },
};

/* A known person who cannot prove anything is asked nothing. */
static void
refuse_standing(struct kf_session *s)
{
	s->deny = standings[s->standing].deny;
	kf_talk_last_words(&s->talk, kf_policy_holds_text(&s->request),
	    standings[s->standing].words);
	s->reason = standings[s->standing].reason;
}

/*
 * No way is left for a known person.  A key that was there and proved nothing
 * has been reported to the person already.
 */
static void
refuse_without_way(struct kf_session *s, bool key_was_tried)
{
	const char *words = NULL;

	if (!key_was_tried) {
		s->deny = KF_DENY_MAXTRIES;
		s->reason = "key-not-asked";
		words = "Your security key cannot be asked from here, and you "
		    "have no other way. Ask your administrator.";
	} else if (s->insert_key)
		words = strcmp(s->reason, "key-busy") == 0 ?
		    "The security key is in use by another program." :
		    "No security key of yours was found.";
	if (words != NULL)
		kf_talk_last_words(&s->talk, kf_policy_holds_text(&s->request),
		    words);
}

/* ---------------------------------------------------------------- the walk */

/*
 * The first way from there on that is offered and does not share the question
 * of the way that was just tried; kf_way_count when there is none.
 */
static size_t
find_way(const struct kf_session *s, size_t from, const struct kf_way *tried)
{
	while (from < kf_way_count && (!kf_ways[from].is_offered(s) ||
	    (tried != NULL && kf_ways[from].try == tried->try)))
		from++;
	return from;
}

/* The log gives as the reason that the person is not enrolled. */
static bool
refuse(struct kf_session *s)
{
	if (s->standing != KF_STANDING_ENROLLED)
		s->reason = standings[s->standing].reason;
	return false;
}

static bool
walk(struct kf_session *s)
{
	size_t first = find_way(s, 0, NULL);
	size_t i = first;
	bool again = false;

	while (i < kf_way_count) {
		const struct kf_way *way = &kf_ways[i];

		/* Then Enter at its prompt begins with the first way again. */
		s->stronger_offered = i > first;
		switch (way->try(s, again)) {
		case KF_WAY_PROVED:
			return true;
		case KF_WAY_OVER:
			return false;
		case KF_WAY_AGAIN:
			again = true;
			i = first;
			break;
		case KF_WAY_FAILED:
			if (way->after == KF_AFTER_REFUSE)
				return refuse(s);
			i = find_way(s, i + 1, way);
			break;
		}
	}
	refuse_without_way(s, first < kf_way_count);
	return false;
}

bool
kf_ladder_prove(struct kf_session *s)
{
	kf_report_step(s, s->known ? "first-factor-known" :
	    "first-factor-unknown");
	if (s->known && s->standing != KF_STANDING_ENROLLED) {
		refuse_standing(s);
		return false;
	}
	return walk(s);
}
