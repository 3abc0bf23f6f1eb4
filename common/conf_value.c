/* Values of options; see conf_value.h. */
#include "common/conf_value.h"

#include <string.h>

enum kf_err
kf_conf_set_store(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error)
{
	if (strncmp(value, "file:/", 6) != 0 ||
	    strlen(value) >= sizeof(conf->store))
		return kf_ini_refuse(error,
		    "store: not file: and an absolute path");
	memcpy(conf->store, value, strlen(value) + 1);
	return KF_OK;
}

enum kf_err
kf_conf_set_unenrolled(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error)
{
	static const char allow[] = "allow-until ";

	conf->unenrolled[0] = '\0';
	conf->unenrolled_end = 0;
	if (strcmp(value, "deny") == 0)
		return KF_OK;
	if (strncmp(value, allow, strlen(allow)) != 0 ||
	    kf_exempt_date(value + strlen(allow), &conf->unenrolled_end) !=
	    KF_OK)
		return kf_ini_refuse(error,
		    "unenrolled: deny, or allow-until YYYY-MM-DD");
	memcpy(conf->unenrolled, value + strlen(allow),
	    sizeof(conf->unenrolled));
	return KF_OK;
}

/*
 * Where `account` runs without `auth` by design: a cached timestamp, NOPASSWD,
 * a job, a user manager.  A proof can never be there.
 */
static const char *const never_proved[] = { "sudo", "sudo-i", "su", "su-l",
	"runuser", "runuser-l", "cron", "crond", "atd", "systemd-user" };

bool
kf_conf_is_service(const char *name, size_t len)
{
	static const char legal[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.@";

	if (len < 1 || len > 63)
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] == '\0' || strchr(legal, name[i]) == NULL)
			return false;
	return true;
}

enum kf_err
kf_conf_set_services(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error)
{
	char *out = conf->require_proof;
	size_t left = sizeof(conf->require_proof);

	*out = '\0';
	if (strcmp(value, "none") == 0)
		return KF_OK;
	while (*value != '\0') {
		size_t len = strcspn(value, " \t");

		/* A word that can never match would switch this off. */
		if (!kf_conf_is_service(value, len) ||
		    (len == 4 && memcmp(value, "none", 4) == 0))
			return kf_ini_refuse(error, "require-proof: not names "
			    "of services with blanks between");
		for (size_t i = 0; i < sizeof(never_proved) /
		    sizeof(never_proved[0]); i++)
			if (strlen(never_proved[i]) == len &&
			    memcmp(never_proved[i], value, len) == 0)
				return kf_ini_refuse(error, "require-proof: "
				    "%s runs account without auth",
				    never_proved[i]);
		if (len + 2 > left)
			return kf_ini_refuse(error, "require-proof: too long");
		if (out != conf->require_proof) {
			*out++ = ' ';
			left--;
		}
		memcpy(out, value, len);
		out += len;
		left -= len;
		*out = '\0';
		value += len;
		value += strspn(value, " \t");
	}
	return KF_OK;
}

enum kf_err
kf_conf_add_exempt(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error)
{
	if (strcmp(value, "none") == 0 && conf->exempt_count == 0)
		return KF_OK;
	if (conf->exempt_count == KF_EXEMPT_MAX)
		return kf_ini_refuse(error, "exempt: over %d of them",
		    KF_EXEMPT_MAX);
	if (kf_exempt_parse(value, &conf->exempt[conf->exempt_count]) != KF_OK)
		return kf_ini_refuse(error, "exempt: user=NAME or group=NAME, "
		    "until=YYYY-MM-DD reason=\"TEXT\"");
	conf->exempt_count++;
	return KF_OK;
}
