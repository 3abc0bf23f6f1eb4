/*
 * Serves FIND: asks the device which of the candidates it holds, silently, that
 * is without a touch (CTAP 2.1, 6.2.2, "up": false; U2F raw messages, 5.1,
 * check-only).  The search ends with the first candidate that it holds.
 *
 * A question names one candidate, or several if a FIDO2 device says how many it
 * takes at once.  A U2F device is never asked for several: libfido2 would fail
 * the whole list for an id that is too long for U2F, and would want a touch for
 * each candidate that the device holds.
 */
#include <string.h>

#include "key_device/request.h"

#define U2F_HANDLE_MAX 255

/* Bytes of a message that every device takes (CTAP 2.1, 6.4, maxMsgSize). */
#define MESSAGE_MAX 1024
#define MESSAGE_OTHER 64	/* of CBOR, besides RP id and list */
#define LIST_OTHER 24		/* of CBOR, besides each id in the list */

/* Returns how many candidates, from *c on, go into one question; at least 1. */
static size_t
together(const struct kf_key *key, const struct kf_key_candidate *c,
    size_t left)
{
	size_t size = MESSAGE_OTHER + strlen(c->rp_id);
	size_t count = 0;

	while (key->fido2 && count < left && count < key->list_max &&
	    c[count].credential_len <= key->credential_max &&
	    strcmp(c[count].rp_id, c->rp_id) == 0) {
		size += LIST_OTHER + c[count].credential_len;
		if (size > MESSAGE_MAX)
			break;
		count++;
	}
	return count > 0 ? count : 1;
}

/*
 * Returns the index of the candidate that the answer names, or count if it
 * names none of them.  It need not name a single candidate, whose index is 0.
 */
static size_t
named(const fido_assert_t *a, const struct kf_key_candidate *c, size_t count)
{
	size_t len = fido_assert_id_len(a, 0);
	size_t i = 0;

	while (count > 1 && i < count && (c[i].credential_len != len ||
	    memcmp(c[i].credential, fido_assert_id_ptr(a, 0), len) != 0))
		i++;
	return i;
}

/*
 * Asks for count candidates in one question.  With FIDO_OK, *which is the index
 * of the candidate that the device holds, and *shown the assertion that shows
 * it; *shown is empty if the assertion is beyond our limits.
 */
static int
ask(struct kf_key *key, const struct kf_key_candidate *c, size_t count,
    size_t *which, struct kf_key_asserted *shown)
{
	fido_assert_t *a = fido_assert_new();
	int r = FIDO_ERR_INTERNAL;

	if (a == NULL)
		return r;
	if ((r = fido_assert_set_rp(a, c->rp_id)) != FIDO_OK ||
	    (r = fido_assert_set_clientdata_hash(a, key->known.hash,
	    sizeof(key->known.hash))) != FIDO_OK ||
	    (r = fido_assert_set_up(a, FIDO_OPT_FALSE)) != FIDO_OK)
		goto out;
	for (size_t i = 0; i < count; i++)
		if ((r = fido_assert_allow_cred(a, c[i].credential,
		    c[i].credential_len)) != FIDO_OK)
			goto out;
	r = fido_dev_get_assert(key->dev, a, NULL);
	*which = r == FIDO_OK ? named(a, c, count) : 0;
	if (r == FIDO_OK && !kf_take_assertion(a, shown))
		memset(shown, 0, sizeof(*shown));
out:
	fido_assert_free(&a);
	return r;
}

/*
 * True if the question about one candidate failed.  A positive code comes from
 * the device, and is its answer about this candidate.  A negative code comes
 * from libfido2, and is a failure, except for two codes of a U2F device.
 */
static bool
is_failure(const struct kf_key *key, int r)
{
	if (key->stop != KF_KEY_GOES_ON || key->gone)
		return true;
	/* libfido2 before 1.16 does not know U2F's status "wrong length". */
	if (!key->fido2 && r == FIDO_ERR_INTERNAL)
		return false;
	return r < 0 && r != FIDO_ERR_USER_PRESENCE_REQUIRED;
}

/*
 * True if the answer to a list of candidates is of use.  A device may not take
 * a list after all, and a device of CTAP 2.0 may sign for every candidate that
 * it holds, which leaves *shown empty.
 */
static bool
answers_list(const struct kf_key *key, int r, size_t which, size_t count,
    const struct kf_key_asserted *shown)
{
	return key->stop != KF_KEY_GOES_ON || key->gone ||
	    r == FIDO_ERR_NO_CREDENTIALS || (r == FIDO_OK && which < count &&
	    shown->authdata_len > 0);
}

void
kf_request_find(struct kf_key *key, const struct kf_key_find *find,
    struct kf_frame *answer)
{
	static struct kf_key_found found;	/* large */
	size_t count, which = 0;

	memset(&found, 0, sizeof(found));
	if (&key->known != find)
		key->known = *find;
	for (size_t i = 0; i < find->count && found.held == 0; i += count) {
		const struct kf_key_candidate *c = &find->candidates[i];
		int r;

		count = together(key, c, find->count - i);
		if (!key->fido2 && c->credential_len > U2F_HANDLE_MAX)
			continue;
		r = ask(key, c, count, &which, &found.shown);
		if (count > 1 && !answers_list(key, r, which, count,
		    &found.shown)) {
			key->list_max = 1;
			count = 0;
			continue;
		}
		if (is_failure(key, r)) {
			kf_key_put_failed(answer, kf_key_failure(key, r));
			return;
		}
		if (r == FIDO_OK || r == FIDO_ERR_USER_PRESENCE_REQUIRED)
			found.held |= UINT32_C(1) << (i + which);
	}
	if (kf_key_put_found(answer, &found) != KF_OK)
		kf_key_put_failed(answer, KF_KEY_FAILED_OTHER);
}
