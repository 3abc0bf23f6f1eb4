/*
 * Giving up root for good.  The verifier does that before it reads a byte; the
 * administrator's tool does it in the child that touches state/.
 */
#ifndef KF_PRIVILEGES_H
#define KF_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

/*
 * Finds the service user: the owner and the group of state/ in the place that
 * configure has fixed for the store.  Only root can choose them, because every
 * directory above belongs to root.  No name service is asked.  KF_ERR_MISSING
 * before `keyfirst setup`; KF_ERR_UNTRUSTED when state/ is not a directory of
 * mode 0700, or belongs to root or to root's group.
 */
KF_CHECKED enum kf_err
kf_service_user(uid_t *uid, gid_t *gid) __attribute__((nonnull));

/*
 * Turns a root process into a process of that user, with no way back: own
 * session, own limits, umask 077, working directory /, no supplementary groups,
 * no capability in any set, no_new_privs, no core dump; descriptors from
 * first_fd on are closed.  It tries to become root again, and fails if that
 * works.  On any error the caller must exit.
 */
KF_CHECKED enum kf_err
kf_privileges_drop(uid_t uid, gid_t gid, unsigned first_fd);

/*
 * The same for a process that the service manager has started for the service's
 * socket.  KF_ERR_UNTRUSTED if the process does not run as that user already,
 * with no other group and no capability.  Changes what needs no root: own
 * session, lower limits, umask, working directory, no_new_privs, no core dump.
 * Descriptor 0 stays open, 1 and 2 become /dev/null, all others are closed.
 */
KF_CHECKED enum kf_err
kf_privileges_confirm(uid_t uid, gid_t gid);

#endif
