/*
 * The sandbox of the device program, which it enters before it reads from the
 * device.  From then on it can read and write the device and the socket of its
 * parent, wait, and exit.  A process cannot leave the sandbox.
 */
#ifndef KF_SANDBOX_H
#define KF_SANDBOX_H

#include "common/err.h"

/*
 * Sets resource limits, forbids core dumps, sets no_new_privs, applies Landlock
 * where the kernel has it, and loads a seccomp filter under which every other
 * system call kills the process.  Descriptors 0 (the parent's socket) and 3
 * (the device) must be open; none can be opened later.  KF_ERR_IO if a step
 * fails; the caller must then exit.
 */
KF_CHECKED enum kf_err
kf_sandbox_enter(void);

#endif
