/*
 * The table of kinds of authenticators, and the functions that walk it.  To add
 * a kind, add its file, and a row here at its place in the order.
 */
#include "factors/factor.h"

#include "factors/recovery.h"

/* Every configuration allows some factor, for which recovery codes stand in. */
#define ANY_FACTOR UINT32_MAX

/* No typed code proves a security key: see assertion.h. */
static bool
fits_nothing(const struct kf_authenticator *a, const struct kf_code *code)
{
	(void)a;
	(void)code;
	return false;
}

static enum kf_err
judge_nothing(const struct kf_authenticator *a, struct kf_trial *trial)
{
	(void)a;
	trial->judgement = KF_JUDGED_WRONG;
	return KF_OK;
}

/* Only the key knows how far it has counted since its enrolment. */
static uint64_t
spent_key(const struct kf_authenticator *a, int64_t now)
{
	(void)now;
	return kf_enrolment_first_counter(a);
}

static bool
fits_totp(const struct kf_authenticator *a, const struct kf_code *code)
{
	return code->len == a->totp.digits;
}

static enum kf_err
judge_totp(const struct kf_authenticator *a, struct kf_trial *trial)
{
	const struct kf_totp *totp = &a->totp;
	uint32_t window = trial->conf->totp_window;
	enum kf_match match = KF_MATCH_NONE;
	struct kf_secret seed;
	enum kf_err err;

	if (!kf_totp_clock_is_sane(totp, trial->now, trial->last)) {
		trial->judgement = KF_JUDGED_CLOCK;
		return KF_OK;
	}
	err = kf_unseal(trial->key, trial->uid, a->tag, totp->sealed,
	    totp->sealed_len, &seed);
	if (err == KF_OK)
		err = kf_totp_match(totp, &seed, trial->code, trial->now,
		    window, trial->last, &match, &trial->counter);
	kf_secret_wipe(&seed);
	if (err != KF_OK)
		return err;
	trial->offset = (int32_t)((int64_t)trial->counter -
	    (int64_t)kf_totp_step(totp, trial->now));
	switch (match) {
	case KF_MATCH_NONE:
		trial->judgement = KF_JUDGED_WRONG;
		break;
	case KF_MATCH_USED:
		trial->judgement = KF_JUDGED_USED;
		break;
	case KF_MATCH_FRESH:
		trial->judgement = KF_JUDGED_RIGHT;
		break;
	}
	return KF_OK;
}

/* The widest window may have accepted codes of steps to come. */
static uint64_t
spent_totp(const struct kf_authenticator *a, int64_t now)
{
	uint64_t step = kf_totp_step(&a->totp, now) + KF_CONF_TOTP_WINDOW_MAX;

	return step > a->totp.first_step ? step : a->totp.first_step;
}

static bool
fits_recovery(const struct kf_authenticator *a, const struct kf_code *code)
{
	(void)a;
	return code->number > 0;
}

/* A code that was replaced since the hash was made has another tag. */
static enum kf_err
judge_recovery(const struct kf_authenticator *a, struct kf_trial *trial)
{
	const struct kf_code *code = trial->code;
	size_t item = code->number - 1;
	bool equal = kf_secret_equal(code->hash,
	    a->recovery.hashes + item * KF_RECOVERY_HASH, KF_RECOVERY_HASH);

	trial->counter = item;
	if (!equal || code->tag != a->tag)
		trial->judgement = KF_JUDGED_WRONG;
	else if ((trial->last >> item & 1) != 0)
		trial->judgement = KF_JUDGED_USED;
	else
		trial->judgement = KF_JUDGED_RIGHT;
	return KF_OK;
}

static uint64_t
spent_recovery(const struct kf_authenticator *a, int64_t now)
{
	(void)a;
	(void)now;
	return KF_RECOVERY_ALL;
}

const struct kf_factor kf_factors[] = {
	{ "key", KF_KIND_KEY, KF_CONF_FACTOR_KEY, false, fits_nothing,
	  judge_nothing, spent_key },
	{ "totp", KF_KIND_TOTP, KF_CONF_FACTOR_TOTP, false, fits_totp,
	  judge_totp, spent_totp },
	{ "recovery", KF_KIND_RECOVERY, ANY_FACTOR, true, fits_recovery,
	  judge_recovery, spent_recovery },
};
const size_t kf_factor_count = sizeof(kf_factors) / sizeof(kf_factors[0]);

const struct kf_factor *
kf_factor_of(enum kf_kind kind)
{
	for (size_t i = 0; i < kf_factor_count; i++)
		if (kf_factors[i].kind == kind)
			return &kf_factors[i];
	return NULL;
}

bool
kf_factor_is_proved(const struct kf_authenticator *a,
    const struct kf_memory *memory)
{
	switch (a->kind) {
	case KF_KIND_KEY:
	case KF_KIND_TOTP:
		return a->proved || (memory != NULL && memory->used != 0);
	case KF_KIND_RECOVERY:
		return true;
	}
	return false;
}

/* NULL when the configuration leaves it out. */
static const struct kf_factor *
allowed_factor(const struct kf_authenticator *a, const struct kf_conf *conf)
{
	const struct kf_factor *factor = kf_factor_of(a->kind);

	if (factor == NULL || (conf->factors & factor->conf_bit) == 0)
		return NULL;
	return factor;
}

bool
kf_factor_can(const struct kf_person *person, const struct kf_conf *conf,
    enum kf_kind kind)
{
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];

		if (a->kind == kind && allowed_factor(a, conf) != NULL)
			return true;
	}
	return false;
}

/* By the table, so that no kind is forgotten. */
bool
kf_factor_has_code(const struct kf_person *person, const struct kf_conf *conf)
{
	for (size_t i = 0; i < kf_factor_count; i++)
		if (kf_factors[i].fits != fits_nothing &&
		    kf_factor_can(person, conf, kf_factors[i].kind))
			return true;
	return false;
}

bool
kf_factor_can_prove(const struct kf_person *person, const struct kf_conf *conf)
{
	for (size_t i = 0; i < kf_factor_count; i++)
		if (kf_factor_can(person, conf, kf_factors[i].kind))
			return true;
	return false;
}

bool
kf_factor_could_be(const struct kf_person *person, const struct kf_conf *conf,
    const struct kf_code *code)
{
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];
		const struct kf_factor *factor = allowed_factor(a, conf);

		if (factor != NULL && factor->fits(a, code))
			return true;
	}
	return false;
}

enum kf_err
kf_factor_prepare(const struct kf_person *person, struct kf_code *code)
{
	static const struct kf_recovery nobody;
	const struct kf_recovery *recovery = &nobody;

	if (code->number == 0)
		return KF_OK;
	code->tag = 0;
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];

		if (a->kind != KF_KIND_RECOVERY)
			continue;
		recovery = &a->recovery;
		code->tag = a->tag;
	}
	return kf_recovery_hash(person->uid, code->tag, recovery->salt, code,
	    code->hash);
}

void
kf_factor_spent(const struct kf_person *person, int64_t now, bool first_use,
    struct kf_state *state)
{
	*state = (struct kf_state){ .uid = person->uid };
	for (size_t i = 0; i < person->count; i++) {
		const struct kf_authenticator *a = &person->authenticators[i];
		const struct kf_factor *factor = kf_factor_of(a->kind);

		if (factor == NULL || (first_use && factor->items))
			continue;
		(void)kf_state_line(state, a->tag, factor->spent(a, now),
		    NULL, 0);
	}
}

/* The greater judgement stays. */
static void
keep_better(struct kf_judged *judged, const struct kf_factor *factor,
    const struct kf_authenticator *a, const struct kf_trial *trial)
{
	if (judged->factor != NULL && trial->judgement <= judged->judgement)
		return;
	judged->judgement = trial->judgement;
	judged->factor = factor;
	judged->authenticator = a;
	judged->counter = trial->counter;
	judged->offset = trial->offset;
}

enum kf_err
kf_factor_judge(struct kf_guess *guess, const struct kf_code *code,
    const struct kf_conf *conf, const struct kf_machine_key *key,
    struct kf_judged *judged)
{
	enum kf_err result = KF_OK;

	/* A code that no authenticator fits any more is wrong. */
	*judged = (struct kf_judged){ .judgement = KF_JUDGED_WRONG };
	for (size_t i = 0; i < guess->person.count; i++) {
		const struct kf_authenticator *a =
		    &guess->person.authenticators[i];
		const struct kf_factor *factor = allowed_factor(a, conf);
		struct kf_trial trial = {
			.code = code,
			.conf = conf,
			.key = key,
			.uid = guess->uid,
			.now = guess->now,
			.last = kf_guess_counter(guess, a),
		};
		enum kf_err err;

		if (factor == NULL || !factor->fits(a, code))
			continue;
		err = factor->judge(a, &trial);
		if (err == KF_OK)
			keep_better(judged, factor, a, &trial);
		else
			result = err;
	}
	/* A broken record stops no right code, and excuses no wrong one. */
	return judged->factor == NULL ||
	    judged->judgement == KF_JUDGED_CLOCK ? result : KF_OK;
}

enum kf_err
kf_factor_spend(struct kf_store *store, struct kf_guess *guess,
    const struct kf_judged *judged)
{
	return judged->factor->items ?
	    kf_store_once(store, guess, judged->authenticator,
	    (unsigned)judged->counter) :
	    kf_store_consume(store, guess, judged->authenticator,
	    judged->counter, judged->offset);
}
