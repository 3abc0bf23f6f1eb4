/*
 * Parses values of options that are more than a number or a word, each into its
 * field of struct kf_conf.  Only conf.c uses this.
 */
#ifndef KF_CONF_VALUE_H
#define KF_CONF_VALUE_H

#include "policy/conf.h"

/* file: and an absolute path. */
KF_CHECKED enum kf_err
kf_conf_set_store(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* A relying party's id: a word, as in enrolments. */
KF_CHECKED enum kf_err
kf_conf_set_rp_id(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* any, or AAGUIDs in hexadecimal with or without dashes. */
KF_CHECKED enum kf_err
kf_conf_set_aaguids(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* deny, or allow-until and a date. */
KF_CHECKED enum kf_err
kf_conf_set_unenrolled(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* A PAM service as libpam asks for it: no capitals, 1 to 63 bytes. */
bool
kf_conf_is_service(const char *name, size_t len) __attribute__((nonnull));

/* none, or services whose account stage can ask for a proof. */
KF_CHECKED enum kf_err
kf_conf_set_services(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

/* none, or one more exemption. */
KF_CHECKED enum kf_err
kf_conf_add_exempt(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error) __attribute__((nonnull));

#endif
