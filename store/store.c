/* The list of backends, and the calls into the one in use; see store.h. */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

struct kf_store {
	const struct kf_store_backend *backend;
	void *handle;
};

static const struct kf_store_backend *const backends[] = {
	&kf_store_file,
};

enum kf_err
kf_store_open(const char *spec, struct kf_store **out)
{
	enum kf_err err = KF_ERR_UNAVAILABLE;
	struct kf_store *store = calloc(1, sizeof(*store));

	if (store == NULL)
		return KF_ERR_UNAVAILABLE;
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		size_t len = strlen(backends[i]->name);

		if (strncmp(spec, backends[i]->name, len) == 0 &&
		    spec[len] == ':') {
			store->backend = backends[i];
			err = store->backend->open(spec + len + 1,
			    &store->handle);
			break;
		}
	}
	if (err == KF_OK)
		*out = store;
	else
		free(store);
	return err;
}

void
kf_store_close(struct kf_store *store)
{
	if (store == NULL)
		return;
	store->backend->close(store->handle);
	free(store);
}

enum kf_err
kf_store_get(struct kf_store *store, uint32_t uid, int64_t deadline,
    struct kf_person *person)
{
	return store->backend->get(store->handle, uid, deadline, person);
}

enum kf_err
kf_store_put(struct kf_store *store, struct kf_person *person,
    int64_t deadline)
{
	return store->backend->put(store->handle, person, deadline);
}

enum kf_err
kf_store_list(struct kf_store *store, int64_t deadline, kf_store_visit *visit,
    void *context)
{
	return store->backend->list(store->handle, deadline, visit, context);
}

enum kf_err
kf_store_state(struct kf_store *store, uint32_t uid, int64_t deadline,
    struct kf_state *state)
{
	return store->backend->state(store->handle, uid, deadline, state);
}

enum kf_err
kf_store_create_state(struct kf_store *store, uint32_t uid, int64_t deadline)
{
	return store->backend->create_state(store->handle, uid, deadline);
}

enum kf_err
kf_store_repair_state(struct kf_store *store, const struct kf_state *state,
    bool only_missing, int64_t deadline)
{
	return store->backend->repair_state(store->handle, state, only_missing,
	    deadline);
}

enum kf_err
kf_store_delete_state(struct kf_store *store, uint32_t uid, int64_t deadline)
{
	return store->backend->delete_state(store->handle, uid, deadline);
}

enum kf_err
kf_store_unlock(struct kf_store *store, uint32_t uid, int64_t deadline)
{
	return store->backend->unlock(store->handle, uid, deadline);
}

enum kf_err
kf_store_enter(struct kf_store *store, uint32_t uid)
{
	return store->backend->enter(store->handle, uid);
}

enum kf_err
kf_store_charge(struct kf_store *store, struct kf_guess *guess)
{
	return store->backend->charge(store->handle, guess);
}

enum kf_err
kf_store_consume(struct kf_store *store, struct kf_guess *guess,
    const struct kf_authenticator *a, uint64_t counter, int32_t offset)
{
	return store->backend->consume(store->handle, guess, a, counter,
	    offset);
}

enum kf_err
kf_store_once(struct kf_store *store, struct kf_guess *guess,
    const struct kf_authenticator *a, unsigned item)
{
	return store->backend->once(store->handle, guess, a, item);
}

enum kf_err
kf_store_refund(struct kf_store *store, struct kf_guess *guess)
{
	return store->backend->refund(store->handle, guess);
}

void
kf_store_release(struct kf_store *store, struct kf_guess *guess)
{
	store->backend->release(store->handle, guess);
}

enum kf_err
kf_store_sign(struct kf_store *store, struct kf_signature *signature)
{
	return store->backend->sign(store->handle, signature);
}
