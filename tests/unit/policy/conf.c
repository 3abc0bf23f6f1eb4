/*
 * The configuration (policy/conf.h): a line that is not understood must be
 * refused, and its number must be reported.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>

#include "common/paths.h"
#include "policy/conf.h"
#include "policy/conf_value.h"

static enum kf_err
parse_conf(const char *text, const char *service, struct kf_conf *conf,
    struct kf_ini_error *error)
{
	return kf_conf_parse(text, strlen(text), service, conf, error);
}

static void
conf_defaults(void **state)
{
	struct kf_ini_error error;
	struct kf_conf conf, empty;

	(void)state;
	kf_conf_default(&conf);
	assert_int_equal(conf.factors,
	    KF_CONF_FACTOR_KEY | KF_CONF_FACTOR_TOTP);
	assert_int_equal(conf.key_touch_timeout, 15);
	assert_int_equal(conf.key_insert_timeout, 15);
	assert_false(conf.key_verify);
	assert_false(conf.key_counter_log);
	assert_false(conf.key_synced_deny);
	assert_int_equal(conf.key_local, KF_KEY_LOCAL_AUTO);
	assert_string_equal(conf.key_rp_id, "ssh:");
	assert_int_equal(conf.key_aaguid_count, 0);
	assert_int_equal(conf.totp_window, 1);
	assert_int_equal(conf.tries, 3);
	assert_int_equal(conf.lockout_failures, 10);
	assert_int_equal(conf.lockout_seconds, 1800);
	assert_false(conf.log_steps);
	assert_memory_equal(conf.store, "file:/", 6);
	assert_string_equal(conf.store + 5, kf_path_store);
	assert_int_equal(parse_conf("", "sshd", &empty, &error), KF_OK);
	assert_memory_equal(&conf, &empty, sizeof(conf));
}

static void
conf_overrides(void **state)
{
	static const char text[] =
	    "# ours\n[default]\ntotp.window = 2\nlog = steps\n"
	    "lockout.failures = 5\nlockout.seconds = 60\nstore = file:/x\n"
	    "[service sshd]\ntries = 1\ntotp.window = 0\n"
	    "[service su-l]\nlog = decisions\n"
	    "[service a@b.c_d-e]\nfactors = totp\n";
	struct kf_ini_error error;
	struct kf_conf conf;

	(void)state;
	assert_int_equal(parse_conf(text, "sshd", &conf, &error), KF_OK);
	assert_int_equal(conf.totp_window, 0);
	assert_int_equal(conf.tries, 1);
	assert_true(conf.log_steps);
	assert_int_equal(conf.lockout_failures, 5);
	assert_int_equal(conf.lockout_seconds, 60);
	assert_string_equal(conf.store, "file:/x");
	assert_int_equal(parse_conf(text, "su-l", &conf, &error), KF_OK);
	assert_int_equal(conf.totp_window, 2);
	assert_int_equal(conf.tries, 3);
	assert_false(conf.log_steps);
	/* Part of a service's name is the name of another service. */
	assert_int_equal(parse_conf(text, "ssh", &conf, &error), KF_OK);
	assert_int_equal(conf.tries, 3);
	assert_int_equal(parse_conf(text, "", &conf, &error), KF_OK);
	assert_int_equal(conf.tries, 3);
}

/* Each of these lines is wrong: it is refused as line 4 for every service. */
static void
conf_refuses(void **state)
{
	static const char *const lines[] = {
		"totp.window = -1", "totp.window = 1x", "totp.window = +1",
		"totp.window = 01", "totp.window = 1 2", "totp.window = 3",
		"totp.window = 0x1", "totp.window = 1.5", "totp.window =",
		"totp.window = 4294967297",
		"totp.window = 18446744073709551617",
		"totp.window = \xef\xbc\x91", "totp.window = 1 # comment",
		"totp.window: 1", "totp.window 1", "totp.window",
		"totp.windw = 1", "TOTP.window = 1", "totp.window.x = 1",
		"totp..window = 1", "totp = 1", "window = 1",
		"tries = 0", "tries = 11", "tries = three",
		"lockout.failures = 0", "lockout.failures = 11",
		"lockout.seconds = 59", "lockout.seconds = 86401",
		"lockout.seconds = 30m",
		"factors = totp totp", "factors = top", "factors = totp,",
		"factors = TOTP", "factors = none", "factors =",
		"factors = totp,key", "factors = key key", "factors = keys",
		"factors = key totp key", "factors = recovery",
		"key.touch-timeout = 0", "key.touch-timeout = 41",
		"key.touch-timeout = 15s", "key.insert-timeout = 0",
		"key.insert-timeout = 41", "key.insert-timeout = -1",
		"key.verify = 1", "key.verify = true", "key.verify =",
		"key.verify = yes no", "key.verify = Yes",
		"key.counter = allow", "key.counter = no", "key.counter =",
		"key.synced = log", "key.synced = no", "key.synced =",
		"key.local = yes", "key.local = auto always", "key.local =",
		"key.local = auto,never", "key.local = AUTO",
		"key.rp-id =", "key.rp-id = a b", "key.rp-id = a\tb",
		"key.rp-id = a\xc2\x9b", "key.rp-id = \xff",
		"key.rp-id = a\xe2\x80\xae" "b",
		"key.aaguid-allow =", "key.aaguid-allow = none",
		"key.aaguid-allow = any any", "key.aaguid-allow = *",
		"key.aaguid-allow = 2fc0579f811347eab116bb5a8db9202",
		"key.aaguid-allow = 2fc0579f811347eab116bb5a8db9202aa",
		"key.aaguid-allow = 2fc0579f811347eab116bb5a8db9202g",
		"key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202",
		"key.aaguid-allow = 2fc0579f-8113-47ea-b116bb5a8db9202aa",
		"key.aaguid-allow = 2fc0579f8-113-47ea-b116-bb5a8db9202a",
		"key.aaguid-allow = --------------------------------",
		"key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202a,"
		    "2fc0579f-8113-47ea-b116-bb5a8db9202b",
		"key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202a any",
		"key.aaguid-allow = any 2fc0579f-8113-47ea-b116-bb5a8db9202a",
		"key.aaguid-allow = 2fc0579f-8113-47ea-b116-bb5a8db9202a "
		    "2FC0579F811347EAB116BB5A8DB9202A",
		"key = yes", "key. = yes", "key.pin = no", "key.touch = no",
		"key.rpid = ssh:",
		"log = step", "log = decisions steps", "log = yes",
		"store = /var/lib/keyfirst", "store = file:var",
		"store = pgsql:host", "store = file:",
		"[service sshd] junk", "[service sshd]junk", "[service]",
		"[service ]", "[service a b]", "[Service sshd]", "[sshd]",
		"[default]", "[default ]", "[service sshd", "service sshd]",
		"[service ../x]", "[service \xc3\xa4]",
		"include = /etc/x", "junk", "nullok = yes", "alwaysok = 1",
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(lines); i++) {
		static const char *const services[] = { "sshd", "sudo" };

		for (size_t s = 0; s < UNIT_COUNT(services); s++) {
			struct kf_ini_error error;
			struct kf_conf conf;
			char text[2048];

			(void)snprintf(text, sizeof(text),
			    "[default]\n# one\n\n%s\n", lines[i]);
			if (parse_conf(text, services[s], &conf, &error) !=
			    KF_ERR_SYNTAX)
				fail_msg("\"%s\" is not refused", lines[i]);
			assert_int_equal(error.line, 4);
			assert_true(error.reason[0] != '\0');
		}
	}
}

/* A mistake in the section of one service is an error for every service. */
static void
conf_refuses_for_all(void **state)
{
	static const struct {
		const char *text;
		unsigned line;
	} table[] = {
		{ "tries = 3\n[default]\n", 1 },
		{ "\n[service su]\ntries = 3\n[default]\n", 4 },
		{ "[default]\ntries = 3\n[default]\n", 3 },
		{ "[default]\ntries = 3\ntries = 3\n", 3 },
		{ "[default]\ntries = 3\nlog = steps\ntries = 2\n", 4 },
		{ "[service su]\ntries = 3\ntries = 3\n", 3 },
		{ "[service su]\n[service sudo]\n[service su]\n", 3 },
		{ "[service su]\ntries = 3\n[service su]\nlog = steps\n", 3 },
		{ "[service su]\ntotp.window = 9\n", 2 },
		{ "[service su]\ntotp.windw = 1\n", 2 },
		{ "[service su]\nlockout.failures = 10\n", 2 },
		{ "[service su]\nlockout.seconds = 1800\n", 2 },
		{ "[service su]\nstore = file:/x\n", 2 },
		{ "[service su]\nkey.rp-id = ssh:\n", 2 },
		{ "[service su]\nkey.aaguid-allow = any\n", 2 },
		{ "[service su]\nkey.verify = 1\n", 2 },
		{ "[service su]\nkey.local = auto\nkey.local = auto\n", 3 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		static const char *const services[] = { "su", "sshd", "" };

		for (size_t s = 0; s < UNIT_COUNT(services); s++) {
			struct kf_ini_error error;
			struct kf_conf conf;

			if (parse_conf(table[i].text, services[s], &conf,
			    &error) != KF_ERR_SYNTAX)
				fail_msg("row %zu is not refused", i);
			assert_int_equal(error.line, table[i].line);
		}
	}
}

static void
conf_keys(void **state)
{
	static const char text[] = "[default]\nfactors = totp key\n"
	    "key.touch-timeout = 1\nkey.insert-timeout = 40\n"
	    "key.verify = yes\nkey.counter = log\nkey.synced = deny\n"
	    "key.local = always\nkey.rp-id = example.org\n"
	    "key.aaguid-allow = 2FC0579f-8113-47EA-b116-bb5a8db9202a\t "
	    "00112233445566778899aabbCCDDEEFF\n"
	    "[service su]\nfactors = key\nkey.touch-timeout = 40\n"
	    "key.insert-timeout = 1\nkey.verify = no\nkey.counter = deny\n"
	    "key.synced = allow\nkey.local = never\n";
	static const unsigned char aaguids[2][16] = {
		{ 0x2f, 0xc0, 0x57, 0x9f, 0x81, 0x13, 0x47, 0xea,
		  0xb1, 0x16, 0xbb, 0x5a, 0x8d, 0xb9, 0x20, 0x2a },
		{ 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		  0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff },
	};
	struct kf_ini_error error;
	struct kf_conf conf;

	(void)state;
	assert_int_equal(parse_conf(text, "sudo", &conf, &error), KF_OK);
	assert_int_equal(conf.factors,
	    KF_CONF_FACTOR_KEY | KF_CONF_FACTOR_TOTP);
	assert_int_equal(conf.key_touch_timeout, 1);
	assert_int_equal(conf.key_insert_timeout, 40);
	assert_true(conf.key_verify);
	assert_true(conf.key_counter_log);
	assert_true(conf.key_synced_deny);
	assert_int_equal(conf.key_local, KF_KEY_LOCAL_ALWAYS);
	assert_string_equal(conf.key_rp_id, "example.org");
	assert_int_equal(conf.key_aaguid_count, 2);
	assert_memory_equal(conf.key_aaguids, aaguids, sizeof(aaguids));
	assert_int_equal(parse_conf(text, "su", &conf, &error), KF_OK);
	assert_int_equal(conf.factors, KF_CONF_FACTOR_KEY);
	assert_int_equal(conf.key_touch_timeout, 40);
	assert_int_equal(conf.key_insert_timeout, 1);
	assert_false(conf.key_verify);
	assert_false(conf.key_counter_log);
	assert_false(conf.key_synced_deny);
	assert_int_equal(conf.key_local, KF_KEY_LOCAL_NEVER);
	assert_string_equal(conf.key_rp_id, "example.org");
	assert_int_equal(conf.key_aaguid_count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(conf_defaults),
		UNIT_TEST(conf_overrides),
		UNIT_TEST(conf_refuses),
		UNIT_TEST(conf_refuses_for_all),
		UNIT_TEST(conf_keys),
	};

	unit_start();
	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
