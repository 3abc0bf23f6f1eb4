/* How long values may be in a configuration, and how many it may have. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "policy/conf.h"
#include "policy/conf_value.h"

static enum kf_err
parse(const char *text, struct kf_conf *conf, struct kf_ini_error *error)
{
	return kf_conf_parse(text, strlen(text), "sshd", conf, error);
}

/* A key.rp-id that is too long is refused, never cut. */
static void
conf_rp_id_fits(void **state)
{
	struct kf_ini_error error;
	struct kf_conf conf;
	char text[400] = "[default]\nkey.rp-id = ";
	size_t len = strlen(text);

	(void)state;
	memset(text + len, 'r', KF_CONF_RP_ID_SIZE - 1);
	assert_int_equal(parse(text, &conf, &error), KF_OK);
	assert_int_equal(strlen(conf.key_rp_id), KF_CONF_RP_ID_SIZE - 1);
	text[strlen(text)] = 'r';
	assert_int_equal(parse(text, &conf, &error), KF_ERR_SYNTAX);
}

/* KF_CONF_AAGUIDS_MAX AAGUIDs fit, and one more is refused. */
static void
conf_many_aaguids(void **state)
{
	char value[33 * 40] = "";
	struct kf_ini_error error;
	struct kf_conf conf;
	size_t len = 0;

	(void)state;
	for (uint32_t i = 1; i <= 33; i++) {
		enum kf_err err;

		len += (size_t)snprintf(value + len, sizeof(value) - len,
		    "%s%032x", i > 1 ? " " : "", i);
		kf_conf_default(&conf);
		err = kf_conf_set_aaguids(&conf, value, &error);
		assert_int_equal(err, i <= KF_CONF_AAGUIDS_MAX ? KF_OK :
		    KF_ERR_SYNTAX);
		if (err == KF_OK) {
			assert_int_equal(conf.key_aaguid_count, i);
			assert_int_equal(conf.key_aaguids[i - 1][15], i);
		}
	}
}

static void
conf_refuses_long_lines(void **state)
{
	static const char *const starts[] = { "totp.window = 1", "# ", "",
		"[service ", "store = file:/" };

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(starts); i++)
		for (int fill = 0; fill < 2; fill++) {
			struct kf_ini_error error;
			struct kf_conf conf;
			char text[2200];
			size_t len;

			len = (size_t)snprintf(text, sizeof(text),
			    "[default]\n%s", starts[i]);
			memset(text + len, fill == 0 ? ' ' : 'x', 2000);
			memcpy(text + len + 2000, "\n", 2);
			assert_int_equal(parse(text, &conf, &error),
			    KF_ERR_SYNTAX);
			assert_int_equal(error.line, 2);
		}
}

static void
conf_store_name_fits(void **state)
{
	struct kf_ini_error error;
	struct kf_conf conf;
	char text[1000] = "[default]\nstore = file:/";
	size_t len = strlen(text);

	(void)state;
	memset(text + len, 'x', sizeof(conf.store) - 1 - 6);
	assert_int_equal(parse(text, &conf, &error), KF_OK);
	assert_int_equal(strlen(conf.store), sizeof(conf.store) - 1);
	text[strlen(text)] = 'x';
	assert_int_equal(parse(text, &conf, &error), KF_ERR_SYNTAX);
}

static void
conf_many_services(void **state)
{
	char text[8192] = "";
	struct kf_ini_error error;
	struct kf_conf conf;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "[service s%d]\ntries = 1\n", i);
	assert_int_equal(parse(text, &conf, &error), KF_ERR_SYNTAX);
	assert_int_equal(error.line, 64 * 2 + 1);
}

static void
conf_cut_anywhere_does_not_loosen(void **state)
{
	static const char text[] = "[default]\ntries = 2\n[service sshd]\n"
	    "totp.window = 2\n";
	struct kf_ini_error error;
	struct kf_conf conf;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		enum kf_err err = kf_conf_parse(text, len, "sshd", &conf,
		    &error);

		assert_true(err == KF_OK || err == KF_ERR_SYNTAX);
		if (err == KF_OK)
			assert_true(conf.totp_window <= 2 && conf.tries <= 3 &&
			    conf.factors == (KF_CONF_FACTOR_KEY |
			    KF_CONF_FACTOR_TOTP));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(conf_rp_id_fits),
		UNIT_TEST(conf_many_aaguids),
		UNIT_TEST(conf_refuses_long_lines),
		UNIT_TEST(conf_store_name_fits),
		UNIT_TEST(conf_many_services),
		UNIT_TEST(conf_cut_anywhere_does_not_loosen),
	};

	unit_start();
	return cmocka_run_group_tests_name("conf_limits", tests, NULL, NULL);
}
