/*
 * The kinds of authenticators: how each is named, and how a typed code is
 * judged against it.  The order of the table in factor.c is strongest first;
 * the configuration can leave a kind out, and cannot change the order.
 * Recovery codes stand in for a factor that the person has lost, so the
 * configuration does not name them: a person who shall have none is issued
 * none.
 */
#ifndef KF_FACTOR_H
#define KF_FACTOR_H

#include "factors/totp.h"
#include "policy/conf.h"
#include "store/seal.h"
#include "store/store.h"

/*
 * What a typed code is worth, after it was tried against every authenticator
 * that it could belong to.  The greatest judgement counts, so that an
 * authenticator that cannot be judged does not undo a wrong guess at another
 * authenticator.
 */
enum kf_judgement {
	KF_JUDGED_CLOCK = 0,	/* the clock does not allow to judge */
	KF_JUDGED_WRONG,
	KF_JUDGED_USED,		/* a right code that was used before */
	KF_JUDGED_RIGHT
};

/* One code against one authenticator. */
struct kf_trial {
	const struct kf_code *code;
	const struct kf_conf *conf;
	const struct kf_machine_key *key;
	uint32_t uid;
	int64_t now;
	uint64_t last;		/* the authenticator's last accepted counter */

	enum kf_judgement judgement;
	uint64_t counter;	/* of a right code: to be spent */
	int32_t offset;		/* the code's time step less the clock's */
};

struct kf_factor {
	const char *name;	/* in `factors =`, GRANT and the log */
	enum kf_kind kind;
	uint32_t conf_bit;
	/* Is the counter a set of single-use items?  Else it grows. */
	bool items;
	/* Could the code be this authenticator's, by its shape? */
	bool (*fits)(const struct kf_authenticator *a,
	    const struct kf_code *code);
	/* KF_ERR_CRYPTO: broken, not wrong. */
	enum kf_err (*judge)(const struct kf_authenticator *a,
	    struct kf_trial *trial);
	/* The counter after every code that may have been used by now. */
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
 * Could that be a code of this person's?  A code that cannot, such as seven
 * digits where all codes have six, is not charged.
 */
bool
kf_factor_could_be(const struct kf_person *person, const struct kf_conf *conf,
    const struct kf_code *code) __attribute__((nonnull));

/*
 * The slow part of judging, which is the hash of a recovery code; nothing for
 * other codes.  It is done for everybody who types a recovery code, enrolled or
 * not, before anything is locked.  KF_ERR_CRYPTO: it cannot be computed.
 */
KF_CHECKED enum kf_err
kf_factor_prepare(const struct kf_person *person, struct kf_code *code)
    __attribute__((nonnull));

/*
 * Has the person shown that the authenticator works, at enrolment or by using
 * it since?  An imported authenticator is not proved until it is used.  memory
 * is its line of state, or NULL.  Recovery codes need no proof.
 */
bool
kf_factor_is_proved(const struct kf_authenticator *a,
    const struct kf_memory *memory) __attribute__((nonnull(1)));

/*
 * Makes a state for a person whose state cannot be read: every code that may
 * have been used counts as used.  With first_use the person is new on this
 * host, and single-use items do not count as used.
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
 * Judges a charged code against every authenticator that it could belong to; it
 * always tries all of them.  KF_ERR_CRYPTO: it could be compared with none of
 * them, because their records are broken.
 */
KF_CHECKED enum kf_err
kf_factor_judge(struct kf_guess *guess, const struct kf_code *code,
    const struct kf_conf *conf, const struct kf_machine_key *key,
    struct kf_judged *judged) __attribute__((nonnull));

/* Records a code that was judged right: kf_store_consume or kf_store_once. */
KF_CHECKED enum kf_err
kf_factor_spend(struct kf_store *store, struct kf_guess *guess,
    const struct kf_judged *judged) __attribute__((nonnull));

#endif
