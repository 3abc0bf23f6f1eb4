/* A store of its own for each test, with a person who has two keys besides. */
#ifndef KF_TESTS_SIGN_SITE_H
#define KF_TESTS_SIGN_SITE_H

#include "tests/unit/store/site.h"

#define SIGN_FIRST 7		/* counter at enrolment, of the first key */

extern uint64_t sign_tag;	/* of the first key */
extern uint64_t sign_quiet;	/* of one that does not count */

#define SIGN_TEST(f) \
	cmocka_unit_test_setup_teardown(f, sign_before, site_after)
int
sign_before(void **state);

/* The person, as stored. */
struct kf_person
sign_person(void);

/* A key whose credential is made of n. */
void
sign_fill_key(struct kf_authenticator *a, unsigned char n, uint64_t first);

/* What kf_store_sign is asked; and that it is asked it. */
struct kf_signature
sign_request(uint64_t of, uint64_t counter, bool strict);
enum kf_err
sign_once(uint64_t of, uint64_t counter, bool strict);

/* The line of state of a tag; zeros when there is none. */
struct kf_memory
sign_memory(uint64_t of);

#endif
