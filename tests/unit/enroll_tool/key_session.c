/*
 * kf_key_session, as root, with a child (user keyfirst) that has been taken
 * over, and that talks to the security key.  Root must accept no key that
 * breaks the rules of the enrolment, show no unclean text, and wait no longer
 * than its limit.  The test decides what the child sends; see child_seam.h.
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "enroll_tool/keys/enroll.h"
#include "tests/unit/enroll_tool/child_seam.h"
#include "tests/unit/enroll_tool/key_session_child.h"

static struct kf_key_enrol enrol;
static struct kf_person person;
static struct kf_key_done done;
static struct kf_key_done good;
static char roots_text[] = "roots";

static enum kf_exit
run(void (*how)(void))
{
	enum kf_exit status;

	child_says = how;
	memset(&done, 0xff, sizeof(done));
	status = kf_key_session(&enrol, &person, &done);
	child_is_gone();
	return status;
}

/* Whether root refuses the frames that the test has made. */
static bool
refused(void)
{
	return run(child_says_frames) == KF_EXIT_ERROR;
}

static void
put_good(void)
{
	assert_int_equal(kf_key_talk_put_done(&child_frames[0], &good), KF_OK);
	child_count = 1;
	child_cut = 0;
}

static void
prepare(void)
{
	struct kf_authenticator *a;

	enrol = (struct kf_key_enrol){ .terminal = false };
	enrol.in.conf.key_insert_timeout = 15;
	enrol.in.conf.key_touch_timeout = 15;
	person = (struct kf_person){ .uid = 1000, .name = "alice" };
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_TOTP, &a), KF_OK);
	assert_int_equal(kf_enrolment_add(&person, KF_KIND_KEY, &a), KF_OK);
	a->key.credential_len = 32;
	memset(a->key.credential, 1, 32);
	good = (struct kf_key_done){
		.name = "Maker Model",
		.key = {
			.algorithm = KF_ES256, .credential_len = 64,
			.public_key_len = 64, .aaguid_len = 16,
			.attestation = KF_ATTESTATION_LEAF,
			.first_counter = UINT32_MAX,
		},
	};
	memset(good.key.credential, 2, 64);
	memset(good.key.public_key, 3, 64);
	memset(good.key.aaguid, 4, 16);
	put_good();
}

static void
honest(void **state)
{
	(void)state;
	prepare();
	assert_int_equal(run(child_says_frames), KF_EXIT_DONE);
	assert_memory_equal(&done, &good, sizeof(done));
	good.key.credential_len = KF_KEY_CREDENTIAL_MAX;
	good.key.algorithm = KF_RS256;
	good.key.public_key_len = KF_PUBLIC_KEY_MAX;
	good.key.synced = true;
	good.key.attestation = KF_ATTESTATION_NONE;
	put_good();
	assert_int_equal(run(child_says_frames), KF_EXIT_DONE);
	assert_memory_equal(&done, &good, sizeof(done));
	prepare();
	enrol.roots = (struct kf_roots){ .text = roots_text, .len = 5 };
	good.key.attestation = KF_ATTESTATION_CHAIN;
	put_good();
	assert_int_equal(run(child_says_frames), KF_EXIT_DONE);
}

#define LIE(statement) \
	do { \
		prepare(); \
		statement; \
		put_good(); \
		if (!refused()) \
			fail_msg("%s", #statement); \
	} while (0)

static void
lie_in_byte(size_t at, unsigned char value)
{
	prepare();
	child_frames[0].payload[at] = value;
	assert_true(refused());
}

static void
lies(void **state)
{
	(void)state;
	LIE(good.key.algorithm = 0);
	LIE(good.key.algorithm = KF_RS256 + 1);
	LIE(good.key.algorithm = KF_EDDSA);
	LIE(good.key.algorithm = KF_RS256);
	LIE(good.key.attestation = 0);
	LIE(good.key.attestation = KF_ATTESTATION_CHAIN + 1);
	LIE(good.key.credential_len = 0);
	LIE(good.key.credential_len = KF_KEY_CREDENTIAL_MIN - 1);
	LIE(good.key.public_key_len = 0);
	LIE(good.key.public_key_len = 63);
	LIE(good.key.public_key_len = 65);
	LIE(good.name[0] = '\n');
	LIE(good.name[0] = '\033');
	LIE(good.name[0] = '\x80');
	lie_in_byte(1, 2);	/* synced */
	lie_in_byte(23, 2);	/* the length of the id: over its limit */
	lie_in_byte(23, 0xff);
	/* Keys that an honest child would have refused. */
	LIE((good.key.credential_len = 32, memset(good.key.credential, 1,
	    32)));
	LIE((good.key.synced = true, enrol.in.conf.key_synced_deny = true));
	LIE(enrol.in.conf.key_aaguid_count = 1);
	LIE(enrol.roots.text = roots_text);
	LIE(good.key.attestation = KF_ATTESTATION_CHAIN);
	LIE((enrol.ssh_file = "id", good.key.algorithm = KF_RS256,
	    good.key.public_key_len = KF_PUBLIC_KEY_MAX));
	prepare();
	child_frames[0].payload[child_frames[0].len++] = 0;
	assert_true(refused());
	for (unsigned type = 0; type < 256; type++) {
		prepare();
		child_frames[0].type = (uint8_t)type;
		assert_int_equal(run(child_says_frames),
		    type == KF_KEY_TALK_DONE ? KF_EXIT_DONE : KF_EXIT_ERROR);
	}
}

/* A message that is cut off, missing or too long is refused. */
static void
short_and_long(void **state)
{
	(void)state;
	prepare();
	for (size_t len = child_frames[0].len; len > 0;
	    len -= len < 7 ? len : 7) {
		child_frames[0].len = len - 1;
		assert_true(refused());
		put_good();
		child_cut = len;
		assert_true(refused());
		put_good();
	}
	child_count = 0;
	assert_true(refused());
	assert_int_equal(run(child_dies), KF_EXIT_ERROR);
	assert_int_equal(run(child_says_too_much), KF_EXIT_ERROR);
}

static void
put_show(unsigned what, const char *path, const char *name, unsigned fido2)
{
	struct kf_key_shown shown = { .number = 0 };

	(void)snprintf(shown.path, sizeof(shown.path), "%s", path);
	(void)snprintf(shown.name, sizeof(shown.name), "%s", name);
	assert_int_equal(kf_key_talk_put_show(&child_frames[0], &shown), KF_OK);
	child_frames[0].payload[0] = (unsigned char)what;
	child_frames[0].payload[child_frames[0].len - 17] =
	    (unsigned char)fido2;
	assert_int_equal(kf_key_talk_put_done(&child_frames[1], &good), KF_OK);
	child_count = 2;
}

static void
showing(void **state)
{
	static const char *const dirty[] = { "\033[2J", "a\nb", "\x9b" "2J",
		"\xe2\x80\xae" "txt" };

	(void)state;
	prepare();
	for (unsigned what = 0; what < 256; what++) {
		put_show(what, "/dev/hidraw0", "Key", 1);
		assert_int_equal(run(child_says_frames), what >= 1 &&
		    what <= KF_KEY_SHOW_WRONG_FINGER ? KF_EXIT_DONE :
		    KF_EXIT_ERROR);
	}
	put_show(KF_KEY_SHOW_DEVICE, "/dev/hidraw0", "Key", 2);
	assert_true(refused());
	for (size_t i = 0; i < UNIT_COUNT(dirty); i++) {
		put_show(KF_KEY_SHOW_DEVICE, dirty[i], "Key", 1);
		assert_true(refused());
		put_show(KF_KEY_SHOW_DEVICE, "/dev/hidraw0", dirty[i], 1);
		assert_true(refused());
	}
	/* The person has one key, and its number is 0. */
	put_show(KF_KEY_SHOW_KNOWN, "/dev/hidraw0", "Key", 1);
	child_frames[0].payload[1] = 1;
	assert_true(refused());
	/* Too many messages: more than an enrolment has. */
	put_show(KF_KEY_SHOW_BUSY, "", "", 0);
	child_count = 1;
	assert_int_equal(run(child_says_no_end), KF_EXIT_ERROR);
}

static void
stopping(void **state)
{
	(void)state;
	prepare();
	for (unsigned why = 0; why < 256; why++) {
		const struct kf_key_stopped stopped = { why, 0 };
		enum kf_exit status;

		kf_key_talk_put_stopped(&child_frames[0], &stopped);
		child_count = 1;
		status = run(child_says_frames);
		assert_int_not_equal(status, KF_EXIT_DONE);
		if (why == 0 || why >= KF_KEY_STOPS)
			assert_int_equal(status, KF_EXIT_ERROR);
		if (why == KF_KEY_STOP_KNOWN)
			assert_int_equal(status, KF_EXIT_POLICY);
	}
	child_frames[0].payload[0] = KF_KEY_STOP_KNOWN;
	child_frames[0].payload[1] = 1;
	assert_true(refused());
}

/* Without a terminal root asks nothing, and answers that asking failed. */
static void
asking(void **state)
{
	const struct kf_key_asked pin = { KF_KEY_ASK_PIN, 8 };

	(void)state;
	prepare();
	child_frames[1] = child_frames[0];
	kf_key_talk_put_ask(&child_frames[0], &pin);
	assert_int_equal(run(child_asks), KF_EXIT_DONE);
	for (unsigned what = 0; what < 256; what++) {
		kf_key_talk_put_ask(&child_frames[0], &pin);
		child_frames[0].payload[0] = (unsigned char)what;
		if (what != KF_KEY_ASK_PIN && what != KF_KEY_ASK_CHOICE)
			assert_int_equal(run(child_asks), KF_EXIT_ERROR);
	}
}

static void
silence(void **state)
{
	(void)state;
	prepare();
	/* Each reading of the clock takes almost the whole limit. */
	unit_set_leap(59900);
	assert_int_equal(run(child_stays), KF_EXIT_ERROR);
}

/* Leaves the terminal of the test's caller, so that there is no /dev/tty. */
static void
leave_terminal(void)
{
	pid_t pid = fork();
	int status;

	if (pid > 0) {
		if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
			exit(99);
		exit(WEXITSTATUS(status));
	}
	if (pid < 0 || setsid() < 0 ||
	    freopen("/dev/null", "r", stdin) == NULL)
		exit(99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(honest),
		UNIT_TEST(lies),
		UNIT_TEST(short_and_long),
		UNIT_TEST(showing),
		UNIT_TEST(stopping),
		UNIT_TEST(asking),
		UNIT_TEST(silence),
	};

	leave_terminal();
	unit_set_key_device("/nonexistent/keyfirst-key-device");
	unit_start();
	return cmocka_run_group_tests_name("key_session", tests, NULL, NULL);
}
