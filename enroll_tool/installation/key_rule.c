/*
 * Checks the udev rule and the device program; see key_rule.h.  A child that is
 * user keyfirst tries to open the keys, because the verifier opens them as that
 * user.
 */
#include "enroll_tool/installation/key_rule.h"

#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/paths.h"
#include "enroll_tool/children/child.h"
#include "enroll_tool/cli/terminal.h"
#include "key_dialogue/reader.h"

#define LOOK_MS 3000		/* that the child may take to open the keys */

bool
kf_key_rule_is_there(void)
{
	const char *const places[] = {
		kf_path_udev_rule,
		"/etc/udev/rules.d/" KF_KEY_RULE,
		"/run/udev/rules.d/" KF_KEY_RULE,
		"/usr/local/lib/udev/rules.d/" KF_KEY_RULE,
		"/usr/lib/udev/rules.d/" KF_KEY_RULE,
		"/lib/udev/rules.d/" KF_KEY_RULE,
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct stat st;

		if (stat(places[i], &st) == 0 && S_ISREG(st.st_mode))
			return true;
	}
	return false;
}

/* In the child: sends 1 if access to any key is refused, otherwise 0. */
static void
look(void *context)
{
	struct kf_reader readers[KF_READERS_MAX];
	size_t count = kf_reader_list(readers);
	unsigned char refused = 0;

	(void)context;
	for (size_t i = 0; i < count; i++) {
		enum kf_err err = kf_reader_open(&readers[i]);

		if (err == KF_OK)
			kf_reader_close(&readers[i]);
		else if (err == KF_ERR_UNTRUSTED)
			refused = 1;
	}
	(void)!kf_child_send(&refused, 1);
}

void
kf_key_rule_complain(void)
{
	kf_complain("a security key is plugged in that user keyfirst may not "
	    "open: %srun " KF_KEY_RULE_RELOAD, kf_key_rule_is_there() ? "" :
	    "the udev rule " KF_KEY_RULE " is missing: install it, then ");
}

bool
kf_key_program_is_there(void)
{
	if (access(kf_path_key_device, X_OK) == 0)
		return true;
	kf_complain("%s cannot be run, so no security key can be found: "
	    "install keyfirst again", kf_path_key_device);
	return false;
}

static void
check(void)
{
	unsigned char refused = 0;
	struct kf_child child;

	if (kf_child_start(&child, -1, look, NULL) != KF_OK)
		return;
	if (kf_child_receive(&child, &refused, 1, kf_clock_monotonic() +
	    KF_CHILD_START_MS + LOOK_MS) == KF_OK && refused != 0)
		kf_key_rule_complain();
	kf_child_end(&child);
}

void
kf_key_rule_check_for(const struct kf_person *person)
{
	if (kf_enrolment_count(person, KF_KIND_KEY) > 0 &&
	    kf_key_program_is_there())
		check();
}
