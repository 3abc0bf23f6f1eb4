/*
 * What root makes of the child that talks to a security key when that is in the
 * hands of user keyfirst.  The seam is the giving up of root: in its place the
 * child says what it likes.
 */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/msg.h"
#include "common/privileges.h"
#include "common/wire.h"
#include "enroll_tool/key_enrol.h"

static void (*say)(void);

enum kf_err
kf_service_user(uid_t *uid, gid_t *gid)
{
	*uid = 1;
	*gid = 1;
	return KF_OK;
}

enum kf_err
kf_privileges_drop(uid_t uid, gid_t gid, unsigned first_fd)
{
	(void)uid;
	(void)gid;
	(void)first_fd;
	say();
	_exit(0);
}

/* --- the child --- */

static struct kf_frame frames[3];
static size_t frames_count;
static size_t cut;

static void
say_frames(void)
{
	for (size_t i = 0; i < frames_count; i++) {
		const struct kf_frame *f = &frames[i];
		size_t len = f->len + 1;
		unsigned char head[5] = {
			(unsigned char)(len >> 24), (unsigned char)(len >> 16),
			(unsigned char)(len >> 8), (unsigned char)len, f->type,
		};
		bool last = i + 1 == frames_count;

		(void)!send(0, head, sizeof(head), MSG_NOSIGNAL);
		(void)!send(0, f->payload, f->len - (last ? cut : 0),
		    MSG_NOSIGNAL);
	}
}

static void
say_without_end(void)
{
	for (;;)
		say_frames();
}

static void
say_nothing(void)
{
	for (;;)
		(void)pause();
}

static void
say_too_much(void)
{
	static const unsigned char head[] = { 0, 0, 0x40, 1, 0xc3 };

	(void)!send(0, head, sizeof(head), MSG_NOSIGNAL);
	say_nothing();
}

static void
die(void)
{
	(void)raise(SIGKILL);
}

/* It sees what comes back: a PIN would be an answer of text. */
static void
ask_and_say(void)
{
	struct kf_msg_answer answer;
	struct kf_frame f;

	frames_count = 1;
	say_frames();
	if (kf_frame_read(0, &f, INT64_MAX) == KF_OK &&
	    f.type == KF_MSG_ANSWER &&
	    kf_msg_get_answer(&f, &answer) == KF_OK &&
	    answer.kind == KF_ANSWER_FAILED) {
		frames[0] = frames[1];
		say_frames();
	}
}

/* --- root's side --- */

static struct kf_key_enrol enrol;
static struct kf_person person;
static struct kf_key_done done;
static struct kf_key_done good;
static char roots_text[] = "roots";

static enum kf_exit
run(void (*how)(void))
{
	enum kf_exit status;

	say = how;
	memset(&done, 0xff, sizeof(done));
	status = kf_key_session(&enrol, &person, &done);
	/* Nobody is left behind. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return status;
}

static void
put_good(void)
{
	assert_int_equal(kf_key_talk_put_done(&frames[0], &good), KF_OK);
	frames_count = 1;
	cut = 0;
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
	assert_int_equal(run(say_frames), KF_EXIT_DONE);
	assert_memory_equal(&done, &good, sizeof(done));
	good.key.credential_len = KF_KEY_CREDENTIAL_MAX;
	good.key.algorithm = KF_RS256;
	good.key.public_key_len = KF_PUBLIC_KEY_MAX;
	good.key.synced = true;
	good.key.attestation = KF_ATTESTATION_NONE;
	put_good();
	assert_int_equal(run(say_frames), KF_EXIT_DONE);
	assert_memory_equal(&done, &good, sizeof(done));
	prepare();
	enrol.roots = (struct kf_roots){ roots_text, 5 };
	good.key.attestation = KF_ATTESTATION_CHAIN;
	put_good();
	assert_int_equal(run(say_frames), KF_EXIT_DONE);
}

#define LIE(statement) \
	do { \
		prepare(); \
		statement; \
		put_good(); \
		if (run(say_frames) != KF_EXIT_ERROR) \
			fail_msg("%s", #statement); \
	} while (0)
#define BYTE(at, value) \
	do { \
		prepare(); \
		frames[0].payload[at] = (value); \
		if (run(say_frames) != KF_EXIT_ERROR) \
			fail_msg("byte %d = %d", (at), (value)); \
	} while (0)

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
	BYTE(1, 2);		/* synced */
	BYTE(23, 2);		/* the length of the id: over its limit */
	BYTE(23, 0xff);
	/* What the child was to refuse. */
	LIE((good.key.credential_len = 32, memset(good.key.credential, 1,
	    32)));
	LIE((good.key.synced = true, enrol.in.conf.key_synced_deny = true));
	LIE(enrol.in.conf.key_aaguid_count = 1);
	LIE(enrol.roots = ((struct kf_roots){ roots_text, 5 }));
	LIE(good.key.attestation = KF_ATTESTATION_CHAIN);
	LIE((enrol.ssh_file = "id", good.key.algorithm = KF_RS256,
	    good.key.public_key_len = KF_PUBLIC_KEY_MAX));
	prepare();
	frames[0].payload[frames[0].len++] = 0;
	assert_int_equal(run(say_frames), KF_EXIT_ERROR);
	for (unsigned type = 0; type < 256; type++) {
		prepare();
		frames[0].type = (uint8_t)type;
		assert_int_equal(run(say_frames), type == KF_KEY_TALK_DONE ?
		    KF_EXIT_DONE : KF_EXIT_ERROR);
	}
}

/* Whoever does not come to the end has said nothing. */
static void
short_and_long(void **state)
{
	(void)state;
	prepare();
	for (size_t len = frames[0].len; len > 0; len -= len < 7 ? len : 7) {
		frames[0].len = len - 1;
		assert_int_equal(run(say_frames), KF_EXIT_ERROR);
		put_good();
		cut = len;
		assert_int_equal(run(say_frames), KF_EXIT_ERROR);
		put_good();
	}
	frames_count = 0;
	assert_int_equal(run(say_frames), KF_EXIT_ERROR);
	assert_int_equal(run(die), KF_EXIT_ERROR);
	assert_int_equal(run(say_too_much), KF_EXIT_ERROR);
}

static void
put_show(unsigned what, const char *path, const char *name, unsigned fido2)
{
	struct kf_key_shown shown = { .number = 0 };

	(void)snprintf(shown.path, sizeof(shown.path), "%s", path);
	(void)snprintf(shown.name, sizeof(shown.name), "%s", name);
	assert_int_equal(kf_key_talk_put_show(&frames[0], &shown), KF_OK);
	frames[0].payload[0] = (unsigned char)what;
	frames[0].payload[frames[0].len - 17] = (unsigned char)fido2;
	assert_int_equal(kf_key_talk_put_done(&frames[1], &good), KF_OK);
	frames_count = 2;
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
		assert_int_equal(run(say_frames), what >= 1 &&
		    what <= KF_KEY_SHOW_WRONG_FINGER ? KF_EXIT_DONE :
		    KF_EXIT_ERROR);
	}
	put_show(KF_KEY_SHOW_DEVICE, "/dev/hidraw0", "Key", 2);
	assert_int_equal(run(say_frames), KF_EXIT_ERROR);
	for (size_t i = 0; i < UNIT_COUNT(dirty); i++) {
		put_show(KF_KEY_SHOW_DEVICE, dirty[i], "Key", 1);
		assert_int_equal(run(say_frames), KF_EXIT_ERROR);
		put_show(KF_KEY_SHOW_DEVICE, "/dev/hidraw0", dirty[i], 1);
		assert_int_equal(run(say_frames), KF_EXIT_ERROR);
	}
	/* There is one key, with number 0. */
	put_show(KF_KEY_SHOW_KNOWN, "/dev/hidraw0", "Key", 1);
	frames[0].payload[1] = 1;
	assert_int_equal(run(say_frames), KF_EXIT_ERROR);
	/* No more than an enrolment shows. */
	put_show(KF_KEY_SHOW_BUSY, "", "", 0);
	frames_count = 1;
	assert_int_equal(run(say_without_end), KF_EXIT_ERROR);
}

static void
stopping(void **state)
{
	(void)state;
	prepare();
	for (unsigned why = 0; why < 256; why++) {
		const struct kf_key_stopped stopped = { why, 0 };
		enum kf_exit status;

		kf_key_talk_put_stopped(&frames[0], &stopped);
		frames_count = 1;
		status = run(say_frames);
		assert_int_not_equal(status, KF_EXIT_DONE);
		if (why == 0 || why >= KF_KEY_STOPS)
			assert_int_equal(status, KF_EXIT_ERROR);
		if (why == KF_KEY_STOP_KNOWN)
			assert_int_equal(status, KF_EXIT_POLICY);
	}
	frames[0].payload[0] = KF_KEY_STOP_KNOWN;
	frames[0].payload[1] = 1;
	assert_int_equal(run(say_frames), KF_EXIT_ERROR);
}

/* Without a terminal nothing is asked, and that is the answer. */
static void
asking(void **state)
{
	const struct kf_key_asked pin = { KF_KEY_ASK_PIN, 8 };

	(void)state;
	prepare();
	frames[1] = frames[0];
	kf_key_talk_put_ask(&frames[0], &pin);
	assert_int_equal(run(ask_and_say), KF_EXIT_DONE);
	for (unsigned what = 0; what < 256; what++) {
		kf_key_talk_put_ask(&frames[0], &pin);
		frames[0].payload[0] = (unsigned char)what;
		if (what != KF_KEY_ASK_PIN && what != KF_KEY_ASK_CHOICE)
			assert_int_equal(run(ask_and_say), KF_EXIT_ERROR);
	}
}

static void
silence(void **state)
{
	(void)state;
	prepare();
	/* All but a moment of the limit. */
	unit_set_leap(59900);
	assert_int_equal(run(say_nothing), KF_EXIT_ERROR);
}

/* Where /dev/tty is no terminal of whoever runs the tests. */
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
