/*
 * Gives up root for good.  The verifier does it before it reads a byte; the
 * administrator's tool does it in the children that touch state/ or parse
 * foreign input.
 */
#ifndef KF_PRIVILEGES_H
#define KF_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

/*
 * Finds the service user: the owner and group of state/ in the place fixed by
 * configure.  Only root can decide who that is, because every directory above
 * is root's.  No name service is asked.  KF_ERR_MISSING before `keyfirst
 * setup`; KF_ERR_UNTRUSTED when state/ is not a directory of mode 0700 that
 * belongs to a user other than root.
 */
KF_CHECKED enum kf_err
kf_service_user(uid_t *uid, gid_t *gid) __attribute__((nonnull));

/*
 * Turns a process of root into one of that user without a way back: own
 * session, own limits, umask 077, working directory /, no supplementary
 * groups, no capability in any set, no_new_privs, no core dump, descriptors
 * from first_fd on closed.  Ends by trying to get root back, and fails when
 * that works.  On any error the caller exits.
 */
KF_CHECKED enum kf_err
kf_privileges_drop(uid_t uid, gid_t gid, unsigned first_fd);

/*
 * The same for a process that the service's socket has started.  It must be
 * that user already, with no other group and no capability, or the answer is
 * KF_ERR_UNTRUSTED.  Then everything is done that does not need root: own
 * session, lower limits, umask, working directory, no_new_privs, no core dump.
 * Of its descriptors only 0 stays; 1 and 2 become /dev/null.
 */
KF_CHECKED enum kf_err
kf_privileges_confirm(uid_t uid, gid_t gid);

#endif
