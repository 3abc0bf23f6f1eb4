/*
 * Reads the command line of `keyfirst enroll key`, and refuses what can be
 * refused before a security key is looked for; see keys/enroll.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"
#include "enroll_tool/children/as_invoker.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/keys/enroll.h"
#include "enroll_tool/keys/ssh_key.h"
#include "enroll_tool/people/people.h"

enum {
	OPT_LABEL = 256,
	OPT_VERIFY,
	OPT_RP,
	OPT_DEVICE,
	OPT_ROOTS,
	OPT_SSH
};

static const struct option options[] = {
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "verify", no_argument, NULL, OPT_VERIFY },
	{ "rp", required_argument, NULL, OPT_RP },
	{ "device", required_argument, NULL, OPT_DEVICE },
	{ "attestation-roots", required_argument, NULL, OPT_ROOTS },
	{ "ssh-key-out", required_argument, NULL, OPT_SSH },
	{ NULL, 0, NULL, 0 },
};

bool
kf_key_rp_is_one(const struct kf_command *command, const char *text)
{
	if (kf_text_is_word(text, KF_KEY_RP_ID_SIZE))
		return true;
	(void)kf_usage(command, "--rp: 1 to %d bytes without a blank",
	    KF_KEY_RP_ID_SIZE - 1);
	return false;
}

static bool
set_ssh_file(struct kf_key_enrol *e, const char *value)
{
	e->ssh_file = value;
	if (*value != '\0' && kf_text_format(e->ssh_public_file,
	    sizeof(e->ssh_public_file), "%s.pub", value) == KF_OK)
		return true;
	(void)kf_usage(e->command, "--ssh-key-out: give the name of a new "
	    "file");
	return false;
}

static bool
set_option(struct kf_key_enrol *e, int option)
{
	switch (option) {
	case OPT_LABEL:
		e->label_given = true;
		return kf_person_label(e->command, optarg, e->label);
	case OPT_VERIFY:
		e->verify = true;
		return true;
	case OPT_RP:
		e->rp = optarg;
		return kf_key_rp_is_one(e->command, optarg);
	case OPT_DEVICE:
		e->device = optarg;
		if (optarg[0] == '/' &&
		    kf_text_is_clean(optarg, KF_READER_PATH_SIZE))
			return true;
		(void)kf_usage(e->command, "--device: a full path, such as "
		    "/dev/hidraw0");
		return false;
	case OPT_ROOTS:
		e->roots_directory = optarg;
		return true;
	case OPT_SSH:
		return set_ssh_file(e, optarg);
	}
	return false;
}

enum kf_exit
kf_key_options(struct kf_key_enrol *e, int argc, char **argv)
{
	int c;

	while ((c = kf_option_next(e->command, argc, argv, options)) != -1)
		if (c == '?' || !set_option(e, c))
			return KF_EXIT_USAGE;
	if (!kf_operands(e->command, argc, 1, 1))
		return KF_EXIT_USAGE;
	e->user = argv[optind];
	e->terminal = kf_terminal_is_there();
	return KF_EXIT_DONE;
}

bool
kf_key_model_allowed(const struct kf_conf *conf,
    const unsigned char aaguid[KF_KEY_AAGUID_SIZE])
{
	for (uint32_t i = 0; i < conf->key_aaguid_count; i++)
		if (memcmp(conf->key_aaguids[i], aaguid,
		    KF_KEY_AAGUID_SIZE) == 0)
			return true;
	return conf->key_aaguid_count == 0;
}

static enum kf_exit
read_roots(struct kf_key_enrol *e)
{
	const char *directory = e->roots_directory;
	enum kf_err err = kf_roots_read(directory, &e->roots);
	const size_t count = e->roots.count;
	const char *file = count > 0 ? e->roots.files[count - 1].name : "";
	const char *mark = count > 0 ? "/" : "";

	if (err == KF_OK)
		return KF_EXIT_DONE;
	if (err == KF_ERR_MISSING)
		kf_complain("%s: no such directory, or no *.pem or *.crt in "
		    "it: put the roots there", directory);
	else if (err == KF_ERR_UNTRUSTED)
		kf_complain("%s%s%s: only root may be able to change it and "
		    "the directories above it, and a file must not exceed 64 "
		    "KiB: check with ls -ld", directory, mark, file);
	else
		kf_complain("%s%s%s: %s: at most 1 MiB in all and 64 KiB a "
		    "file are read", directory, mark, file, kf_strerror(err));
	return err == KF_ERR_MISSING ? KF_EXIT_MISSING :
	    err == KF_ERR_UNTRUSTED ? KF_EXIT_POLICY : KF_EXIT_ERROR;
}

/* Complains if the caller of sudo could not create the file. */
static enum kf_exit
look_at_file(const char *path)
{
	int error;

	if (kf_look_as_invoker(path, &error) == KF_OK)
		return KF_EXIT_DONE;
	kf_complain("%s: %s%s", path, strerror(error),
	    error == EEXIST ? ": give the name of a new file" :
	    ": give a file that the caller of sudo can create");
	return KF_EXIT_ERROR;
}

static enum kf_exit
prepare_ssh(const struct kf_key_enrol *e)
{
	enum kf_exit status;

	if (strncmp(e->rp_id, KF_SSH_RP_ID, strlen(KF_SSH_RP_ID)) != 0) {
		kf_complain("enroll key: ssh cannot use a key of the RP id "
		    "%s: give --rp " KF_SSH_RP_ID ", or an RP id that begins "
		    "so", e->rp_id);
		return KF_EXIT_POLICY;
	}
	status = look_at_file(e->ssh_file);
	return status == KF_EXIT_DONE ? look_at_file(e->ssh_public_file) :
	    status;
}

enum kf_exit
kf_key_prepare(struct kf_key_enrol *e, const struct kf_person *person)
{
	enum kf_exit status = KF_EXIT_DONE;

	(void)snprintf(e->rp_id, sizeof(e->rp_id), "%s",
	    e->rp != NULL ? e->rp : e->in.conf.key_rp_id);
	if (!kf_person_has_room(person))
		return KF_EXIT_POLICY;
	kf_warn_if_not_asked(&e->in, "enroll key", KF_KIND_KEY);
	if (e->ssh_file != NULL)
		status = prepare_ssh(e);
	if (status == KF_EXIT_DONE && e->roots_directory != NULL)
		status = read_roots(e);
	else if (status == KF_EXIT_DONE && e->in.conf.key_aaguid_count > 0)
		kf_complain("enroll key: for key.aaguid-allow only the key's "
		    "own word is known: give --attestation-roots to have its "
		    "model certified");
	return status;
}
