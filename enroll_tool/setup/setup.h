/*
 * The parts of `keyfirst setup`: the service user (setup/user.c), the folders
 * and files (setup/files.c), and what is only looked at (setup/check.c).  Each
 * makes what is missing, says so, and checks what is there; what is wrong is
 * said and left as it is.
 */
#ifndef KF_SETUP_H
#define KF_SETUP_H

#include <stdbool.h>
#include <sys/types.h>

#include "enroll_tool/cli/command.h"

struct kf_setup {
	uid_t uid;		/* of the service user */
	gid_t gid;
	bool changed;		/* something was made */
	bool wrong;		/* something is not as it must be */
};

#define KF_SERVICE_NAME "keyfirst"

/*
 * Group and user.  KF_EXIT_ERROR when they cannot be made, KF_EXIT_POLICY when
 * what is there is not a service's: an account with a login shell, root, a
 * group of other people.
 */
enum kf_exit
kf_setup_user(struct kf_setup *s) __attribute__((nonnull));

/* The directory of the configuration, the file, and the machine key. */
enum kf_exit
kf_setup_conf(struct kf_setup *s) __attribute__((nonnull));

/* A store below path, with enrolled/ and state/. */
enum kf_exit
kf_setup_store(struct kf_setup *s, const char *path) __attribute__((nonnull));

/* The files of enrolled/ in that store, which is open. */
void
kf_setup_check_enrolled(struct kf_setup *s, int store, const char *path)
    __attribute__((nonnull));

/*
 * The udev rule for security keys.  With new_user, udev has to be told, since
 * it passes over a rule for a group that it did not know.
 */
void
kf_setup_check_rule(struct kf_setup *s, bool new_user)
    __attribute__((nonnull));

/* The one that decides logins, and the one that talks to security keys. */
void
kf_setup_check_programs(struct kf_setup *s) __attribute__((nonnull));

#endif
