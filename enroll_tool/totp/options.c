/* Reads the command line of `keyfirst enroll totp`; see totp/enroll.h. */
#include "enroll_tool/totp/enroll.h"

#include <string.h>
#include <unistd.h>

#include "common/text.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/people/people.h"

enum {
	OPT_LABEL = 256,
	OPT_ISSUER,
	OPT_ALGORITHM,
	OPT_DIGITS,
	OPT_PERIOD,
	OPT_QR,
	OPT_QR_PNG,
	OPT_SECRET_STDIN,
	OPT_CODE
};

static const struct option options[] = {
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "issuer", required_argument, NULL, OPT_ISSUER },
	{ "algorithm", required_argument, NULL, OPT_ALGORITHM },
	{ "digits", required_argument, NULL, OPT_DIGITS },
	{ "period", required_argument, NULL, OPT_PERIOD },
	{ "qr", required_argument, NULL, OPT_QR },
	{ "qr-png", required_argument, NULL, OPT_QR_PNG },
	{ "secret-stdin", no_argument, NULL, OPT_SECRET_STDIN },
	{ "code", required_argument, NULL, OPT_CODE },
	{ NULL, 0, NULL, 0 },
};

static bool
set_number(const struct kf_totp_enrol *e, const char *option,
    const char *value, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t number = 0;

	if (kf_text_number(value, min, max, &number) != KF_OK) {
		(void)kf_usage(e->command, "--%s: a number from %u to %u",
		    option, min, max);
		return false;
	}
	*out = (uint32_t)number;
	return true;
}

/* Sets *index to that of the word that equals value; complains if none does. */
static bool
set_word(const struct kf_totp_enrol *e, const char *option, const char *value,
    const char *const words[3], uint32_t *index)
{
	for (uint32_t i = 0; i < 3; i++) {
		if (strcmp(words[i], value) == 0) {
			*index = i;
			return true;
		}
	}
	(void)kf_usage(e->command, "--%s: %s, %s or %s", option, words[0],
	    words[1], words[2]);
	return false;
}

static bool
set_qr(struct kf_totp_enrol *e, const char *value)
{
	static const char *const words[] = { "none", "utf8", "ansi" };
	static const enum kf_qr_style styles[] = {
		KF_QR_NONE, KF_QR_UTF8, KF_QR_ANSI,
	};
	uint32_t index = 0;

	if (!set_word(e, "qr", value, words, &index))
		return false;
	e->qr = styles[index];
	e->qr_given = true;
	return true;
}

/* No colon, because in the label of the URI a colon ends the issuer. */
static bool
set_issuer(struct kf_totp_enrol *e, const char *value)
{
	if (*value == '\0' || strchr(value, ':') != NULL ||
	    !kf_text_is_clean(value, sizeof(e->issuer))) {
		(void)kf_usage(e->command, "--issuer: 1 to %zu bytes without "
		    "a colon", sizeof(e->issuer) - 1);
		return false;
	}
	memcpy(e->issuer, value, strlen(value) + 1);
	return true;
}

static bool
set_option(struct kf_totp_enrol *e, int option)
{
	uint32_t index = 0;

	switch (option) {
	case OPT_LABEL:
		return kf_person_label(e->command, optarg, e->label);
	case OPT_ISSUER:
		return set_issuer(e, optarg);
	case OPT_ALGORITHM:
		if (!set_word(e, "algorithm", optarg, kf_algorithm_names,
		    &index))
			return false;
		e->totp.algorithm = index + 1;
		return true;
	case OPT_DIGITS:
		return set_number(e, "digits", optarg, KF_TOTP_DIGITS_MIN,
		    KF_TOTP_DIGITS_MAX, &e->totp.digits);
	case OPT_PERIOD:
		return set_number(e, "period", optarg, KF_TOTP_PERIOD_MIN,
		    KF_TOTP_PERIOD_MAX, &e->totp.period);
	case OPT_QR:
		return set_qr(e, optarg);
	case OPT_QR_PNG:
		e->png = optarg;
		return true;
	case OPT_SECRET_STDIN:
		e->secret_stdin = true;
		return true;
	case OPT_CODE:
		e->code = optarg;
		return true;
	}
	return false;
}

/* The name of the host, or "keyfirst" if that cannot be an issuer. */
static void
set_default_issuer(struct kf_totp_enrol *e)
{
	char host[KF_ISSUER_SIZE] = "";

	(void)gethostname(host, sizeof(host) - 1);
	if (host[0] == '\0' || strchr(host, ':') != NULL ||
	    !kf_text_is_clean(host, sizeof(host)))
		memcpy(host, "keyfirst", sizeof("keyfirst"));
	memcpy(e->issuer, host, sizeof(host));
}

enum kf_exit
kf_totp_options(struct kf_totp_enrol *e, int argc, char **argv)
{
	int c;

	set_default_issuer(e);
	while ((c = kf_option_next(e->command, argc, argv, options)) != -1)
		if (c == '?' || !set_option(e, c))
			return KF_EXIT_USAGE;
	if (!kf_operands(e->command, argc, 1, 1))
		return KF_EXIT_USAGE;
	e->user = argv[optind];
	if (e->code != NULL && !e->secret_stdin)
		return kf_usage(e->command, "--code needs --secret-stdin: "
		    "a secret made now has no code yet");
	if (e->code == NULL && !kf_terminal_is_there())
		return kf_usage(e->command, "no terminal to ask for a code: "
		    "give --code");
	return KF_EXIT_DONE;
}
