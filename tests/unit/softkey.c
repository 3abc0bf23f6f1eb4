/*
 * softkey as libfido2 sees it: whatever a real key would be asked, and what it
 * would refuse.  libfido2 is the judge, and time is a number.
 */
#include "tests/unit/softkey_judge.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct judge_assertion got;

static void
algorithms(void **state)
{
	static const int types[] = { COSE_ES256, COSE_EDDSA, COSE_RS256 };

	(void)state;
	judge_open();
	for (size_t i = 0; i < UNIT_COUNT(types); i++) {
		struct judge_credential one;

		assert_int_equal(judge_make(types[i], 0, FIDO_OPT_OMIT, NULL,
		    NULL, &one), FIDO_OK);
		assert_int_equal(one.type, types[i]);
		assert_int_equal(one.flags, 0x41);
		assert_int_equal(judge_assert(&one, FIDO_OPT_TRUE,
		    FIDO_OPT_OMIT, NULL, &got), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
		assert_int_equal(got.flags, 0x01);
		assert_true(got.counter > one.counter);
		/* The same secret is the same key. */
		judge_restart();
		judge_open();
		assert_int_equal(judge_assert(&one, FIDO_OPT_TRUE,
		    FIDO_OPT_OMIT, NULL, &got), FIDO_OK);
		assert_int_equal(got.verified, FIDO_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(algorithms, judge_before,
		    judge_after),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey", tests, NULL, NULL);
}
