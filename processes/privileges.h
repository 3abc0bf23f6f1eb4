/*
 * Giving up root, for good and in the open.  The verifier does it before it
 * reads a byte; the administrator's tool does it in the child that touches
 * state/.
 */
#ifndef KF_PRIVILEGES_H
#define KF_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"

/*
 * Who the service user is: the owner and group of state/ in the configured
 * store (only root can decide that, since every directory above is root's).  No
 * name service is asked.  KF_ERR_MISSING before `keyfirst setup`;
 * KF_ERR_UNTRUSTED when it is not a directory of mode 0700 that belongs to
 * somebody but root.
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
 * The same for a process that the service's socket has started: it is that user
 * already, with no other group and no capability, or the answer is
 * KF_ERR_UNTRUSTED.  What can be had without root is done: own session, lower
 * limits, umask, working directory, no_new_privs, no core dump.  Of its
 * descriptors it keeps 0 alone; 1 and 2 become /dev/null.
 */
KF_CHECKED enum kf_err
kf_privileges_confirm(uid_t uid, gid_t gid);

#endif
