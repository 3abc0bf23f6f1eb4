/*
 * The parts of `keyfirst enroll key`: the command line (keys/options.c), the
 * talk with the child and the person (keys/session.c, keys/stop.c), and what is
 * made of its result (keys/store.c).  keys/enroll.c puts them in order.
 * What the child does is in keys/child.h.
 */
#ifndef KF_KEY_ENROL_H
#define KF_KEY_ENROL_H

#include "enroll_tool/installation/installation.h"
#include "enroll_tool/keys/attestation.h"
#include "enroll_tool/keys/talk.h"

#define KF_KEY_FILE_SIZE 4096		/* of the name of a file */

struct kf_key_enrol {
	const struct kf_command *command;
	struct kf_installation in;	/* without the machine key */
	const char *user;
	char label[KF_LABEL_SIZE];
	bool label_given;
	bool verify;			/* --verify */
	const char *rp;			/* --rp; or NULL */
	char rp_id[KF_KEY_RP_ID_SIZE];	/* this, or key.rp-id */
	const char *device;		/* a path; or NULL: any */
	const char *roots_directory;	/* or NULL */
	struct kf_roots roots;
	const char *ssh_file;		/* or NULL */
	char ssh_public_file[KF_KEY_FILE_SIZE];
	bool terminal;			/* somebody can be asked */
};

/* Fills in what the command line says. */
KF_CHECKED enum kf_exit
kf_key_options(struct kf_key_enrol *e, int argc, char **argv)
    __attribute__((nonnull));

/*
 * What does not need a key to be refused; the roots are read.  After
 * kf_installation_open; complains.
 */
KF_CHECKED enum kf_exit
kf_key_prepare(struct kf_key_enrol *e, const struct kf_person *person)
    __attribute__((nonnull));

/* Has a credential made and proved; complains.  *done is checked. */
KF_CHECKED enum kf_exit
kf_key_session(const struct kf_key_enrol *e, const struct kf_person *person,
    struct kf_key_done *done) __attribute__((nonnull));

/*
 * Says why there is none, and what to do.  what: the id of an enrolled key, or
 * the name of a file of roots, where it is that; device: of --device, or NULL;
 * seen: the last key that was shown.
 */
enum kf_exit
kf_key_stop_complain(enum kf_key_stop why, const char *what,
    const char *device, const struct kf_key_shown *seen)
    __attribute__((nonnull(4)));

/* Is that model one of key.aaguid-allow? */
bool
kf_key_model_allowed(const struct kf_conf *conf,
    const unsigned char aaguid[KF_KEY_AAGUID_SIZE]) __attribute__((nonnull));

/* What keyfirst import shares with it: an RP id?  Complains as usage. */
bool
kf_key_rp_is_one(const struct kf_command *command, const char *text)
    __attribute__((nonnull));

/* One to be stored; its parts belong to the caller. */
struct kf_key_new {
	const char *label;
	const struct kf_key *key;
	bool proved;
};

/*
 * Adds it to the struct alone.  KF_EXIT_POLICY after a complaint: the person
 * has it already, or no room.
 */
KF_CHECKED enum kf_exit
kf_key_add(struct kf_person *person, const struct kf_key_new *new)
    __attribute__((nonnull));

/* Asks for a label, writes the files of --ssh-key-out, and stores. */
KF_CHECKED enum kf_exit
kf_key_finish(struct kf_key_enrol *e, struct kf_person *person,
    const struct kf_key_done *done) __attribute__((nonnull));

#endif
