/*
 * The ways of proving, strongest first.  The order of the table in factor.c is
 * the order in which they are asked; configuration can leave one out, and
 * cannot change the order.  Recovery codes are the last: they stand in for
 * whatever a person has lost, and are left out by not issuing them.
 */
#ifndef KF_FACTOR_H
#define KF_FACTOR_H

#include "factors/totp.h"
#include "policy/conf.h"
#include "store/seal.h"
#include "store/store.h"

/*
 * What a typed code is worth, after all that it could belong to was tried.  The
 * greater one counts, so that an authenticator that cannot be judged takes no
 * guess at another one back.
 */
enum kf_judgement {
	KF_JUDGED_CLOCK = 0,	/* the clock does not allow to judge */
	KF_JUDGED_WRONG,
	KF_JUDGED_USED,		/* right once, and used */
	KF_JUDGED_RIGHT
};

/* One code against one authenticator. */
struct kf_trial {
	const struct kf_code *code;
	const struct kf_conf *conf;
	const struct kf_machine_key *key;
	uint32_t uid;
	int64_t now;
	uint64_t last;		/* its last accepted counter */

	enum kf_judgement judgement;
	uint64_t counter;	/* of a right one: to be spent */
	int32_t offset;		/* its step less the clock's */
};

struct kf_factor {
	const char *name;	/* in `factors =`, GRANT and the log */
	enum kf_kind kind;
	uint32_t conf_bit;
	/* Is its counter a set of single-use items, or one that grows? */
	bool items;
	/* Has it the shape of one of this authenticator's codes? */
	bool (*fits)(const struct kf_authenticator *a,
	    const struct kf_code *code);
	/* KF_ERR_CRYPTO: broken, not wrong. */
	enum kf_err (*judge)(const struct kf_authenticator *a,
	    struct kf_trial *trial);
	/* The counter by which all that may have been used by now is. */
	uint64_t (*spent)(const struct kf_authenticator *a, int64_t now);
};

extern const struct kf_factor kf_factors[];
extern const size_t kf_factor_count;

/* The factor of a kind; NULL when there is none. */
const struct kf_factor *
kf_factor_of(enum kf_kind kind);

/* Has the person something of that kind that this configuration allows? */
bool
kf_factor_can(const struct kf_person *person, const struct kf_conf *conf,
    enum kf_kind kind) __attribute__((nonnull));

/* The same of any kind. */
bool
kf_factor_can_prove(const struct kf_person *person,
    const struct kf_conf *conf) __attribute__((nonnull));

/* The same of what a typed code can prove: keys aside. */
bool
kf_factor_has_code(const struct kf_person *person,
    const struct kf_conf *conf) __attribute__((nonnull));

/*
 * Could that be a code of this person's?  One that cannot, such as seven digits
 * where all codes have six, is not worth a charge.
 */
bool
kf_factor_could_be(const struct kf_person *person, const struct kf_conf *conf,
    const struct kf_code *code) __attribute__((nonnull));

/*
 * The slow part of judging: the hash of a recovery code.  Done for everybody
 * who types one, enrolled or not, and before anything is locked; nothing for
 * other codes.  KF_ERR_CRYPTO: it cannot be computed.
 */
KF_CHECKED enum kf_err
kf_factor_prepare(const struct kf_person *person, struct kf_code *code)
    __attribute__((nonnull));

/*
 * Has the person shown that it works: at enrolment, or by using it since?  One
 * that was imported has not, until then.  memory is its line of state, or NULL.
 * Recovery codes have nothing to show.
 */
bool
kf_factor_is_proved(const struct kf_authenticator *a,
    const struct kf_memory *memory) __attribute__((nonnull(1)));

/*
 * A state for a person who has none that can be read: whatever may have been
 * used counts as used.  With first_use, single-use items do not, since the
 * person is new here.
 */
void
kf_factor_spent(const struct kf_person *person, int64_t now, bool first_use,
    struct kf_state *state) __attribute__((nonnull));

/* How a charged guess ended. */
struct kf_judged {
	enum kf_judgement judgement;
	const struct kf_factor *factor;
	const struct kf_authenticator *authenticator;	/* in the guess */
	uint64_t counter;
	int32_t offset;
};

/*
 * Judges a code against every authenticator of a charged guess that it could
 * belong to.  Always tries them all.  KF_ERR_CRYPTO: it was compared with none,
 * since what could be compared is broken.
 */
KF_CHECKED enum kf_err
kf_factor_judge(struct kf_guess *guess, const struct kf_code *code,
    const struct kf_conf *conf, const struct kf_machine_key *key,
    struct kf_judged *judged) __attribute__((nonnull));

/* Records what was judged right: kf_store_consume, or kf_store_once. */
KF_CHECKED enum kf_err
kf_factor_spend(struct kf_store *store, struct kf_guess *guess,
    const struct kf_judged *judged) __attribute__((nonnull));

#endif
