/* Parses the values of options; see conf_value.h. */
#include "policy/conf_value.h"

#include <ctype.h>
#include <string.h>

#include "common/text.h"

enum kf_err
kf_conf_set_store(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error)
{
	if (strncmp(value, "file:/", 6) != 0 ||
	    strlen(value) >= sizeof(conf->store))
		return kf_ini_refuse(error,
		    "store: must be file: followed by an absolute path");
	memcpy(conf->store, value, strlen(value) + 1);
	return KF_OK;
}

enum kf_err
kf_conf_set_rp_id(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error)
{
	if (!kf_text_is_word(value, sizeof(conf->key_rp_id)))
		return kf_ini_refuse(error,
		    "key.rp-id: must be one word of up to %zu bytes",
		    sizeof(conf->key_rp_id) - 1);
	memcpy(conf->key_rp_id, value, strlen(value) + 1);
	return KF_OK;
}

/*
 * Parses an AAGUID: 32 hexadecimal digits, or 36 characters with dashes (RFC
 * 9562, 4), in upper or lower case.
 */
static bool
set_aaguid(const char *word, size_t len, unsigned char aaguid[16])
{
	static const size_t dashes[] = { 8, 13, 18, 23 };
	char digits[33];
	size_t n = 0, d = 0;

	if (len != 32 && len != 36)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (len == 36 && d < 4 && i == dashes[d]) {
			if (word[i] != '-')
				return false;
			d++;
		} else {
			digits[n++] = (char)tolower((unsigned char)word[i]);
		}
	}
	digits[n] = '\0';
	return kf_text_unhex(aaguid, 16, digits) == KF_OK;
}

enum kf_err
kf_conf_set_aaguids(struct kf_conf *conf, const char *value,
    struct kf_ini_error *error)
{
	uint32_t count = 0;

	conf->key_aaguid_count = 0;
	memset(conf->key_aaguids, 0, sizeof(conf->key_aaguids));
	if (strcmp(value, "any") == 0)
		return KF_OK;
	while (*value != '\0') {
		size_t len = strcspn(value, " \t");

		if (count == KF_CONF_AAGUIDS_MAX)
			return kf_ini_refuse(error,
			    "key.aaguid-allow: more than %d AAGUIDs",
			    KF_CONF_AAGUIDS_MAX);
		if (!set_aaguid(value, len, conf->key_aaguids[count]))
			return kf_ini_refuse(error, "key.aaguid-allow: must be "
			    "any, or AAGUIDs of 32 hexadecimal digits");
		for (uint32_t i = 0; i < count; i++)
			if (memcmp(conf->key_aaguids[i],
			    conf->key_aaguids[count], 16) == 0)
				return kf_ini_refuse(error,
				    "key.aaguid-allow: the same AAGUID twice");
		count++;
		value += len;
		value += strspn(value, " \t");
	}
	conf->key_aaguid_count = count;
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
		    "unenrolled: must be deny, or allow-until YYYY-MM-DD");
	memcpy(conf->unenrolled, value + strlen(allow),
	    sizeof(conf->unenrolled));
	return KF_OK;
}

/*
 * Services that run `account` without `auth` by design: for a cached timestamp,
 * NOPASSWD, a job or a user manager.  There `account` cannot have a proof from
 * `auth`, so requiring one would deny everybody.
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

		/* A name that cannot match would silently require nothing. */
		if (!kf_conf_is_service(value, len) ||
		    (len == 4 && memcmp(value, "none", 4) == 0))
			return kf_ini_refuse(error, "require-proof: must be "
			    "none, or service names separated by blanks");
		for (size_t i = 0; i < sizeof(never_proved) /
		    sizeof(never_proved[0]); i++)
			if (strlen(never_proved[i]) == len &&
			    memcmp(never_proved[i], value, len) == 0)
				return kf_ini_refuse(error, "require-proof: "
				    "%s runs account without auth",
				    never_proved[i]);
		if (len + 2 > left)
			return kf_ini_refuse(error,
			    "require-proof: the list is too long");
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
		return kf_ini_refuse(error, "exempt: more than %d exemptions",
		    KF_EXEMPT_MAX);
	if (kf_exempt_parse(value, &conf->exempt[conf->exempt_count]) != KF_OK)
		return kf_ini_refuse(error, "exempt: must be user=NAME or "
		    "group=NAME, until=YYYY-MM-DD reason=\"TEXT\"");
	conf->exempt_count++;
	return KF_OK;
}
