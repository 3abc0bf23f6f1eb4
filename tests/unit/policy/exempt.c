/*
 * Exemptions: a line that is not understood must be refused, and must never
 * exempt anybody; no exemption may hold after its last day.
 */
#include "tests/unit/unit.h"

#include <string.h>

#include "policy/conf.h"

static void
dates(void **state)
{
	static const struct {
		const char *text;
		int64_t end;		/* 0: refused */
	} table[] = {
		{ "1970-01-01", 86400 },
		{ "2000-02-29", 951868800 },
		{ "2026-11-21", 1795305600 },
		{ "2027-01-31", 1801440000 },
		{ "2100-02-28", 4107542400 },
		{ "9999-12-31", 253402300800 },
		{ "", 0 },
		{ "2026-11-2", 0 },
		{ "2026-11-021", 0 },
		{ "2026-13-01", 0 },
		{ "2026-00-01", 0 },
		{ "2026-11-00", 0 },
		{ "2026-11-31", 0 },
		{ "2100-02-29", 0 },
		{ "2026/11/21", 0 },
		{ "1969-12-31", 0 },
		{ "+026-11-21", 0 },
		{ "2026-1 -21", 0 },
		{ "2026-11-21 ", 0 },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		int64_t end = 0;
		enum kf_err err = kf_exempt_date(table[i].text, &end);

		assert_int_equal(err,
		    table[i].end != 0 ? KF_OK : KF_ERR_SYNTAX);
		assert_int_equal(end, table[i].end);
	}
}

static void
parses(void **state)
{
	static const char *const wrong[] = {
		"",
		"user=alice",
		"user=alice until=2027-01-31",
		"user=alice reason=\"x\"",
		"until=2027-01-31 reason=\"x\"",
		"user=alice until=2027-01-31 reason=x",
		"user=alice until=2027-01-31 reason=\"\"",
		"user=alice until=2027-01-31 reason=\"x",
		"user=alice until=2027-01-31 reason=\"x\" tty=tty1",
		"user=alice until=2027-01-31 reason=\"x\"y\"",
		"user=alice user=bob until=2027-01-31 reason=\"x\"",
		"user=alice group=wheel until=2027-01-31 reason=\"x\"",
		"user= until=2027-01-31 reason=\"x\"",
		"user=alice tty= until=2027-01-31 reason=\"x\"",
		"user=alice tty=/dev/ until=2027-01-31 reason=\"x\"",
		"user=alice until=2027-02-30 reason=\"x\"",
		"user=alice until=forever reason=\"x\"",
		"user=alice rhost=10.0.0.1 until=2027-01-31 reason=\"x\"",
		"USER=alice until=2027-01-31 reason=\"x\"",
		"user=alice,until=2027-01-31 reason=\"x\"",
		"user=alice until=2027-01-31 reason=\"\033[1m\"",
	};
	struct kf_exempt e;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
		assert_int_equal(kf_exempt_parse(wrong[i], &e), KF_ERR_SYNTAX);
	assert_int_equal(kf_exempt_parse("until=2027-01-31  group=wheel\t"
	    "tty=/dev/tty1 reason=\"break glass, see 17\"", &e), KF_OK);
	assert_true(e.is_group);
	assert_string_equal(e.name, "wheel");
	assert_string_equal(e.tty, "/dev/tty1");
	assert_string_equal(e.until, "2027-01-31");
	assert_string_equal(e.reason, "break glass, see 17");
}

static int asked;

static bool
in_wheel(const char *user, const char *group)
{
	asked++;
	return strcmp(user, "carol") == 0 && strcmp(group, "wheel") == 0;
}

static const struct kf_exempt *
find(const char *text, const char *user, const char *tty, int64_t now)
{
	static struct kf_conf conf;
	struct kf_ini_error error;

	assert_int_equal(kf_conf_parse(text, strlen(text), "sshd", &conf,
	    &error), KF_OK);
	asked = 0;
	return kf_exempt_find(conf.exempt, conf.exempt_count, user, tty, now,
	    in_wheel);
}

static void
finds(void **state)
{
	static const char text[] = "[default]\n"
	    "exempt = user=alice until=2027-01-31 reason=\"a\"\n"
	    "exempt = user=bob tty=tty1 until=2027-01-31 reason=\"b\"\n";
	static const char group[] = "[default]\n"
	    "exempt = group=wheel until=2027-01-31 reason=\"c\"\n";
	const int64_t end = 1801440000;

	(void)state;
	assert_string_equal(find(text, "alice", "", end - 1)->reason, "a");
	assert_null(find(text, "alice", "", end));
	assert_null(find(text, "alic", "", end - 1));
	assert_null(find(text, "alicee", "", end - 1));
	assert_null(find(text, "", "", end - 1));
	assert_string_equal(find(text, "bob", "tty1", end - 1)->reason, "b");
	assert_string_equal(find(text, "bob", "/dev/tty1", end - 1)->reason,
	    "b");
	assert_null(find(text, "bob", "tty10", end - 1));
	assert_null(find(text, "bob", "ssh", end - 1));
	assert_null(find(text, "bob", "", end - 1));
	assert_int_equal(asked, 0);
	assert_string_equal(find(group, "carol", "", end - 1)->reason, "c");
	assert_int_equal(asked, 1);
	assert_null(find(group, "alice", "", end - 1));
}

/*
 * Exemptions in a service's section replace those of [default]; "none" is no
 * exemption.
 */
static void
overrides(void **state)
{
	static const char text[] = "[default]\n"
	    "exempt = user=alice until=2027-01-31 reason=\"a\"\n"
	    "[service sshd]\n"
	    "exempt = user=bob until=2027-01-31 reason=\"b\"\n"
	    "[service sudo]\n"
	    "exempt = user=carol until=2027-01-31 reason=\"c\"\n";

	(void)state;
	assert_null(find(text, "alice", "", 1));
	assert_non_null(find(text, "bob", "", 1));
	assert_null(find(text, "carol", "", 1));
	assert_null(find("[default]\nexempt = none\n", "alice", "", 1));
	assert_null(find("[default]\n", "alice", "", 1));
}

static void
options(void **state)
{
	static const struct {
		const char *line;
		bool ok;
	} table[] = {
		{ "unenrolled = deny", true },
		{ "unenrolled = allow-until 2027-01-31", true },
		{ "unenrolled = allow", false },
		{ "unenrolled = allow-until", false },
		{ "unenrolled = allow-until  2027-01-31", false },
		{ "unenrolled = allow-until 2027-01-32", false },
		{ "require-proof = sshd", true },
		{ "require-proof = sshd sshdmfa", true },
		{ "require-proof = none", true },
		{ "require-proof = sshd, login", false },
		{ "require-proof = sshd,login", false },
		{ "require-proof = SSHD", false },
		{ "require-proof = \"sshd\"", false },
		{ "require-proof = /etc/pam.d/sshd", false },
		{ "require-proof = sshd:", false },
		{ "require-proof = none sshd", false },
		{ "require-proof = sshd none", false },
		{ "require-proof = sudo", false },
		{ "require-proof = sshd su", false },
		{ "require-proof = sshd\tcron", false },
		{ "require-proof = systemd-user sshd", false },
		{ "require-proof = sudo-i", false },
		{ "exempt = user=alice", false },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_ini_error error;
		struct kf_conf conf;
		char text[256] = "[default]\n";

		(void)strncat(text, table[i].line, 200);
		assert_int_equal(kf_conf_parse(text, strlen(text), "sshd",
		    &conf, &error), table[i].ok ? KF_OK : KF_ERR_SYNTAX);
		if (!table[i].ok)
			assert_int_equal(error.line, 2);
	}
}

static void
requires_proof(void **state)
{
	static const char text[] = "[default]\nrequire-proof = sshd \t a-b\n";
	struct kf_ini_error error;
	struct kf_conf conf;

	(void)state;
	assert_int_equal(kf_conf_parse(text, strlen(text), "sshd", &conf,
	    &error), KF_OK);
	assert_true(kf_conf_requires_proof(&conf, "sshd"));
	assert_true(kf_conf_requires_proof(&conf, "a-b"));
	assert_false(kf_conf_requires_proof(&conf, "ssh"));
	assert_false(kf_conf_requires_proof(&conf, "sshd2"));
	assert_false(kf_conf_requires_proof(&conf, ""));
	assert_false(kf_conf_requires_proof(&conf, "sshd a-b"));
	kf_conf_default(&conf);
	assert_true(kf_conf_requires_proof(&conf, "sshd"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(dates),
		UNIT_TEST(parses),
		UNIT_TEST(finds),
		UNIT_TEST(overrides),
		UNIT_TEST(options),
		UNIT_TEST(requires_proof),
	};

	unit_start();
	return cmocka_run_group_tests_name("exempt", tests, NULL, NULL);
}
