/*
 * The parts of `keyfirst enroll totp`: options.c reads the command line, show.c
 * shows the seed to the person, and proof.c asks for a code of it.  enroll.c
 * calls them in order.
 */
#ifndef KF_TOTP_ENROL_H
#define KF_TOTP_ENROL_H

#include "enroll_tool/installation/installation.h"
#include "enroll_tool/totp/otpauth.h"
#include "enroll_tool/totp/qr.h"

struct kf_totp_enrol {
	const struct kf_command *command;
	struct kf_installation in;
	const char *user;		/* from the command line */
	char label[KF_LABEL_SIZE];
	char issuer[KF_ISSUER_SIZE];
	enum kf_qr_style qr;
	bool qr_given;			/* --qr */
	const char *png;		/* --qr-png; or NULL */
	bool secret_stdin;		/* --secret-stdin */
	const char *code;		/* --code; or NULL */
	struct kf_totp totp;		/* all but the sealed seed */
	struct kf_secret seed;
};

/* Fills in the options and operands of the command line, and the defaults. */
KF_CHECKED enum kf_exit
kf_totp_options(struct kf_totp_enrol *e, int argc, char **argv)
    __attribute__((nonnull));

/*
 * Shows the QR code, the secret and the URI, as the options say, and writes the
 * PNG file.  name is the person's.
 */
KF_CHECKED enum kf_exit
kf_totp_show(const struct kf_totp_enrol *e, const char *name)
    __attribute__((nonnull));

/*
 * Asks for a code until one is right: three times on a terminal, once for
 * --code.  Sets e->totp.first_step to the time step of the right code, so that
 * the code cannot be used again.  KF_EXIT_NO if no code was right.
 */
KF_CHECKED enum kf_exit
kf_totp_prove(struct kf_totp_enrol *e) __attribute__((nonnull));

#endif
