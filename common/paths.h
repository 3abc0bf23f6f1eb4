/*
 * Where files and programs are, as fixed by configure.  No program takes
 * another place from its environment; tests link their own values in place of
 * paths.c.
 */
#ifndef KF_PATHS_H
#define KF_PATHS_H

#include <stdint.h>
#include <sys/types.h>

extern const char kf_path_conf[];	 /* keyfirst.conf */
extern const char kf_path_key_device[]; /* keyfirst-key-device */
extern const char kf_path_machine_key[]; /* see store/seal.h */
extern const char kf_path_socket[];	 /* where a verifier is reached */
extern const char kf_path_store[];	 /* holds enrolled/ and state/ */
extern const char kf_path_udev_rule[];	 /* empty: it is not installed */
extern const char kf_path_verify[];	 /* keyfirst-verify */

/*
 * When this release was made, in seconds since the epoch.  A clock that shows
 * an earlier time is wrong; then no code that depends on time is accepted.
 */
extern const int64_t kf_release_time;

/*
 * The uid that must own every file that decides (root's), and the directory
 * below which every directory of a path is checked ("/"); see trust.h.
 */
uid_t
kf_trusted_uid(void);
const char *
kf_trusted_top(void);

#endif
