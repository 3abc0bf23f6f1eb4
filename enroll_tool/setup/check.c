/*
 * The parts that `keyfirst setup` checks but does not make: the owner and mode
 * of each enrolment, without which the service user cannot read it or does not
 * trust it; the two programs in libexec; and the udev rule.  It must not look
 * into state/, because root does not open anything there.
 */
#include "enroll_tool/setup/setup.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/text.h"
#include "common/trust.h"
#include "enroll_tool/cli/terminal.h"
#include "enroll_tool/installation/key_rule.h"

static void
check_enrolment(struct kf_setup *s, int dir, const char *path,
    const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    (S_ISREG(st.st_mode) && st.st_nlink == 1 && st.st_uid == 0 &&
	    st.st_gid == s->gid && (st.st_mode & 07777) == 0640))
		return;
	kf_complain("setup: %s/enrolled/%s: must be a file of root:%s with "
	    "mode 0640 and one hard link, and is not: chown and chmod it", path,
	    name, KF_SERVICE_NAME);
	s->wrong = true;
}

void
kf_setup_check_enrolled(struct kf_setup *s, int store, const char *path)
{
	int fd = openat(store, "enrolled",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	uint64_t uid;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (kf_text_number(entry->d_name, 0, UINT32_MAX - 1, &uid) ==
		    KF_OK)
			check_enrolment(s, fd, path, entry->d_name);
	if (dir != NULL)
		(void)closedir(dir);
	else if (fd >= 0)
		(void)close(fd);
}

static void
check_program(struct kf_setup *s, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == 0 && (st.st_mode & 0022) == 0 &&
	    (st.st_mode & 0111) == 0111)
		return;
	kf_complain("setup: %s: must be a program that root owns and all may "
	    "run, and only root may write: install keyfirst again", path);
	s->wrong = true;
}

void
kf_setup_check_programs(struct kf_setup *s)
{
	check_program(s, kf_path_verify);
	check_program(s, kf_path_key_device);
}

void
kf_setup_check_rule(struct kf_setup *s, bool new_user)
{
	if (kf_key_rule_is_there()) {
		if (new_user)
			kf_say("For security keys that are plugged in now, "
			    "run: " KF_KEY_RULE_RELOAD "\n");
		return;
	}
	kf_complain("setup: the udev rule " KF_KEY_RULE " is missing, without "
	    "which keyfirst cannot use security keys: install it, then "
	    "run " KF_KEY_RULE_RELOAD);
	/* Without a path, configure was told not to install the rule. */
	if (kf_path_udev_rule[0] != '\0')
		s->wrong = true;
}
