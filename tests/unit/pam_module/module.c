/*
 * The module's arguments in a PAM stack (pam_module/args.h), and the PAM code
 * that it returns for each outcome (pam_module/retval.h).
 */
#include "tests/unit/unit.h"

#include <security/pam_modules.h>
#include <string.h>

#include "pam_module/args.h"
#include "pam_module/retval.h"

static void
arguments(void **state)
{
	static const struct {
		const char *argv[3];
		const char *conf;
		bool after;
		const char *bad;	/* NULL: understood */
	} table[] = {
		{ { NULL }, NULL, false, NULL },
		{ { "after_first_factor" }, NULL, true, NULL },
		{ { "conf=/etc/x" }, "/etc/x", false, NULL },
		{ { "conf=/x", "after_first_factor" }, "/x", true, NULL },
		{ { "after_first_factor", "conf=/x" }, "/x", true, NULL },
		{ { "conf=x" }, NULL, false, "conf=x" },
		{ { "conf=./x" }, NULL, false, "conf=./x" },
		{ { "conf=" }, NULL, false, "conf=" },
		{ { "conf" }, NULL, false, "conf" },
		{ { "CONF=/x" }, NULL, false, "CONF=/x" },
		{ { " conf=/x" }, NULL, false, " conf=/x" },
		{ { "config=/x" }, NULL, false, "config=/x" },
		{ { "conf=/x", "conf=/x" }, NULL, false, "conf=/x" },
		{ { "conf=/x", "conf=/y" }, NULL, false, "conf=/y" },
		{ { "after_first_factor", "after_first_factor" }, NULL, false,
		  "after_first_factor" },
		{ { "after_first_factor=no" }, NULL, false,
		  "after_first_factor=no" },
		{ { "after_first_facto" }, NULL, false, "after_first_facto" },
		{ { "" }, NULL, false, "" },
		{ { "debug" }, NULL, false, "debug" },
		{ { "nullok" }, NULL, false, "nullok" },
		{ { "alwaysok" }, NULL, false, "alwaysok" },
		{ { "conf=/x", "try_first_pass" }, NULL, false,
		  "try_first_pass" },
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(table); i++) {
		struct kf_args args;
		const char *bad = "?";
		int argc = 0;
		enum kf_err err;

		while (argc < 3 && table[i].argv[argc] != NULL)
			argc++;
		err = kf_args_parse(argc, table[i].argv, &args, &bad);
		if (table[i].bad != NULL) {
			if (err != KF_ERR_SYNTAX)
				fail_msg("%s is understood", table[i].bad);
			assert_string_equal(bad, table[i].bad);
			continue;
		}
		assert_int_equal(err, KF_OK);
		assert_int_equal(args.after_first_factor, table[i].after);
		if (table[i].conf == NULL)
			assert_null(args.conf);
		else
			assert_string_equal(args.conf, table[i].conf);
	}
}

static struct kf_outcome
outcome_of(bool grant, enum kf_err err, enum kf_deny reason)
{
	struct kf_outcome outcome = { .err = err, .reason = reason };

	kf_verdict_deny(&outcome.verdict);
	if (grant)
		kf_verdict_grant(&outcome.verdict);
	return outcome;
}

static void
denials(void **state)
{
	static const int codes[] = {
		[KF_DENY_AUTH] = PAM_AUTH_ERR,
		[KF_DENY_MAXTRIES] = PAM_MAXTRIES,
		[KF_DENY_UNAVAILABLE] = PAM_AUTHINFO_UNAVAIL,
		[KF_DENY_CONFIGURATION] = PAM_SERVICE_ERR,
		[KF_DENY_CONVERSATION] = PAM_CONV_ERR,
		[KF_DENY_CANCELLED] = PAM_AUTH_ERR,
	};

	(void)state;
	for (int reason = 0; reason < 64; reason++) {
		struct kf_outcome outcome = outcome_of(false, KF_OK,
		    (enum kf_deny)reason);
		int rc = kf_retval_auth(&outcome, true);

		assert_int_equal(rc, (size_t)reason < UNIT_COUNT(codes) ?
		    codes[reason] : PAM_AUTH_ERR);
	}
}

/*
 * All combinations, with the same user before and after or not: PAM_SUCCESS
 * only for a grant of the same user without exemption or error, PAM_IGNORE only
 * for an exemption of the same user without error.
 */
static void
every_combination(void **state)
{
	unsigned successes = 0, ignored = 0;

	(void)state;
	for (int grant = 0; grant < 2; grant++)
	for (int exempt = 0; exempt < 2; exempt++)
	for (int same = 0; same < 2; same++)
	for (int err = KF_OK; err <= KF_ERR_CRYPTO + 1; err++) {
		struct kf_outcome outcome = outcome_of(grant == 1,
		    (enum kf_err)err, KF_DENY_AUTH);
		int rc;

		outcome.exempt = exempt == 1;
		rc = kf_retval_auth(&outcome, same == 1);
		if (rc == PAM_SUCCESS) {
			successes++;
			assert_true(grant == 1 && exempt == 0 && same == 1 &&
			    err == KF_OK);
		}
		if (rc == PAM_IGNORE) {
			ignored++;
			assert_true(exempt == 1 && same == 1 && err == KF_OK);
		}
		if (err != KF_OK)
			assert_int_equal(rc, err == KF_ERR_SYNTAX ?
			    PAM_SERVICE_ERR : PAM_AUTHINFO_UNAVAIL);
	}
	assert_int_equal(successes, 1);
	assert_int_equal(ignored, 2);
}

/* `account` without a proof from `auth`: no outcome is PAM_SUCCESS. */
static void
account(void **state)
{
	(void)state;
	for (int grant = 0; grant < 2; grant++)
	for (int exempt = 0; exempt < 2; exempt++)
	for (int same = 0; same < 2; same++)
	for (int err = KF_OK; err <= KF_ERR_CRYPTO + 1; err++) {
		struct kf_outcome outcome = outcome_of(grant == 1,
		    (enum kf_err)err, KF_DENY_AUTH);
		int rc;

		outcome.exempt = exempt == 1;
		rc = kf_retval_account(&outcome, same == 1);
		assert_int_not_equal(rc, PAM_SUCCESS);
		assert_int_equal(rc == PAM_IGNORE,
		    exempt == 1 && same == 1 && err == KF_OK);
		if (err == KF_OK && rc != PAM_IGNORE)
			assert_int_equal(rc, PAM_AUTH_ERR);
	}
}

/* A verdict with one flipped bit in memory. */
static void
flipped_bits(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 64; bit++)
		for (int grant = 0; grant < 2; grant++) {
			struct kf_outcome outcome = outcome_of(grant == 1,
			    KF_OK, KF_DENY_AUTH);

			*(bit < 32 ? &outcome.verdict.value :
			    &outcome.verdict.check) ^= UINT32_C(1) << bit % 32;
			assert_int_equal(kf_retval_auth(&outcome, true),
			    PAM_AUTH_ERR);
		}
}

static void
errors(void **state)
{
	(void)state;
	for (int err = KF_OK; err < 64; err++) {
		int rc = kf_retval_error((enum kf_err)err);

		assert_int_equal(rc, err == KF_ERR_SYNTAX ? PAM_SERVICE_ERR :
		    PAM_AUTHINFO_UNAVAIL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(arguments),
		UNIT_TEST(denials),
		UNIT_TEST(every_combination),
		UNIT_TEST(account),
		UNIT_TEST(flipped_bits),
		UNIT_TEST(errors),
	};

	unit_start();
	return cmocka_run_group_tests_name("module", tests, NULL, NULL);
}
