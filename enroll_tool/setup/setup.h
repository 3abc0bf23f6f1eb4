/*
 * The parts of `keyfirst setup`: user.c makes the service user, files.c the
 * folders and files, and check.c only checks.  A function that makes a missing
 * part says so and sets changed; a function that finds a wrong part complains,
 * sets wrong, and does not change that part.
 */
#ifndef KF_SETUP_H
#define KF_SETUP_H

#include <stdbool.h>
#include <sys/types.h>

#include "enroll_tool/cli/command.h"

struct kf_setup {
	uid_t uid;		/* of the service user; kf_setup_user sets it */
	gid_t gid;		/* of its group; likewise */
	bool changed;		/* something was made */
	bool wrong;		/* something is not as it must be */
};

#define KF_SERVICE_NAME "keyfirst"

/*
 * Makes or checks the service user and its group.  After a complaint
 * KF_EXIT_ERROR if they cannot be made, KF_EXIT_POLICY if they exist and are
 * not for a service: root, an account with a login shell, a group with other
 * members.
 */
enum kf_exit
kf_setup_user(struct kf_setup *s) __attribute__((nonnull));

/*
 * Makes or checks the directory of the configuration and the machine key, and
 * checks the configuration.
 */
enum kf_exit
kf_setup_conf(struct kf_setup *s) __attribute__((nonnull));

/* Makes or checks the store at path, with enrolled/ and state/. */
enum kf_exit
kf_setup_store(struct kf_setup *s, const char *path) __attribute__((nonnull));

/* Checks the files of enrolled/.  store: the open directory at path. */
void
kf_setup_check_enrolled(struct kf_setup *s, int store, const char *path)
    __attribute__((nonnull));

/*
 * Checks the udev rule for security keys.  With new_user, also prints how to
 * make udev read the rule again: udev ignores a rule for a group that does not
 * exist yet.
 */
void
kf_setup_check_rule(struct kf_setup *s, bool new_user)
    __attribute__((nonnull));

/* Checks the verifier and the device program. */
void
kf_setup_check_programs(struct kf_setup *s) __attribute__((nonnull));

#endif
