/*
 * What `keyfirst setup` has made, opened for a command: configuration, store
 * and machine key.  Whatever is missing or wrong is said in one line that
 * names the remedy.
 */
#ifndef KF_INSTALLATION_H
#define KF_INSTALLATION_H

#include "enroll_tool/cli/command.h"
#include "policy/conf.h"
#include "store/seal.h"
#include "store/store.h"

/* What a call of the store may take, in milliseconds. */
#define KF_STORE_MS 2000

struct kf_installation {
	struct kf_conf conf;
	struct kf_store *store;
	struct kf_machine_key key;	/* empty unless asked for */
};

/* KF_EXIT_DONE, or KF_EXIT_ERROR after a complaint. */
KF_CHECKED enum kf_exit
kf_installation_open(struct kf_installation *in, bool with_key)
    __attribute__((nonnull));

/*
 * The machine key alone, where it must not be in memory before: a child that
 * parses foreign files is a copy of this process.
 */
KF_CHECKED enum kf_exit
kf_installation_key(struct kf_installation *in) __attribute__((nonnull));

void
kf_installation_close(struct kf_installation *in) __attribute__((nonnull));

/*
 * Is this machine's clock one to judge codes by, not before this release?
 * Complains as that command when it is not.
 */
bool
kf_clock_is_usable(const char *command) __attribute__((nonnull));

/* Warns, as that command, when `factors` leaves that kind out. */
void
kf_warn_if_not_asked(const struct kf_installation *in, const char *command,
    enum kf_kind kind) __attribute__((nonnull));

/* A deadline for one call of the store, from now. */
int64_t
kf_store_deadline(void);

#endif
