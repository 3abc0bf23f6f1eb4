/*
 * keyfirst.conf: [default], then sections [service NAME] that override it.  If
 * one line is not understood, the whole file is an error, also for services
 * that the line does not concern, and the caller denies.
 */
#ifndef KF_CONF_H
#define KF_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ini.h"
#include "policy/exempt.h"

/* `factors`, a set of these. */
#define KF_CONF_FACTOR_KEY UINT32_C(1)
#define KF_CONF_FACTOR_TOTP UINT32_C(2)

#define KF_CONF_TOTP_WINDOW_MAX 2
#define KF_CONF_RP_ID_SIZE 254
#define KF_CONF_AAGUIDS_MAX 32

/* `key.local`: is the security key in this machine's own port asked? */
enum kf_key_local {
	KF_KEY_LOCAL_AUTO = 1,	/* unless the session is remote */
	KF_KEY_LOCAL_ALWAYS = 2,
	KF_KEY_LOCAL_NEVER = 4
};

struct kf_conf {
	uint32_t factors;
	uint32_t key_touch_timeout;	/* seconds */
	uint32_t key_insert_timeout;	/* seconds */
	bool key_verify;		/* PIN or fingerprint from everybody */
	bool key_counter_log;		/* key.counter = log */
	bool key_synced_deny;
	uint32_t key_local;		/* enum kf_key_local */
	char key_rp_id[KF_CONF_RP_ID_SIZE];	/* of new enrolments */
	uint32_t key_aaguid_count;	/* `key.aaguid-allow`; 0: any */
	unsigned char key_aaguids[KF_CONF_AAGUIDS_MAX][16];
	uint32_t totp_window;		/* time steps before and after now */
	uint32_t tries;			/* questions for a code in a call */
	uint32_t lockout_failures;	/* consecutive wrong codes */
	uint32_t lockout_seconds;
	bool log_steps;
	char unenrolled[11];		/* allow-until's date; empty: deny */
	int64_t unenrolled_end;		/* the first second after that day */
	char require_proof[512];	/* services, with one blank between */
	uint32_t exempt_count;
	struct kf_exempt exempt[KF_EXEMPT_MAX];
	char store[256];		/* as written: BACKEND:PLACE */
};

/* The defaults, as in the shipped file. */
void
kf_conf_default(struct kf_conf *conf) __attribute__((nonnull));

/* Parses a text; on an error *conf must not be used. */
KF_CHECKED enum kf_err
kf_conf_parse(const char *text, size_t len, const char *service,
    struct kf_conf *conf, struct kf_ini_error *error) __attribute__((nonnull));

/*
 * Reads and parses the file.  Nobody but root may be able to write the file or
 * any directory above it.  Every error fills in *error.
 */
KF_CHECKED enum kf_err
kf_conf_load(const char *path, const char *service, struct kf_conf *conf,
    struct kf_ini_error *error) __attribute__((nonnull));

/* Does `account` of that service need a proof from `auth`? */
bool
kf_conf_requires_proof(const struct kf_conf *conf, const char *service)
    __attribute__((nonnull));

#endif
