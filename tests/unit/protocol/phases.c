/* Which message is legal in which phase of a session (protocol/phase.h). */
#include "tests/unit/unit.h"

#include "protocol/phase.h"

/*
 * The table of PROTOCOL, copied by hand.  A message that is not in it is an
 * error and ends the session.
 */
static void
phases(void **state)
{
	static const struct {
		enum kf_phase from;
		uint8_t type;
		enum kf_phase to;
	} legal[] = {
		{ KF_PHASE_HELLO, 0x01, KF_PHASE_WELCOME },
		{ KF_PHASE_WELCOME, 0x81, KF_PHASE_REQUEST },
		{ KF_PHASE_WELCOME, 0x87, KF_PHASE_END },
		{ KF_PHASE_REQUEST, 0x02, KF_PHASE_WORK },
		{ KF_PHASE_WORK, 0x82, KF_PHASE_WORK },
		{ KF_PHASE_WORK, 0x83, KF_PHASE_WORK },
		{ KF_PHASE_WORK, 0x84, KF_PHASE_ANSWER },
		{ KF_PHASE_WORK, 0x85, KF_PHASE_ANSWER },
		{ KF_PHASE_WORK, 0x86, KF_PHASE_END },
		{ KF_PHASE_WORK, 0x87, KF_PHASE_END },
		{ KF_PHASE_WORK, 0x88, KF_PHASE_END },
		{ KF_PHASE_WORK, 0x04, KF_PHASE_WORK },
		{ KF_PHASE_ANSWER, 0x03, KF_PHASE_WORK },
		{ KF_PHASE_ANSWER, 0x04, KF_PHASE_ANSWER },
	};

	(void)state;
	for (int from = KF_PHASE_HELLO; from <= KF_PHASE_END; from++)
		for (unsigned type = 0; type < 256; type++) {
			enum kf_phase phase = (enum kf_phase)from;
			enum kf_phase want = KF_PHASE_END;
			enum kf_err err = KF_ERR_PROTOCOL;

			for (size_t i = 0; i < UNIT_COUNT(legal); i++)
				if (legal[i].from == phase &&
				    legal[i].type == type) {
					want = legal[i].to;
					err = KF_OK;
				}
			if (kf_phase_step(&phase, (uint8_t)type) != err ||
			    phase != want)
				fail_msg("phase %d, type %02x", from, type);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(phases),
	};

	unit_start();
	return cmocka_run_group_tests_name("phases", tests, NULL, NULL);
}
