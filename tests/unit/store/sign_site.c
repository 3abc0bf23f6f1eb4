/* A store for tests of signatures; see sign_site.h. */
#include "tests/unit/store/sign_site.h"

#include <stdio.h>
#include <string.h>

uint64_t sign_tag;
uint64_t sign_quiet;

void
sign_fill_key(struct kf_authenticator *a, unsigned char n, uint64_t first)
{
	struct kf_key *key = &a->key;

	key->algorithm = KF_EDDSA;
	(void)snprintf(key->rp_id, sizeof(key->rp_id), "ssh:");
	key->credential_len = KF_KEY_CREDENTIAL_MIN;
	memset(key->credential, n, key->credential_len);
	key->public_key_len = kf_public_key_size(key->algorithm);
	key->attestation = KF_ATTESTATION_NONE;
	key->aaguid_len = KF_KEY_AAGUID_SIZE;
	key->first_counter = first;
}

struct kf_person
sign_person(void)
{
	struct kf_person person;

	assert_int_equal(kf_store_get(site_store, SITE_UID, site_soon(),
	    &person), KF_OK);
	return person;
}

int
sign_before(void **state)
{
	struct kf_authenticator *a = NULL;
	struct kf_person person;

	if (site_before(state) != 0)
		return -1;
	unit_set_wall(SITE_NOW);
	person = sign_person();
	if (kf_enrolment_add(&person, KF_KIND_KEY, &a) != KF_OK)
		return -1;
	sign_fill_key(a, 1, SIGN_FIRST);
	sign_tag = a->tag;
	if (kf_enrolment_add(&person, KF_KIND_KEY, &a) != KF_OK)
		return -1;
	sign_fill_key(a, 2, 0);
	sign_quiet = a->tag;
	return kf_store_put(site_store, &person, site_soon()) == KF_OK ? 0 :
	    -1;
}

struct kf_signature
sign_request(uint64_t of, uint64_t counter, bool strict)
{
	struct kf_signature s;

	/* So that a field that kf_store_sign does not set is noticed. */
	memset(&s, 0xee, sizeof(s));
	s.uid = SITE_UID;
	s.tag = of;
	s.counter = counter;
	s.strict = strict;
	s.deadline = site_soon();
	s.higher = true;
	return s;
}

enum kf_err
sign_once(uint64_t of, uint64_t counter, bool strict)
{
	struct kf_signature s = sign_request(of, counter, strict);

	return kf_store_sign(site_store, &s);
}

struct kf_memory
sign_memory(uint64_t of)
{
	struct kf_state s = site_state();
	struct kf_memory *m = kf_state_find(&s, of);

	return m != NULL ? *m : (struct kf_memory){ 0 };
}
