/*
 * A store of its own for each test, with one person in it.  pwrite and
 * fdatasync of these programs are ours, so that they can fail, write a part, be
 * slow, or be where the process is killed.
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

/* What happens at the n-th of those calls, with a part of it done. */
enum trouble {
	TROUBLE_NONE,
	TROUBLE_KILL,
	TROUBLE_FAIL,		/* with this errno */
	TROUBLE_SLOW		/* each of them, so that those who come at
				   once are here at once */
};
void
site_plan(enum trouble trouble, int n, size_t part, int error);

/* A deadline that is far away. */
int64_t
site_soon(void);

/* The same place once more. */
struct kf_store *
site_open(void);

/* Two authenticators that have accepted step 100. */
struct kf_person
site_person(uint32_t uid);

struct kf_guess
site_guess(enum kf_position position);

/* One guess; wrong unless a counter is to be consumed. */
enum kf_err
site_guess_once(struct kf_store *s, enum kf_position position,
    uint64_t counter);

struct kf_state
site_state(void);
uint32_t
site_failures(enum kf_position position);

/* The last accepted counter of the first authenticator. */
uint64_t
site_counter(void);

/* Reads that many bytes of a file, or fails the test. */
void
site_read(const char *path, char *bytes, size_t len);

#endif
