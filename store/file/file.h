/*
 * What the files of the file backend share; nothing outside this folder
 * includes it.  file.c opens the directories; enrolled.c reads and writes
 * enrolled/, and state.c state/; guess.c handles guesses, sign.c signatures of
 * security keys, and session.c limits how many sessions of a person run at one
 * time; lock.c takes locks; bytes.c has what they all need.  The functions with
 * a handle are those of struct kf_store_backend.
 */
#ifndef KF_FILE_STORE_H
#define KF_FILE_STORE_H

#include "store/store.h"

struct kf_file_store {
	int enrolled;	/* the directory */
	int state;	/* the directory; -1: this process may not open it */
	int slot;	/* the file that a session locks; -1: no session */
};

struct kf_file_name {
	char text[40];
};

/* Returns the name of a file: the prefix and the uid in decimal. */
struct kf_file_name
kf_file_name(const char *prefix, uint32_t uid) __attribute__((nonnull));

/* Turns an error of a lower layer into one that a store returns (store.h). */
enum kf_err
kf_file_answer(enum kf_err err);

/* Closes *fd, unless it is -1, and sets it to -1. */
void
kf_file_close_fd(int *fd) __attribute__((nonnull));

/* Writes all bytes at that offset, or returns KF_ERR_IO. */
KF_CHECKED enum kf_err
kf_file_write(int fd, const char *bytes, size_t len, off_t at)
    __attribute__((nonnull));

/* enrolled.c */
enum kf_err
kf_file_get(void *handle, uint32_t uid, int64_t deadline,
    struct kf_person *person);
enum kf_err
kf_file_put(void *handle, struct kf_person *person, int64_t deadline);
enum kf_err
kf_file_list(void *handle, int64_t deadline, kf_store_visit *visit,
    void *context);

/* One of a person's two files in state/, open and locked. */
struct kf_open_state {
	int fd;
	unsigned newest;	/* the slot that holds this state */
	struct kf_state state;
};

/*
 * Opens, locks and reads a file of state.  The caller closes open->fd, which is
 * -1 after an error.  After a time-out *holder is the process that has the
 * lock, or 0.
 */
KF_CHECKED enum kf_err
kf_file_open_state(struct kf_file_store *fs, uint32_t uid,
    enum kf_position position, int64_t deadline, struct kf_open_state *open,
    pid_t *holder) __attribute__((nonnull));

/* Overwrites the older slot; the newer stays valid until this is durable. */
KF_CHECKED enum kf_err
kf_file_write_state(struct kf_open_state *open, const struct kf_state *state)
    __attribute__((nonnull));

/*
 * Reads the state without a lock.  If a slot is just being written, its
 * checksum is wrong, and the other slot holds the state before that write.
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
