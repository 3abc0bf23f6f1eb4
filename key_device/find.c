/*
 * Which of these does the key hold?  Asked silently, without a touch (CTAP 2.1,
 * 6.2.2, "up": false; U2F raw messages, 5.1, check-only), one at a time:
 * libfido2 takes one that is too long for a U2F key as a failure of the whole
 * list, and wants a touch for each that is held.  The first that is held ends
 * it.
 */
#include <string.h>

#include "key_device/request.h"

#define U2F_HANDLE_MAX 255

/* Nothing is proved by this answer, so the challenge is no challenge. */
static const unsigned char no_hash[KF_KEY_HASH_SIZE];

static int
ask(struct kf_key *key, const struct kf_key_candidate *c)
{
	fido_assert_t *a = fido_assert_new();
	int r = FIDO_ERR_INTERNAL;

	if (a == NULL)
		return r;
	if ((r = fido_assert_set_rp(a, c->rp_id)) == FIDO_OK &&
	    (r = fido_assert_set_clientdata_hash(a, no_hash,
	    sizeof(no_hash))) == FIDO_OK &&
	    (r = fido_assert_allow_cred(a, c->credential,
	    c->credential_len)) == FIDO_OK &&
	    (r = fido_assert_set_up(a, FIDO_OPT_FALSE)) == FIDO_OK)
		r = fido_dev_get_assert(key->dev, a, NULL);
	fido_assert_free(&a);
	return r;
}

/*
 * What the device says of this one candidate is an answer, whatever it says;
 * what libfido2 says (below zero) is a failure, but for two of U2F.
 */
static bool
is_failure(const struct kf_key *key, int r)
{
	if (key->stop != KF_KEY_GOES_ON || key->gone)
		return true;
	/* Wrong length, which libfido2 before 1.16 does not know. */
	if (!key->fido2 && r == FIDO_ERR_INTERNAL)
		return false;
	return r < 0 && r != FIDO_ERR_USER_PRESENCE_REQUIRED;
}

void
kf_request_find(struct kf_key *key, const struct kf_key_find *find,
    struct kf_frame *answer)
{
	struct kf_key_found found = { .held = 0 };

	if (&key->known != find)
		key->known = *find;
	for (size_t i = 0; i < find->count && found.held == 0; i++) {
		const struct kf_key_candidate *c = &find->candidates[i];
		int r;

		if (!key->fido2 && c->credential_len > U2F_HANDLE_MAX)
			continue;
		r = ask(key, c);
		if (is_failure(key, r)) {
			kf_key_put_failed(answer, kf_key_failure(key, r));
			return;
		}
		if (r == FIDO_OK || r == FIDO_ERR_USER_PRESENCE_REQUIRED)
			found.held |= UINT32_C(1) << i;
	}
	kf_key_put_found(answer, &found);
}
