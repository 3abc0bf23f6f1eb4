/* A device program that misbehaves; see device_fake.h. */
#include "tests/unit/key_dialogue/device_fake.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/clock.h"
#include "key_protocol/msg.h"

static struct kf_frame f;

static void
say(void)
{
	if (kf_frame_write(0, &f, kf_clock_monotonic() + 10000) != KF_OK)
		_exit(1);
}

static void
say_bare(enum kf_key_msg_type type)
{
	kf_key_put_bare(&f, type);
	say();
}

static void
put_opened(void)
{
	const struct kf_key_opened m = { .fido2 = true };

	kf_key_put_opened(&f, &m);
}

static void
say_opened(void)
{
	put_opened();
	say();
}

static void
hear(void)
{
	if (kf_frame_read(0, &f, kf_clock_monotonic() + 100000) != KF_OK)
		_exit(1);
}

static void
say_found(uint32_t held)
{
	const struct kf_key_found m = { .held = held };

	if (kf_key_put_found(&f, &m) != KF_OK)
		_exit(1);
	say();
}

static void
say_asserted(void)
{
	static struct kf_key_asserted m = { .authdata_len = 37,
		.signature_len = 70 };

	(void)!kf_key_put_asserted(&f, &m);
	say();
}

static void
say_garbage(void)
{
	char bytes[1 << 14];

	memset(bytes, 0xff, sizeof(bytes));
	for (;;)
		if (send(0, bytes, sizeof(bytes), MSG_NOSIGNAL) < 0)
			_exit(1);
}

static void __attribute__((noreturn))
stay(void)
{
	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_IGN);
	for (;;)
		(void)pause();
}

/* The modes that misbehave before the device is open. */
static void
open_badly(const char *mode)
{
	if (strcmp(mode, "silent") == 0)
		stay();
	if (strcmp(mode, "dies") == 0)
		(void)kill(getpid(), SIGKILL);
	if (strcmp(mode, "garbage") == 0)
		say_garbage();
	if (strcmp(mode, "answers-unasked") == 0)
		say_asserted();
	if (strcmp(mode, "found-unasked") == 0)
		say_found(1);
	if (strcmp(mode, "busy-twice") == 0) {
		say_bare(KF_KEY_MSG_BUSY);
		say_bare(KF_KEY_MSG_BUSY);
	}
	if (strcmp(mode, "opened-long") == 0) {
		put_opened();
		f.len++;
		say();
	}
	if (strcmp(mode, "failed") == 0) {
		kf_key_put_failed(&f, KF_KEY_FAILED_GONE);
		say();
	}
	if (strcmp(mode, "busy") == 0) {
		say_bare(KF_KEY_MSG_BUSY);
		stay();
	}
}

/* The modes that misbehave after the first request. */
static void
work_badly(const char *mode)
{
	if (strcmp(mode, "work-dies") == 0)
		(void)kill(getpid(), SIGKILL);
	if (strcmp(mode, "work-silent") == 0 || strcmp(mode, "stubborn") == 0)
		stay();
	if (strcmp(mode, "work-garbage") == 0)
		say_garbage();
	if (strcmp(mode, "wrong-answer") == 0)
		say_asserted();
	if (strcmp(mode, "opened-again") == 0)
		say_opened();
	if (strcmp(mode, "echo") == 0)
		say();
	if (strcmp(mode, "half") == 0) {
		(void)!send(0, "\0\0\0\5\203\0", 6, MSG_NOSIGNAL);
		stay();
	}
	if (strcmp(mode, "twice") == 0) {
		say_found(1);
		say_found(1);
	}
	if (strcmp(mode, "honest") == 0)
		for (;;) {
			say_found(1);
			hear();
		}
}

void
device_fake(const char *mode)
{
	open_badly(mode);
	say_opened();
	if (strcmp(mode, "idle-talks") == 0)
		say_found(1);
	hear();
	work_badly(mode);
	stay();
}
