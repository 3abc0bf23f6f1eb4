/*
 * What the device program may still do once a device can talk to it: read and
 * write that device and the socket of its parent, wait, and leave.  One
 * function, in the open; what it takes away does not come back.
 */
#ifndef KF_SANDBOX_H
#define KF_SANDBOX_H

#include "common/err.h"

/*
 * Resource limits, no core dump, no_new_privs, Landlock where the kernel has
 * it, and a seccomp filter under which every other system call kills the
 * process.  Descriptors 0 (the parent's socket) and 3 (the device) are open,
 * and no other is ever opened.  KF_ERR_IO when any of it fails; the caller
 * leaves.
 */
KF_CHECKED enum kf_err
kf_sandbox_enter(void);

#endif
