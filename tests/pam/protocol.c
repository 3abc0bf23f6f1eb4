/*
 * The real verifier against modules that break the protocol.  A message that is
 * not legal must end the session: no grant, no charge, and the verifier exits.
 */
#include "tests/pam/people.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/client.h"
#include "common/clock.h"
#include "common/frame.h"
#include "common/paths.h"

#define LEAVE_MS 10000

static struct person *alice;	/* who logs in */
static struct kf_process v;	/* the verifier */
static struct kf_frame f;	/* the last message, of either side */

static void
start(void)
{
	assert_int_equal(kf_client_start(kf_path_verify, &v), KF_OK);
}

static void
say_bytes(const void *bytes, size_t len)
{
	(void)!send(v.fd, bytes, len, MSG_NOSIGNAL);
}

static size_t
encode(unsigned char *bytes)
{
	size_t len = f.len + 1;

	bytes[0] = 0;
	bytes[1] = 0;
	bytes[2] = (unsigned char)(len >> 8);
	bytes[3] = (unsigned char)len;
	bytes[4] = f.type;
	memcpy(bytes + 5, f.payload, f.len);
	return f.len + 5;
}

static void
say(void)
{
	static unsigned char bytes[KF_FRAME_MAX + 4];

	say_bytes(bytes, encode(bytes));
}

static void
say_type(unsigned type, size_t len)
{
	memset(&f, 0, sizeof(f));
	f.type = (uint8_t)type;
	f.len = len;
	say();
}

static void
put_hello(void)
{
	const struct kf_msg_hello hello = { .version = KF_PROTOCOL_VERSION,
		.nonce = "0123456789abcde" };

	kf_msg_put_hello(&f, &hello);
}

static void
say_hello(void)
{
	put_hello();
	say();
}

static struct kf_msg_request
a_request(void)
{
	struct kf_msg_request r = { .operation = KF_OP_AUTH,
		.uid = alice->uid, .service = "test",
		.conf = PEOPLE_DIR "/conf1",
		.flags = KF_FLAG_AFTER_FIRST_FACTOR };

	(void)snprintf(r.user, sizeof(r.user), "%s", alice->name);
	return r;
}

static void
say_request(const struct kf_msg_request *r)
{
	assert_int_equal(kf_msg_put_request(&f, r), KF_OK);
	say();
}

static void
put_answer(const char *text)
{
	struct kf_msg_answer answer = { .kind = KF_ANSWER_TEXT };

	assert_int_equal(kf_secret_set(&answer.text, text, strlen(text)),
	    KF_OK);
	assert_int_equal(kf_msg_put_answer(&f, &answer), KF_OK);
}

static void
say_answer(const char *text)
{
	put_answer(text);
	say();
}

/* Reads the next message into f; returns its type, 0 when there is none. */
static unsigned
hear(void)
{
	return kf_frame_read(v.fd, &f, kf_clock_monotonic() + LEAVE_MS) ==
	    KF_OK ? f.type : 0;
}

/* Starts a verifier, and goes on until it has asked for a code. */
static void
reach_question(void)
{
	struct kf_msg_request r = a_request();

	start();
	say_hello();
	assert_int_equal(hear(), KF_MSG_HELLO_OK);
	say_request(&r);
	assert_int_equal(hear(), KF_MSG_ASK_ECHO);
}

/*
 * Reads further messages, which must not be a grant, until the verifier exits
 * by itself.  Returns the type of the last message, 0 if there was none.
 */
static unsigned
leaves(void)
{
	struct pollfd p = { .fd = v.pidfd, .events = POLLIN };
	unsigned last = 0, type;

	while ((type = hear()) != 0) {
		assert_int_not_equal(type, KF_MSG_GRANT);
		assert_int_not_equal(type, KF_MSG_EXEMPT);
		last = type;
	}
	assert_int_equal(poll(&p, 1, LEAVE_MS), 1);
	kf_client_stop(&v);
	return last;
}

/* The verifier must exit, without a message or with a denial. */
static void
gives_up(void)
{
	unsigned last = leaves();

	assert_true(last == 0 || last == KF_MSG_DENY);
}

static void
leaves_when_closed(void)
{
	struct pollfd p = { .fd = v.pidfd, .events = POLLIN };

	assert_int_equal(close(v.fd), 0);
	v.fd = -1;
	assert_int_equal(poll(&p, 1, LEAVE_MS), 1);
	kf_client_stop(&v);
}

static void
nothing_was_charged(void)
{
	struct kf_state s = people_state(alice);

	assert_int_equal(s.counts[KF_POSITION_KNOWN].failures, 0);
	assert_int_equal(s.counts[KF_POSITION_STRANGER].failures, 0);
	assert_int_equal(s.lines, 0);
}

/* Tests */

static void
honest(void **state)
{
	struct person *p = alice;
	char code[9];

	(void)state;
	alice = people_next();
	people_code(alice, 0, code);
	reach_question();
	say_answer(code);
	assert_int_equal(hear(), KF_MSG_GRANT);
	assert_memory_equal(f.payload, "0123456789abcde", KF_NONCE_SIZE);
	assert_int_equal(leaves(), 0);
	alice = p;
}

static void
bad_hello(void **state)
{
	static const unsigned char hellos[][32] = {
		/* short, long, version 0, 2 and 256 */
		{ 0, 0, 0, 18, 1, 0, 1 }, { 0, 0, 0, 20, 1, 0, 1 },
		{ 0, 0, 0, 19, 1, 0, 0 }, { 0, 0, 0, 19, 1, 0, 2 },
		{ 0, 0, 0, 19, 1, 1, 0 },
		/* wrong lengths of the frame */
		{ 0, 0, 0, 0, 1 }, { 0, 0, 0x40, 1, 1 }, { 0xff, 0xff, 0xff,
		0xff, 1 }, { 0x80, 0, 0, 19, 1 }, { 0, 1, 0, 19, 1 },
		"GET / HTTP/1.1\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(hellos); i++) {
		start();
		say_bytes(hellos[i], sizeof(hellos[i]));
		gives_up();
	}
}

/* Each type of message before HELLO, before REQUEST, and at a question. */
static void
wrong_order(void **state)
{
	struct kf_msg_request r = a_request();

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		start();
		if (type != KF_MSG_HELLO) {
			say_type(type, 0);
			assert_int_equal(leaves(), 0);
			start();
		}
		say_hello();
		assert_int_equal(hear(), KF_MSG_HELLO_OK);
		say_type(type, type == KF_MSG_REQUEST ? 5 : 0);
		say_request(&r);
		assert_int_equal(leaves(), 0);
		if (type == KF_MSG_CANCEL)
			continue;
		reach_question();
		say_type(type, type == KF_MSG_ANSWER ? 2 : 0);
		say_answer("123456");
		gives_up();
	}
	nothing_was_charged();
}

static void
two_requests(void **state)
{
	struct kf_msg_request r = a_request();
	char code[9];

	(void)state;
	people_code(alice, 0, code);
	start();
	say_hello();
	say_request(&r);
	say_request(&r);
	say_answer(code);
	assert_int_equal(hear(), KF_MSG_HELLO_OK);
	(void)leaves();
	/* A REQUEST for another person after the question. */
	reach_question();
	r.uid = 0;
	(void)snprintf(r.user, sizeof(r.user), "root");
	say_request(&r);
	say_answer(code);
	assert_int_equal(leaves(), 0);
	nothing_was_charged();
}

/* An ANSWER before HELLO or before REQUEST. */
static void
answer_unasked(void **state)
{
	char code[9];

	(void)state;
	people_code(alice, 0, code);
	start();
	say_answer(code);
	assert_int_equal(leaves(), 0);
	start();
	say_hello();
	say_answer(code);
	assert_int_equal(hear(), KF_MSG_HELLO_OK);
	assert_int_equal(leaves(), 0);
	nothing_was_charged();
}

static void
bad_requests(void **state)
{
	static const struct {
		size_t at;
		unsigned char value;
	} table[] = {
		{ 0, 0 }, { 0, 3 }, { 0, 255 },		/* operation */
		{ 7, 0 },				/* NUL in conf */
		{ 5, 0xff }, { 6, 0xff },		/* its length */
	};

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(table) + 34; i++) {
		struct kf_msg_request r = a_request();

		start();
		say_hello();
		assert_int_equal(hear(), KF_MSG_HELLO_OK);
		if (i >= PEOPLE_COUNT(table) + 2)
			r.flags |= UINT32_C(1) << (i - PEOPLE_COUNT(table) -
			    2);
		assert_int_equal(kf_msg_put_request(&f, &r), KF_OK);
		if (i < PEOPLE_COUNT(table))
			f.payload[table[i].at] = table[i].value;
		else if (i == PEOPLE_COUNT(table))
			f.len--;
		else if (i == PEOPLE_COUNT(table) + 1)
			f.payload[f.len++] = 0;
		else if ((r.flags & ~KF_FLAGS_ALL) == 0)
			f.len = 0;
		say();
		assert_int_equal(leaves(), 0);
	}
	nothing_was_charged();
}

/*
 * Well-formed requests with a wrong uid, user, configuration or operation, and
 * Alice's right code: all are denied.
 */
static void
requests_that_prove_nothing(void **state)
{
	struct kf_msg_request table[] = { a_request(), a_request(),
		a_request(), a_request(), a_request(), a_request(),
		a_request(), a_request(), a_request() };
	const struct person *bob = people_next();
	char code[9];

	(void)state;
	people_code(alice, 0, code);
	table[0].uid = KF_UID_UNKNOWN;
	table[1].user[0] = '\0';
	(void)snprintf(table[2].user, sizeof(table[2].user), "%s", bob->name);
	table[3].uid = bob->uid;
	table[4].uid = 4000000000U;
	(void)snprintf(table[5].conf, sizeof(table[5].conf), "conf1");
	(void)snprintf(table[6].conf, sizeof(table[6].conf),
	    "/nonexistent/conf");
	(void)snprintf(table[7].conf, sizeof(table[7].conf), PEOPLE_DIR
	    "/../keyfirst-pam/conf1");
	/* `account`, for a service that require-proof names. */
	table[8].operation = KF_OP_ACCOUNT;
	(void)snprintf(table[8].service, sizeof(table[8].service), "sshd");
	for (size_t i = 0; i < PEOPLE_COUNT(table); i++)
		for (int known = 0; known < 2; known++) {
			table[i].flags = known == 1 ?
			    KF_FLAG_AFTER_FIRST_FACTOR : 0;
			start();
			say_hello();
			say_request(&table[i]);
			say_answer(code);
			assert_int_equal(leaves(), KF_MSG_DENY);
		}
	nothing_was_charged();
}

static void
bad_answers(void **state)
{
	static const struct {
		unsigned char payload[8];
		size_t len;
	} table[] = {
		{ { 0 }, 0 }, { { 0 }, 1 }, { { 0, 0 }, 2 },
		{ { 0, 0, 7, '1' }, 4 }, { { 0, 0, 0, '1' }, 4 },
		{ { 4, 0, 0 }, 3 }, { { 255, 0, 0 }, 3 },
		{ { 1, 0, 1, '1' }, 4 }, { { 2, 0, 1, '1' }, 4 },
		{ { 3, 0, 1, '1' }, 4 },
		/* 1,025 bytes, and a length of 65,535 with fewer bytes */
		{ { 0, 4, 1 }, 3 + 1025 }, { { 0, 0xff, 0xff }, 3 + 16000 },
	};

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(table); i++) {
		reach_question();
		memset(&f, '1', sizeof(f));
		f.type = KF_MSG_ANSWER;
		f.len = table[i].len;
		memcpy(f.payload, table[i].payload, table[i].len < 8 ?
		    table[i].len : 3);
		say();
		gives_up();
	}
	nothing_was_charged();
}

/* CANCEL at a question is ignored; CANCEL with a payload is an error. */
static void
cancel(void **state)
{
	struct person *p = alice;
	char code[9];

	(void)state;
	alice = people_next();
	people_code(alice, 0, code);
	reach_question();
	for (int i = 0; i < 2000; i++)
		say_type(KF_MSG_CANCEL, 0);
	say_answer(code);
	assert_int_equal(hear(), KF_MSG_GRANT);
	assert_int_equal(leaves(), 0);
	alice = p;
	reach_question();
	say_type(KF_MSG_CANCEL, 1);
	assert_int_equal(leaves(), 0);
	nothing_was_charged();
}

/*
 * The module closes its end after each byte of a session.  An answer that is
 * not complete is not charged.
 */
static void
gone_at_each_byte(void **state)
{
	static unsigned char bytes[4096];
	struct kf_msg_request r = a_request();
	size_t hello, request, all;
	char code[9];

	(void)state;
	people_code(alice, 0, code);
	put_hello();
	hello = encode(bytes);
	assert_int_equal(kf_msg_put_request(&f, &r), KF_OK);
	request = hello + encode(bytes + hello);
	put_answer(code);
	all = request + encode(bytes + request);
	for (size_t n = 0; n < all; n++) {
		start();
		say_bytes(bytes, n);
		leaves_when_closed();
	}
	/* The same with a verifier that has asked already. */
	for (size_t n = request; n < all; n++) {
		reach_question();
		say_bytes(bytes + request, n - request);
		leaves_when_closed();
	}
	nothing_was_charged();
}

/* The verifier waits for an answer as long as the module is there. */
static void
silent(void **state)
{
	struct pollfd p;

	(void)state;
	reach_question();
	say_bytes("\0\0\0", 3);
	p = (struct pollfd){ .fd = v.pidfd, .events = POLLIN };
	assert_int_equal(poll(&p, 1, 300), 0);
	leaves_when_closed();
	nothing_was_charged();
}

/* A hundred silent sessions do not hinder another one. */
static void
many_silent(void **state)
{
	static struct kf_process silent_ones[100];
	struct person *p = alice;
	char code[9];

	(void)state;
	for (size_t i = 0; i < PEOPLE_COUNT(silent_ones); i++) {
		reach_question();
		silent_ones[i] = v;
	}
	alice = people_next();
	people_code(alice, 0, code);
	reach_question();
	say_answer(code);
	assert_int_equal(hear(), KF_MSG_GRANT);
	assert_int_equal(leaves(), 0);
	alice = p;
	for (size_t i = 0; i < PEOPLE_COUNT(silent_ones); i++) {
		v = silent_ones[i];
		leaves_when_closed();
	}
	nothing_was_charged();
}

/* The verifier, started in a wrong way */

/*
 * Executes the verifier with these descriptors (-1: closed), as that uid;
 * returns its exit status.
 */
static int
exec_on(int in, int out, uid_t uid)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		char *const argv[] = { (char *)(uintptr_t)kf_path_verify,
			NULL };
		char *const envp[] = { NULL };

		if (in >= 0 && in != 0)
			(void)dup2(in, 0);
		for (int fd = 1; fd <= 2; fd++)
			if (out >= 0)
				(void)dup2(out, fd);
			else
				(void)close(fd);
		if (in < 0)
			(void)close(0);
		(void)syscall(SYS_close_range, 3U, ~0U, 0U);
		if (uid != 0 && (setgroups(0, NULL) != 0 ||
		    setresgid(uid, uid, uid) != 0 ||
		    setresuid(uid, uid, uid) != 0))
			_exit(0);
		(void)execve(kf_path_verify, argv, envp);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
called_by_others(void **state)
{
	static unsigned char bytes[4096];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int pair[2], ends[2];
	ssize_t said;

	(void)state;
	put_hello();
	said = (ssize_t)encode(bytes);
	assert_true(null >= 0);
	/* Its standard input is /dev/null, closed, or a pipe. */
	assert_int_equal(exec_on(null, null, 0), 1);
	assert_int_equal(exec_on(-1, null, 0), 1);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(exec_on(ends[0], null, 0), 1);
	(void)close(ends[0]);
	(void)close(ends[1]);
	/* Started by a user that is not root. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    pair), 0);
	assert_int_equal(send(pair[0], bytes, (size_t)said, 0), said);
	assert_int_equal(exec_on(pair[1], null, 65534), 1);
	/* Its standard output and error are closed. */
	assert_int_equal(exec_on(pair[1], -1, 0), 1);
	/* None of them has read a byte. */
	assert_int_equal(recv(pair[1], bytes, sizeof(bytes), MSG_DONTWAIT),
	    said);
	(void)close(pair[0]);
	(void)close(pair[1]);
	/* Started by root, with a socket that another user has made. */
	assert_int_equal(seteuid(65534), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
	    pair), 0);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(send(pair[0], bytes, (size_t)said, 0), said);
	assert_int_equal(exec_on(pair[1], null, 0), 1);
	assert_int_equal(recv(pair[1], bytes, sizeof(bytes), MSG_DONTWAIT),
	    said);
	(void)close(pair[0]);
	(void)close(pair[1]);
	(void)close(null);
}

static int
choose_alice(void **state)
{
	(void)state;
	alice = people_next();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest),
		cmocka_unit_test(bad_hello),
		cmocka_unit_test(wrong_order),
		cmocka_unit_test(two_requests),
		cmocka_unit_test(answer_unasked),
		cmocka_unit_test(bad_requests),
		cmocka_unit_test(requests_that_prove_nothing),
		cmocka_unit_test(bad_answers),
		cmocka_unit_test(cancel),
		cmocka_unit_test(gone_at_each_byte),
		cmocka_unit_test(silent),
		cmocka_unit_test(many_silent),
		cmocka_unit_test(called_by_others),
	};

	people_start(8);
	return cmocka_run_group_tests_name("protocol", tests, choose_alice,
	    NULL);
}
