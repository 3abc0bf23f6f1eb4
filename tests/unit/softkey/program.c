/*
 * softkey as a program: a device that several clients have open at once, and a
 * control socket.  The tests wait for events, and never sleep.
 */
#include "tests/unit/softkey/process.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int
before(void **state)
{
	(void)state;
	fido_init(0);
	memset(&judge, 0, sizeof(judge));
	program_start(NULL, NULL);
	return 0;
}

static int
after(void **state)
{
	(void)state;
	judge_close();
	assert_int_equal(program_stop(), 0);
	/* It removes its sockets when it exits. */
	assert_int_not_equal(access(program.device, F_OK), 0);
	assert_int_not_equal(access(program.controls, F_OK), 0);
	return 0;
}

static struct judge_credential one;

static void
make_one(void)
{
	assert_int_equal(program_open(), FIDO_OK);
	program_told("auto on", "ok");
	one = judge_made(0, FIDO_OPT_OMIT, NULL);
	program_told("auto off", "ok");
}

static void
touch(void **state)
{
	struct stat st;

	(void)state;
	make_one();
	program_told("touch", "error nothing waits");
	program_told("stats reset", "ok");
	/* Sent before the request; carried out when the key waits. */
	program_say(program.control, "wait touch\ntouch\nwait idle\nstats\n");
	assert_true(judge_good(&one));
	program_answered(program.control, "ok");
	program_answered(program.control, "ok");
	program_answered(program.control, "ok");
	program_answered(program.control, "ok openings=0 init=0 cbor=1 msg=0 "
	    "makecred=0 assert=1 silent=0 touches=1 cancels=0");
	fido_dev_force_u2f(judge.dev);
	program_say(program.control, "wait touch\ntouch\n");
	assert_true(judge_good(&one));
	program_answered(program.control, "ok");
	program_answered(program.control, "ok");
	program_say(program.control, "wait closed\n");
	assert_int_equal(fido_dev_close(judge.dev), FIDO_OK);
	program_answered(program.control, "ok");
	fido_dev_free(&judge.dev);
	program_say(program.control, "wait open\n");
	assert_int_equal(program_open(), FIDO_OK);
	program_answered(program.control, "ok");
	assert_int_equal(stat(program.root, &st), 0);
}

/* After a restart with the same secret it is the same key. */
static void
restart(void **state)
{
	(void)state;
	make_one();
	assert_int_equal(program_stop(), 0);
	program_start("--counter", "500");
	assert_int_equal(program_open(), FIDO_OK);
	program_told("auto on", "ok");
	assert_true(judge_good(&one));
	assert_int_equal(judge.got.counter, 500);
	assert_int_equal(program_stop(), 0);
	program_start("--secret",
	    "0000000000000000000000000000000000000000000000000000000000000001");
	assert_int_equal(program_open(), FIDO_OK);
	assert_int_equal(judge_touched(&one), FIDO_ERR_NO_CREDENTIALS);
}

static void
send_init(int fd, size_t from, size_t len)
{
	unsigned char report[80] = { 0, 0xff, 0xff, 0xff, 0xff, 0x86, 0, 8 };

	assert_int_equal(send(fd, report + from, len, 0), len);
}

static size_t
received(int fd)
{
	unsigned char bytes[256];
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	assert_int_equal(poll(&p, 1, PROGRAM_PATIENCE), 1);
	n = recv(fd, bytes, sizeof(bytes), 0);
	assert_true(n >= 0);
	return (size_t)n;
}

/*
 * As with hidraw, each client that has the device open gets every report, and a
 * report to the device has 65 bytes.
 */
static void
openings(void **state)
{
	struct pollfd p = { .events = POLLIN };
	int fds[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		fds[i] = program_join(program.device, SOCK_SEQPACKET);
		assert_true(fds[i] >= 0);
	}
	/* softkey accepts them one by one; the last may still be queued. */
	while (!program_says("stats", "ok openings=3 init=0"))
		continue;
	send_init(fds[0], 0, 65);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(received(fds[i]), 64);
	/* Without report id, too short, too long, with a wrong id. */
	send_init(fds[0], 1, 64);
	send_init(fds[0], 0, 64);
	send_init(fds[0], 0, 66);
	send_init(fds[0], 1, 65);
	program_told("stats", "ok openings=3 init=1");
	p.fd = fds[0];
	assert_int_equal(poll(&p, 1, 0), 0);
	program_told("hostile short-report", "ok");
	send_init(fds[1], 0, 65);
	assert_int_equal(received(fds[2]), 32);
	program_told("hostile long-report", "ok");
	send_init(fds[1], 0, 65);
	assert_int_equal(received(fds[2]), 128);
	program_say(program.control, "wait closed\n");
	for (size_t i = 0; i < 3; i++)
		close(fds[i]);
	program_answered(program.control, "ok");
}

static void
unplugged(void **state)
{
	(void)state;
	make_one();
	program_say(program.control, "wait touch\nunplug\n");
	assert_int_equal(judge_touched(&one), FIDO_ERR_RX);
	program_answered(program.control, "ok");
	program_answered(program.control, "ok");
	assert_int_not_equal(access(program.device, F_OK), 0);
	assert_int_not_equal(program_open(), FIDO_OK);
	program_told("unplug", "error");
	program_told("plug", "ok");
	program_told("plug", "error");
	assert_int_equal(program_open(), FIDO_OK);
	program_told("auto on", "ok");
	assert_int_equal(judge_touched(&one), FIDO_OK);
	program_told("hostile vanish", "ok");
	assert_int_equal(judge_touched(&one), FIDO_ERR_RX);
	assert_int_not_equal(access(program.device, F_OK), 0);
	program_told("hostile none", "ok");
	program_told("plug", "ok");
	assert_int_equal(program_open(), FIDO_OK);
	assert_true(judge_good(&one));
}

static void
controllers(void **state)
{
	int other = program_join(program.controls, SOCK_STREAM);
	char line[400];

	(void)state;
	assert_true(other >= 0);
	program_say(other, "wait open\n");
	program_told("retries", "ok pin=8");
	make_one();
	program_answered(other, "ok");
	program_say(other, "nonsense\nretries\n");
	program_answered(other, "error");
	program_answered(other, "ok");
	/* A line that is too long ends the connection. */
	memset(line, 'x', sizeof(line));
	assert_int_equal(write(other, line, sizeof(line)), sizeof(line));
	assert_true(read(other, line, sizeof(line)) <= 0);
	close(other);
	program_told("retries", "ok");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, before, after)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(touch),
		TEST(restart),
		TEST(openings),
		TEST(unplugged),
		TEST(controllers),
	};

	unit_start();
	return cmocka_run_group_tests_name("softkey_program", tests, NULL,
	    NULL);
}
