/* For each test a store like that of site.h, whose person has two keys, too. */
#ifndef KF_TESTS_SIGN_SITE_H
#define KF_TESTS_SIGN_SITE_H

#include "tests/unit/store/site.h"

#define SIGN_FIRST 7		/* counter at enrolment, of the first key */

extern uint64_t sign_tag;	/* tag of the first key */
extern uint64_t sign_quiet;	/* tag of the second, which has no counter */

#define SIGN_TEST(f) \
	cmocka_unit_test_setup_teardown(f, sign_before, site_after)
int
sign_before(void **state);

/* Returns the person as stored. */
struct kf_person
sign_person(void);

/* Fills in a key whose credential id consists of bytes n. */
void
sign_fill_key(struct kf_authenticator *a, unsigned char n, uint64_t first);

/* Makes a request for kf_store_sign; sign_once also calls it. */
struct kf_signature
sign_request(uint64_t of, uint64_t counter, bool strict);
enum kf_err
sign_once(uint64_t of, uint64_t counter, bool strict);

/* Returns the state's line of a tag; zeros when there is none. */
struct kf_memory
sign_memory(uint64_t of);

#endif
