/*
 * Persons: those whom the system knows, those who have enrolled, and changes
 * to what they have enrolled.
 */
#ifndef KF_PEOPLE_H
#define KF_PEOPLE_H

#include "enroll_tool/installation/installation.h"

/*
 * The account of a name: its uid, and the canonical name of that.  Does not
 * complain: KF_EXIT_MISSING, or KF_EXIT_ERROR when it cannot be read.
 */
KF_CHECKED enum kf_exit
kf_account_find(const char *user, uint32_t *uid, char name[KF_NAME_SIZE])
    __attribute__((nonnull));

/*
 * For enrolling: the account of that name, and what it has enrolled (nothing:
 * version 0).  Complains: KF_EXIT_MISSING when there is no such account,
 * KF_EXIT_POLICY when the uid's enrolment belongs to another name.
 */
KF_CHECKED enum kf_exit
kf_person_of_account(struct kf_installation *in, const char *user,
    struct kf_person *person) __attribute__((nonnull));

/*
 * For all else: who has something enrolled under that name, be the account
 * there or deleted.  Complains: KF_EXIT_MISSING, KF_EXIT_ERROR.
 */
KF_CHECKED enum kf_exit
kf_person_enrolled(struct kf_installation *in, const char *user,
    struct kf_person *person) __attribute__((nonnull));

/*
 * What most commands are: with the installation open, without its key, work on
 * somebody who has something enrolled; then it is closed.  work's status, or
 * one of those above.
 */
typedef enum kf_exit kf_person_work(struct kf_installation *in,
    struct kf_person *person, void *context);
KF_CHECKED enum kf_exit
kf_person_do(const char *user, kf_person_work *work, void *context)
    __attribute__((nonnull(1, 2)));

/* Is the uid's name today the one it was enrolled under? */
bool
kf_person_is_account(const struct kf_person *person) __attribute__((nonnull));

/* NULL after a complaint. */
struct kf_authenticator *
kf_person_authenticator(struct kf_person *person, const char *id)
    __attribute__((nonnull));

/*
 * Applies change to what is stored; once more when somebody else changed it
 * meanwhile.  change complains about what it refuses and returns why.
 */
typedef enum kf_exit kf_person_change(struct kf_person *person, void *context);
KF_CHECKED enum kf_exit
kf_person_update(struct kf_installation *in, struct kf_person *person,
    kf_person_change *change, void *context) __attribute__((nonnull(1, 2, 3)));

/* For one factor more?  Complains. */
bool
kf_person_has_room(const struct kf_person *person) __attribute__((nonnull));

/*
 * An update that adds count factors behind those that are there: the state
 * first, so that no enrolment is without one, and a line of event in the log
 * for each.  All of them, or none after a complaint.
 */
KF_CHECKED enum kf_exit
kf_person_enrol(struct kf_installation *in, struct kf_person *person,
    kf_person_change *add, void *context, size_t count, const char *event)
    __attribute__((nonnull(1, 2, 3, 6)));

/*
 * Filters a label from the command line; false after a complaint when it is
 * too long.
 */
bool
kf_person_label(const struct kf_command *command, const char *text,
    char label[KF_LABEL_SIZE]) __attribute__((nonnull));

#endif
