/* Calls as the service user; see as_service.h. */
#include "enroll_tool/as_service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/privileges.h"
#include "factors/factor.h"

#define CALL_MS 2000		/* of the child, for one person */
#define START_MS 3000		/* for it to start */
#define WRITE_FD 3

/* What goes through the pipe for one person; a state as its slot. */
struct answer {
	unsigned char err;
	char slot[KF_SLOT_SIZE];
};

/*
 * What the person has enrolled is read here too, so that root need not pass
 * anything in.
 */
static enum kf_err
repair(struct kf_store *store, uint32_t uid, bool first_use, int64_t deadline)
{
	struct kf_person person;
	struct kf_state spent;
	enum kf_err err = kf_store_get(store, uid, deadline, &person);

	if (err != KF_OK)
		return err;
	kf_factor_spent(&person, kf_clock_wall(), first_use, &spent);
	return kf_store_repair_state(store, &spent, first_use, deadline);
}

static enum kf_err
call_store(enum kf_service_call call, struct kf_store *store, uint32_t uid,
    struct kf_state *state)
{
	int64_t deadline = kf_clock_monotonic() + CALL_MS;
	enum kf_err err = KF_OK;

	switch (call) {
	case KF_SERVICE_READ:
		break;
	case KF_SERVICE_CREATE:
		err = kf_store_create_state(store, uid, deadline);
		break;
	case KF_SERVICE_UNLOCK:
		err = kf_store_unlock(store, uid, deadline);
		break;
	case KF_SERVICE_REPAIR:
		err = repair(store, uid, false, deadline);
		break;
	case KF_SERVICE_FIRST_USE:
		err = repair(store, uid, true, deadline);
		break;
	case KF_SERVICE_DELETE:
		return kf_store_delete_state(store, uid, deadline);
	}
	return err == KF_OK ? kf_store_state(store, uid, deadline, state) :
	    err;
}

static bool
write_all(int fd, const void *bytes, size_t len)
{
	const char *p = bytes;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

/* Nothing of root's is left but the write end of the pipe. */
static bool
become_service(int pipe_fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	uid_t uid;
	gid_t gid;

	if (null < 0 || dup2(null, 0) != 0 || dup2(null, 1) != 1 ||
	    dup2(null, 2) != 2)
		return false;
	if (pipe_fd != WRITE_FD && dup2(pipe_fd, WRITE_FD) != WRITE_FD)
		return false;
	return kf_service_user(&uid, &gid) == KF_OK &&
	    kf_privileges_drop(uid, gid, WRITE_FD + 1) == KF_OK;
}

static void __attribute__((noreturn))
serve(enum kf_service_call call, const char *spec,
    const struct kf_service_result *results, size_t count, int pipe_fd)
{
	struct kf_store *store = NULL;
	enum kf_err opened;

	if (!become_service(pipe_fd))
		_exit(1);
	opened = kf_store_open(spec, &store);
	for (size_t i = 0; i < count; i++) {
		struct kf_state state = { 0 };
		struct answer answer = { 0 };
		enum kf_err err = opened;

		if (err == KF_OK)
			err = call_store(call, store, results[i].uid, &state);
		if (err == KF_OK && call != KF_SERVICE_DELETE)
			err = kf_state_format(&state, answer.slot);
		answer.err = (unsigned char)err;
		if (!write_all(WRITE_FD, &answer, sizeof(answer)))
			_exit(1);
	}
	_exit(0);
}

static enum kf_err
read_answer(int fd, struct answer *answer, int64_t deadline)
{
	size_t done = 0;

	while (done < sizeof(*answer)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - kf_clock_monotonic();
		ssize_t n;

		if (left <= 0)
			return KF_ERR_TIMEOUT;
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return KF_ERR_IO;
		if (p.revents == 0)
			continue;
		n = read(fd, (char *)answer + done, sizeof(*answer) - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? KF_ERR_CLOSED : KF_ERR_IO;
		done += (size_t)n;
	}
	return KF_OK;
}

/* A store's own errors; whatever else is claimed is not believed. */
static enum kf_err
claimed(unsigned char err)
{
	static const enum kf_err known[] = {
		KF_OK, KF_ERR_NO_USER, KF_ERR_CONFLICT, KF_ERR_LOCKED,
		KF_ERR_EXPIRED, KF_ERR_UNAVAILABLE, KF_ERR_CORRUPT,
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (err == (unsigned char)known[i])
			return known[i];
	return KF_ERR_PROTOCOL;
}

static enum kf_err
take(enum kf_service_call call, int fd, int64_t deadline,
    struct kf_service_result *result)
{
	struct answer answer;
	enum kf_err err = read_answer(fd, &answer, deadline);

	if (err == KF_OK)
		err = claimed(answer.err);
	if (err != KF_OK || call == KF_SERVICE_DELETE)
		return err;
	err = kf_state_parse(answer.slot, &result->state);
	if (err == KF_OK && result->state.uid != result->uid)
		err = KF_ERR_CORRUPT;
	return err;
}

void
kf_as_service(enum kf_service_call call, const char *store,
    struct kf_service_result *results, size_t count)
{
	int64_t start = kf_clock_monotonic() + START_MS;
	int ends[2] = { -1, -1 };
	pid_t pid = -1;
	enum kf_err err = KF_ERR_IO;

	if (pipe2(ends, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		serve(call, store, results, count, ends[1]);
	if (ends[1] >= 0)
		(void)close(ends[1]);
	if (pid > 0)
		err = KF_OK;
	for (size_t i = 0; i < count; i++) {
		results[i].err = err;
		if (err == KF_OK)
			results[i].err = take(call, ends[0],
			    start + (int64_t)(i + 1) * CALL_MS, &results[i]);
		/* After one that did not answer there is no other. */
		if (results[i].err == KF_ERR_TIMEOUT ||
		    results[i].err == KF_ERR_CLOSED ||
		    results[i].err == KF_ERR_IO)
			err = results[i].err;
	}
	if (ends[0] >= 0)
		(void)close(ends[0]);
	if (pid <= 0)
		return;
	/* It has said all; whatever it still does is not ours to wait for. */
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

enum kf_err
kf_as_service_one(enum kf_service_call call, const char *store, uint32_t uid,
    struct kf_state *state)
{
	struct kf_service_result result = { .uid = uid };

	kf_as_service(call, store, &result, 1);
	if (result.err == KF_OK && state != NULL)
		*state = result.state;
	return result.err;
}
