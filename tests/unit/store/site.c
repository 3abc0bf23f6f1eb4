/* Stores for tests, and writes that fail; see site.h. */
#include "tests/unit/store/site.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/clock.h"

/* pwrite and fdatasync, the calls by which a state is written. */

static struct {
	enum trouble trouble;
	int calls; /* the trouble comes at this call; counts down */
	size_t part; /* bytes that are written before it */
	int error; /* the errno of TROUBLE_FAIL */
} plan;

/* Whether this call is the one that goes wrong. */
static bool
is_time(void)
{
	/* So that many processes are in the critical section at once. */
	if (plan.trouble == TROUBLE_SLOW)
		(void)poll(NULL, 0, 2);
	return plan.trouble != TROUBLE_NONE && plan.trouble != TROUBLE_SLOW &&
	    --plan.calls == 0;
}

ssize_t
pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	if (!is_time())
		return syscall(SYS_pwrite64, fd, bytes, len, at);
	if (plan.part > 0)
		(void)syscall(SYS_pwrite64, fd, bytes,
		    plan.part < len ? plan.part : len, at);
	if (plan.trouble == TROUBLE_KILL)
		(void)kill(getpid(), SIGKILL);
	errno = plan.error;
	return -1;
}

int
fdatasync(int fd)
{
	if (!is_time())
		return (int)syscall(SYS_fdatasync, fd);
	if (plan.trouble == TROUBLE_KILL)
		(void)kill(getpid(), SIGKILL);
	errno = plan.error;
	return -1;
}

void
site_plan(enum trouble trouble, int calls, size_t part, int error)
{
	plan.trouble = trouble;
	plan.calls = calls;
	plan.part = part;
	plan.error = error;
}

/* A store with one person in it. */

char site_place[256];
char site_state_file[300];
struct kf_store *site_store;

int64_t
site_soon(void)
{
	return kf_clock_monotonic() + 20000;
}

struct kf_store *
site_open(void)
{
	struct kf_store *s = NULL;
	char spec[300];

	(void)snprintf(spec, sizeof(spec), "file:%s", site_place);
	assert_int_equal(kf_store_open(spec, &s), KF_OK);
	return s;
}

struct kf_person
site_person(uint32_t uid)
{
	struct kf_person person = { .uid = uid, .name = "alice" };
	struct kf_authenticator *a = NULL;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    kf_enrolment_add(&person, KF_KIND_TOTP, &a), KF_OK);
		(void)snprintf(a->by, sizeof(a->by), "root");
		a->totp = (struct kf_totp){ .algorithm = KF_SHA1,
			.digits = 6,
			.period = 30,
			.first_step = 100,
			.sealed_len = 48 };
	}
	return person;
}

int
site_before(void **state)
{
	static unsigned n;
	struct kf_person person;
	struct kf_store *s;

	(void)unit_before(state);
	(void)snprintf(
	    site_place, sizeof(site_place), "%s", unit_path("store%u", n++));
	(void)snprintf(site_state_file, sizeof(site_state_file), "%s/state/%d",
	    site_place, SITE_UID);
	if (mkdir(site_place, 0755) != 0 ||
	    mkdir(
		unit_path("%s/enrolled", strrchr(site_place, '/') + 1), 0750) ||
	    mkdir(unit_path("%s/state", strrchr(site_place, '/') + 1), 0700))
		return -1;
	s = site_open();
	person = site_person(SITE_UID);
	if (kf_store_put(s, &person, site_soon()) != KF_OK ||
	    kf_store_create_state(s, SITE_UID, site_soon()) != KF_OK)
		return -1;
	site_store = s;
	return 0;
}

int
site_after(void **state)
{
	site_plan(TROUBLE_NONE, 0, 0, 0);
	kf_store_close(site_store);
	site_store = NULL;
	return unit_after(state);
}

struct kf_guess
site_guess(enum kf_position position)
{
	return (struct kf_guess){
		.uid = SITE_UID,
		.position = position,
		.throttle = { 10, 1800 },
		.deadline = site_soon(),
	};
}

enum kf_err
site_guess_once(struct kf_store *s, enum kf_position position, uint64_t counter)
{
	struct kf_guess guess = site_guess(position);
	enum kf_err err = kf_store_charge(s, &guess);

	if (err != KF_OK)
		return err;
	if (counter != 0)
		err = kf_store_consume(
		    s, &guess, &guess.person.authenticators[0], counter, 0);
	kf_store_release(s, &guess);
	return err;
}

struct kf_state
site_state(void)
{
	struct kf_state s;

	assert_int_equal(
	    kf_store_state(site_store, SITE_UID, site_soon(), &s), KF_OK);
	return s;
}

uint32_t
site_failures(enum kf_position position)
{
	return site_state().counts[position].failures;
}

uint64_t
site_counter(void)
{
	struct kf_person person;
	struct kf_state s = site_state();
	struct kf_memory *m;

	assert_int_equal(
	    kf_store_get(site_store, SITE_UID, site_soon(), &person), KF_OK);
	m = kf_state_find(&s, person.authenticators[0].tag);
	return m != NULL ? m->counter : 100;
}

void
site_read(const char *path, char *bytes, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, bytes, len), (ssize_t)len);
	assert_int_equal(close(fd), 0);
}
