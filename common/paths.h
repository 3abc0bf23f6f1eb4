/*
 * File locations, fixed by configure.  No program takes another location from
 * its environment; tests link their own values in place of paths.c.
 */
#ifndef KF_PATHS_H
#define KF_PATHS_H

#include <stdint.h>
#include <sys/types.h>

extern const char kf_path_conf[];	 /* keyfirst.conf */
extern const char kf_path_key_device[]; /* keyfirst-key-device */
extern const char kf_path_machine_key[]; /* see store/seal.h */
extern const char kf_path_socket[];	 /* the service's socket */
extern const char kf_path_store[];	 /* holds enrolled/ and state/ */
extern const char kf_path_udev_rule[];	 /* empty: no rule is installed */
extern const char kf_path_verify[];	 /* keyfirst-verify */

/*
 * When this release was made, in seconds since the epoch.  A wall clock that
 * shows an earlier time must be wrong, so no time-based code is accepted then.
 */
extern const int64_t kf_release_time;

/*
 * The owner (root) that the files a decision rests on must have, and the
 * directory ("/") from which every directory of a path is checked; see trust.h.
 */
uid_t
kf_trusted_uid(void);
const char *
kf_trusted_top(void);

#endif
