/*
 * A new store with one person in it for each test.  Programs that link site.c
 * have their own pwrite() and fdatasync(), which a test can make fail, write a
 * part, be slow, or kill the process.
 */
#ifndef KF_TESTS_STORE_SITE_H
#define KF_TESTS_STORE_SITE_H

#include "tests/unit/unit.h"

#include "store/store.h"

#define SITE_UID 1000
#define SITE_NOW INT64_C(1800000000)

extern char site_place[256];		/* the directory */
extern char site_state_file[300];	/* the person's state in it */
extern struct kf_store *site_store;

#define SITE_TEST(f) \
	cmocka_unit_test_setup_teardown(f, site_before, site_after)
int
site_before(void **state);
int
site_after(void **state);

/* What happens at the n-th pwrite or fdatasync, after part bytes of it. */
enum trouble {
	TROUBLE_NONE,
	TROUBLE_KILL,
	TROUBLE_FAIL,		/* fails with errno error */
	TROUBLE_SLOW		/* each call takes 2 ms, so that many
				   processes are there at once */
};
void
site_plan(enum trouble trouble, int n, size_t part, int error);

/* Returns a deadline that is far away. */
int64_t
site_soon(void);

/* Opens the same store once more; the caller closes it. */
struct kf_store *
site_open(void);

/* Returns a person with two authenticators whose last step is 100. */
struct kf_person
site_person(uint32_t uid);

struct kf_guess
site_guess(enum kf_position position);

/*
 * Charges one guess and releases it.  With a counter other than 0 it is right,
 * and consumes that counter.
 */
enum kf_err
site_guess_once(struct kf_store *s, enum kf_position position,
    uint64_t counter);

struct kf_state
site_state(void);
uint32_t
site_failures(enum kf_position position);

/* Returns the last accepted counter of the first authenticator. */
uint64_t
site_counter(void);

/* Reads that many bytes of a file, or fails the test. */
void
site_read(const char *path, char *bytes, size_t len);

#endif
