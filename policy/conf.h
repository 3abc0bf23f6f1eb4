/*
 * keyfirst.conf: section [default], then sections [service NAME] that override
 * it.  A file with a line that is not understood is refused as a whole, for
 * every service, and the caller must deny.
 */
#ifndef KF_CONF_H
#define KF_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ini.h"
#include "policy/exempt.h"

/* Bits of struct kf_conf.factors, the option `factors`. */
#define KF_CONF_FACTOR_KEY UINT32_C(1)
#define KF_CONF_FACTOR_TOTP UINT32_C(2)

#define KF_CONF_TOTP_WINDOW_MAX 2
#define KF_CONF_RP_ID_SIZE 254
#define KF_CONF_AAGUIDS_MAX 32

/* `key.local`: is a security key that is plugged in at this machine asked? */
enum kf_key_local {
	KF_KEY_LOCAL_AUTO = 1,	/* it is asked unless the session is remote */
	KF_KEY_LOCAL_ALWAYS = 2,
	KF_KEY_LOCAL_NEVER = 4
};

struct kf_conf {
	uint32_t factors;
	uint32_t key_touch_timeout;	/* seconds */
	uint32_t key_insert_timeout;	/* seconds */
	bool key_verify;		/* every key needs PIN or fingerprint */
	bool key_counter_log;		/* log a low counter, do not deny */
	bool key_synced_deny;		/* refuse keys that can be copied */
	uint32_t key_local;		/* enum kf_key_local */
	char key_rp_id[KF_CONF_RP_ID_SIZE];	/* for new enrolments */
	uint32_t key_aaguid_count;	/* `key.aaguid-allow`; 0: any */
	unsigned char key_aaguids[KF_CONF_AAGUIDS_MAX][16];
	uint32_t totp_window;		/* time steps before and after now */
	uint32_t tries;			/* answers in one call of the module */
	uint32_t lockout_failures;	/* consecutive wrong codes */
	uint32_t lockout_seconds;
	bool log_steps;			/* log more than decisions */
	char unenrolled[11];		/* date of allow-until; empty: deny */
	int64_t unenrolled_end;		/* wall time just after that day */
	char require_proof[512];	/* services, separated by one blank */
	uint32_t exempt_count;
	struct kf_exempt exempt[KF_EXEMPT_MAX];
	char store[256];		/* as written: BACKEND:PLACE */
};

/* Sets the defaults, which are those of the shipped file. */
void
kf_conf_default(struct kf_conf *conf) __attribute__((nonnull));

/*
 * Parses len bytes of text for that service.  KF_ERR_SYNTAX with *error filled
 * in; then *conf must not be used.
 */
KF_CHECKED enum kf_err
kf_conf_parse(const char *text, size_t len, const char *service,
    struct kf_conf *conf, struct kf_ini_error *error) __attribute__((nonnull));

/*
 * Reads and parses the file.  The file and every directory above it must belong
 * to root and be writable by root alone.  Every error fills in *error, and then
 * *conf must not be used.
 */
KF_CHECKED enum kf_err
kf_conf_load(const char *path, const char *service, struct kf_conf *conf,
    struct kf_ini_error *error) __attribute__((nonnull));

/* Must a person have a proof from `auth` to pass `account` of that service? */
bool
kf_conf_requires_proof(const struct kf_conf *conf, const char *service)
    __attribute__((nonnull));

#endif
