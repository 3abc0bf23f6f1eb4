/*
 * Persons: finds a person's account and enrolment, and changes the enrolment.
 * To enrol a person needs an account; every other command finds a person also
 * if the account is gone.
 */
#ifndef KF_PEOPLE_H
#define KF_PEOPLE_H

#include "enroll_tool/installation/installation.h"

/*
 * Finds the account of a name: its uid, and the name that the system gives for
 * that uid.  KF_EXIT_MISSING if there is none, KF_EXIT_ERROR if it cannot be
 * read; does not complain.
 */
KF_CHECKED enum kf_exit
kf_account_find(const char *user, uint32_t *uid, char name[KF_NAME_SIZE])
    __attribute__((nonnull));

/*
 * For enrolling: finds the account of that name and reads its enrolment
 * (version 0 if nothing is enrolled).  After a complaint KF_EXIT_MISSING if
 * there is no such account, KF_EXIT_POLICY if the uid is enrolled under another
 * name, KF_EXIT_ERROR if a part cannot be read.
 */
KF_CHECKED enum kf_exit
kf_person_of_account(struct kf_installation *in, const char *user,
    struct kf_person *person) __attribute__((nonnull));

/*
 * For all other commands: finds the person who is enrolled under that name,
 * also if the account was deleted.  KF_EXIT_MISSING or KF_EXIT_ERROR after a
 * complaint.
 */
KF_CHECKED enum kf_exit
kf_person_enrolled(struct kf_installation *in, const char *user,
    struct kf_person *person) __attribute__((nonnull));

/*
 * The frame of most commands: opens the installation without the machine key,
 * finds the person who is enrolled under that name, calls work, and closes the
 * installation.  Returns the status of the step that failed, or of work.
 */
typedef enum kf_exit kf_person_work(struct kf_installation *in,
    struct kf_person *person, void *context);
KF_CHECKED enum kf_exit
kf_person_do(const char *user, kf_person_work *work, void *context)
    __attribute__((nonnull(1, 2)));

/* Does the uid have an account, with the name that was enrolled? */
bool
kf_person_is_account(const struct kf_person *person) __attribute__((nonnull));

/* Finds a factor by its id; NULL after a complaint. */
struct kf_authenticator *
kf_person_authenticator(struct kf_person *person, const char *id)
    __attribute__((nonnull));

/*
 * Applies change to the enrolment and stores it.  If somebody else changed the
 * stored enrolment meanwhile, reads it again and tries once more.  When change
 * refuses, it complains and returns the status.  On KF_EXIT_DONE *person is the
 * stored enrolment.
 */
typedef enum kf_exit kf_person_change(struct kf_person *person, void *context);
KF_CHECKED enum kf_exit
kf_person_update(struct kf_installation *in, struct kf_person *person,
    kf_person_change *change, void *context) __attribute__((nonnull(1, 2, 3)));

/* Has the enrolment room for one more factor?  Complains if not. */
bool
kf_person_has_room(const struct kf_person *person) __attribute__((nonnull));

/*
 * An update in which add appends count factors to the enrolment.  The state is
 * made first, because an enrolment must never be without a state.  Logs a line
 * with event for each factor.  Stores all factors, or none, and then complains.
 */
KF_CHECKED enum kf_exit
kf_person_enrol(struct kf_installation *in, struct kf_person *person,
    kf_person_change *add, void *context, size_t count, const char *event)
    __attribute__((nonnull(1, 2, 3, 6)));

/*
 * Takes a label from the command line: cuts off blanks at both ends and filters
 * control characters.  Returns false after a complaint if it is too long.
 */
bool
kf_person_label(const struct kf_command *command, const char *text,
    char label[KF_LABEL_SIZE]) __attribute__((nonnull));

#endif
