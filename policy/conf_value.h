/*
 * Parsers for options whose value is more than a number or a word.  Each writes
 * its field of struct kf_conf, or refuses the value with KF_ERR_SYNTAX and
 * *error filled in.  Only conf.c may include this file.
 */
#ifndef KF_CONF_VALUE_H
#define KF_CONF_VALUE_H

#include "policy/conf.h"

/* `store`: "file:" and an absolute path. */
KF_CHECKED enum kf_err
kf_conf_set_store(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* `key.rp-id`: the id of a relying party, one word as in enrolments. */
KF_CHECKED enum kf_err
kf_conf_set_rp_id(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* `key.aaguid-allow`: "any", or AAGUIDs with or without dashes. */
KF_CHECKED enum kf_err
kf_conf_set_aaguids(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* `unenrolled`: "deny", or "allow-until" and a date. */
KF_CHECKED enum kf_err
kf_conf_set_unenrolled(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/*
 * May a PAM service have this name?  libpam makes names lower case, so capitals
 * are refused; 1 to 63 bytes.
 */
bool
kf_conf_is_service(const char *name, size_t len) __attribute__((nonnull));

/*
 * `require-proof`: "none", or names of services.  A service that is known to
 * run `account` without `auth` is refused.
 */
KF_CHECKED enum kf_err
kf_conf_set_services(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* `exempt`: "none", or one exemption, which is added to the list. */
KF_CHECKED enum kf_err
kf_conf_add_exempt(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

#endif
