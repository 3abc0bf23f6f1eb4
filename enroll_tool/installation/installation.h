/*
 * Opens for a command what `keyfirst setup` has made: configuration, store and
 * machine key.  If a part is missing or wrong, the command complains in one
 * line, which names the remedy.  Nothing is repaired here.
 */
#ifndef KF_INSTALLATION_H
#define KF_INSTALLATION_H

#include "enroll_tool/cli/command.h"
#include "policy/conf.h"
#include "store/seal.h"
#include "store/store.h"

#define KF_STORE_MS 2000	/* that one call of the store may take */

struct kf_installation {
	struct kf_conf conf;
	struct kf_store *store;
	struct kf_machine_key key;	/* empty if it was not loaded */
};

/*
 * Loads the configuration, opens the store and, with_key, loads the machine
 * key.  KF_EXIT_ERROR after a complaint.  After KF_EXIT_DONE,
 * kf_installation_close must follow.
 */
KF_CHECKED enum kf_exit
kf_installation_open(struct kf_installation *in, bool with_key)
    __attribute__((nonnull));

/*
 * Loads the machine key later than the rest: after a child has parsed the file
 * of another module, because the child is a copy of this process and must not
 * have the key in its memory.  KF_EXIT_ERROR after a complaint.
 */
KF_CHECKED enum kf_exit
kf_installation_key(struct kf_installation *in) __attribute__((nonnull));

/* Closes the store and wipes the machine key. */
void
kf_installation_close(struct kf_installation *in) __attribute__((nonnull));

/*
 * Can codes be judged by this machine's clock?  Not if it shows a time before
 * this release.  Then returns false after a complaint that names the command.
 */
bool
kf_clock_is_usable(const char *command) __attribute__((nonnull));

/*
 * Warns, in the name of the command, if the option factors leaves out factors
 * of that kind.
 */
void
kf_warn_if_not_asked(const struct kf_installation *in, const char *command,
    enum kf_kind kind) __attribute__((nonnull));

/* The deadline for one call of the store: KF_STORE_MS from now. */
int64_t
kf_store_deadline(void);

#endif
