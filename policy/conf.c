/*
 * Reads keyfirst.conf by one table of options; see conf.h.  A new option is a
 * row here, a line in the shipped file and a paragraph in keyfirst.conf(5); a
 * test compares the three.
 */
#include "policy/conf.h"

#include <stddef.h>
#include <string.h>

#include "common/paths.h"
#include "common/text.h"
#include "common/trust.h"
#include "policy/conf_value.h"

#define CONF_SIZE 65536
#define SERVICES_MAX 64

enum option_type {
	OPTION_NUMBER,		/* uint32_t */
	OPTION_SET,		/* uint32_t: bit n is set for words[n] */
	OPTION_WORD,		/* the same, for exactly one word */
	OPTION_CHOICE,		/* bool: true for the second of two words */
	OPTION_RP_ID,		/* char[254] */
	OPTION_AAGUIDS,		/* any, or a list */
	OPTION_STORE,		/* char[256] */
	OPTION_UNENROLLED,	/* deny, or allow-until and a date */
	OPTION_SERVICES,	/* char[512] */
	OPTION_EXEMPT		/* an exemption; may be set several times */
};

static const struct option {
	const char *name;
	enum option_type type;
	size_t offset;		/* in struct kf_conf */
	bool default_only;	/* refused in [service NAME] */
	uint32_t min;
	uint32_t max;
	const char *words[3];
	const char *value;	/* the default; NULL: from configure */
} options[] = {
	{ "factors", OPTION_SET, offsetof(struct kf_conf, factors), false,
	  0, 0, { "key", "totp" }, "key totp" },
	{ "key.touch-timeout", OPTION_NUMBER,
	  offsetof(struct kf_conf, key_touch_timeout), false,
	  1, 40, { NULL }, "15" },
	{ "key.insert-timeout", OPTION_NUMBER,
	  offsetof(struct kf_conf, key_insert_timeout), false,
	  1, 40, { NULL }, "15" },
	{ "key.verify", OPTION_CHOICE, offsetof(struct kf_conf, key_verify),
	  false, 0, 0, { "no", "yes" }, "no" },
	{ "key.counter", OPTION_CHOICE,
	  offsetof(struct kf_conf, key_counter_log), false,
	  0, 0, { "deny", "log" }, "deny" },
	{ "key.synced", OPTION_CHOICE,
	  offsetof(struct kf_conf, key_synced_deny), false,
	  0, 0, { "allow", "deny" }, "allow" },
	{ "key.local", OPTION_WORD, offsetof(struct kf_conf, key_local),
	  false, 0, 0, { "auto", "always", "never" }, "auto" },
	{ "key.rp-id", OPTION_RP_ID, offsetof(struct kf_conf, key_rp_id),
	  true, 0, 0, { NULL }, "ssh:" },
	{ "key.aaguid-allow", OPTION_AAGUIDS,
	  offsetof(struct kf_conf, key_aaguids), true,
	  0, 0, { NULL }, "any" },
	{ "totp.window", OPTION_NUMBER, offsetof(struct kf_conf, totp_window),
	  false, 0, KF_CONF_TOTP_WINDOW_MAX, { NULL }, "1" },
	{ "tries", OPTION_NUMBER, offsetof(struct kf_conf, tries), false,
	  1, 10, { NULL }, "3" },
	{ "lockout.failures", OPTION_NUMBER,
	  offsetof(struct kf_conf, lockout_failures), true,
	  1, 10, { NULL }, "10" },
	{ "lockout.seconds", OPTION_NUMBER,
	  offsetof(struct kf_conf, lockout_seconds), true,
	  60, 86400, { NULL }, "1800" },
	{ "unenrolled", OPTION_UNENROLLED,
	  offsetof(struct kf_conf, unenrolled), false,
	  0, 0, { NULL }, "deny" },
	{ "exempt", OPTION_EXEMPT, offsetof(struct kf_conf, exempt), false,
	  0, 0, { NULL }, "none" },
	{ "require-proof", OPTION_SERVICES,
	  offsetof(struct kf_conf, require_proof), true,
	  0, 0, { NULL }, "sshd" },
	{ "log", OPTION_CHOICE, offsetof(struct kf_conf, log_steps), false,
	  0, 0, { "decisions", "steps" }, "decisions" },
	{ "store", OPTION_STORE, offsetof(struct kf_conf, store), true,
	  0, 0, { NULL }, NULL },
};

#define OPTIONS (sizeof(options) / sizeof(options[0]))

/* Refuses a value; the reason names the words that are allowed. */
static enum kf_err
refuse_word(const struct option *option, struct kf_ini_error *error)
{
	const char *const *words = option->words;
	const char *not = option->type == OPTION_SET ? "not " : "";

	if (words[2] == NULL)
		return kf_ini_refuse(error, "%s: %s%s or %s", option->name,
		    not, words[0], words[1]);
	return kf_ini_refuse(error, "%s: %s%s, %s or %s", option->name,
	    not, words[0], words[1], words[2]);
}

/* The bit of a word of an option; 0 if the option has no such word. */
static uint32_t
word_bit(const struct option *option, const char *word, size_t len)
{
	for (size_t i = 0; i < 3 && option->words[i] != NULL; i++)
		if (strlen(option->words[i]) == len &&
		    memcmp(option->words[i], word, len) == 0)
			return UINT32_C(1) << i;
	return 0;
}

static enum kf_err
set_words(const struct option *option, const char *value, uint32_t *out,
    struct kf_ini_error *error)
{
	uint32_t set = 0;

	while (*value != '\0') {
		size_t len = strcspn(value, " \t");
		uint32_t bit = word_bit(option, value, len);

		if (bit == 0)
			return refuse_word(option, error);
		if ((set & bit) != 0)
			return kf_ini_refuse(error, "%s: the same word twice",
			    option->name);
		set |= bit;
		value += len;
		value += strspn(value, " \t");
	}
	*out = set;
	return KF_OK;
}

static enum kf_err
set_number(const struct option *option, const char *value, uint32_t *out,
    struct kf_ini_error *error)
{
	uint64_t number = 0;

	if (kf_text_number(value, option->min, option->max, &number) != KF_OK)
		return kf_ini_refuse(error, "%s: not a number from %u to %u",
		    option->name, option->min, option->max);
	*out = (uint32_t)number;
	return KF_OK;
}

static enum kf_err
set_option(struct kf_conf *conf, const struct option *option,
    const char *value, struct kf_ini_error *error)
{
	void *field = (char *)conf + option->offset;
	uint32_t bit;

	switch (option->type) {
	case OPTION_NUMBER:
		return set_number(option, value, field, error);
	case OPTION_SET:
		return set_words(option, value, field, error);
	case OPTION_WORD:
		bit = word_bit(option, value, strlen(value));
		if (bit == 0)
			return refuse_word(option, error);
		*(uint32_t *)field = bit;
		return KF_OK;
	case OPTION_CHOICE:
		bit = word_bit(option, value, strlen(value));
		if (bit == 0)
			return refuse_word(option, error);
		*(bool *)field = bit == 2;
		return KF_OK;
	case OPTION_RP_ID:
		return kf_conf_set_rp_id(conf, value, error);
	case OPTION_AAGUIDS:
		return kf_conf_set_aaguids(conf, value, error);
	case OPTION_STORE:
		return kf_conf_set_store(conf, value, error);
	case OPTION_UNENROLLED:
		return kf_conf_set_unenrolled(conf, value, error);
	case OPTION_SERVICES:
		return kf_conf_set_services(conf, value, error);
	case OPTION_EXEMPT:
		return kf_conf_add_exempt(conf, value, error);
	}
	return KF_ERR_SYNTAX;
}

void
kf_conf_default(struct kf_conf *conf)
{
	struct kf_ini_error error;

	*conf = (struct kf_conf){ 0 };
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].value != NULL)
			(void)set_option(conf, &options[i], options[i].value,
			    &error);
	/* With a configured path that does not fit, no store can be opened. */
	if (kf_text_format(conf->store, sizeof(conf->store), "file:%s",
	    kf_path_store) != KF_OK)
		conf->store[0] = '\0';
}

struct parser {
	struct kf_conf *conf;
	const char *service;	 /* the service that asks */
	struct kf_conf ignored;	 /* receives options of other services */
	struct kf_conf *target;	 /* of this section; NULL: no section yet */
	bool in_default;
	size_t services;	 /* used entries of names */
	char names[SERVICES_MAX][64];
	uint32_t seen;		 /* bit n: this section has set options[n] */
};

static enum kf_err
start_service(struct parser *p, const char *name, struct kf_ini_error *error)
{
	/* libpam makes service names lower case: "SSHD" would never apply. */
	if (!kf_conf_is_service(name, strlen(name)))
		return kf_ini_refuse(error, "bad service name");
	for (size_t i = 0; i < p->services; i++)
		if (strcmp(p->names[i], name) == 0)
			return kf_ini_refuse(error, "[service %s] twice", name);
	if (p->services == SERVICES_MAX)
		return kf_ini_refuse(error, "more than %d [service] sections",
		    SERVICES_MAX);
	memcpy(p->names[p->services++], name, strlen(name) + 1);
	p->in_default = false;
	p->target = strcmp(name, p->service) == 0 ? p->conf : &p->ignored;
	return KF_OK;
}

static enum kf_err
on_section(void *context, const char *name, struct kf_ini_error *error)
{
	struct parser *p = context;

	p->seen = 0;
	if (strncmp(name, "service ", 8) == 0)
		return start_service(p, name + 8, error);
	if (strcmp(name, "default") != 0)
		return kf_ini_refuse(error, "unknown section");
	if (p->target != NULL)
		return kf_ini_refuse(error,
		    "[default] must be the first section, and only once");
	p->in_default = true;
	p->target = p->conf;
	return KF_OK;
}

static enum kf_err
on_entry(void *context, const char *key, const char *value,
    struct kf_ini_error *error)
{
	struct parser *p = context;

	if (p->target == NULL)
		return kf_ini_refuse(error, "%s stands before any section",
		    key);
	for (size_t i = 0; i < OPTIONS; i++) {
		if (strcmp(options[i].name, key) != 0)
			continue;
		if ((p->seen & UINT32_C(1) << i) != 0 &&
		    options[i].type != OPTION_EXEMPT)
			return kf_ini_refuse(error, "%s is set twice", key);
		/* A service's exemptions replace those of [default]. */
		if ((p->seen & UINT32_C(1) << i) == 0 &&
		    options[i].type == OPTION_EXEMPT)
			p->target->exempt_count = 0;
		if (options[i].default_only && !p->in_default)
			return kf_ini_refuse(error,
			    "%s is allowed in [default] only", key);
		p->seen |= UINT32_C(1) << i;
		return set_option(p->target, &options[i], value, error);
	}
	return kf_ini_refuse(error, "unknown key %s", key);
}

enum kf_err
kf_conf_parse(const char *text, size_t len, const char *service,
    struct kf_conf *conf, struct kf_ini_error *error)
{
	struct parser parser = { .conf = conf, .service = service };
	const struct kf_ini_reader reader = {
		.section = on_section,
		.entry = on_entry,
		.context = &parser,
	};

	kf_conf_default(conf);
	return kf_ini_parse(text, len, &reader, error);
}

enum kf_err
kf_conf_load(const char *path, const char *service, struct kf_conf *conf,
    struct kf_ini_error *error)
{
	const struct kf_trust trust = {
		.owner = kf_trusted_uid(),
		.forbidden = 0022,
		.max = CONF_SIZE - 1,
	};
	char text[CONF_SIZE];
	size_t len = 0;
	enum kf_err err;

	*error = (struct kf_ini_error){ 0 };
	err = kf_trust_read(path, &trust, text, sizeof(text), &len);
	if (err == KF_ERR_UNTRUSTED) {
		(void)kf_ini_refuse(error, "the file and every directory above "
		    "it must belong to root and be writable by root alone");
		return err;
	}
	if (err != KF_OK) {
		(void)kf_ini_refuse(error, "cannot be read: %s",
		    kf_strerror(err));
		return err;
	}
	return kf_conf_parse(text, len, service, conf, error);
}

bool
kf_conf_requires_proof(const struct kf_conf *conf, const char *service)
{
	const char *word = conf->require_proof;

	while (*word != '\0') {
		size_t len = strcspn(word, " ");

		if (strlen(service) == len && memcmp(word, service, len) == 0)
			return true;
		word += len;
		word += strspn(word, " ");
	}
	return false;
}
