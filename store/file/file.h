/*
 * What the files of the file backend share, and nobody else includes: file.c
 * opens the directories, enrolled.c is enrolled/, state.c is state/, guess.c
 * the guesses in it, sign.c the signatures of security keys, session.c how many
 * logins of a person may run at once, and lock.c the locks.  The functions are
 * those of struct kf_store_backend.
 */
#ifndef KF_FILE_STORE_H
#define KF_FILE_STORE_H

#include "store/store.h"

struct kf_file_store {
	int enrolled;
	int state;	/* -1: not ours to open */
	int slot;	/* of a session; -1: none */
};

struct kf_file_name {
	char text[40];
};

/* The prefix and the uid in digits. */
struct kf_file_name
kf_file_name(const char *prefix, uint32_t uid) __attribute__((nonnull));

/* Inner errors become those that a store answers. */
enum kf_err
kf_file_answer(enum kf_err err);

/* Closes what is open, and forgets it. */
void
kf_file_close_fd(int *fd) __attribute__((nonnull));

KF_CHECKED enum kf_err
kf_file_write(int fd, const char *bytes, size_t len, off_t at)
    __attribute__((nonnull));

/* enrolled/ */
enum kf_err
kf_file_get(void *handle, uint32_t uid, int64_t deadline,
    struct kf_person *person);
enum kf_err
kf_file_put(void *handle, struct kf_person *person, int64_t deadline);
enum kf_err
kf_file_list(void *handle, int64_t deadline, kf_store_visit *visit,
    void *context);

/* state/: one of a person's two files, open and locked. */
struct kf_open_state {
	int fd;
	unsigned newest;	/* the slot that was read */
	struct kf_state state;
};

/* Opens, locks, reads; on an error nothing is open. */
KF_CHECKED enum kf_err
kf_file_open_state(struct kf_file_store *fs, uint32_t uid,
    enum kf_position position, int64_t deadline, struct kf_open_state *open,
    pid_t *holder) __attribute__((nonnull));

/* Overwrites the older slot; the newer one stays until that is durable. */
KF_CHECKED enum kf_err
kf_file_write_state(struct kf_open_state *open, const struct kf_state *state)
    __attribute__((nonnull));

/*
 * Reads without a lock: a slot that is being written fails its checksum, and
 * the other one is what was there before.
 */
KF_CHECKED enum kf_err
kf_file_peek(struct kf_file_store *fs, uint32_t uid, enum kf_position position,
    struct kf_state *state) __attribute__((nonnull));

enum kf_err
kf_file_state(void *handle, uint32_t uid, int64_t deadline,
    struct kf_state *state);
enum kf_err
kf_file_create_state(void *handle, uint32_t uid, int64_t deadline);
enum kf_err
kf_file_repair_state(void *handle, const struct kf_state *state,
    bool only_missing, int64_t deadline);
enum kf_err
kf_file_delete_state(void *handle, uint32_t uid, int64_t deadline);
enum kf_err
kf_file_unlock(void *handle, uint32_t uid, int64_t deadline);
enum kf_err
kf_file_enter(void *handle, uint32_t uid);
enum kf_err
kf_file_charge(void *handle, struct kf_guess *guess);
enum kf_err
kf_file_consume(void *handle, struct kf_guess *guess,
    const struct kf_authenticator *a, uint64_t counter, int32_t offset);
enum kf_err
kf_file_once(void *handle, struct kf_guess *guess,
    const struct kf_authenticator *a, unsigned item);
enum kf_err
kf_file_refund(void *handle, struct kf_guess *guess);
void
kf_file_release(void *handle, struct kf_guess *guess);
enum kf_err
kf_file_sign(void *handle, struct kf_signature *signature);

#endif
