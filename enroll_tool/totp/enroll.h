/*
 * The parts of `keyfirst enroll totp`: the command line (totp/options.c),
 * showing the seed to the person (totp/show.c), and having it proved
 * (totp/proof.c).  totp/enroll.c puts them in order.
 */
#ifndef KF_TOTP_ENROL_H
#define KF_TOTP_ENROL_H

#include "enroll_tool/installation/installation.h"
#include "enroll_tool/totp/otpauth.h"
#include "enroll_tool/totp/qr.h"

struct kf_totp_enrol {
	const struct kf_command *command;
	struct kf_installation in;
	const char *user;
	char label[KF_LABEL_SIZE];
	char issuer[KF_ISSUER_SIZE];
	enum kf_qr_style qr;
	bool qr_given;
	const char *png;		/* a file's name; or NULL */
	bool secret_stdin;
	const char *code;		/* of --code; or NULL */
	struct kf_totp totp;
	struct kf_secret seed;
};

/* Fills in what the command line says, and the defaults. */
KF_CHECKED enum kf_exit
kf_totp_options(struct kf_totp_enrol *e, int argc, char **argv)
    __attribute__((nonnull));

/* Shows QR code, secret and URI as asked for, and writes the PNG file. */
KF_CHECKED enum kf_exit
kf_totp_show(const struct kf_totp_enrol *e, const char *name)
    __attribute__((nonnull));

/*
 * Takes codes until one is right (three tries on a terminal, one of --code)
 * and leaves its step in e->totp.first_step.  KF_EXIT_NO: not proved.
 */
KF_CHECKED enum kf_exit
kf_totp_prove(struct kf_totp_enrol *e) __attribute__((nonnull));

#endif
