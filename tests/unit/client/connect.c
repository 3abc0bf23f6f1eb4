/*
 * kf_client_connect, by which callers that are not root reach a verifier.  A
 * listener that is not root must receive no byte, and no wait may last for
 * ever.  This program replaces two functions of libc: getsockopt, which tells
 * who listens, and setsockopt, which shortens the time-out for a full queue and
 * moves the clock by the difference.
 */
#include "tests/unit/client/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"

/*
 * What getsockopt answers for SO_PEERCRED: the truth, root, another user, no
 * user, an error, or too short a structure.
 */
static enum { AS_IT_IS, ROOT, SOMEBODY, NOBODY, FAILS, SHORT } listener;

int
getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	struct ucred *peer = value;
	int rc = (int)syscall(SYS_getsockopt, fd, level, name, value, len);

	if (rc != 0 || level != SOL_SOCKET || name != SO_PEERCRED)
		return rc;
	if (listener == ROOT || listener == SHORT)
		peer->uid = 0;
	if (listener == SOMEBODY)
		peer->uid = 1000;
	if (listener == NOBODY)
		peer->uid = (uid_t)-1;
	if (listener == SHORT)
		*len = 4;
	return listener == FAILS ? -1 : 0;
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	struct timeval limit;

	if (level == SOL_SOCKET && name == SO_SNDTIMEO) {
		memcpy(&limit, value, sizeof(limit));
		unit_skip(limit.tv_sec * 1000);
		limit = (struct timeval){ .tv_usec = 50000 };
		value = &limit;
	}
	return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

static int
listen_at(const char *path, int type, int queue)
{
	struct sockaddr_un where = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof(where.sun_path));
	memcpy(where.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&where, sizeof(where)),
	    0);
	if (queue >= 0)
		assert_int_equal(listen(fd, queue), 0);
	return fd;
}

/* Connecting must fail and leave nothing open; returns the error. */
static enum kf_err
refuses(const char *path)
{
	struct kf_process v;
	enum kf_err err = kf_client_connect(path, &v);

	assert_int_not_equal(err, KF_OK);
	assert_int_equal(v.fd, -1);
	assert_int_equal(v.pid, -1);
	assert_int_equal(v.pidfd, -1);
	return err;
}

static struct kf_outcome
run(struct kf_process *v, struct peer_person *person)
{
	const struct kf_ui ui = { person, peer_show, peer_ask };
	struct kf_outcome outcome;

	kf_client_run(v->fd, &peer_request, &ui, &outcome);
	kf_client_stop(v);
	return outcome;
}

/* Root listens: it works.  Otherwise the tests below would prove nothing. */
static void
root_grants(void **state)
{
	const char *path = unit_path("granting");
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome;
	struct kf_process v;
	int status, fd = listen_at(path, SOCK_STREAM, 4);
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct peer p = { .fd = accept(fd, NULL, NULL), .budget = -1 };

		peer_honest_grant(&p);
		_exit(0);
	}
	listener = ROOT;
	assert_int_equal(kf_client_connect(path, &v), KF_OK);
	assert_int_equal(fcntl(v.fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(v.pid, -1);
	assert_int_equal(v.pidfd, -1);
	outcome = run(&v, &person);
	assert_true(kf_verdict_is_grant(&outcome.verdict));
	/* The client has not collected the listener, which is our child. */
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(close(fd), 0);
}

static void
others_hear_nothing(void **state)
{
	const char *path = unit_path("others");
	int fd = listen_at(path, SOCK_STREAM, 4);

	(void)state;
	for (listener = AS_IT_IS; listener <= SHORT; listener++) {
		char byte;
		int peer;

		if (listener == ROOT)
			continue;
		assert_int_equal(refuses(path), KF_ERR_UNTRUSTED);
		peer = accept(fd, NULL, NULL);
		assert_true(peer >= 0);
		assert_int_equal(recv(peer, &byte, 1, 0), 0);
		assert_int_equal(close(peer), 0);
	}
	assert_int_equal(close(fd), 0);
}

static void
nobody_listens(void **state)
{
	const char *dead = unit_path("dead");
	const char *deaf = unit_path("deaf");
	const char *other = unit_path("other");
	char longest[200];
	int datagrams = listen_at(other, SOCK_DGRAM, -1);
	int fd = listen_at(deaf, SOCK_STREAM, -1);

	(void)state;
	listener = ROOT;
	assert_int_equal(close(listen_at(dead, SOCK_STREAM, 4)), 0);
	assert_int_equal(refuses(dead), KF_ERR_MISSING);
	assert_int_equal(refuses(deaf), KF_ERR_MISSING);
	assert_int_equal(refuses(unit_path("none")), KF_ERR_MISSING);
	assert_int_equal(refuses(unit_path("none/none")), KF_ERR_MISSING);
	unit_write(unit_path("file"), "", 0, 0666);
	assert_int_equal(refuses(unit_path("file")), KF_ERR_MISSING);
	assert_int_equal(refuses(unit_top), KF_ERR_MISSING);
	assert_int_equal(refuses(other), KF_ERR_IO);
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	for (size_t len = 107; len <= 109; len++) {
		longest[len] = '\0';
		assert_int_equal(refuses(longest), len < 108 ?
		    KF_ERR_MISSING : KF_ERR_RANGE);
		longest[len] = 'a';
	}
	assert_int_equal(refuses(""), KF_ERR_RANGE);
	assert_int_equal(refuses("verify.socket"), KF_ERR_RANGE);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(datagrams), 0);
}

/* A listener that never calls accept(), with a full queue. */
static void
queue_is_full(void **state)
{
	const char *path = unit_path("full");
	struct kf_process first;
	int fd = listen_at(path, SOCK_STREAM, 0);
	int64_t begun;

	(void)state;
	listener = ROOT;
	assert_int_equal(kf_client_connect(path, &first), KF_OK);
	begun = kf_clock_monotonic();
	assert_int_equal(refuses(path), KF_ERR_TIMEOUT);
	assert_in_range(kf_clock_monotonic() - begun, 4000, 10000);
	kf_client_stop(&first);
	assert_int_equal(close(fd), 0);
}

static void
never_accepted(void **state)
{
	const char *path = unit_path("silent");
	struct peer_person person = { .kind = KF_ANSWER_TEXT };
	struct kf_outcome outcome;
	struct kf_process v;
	int fd = listen_at(path, SOCK_STREAM, 4);

	(void)state;
	listener = ROOT;
	assert_int_equal(kf_client_connect(path, &v), KF_OK);
	outcome = run(&v, &person);
	assert_true(peer_is_denied(&outcome));
	assert_int_equal(outcome.err, KF_ERR_TIMEOUT);
	assert_int_equal(person.asked, 0);
	assert_int_equal(close(fd), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT_TEST(root_grants),
		UNIT_TEST(others_hear_nothing),
		UNIT_TEST(nobody_listens),
		UNIT_TEST(queue_is_full),
		UNIT_TEST(never_accepted),
	};

	unit_start();
	return cmocka_run_group_tests_name("client_connect", tests, NULL,
	    NULL);
}
