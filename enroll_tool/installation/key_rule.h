/*
 * What lets user keyfirst use security keys: the program that talks to them,
 * and the udev rule.  Are they there, and is there a key that the rule has not
 * reached?
 */
#ifndef KF_KEY_RULE_H
#define KF_KEY_RULE_H

#include <stdbool.h>

#include "store/enrolment.h"

#define KF_KEY_RULE "70-keyfirst.rules"
#define KF_KEY_RULE_RELOAD \
	"udevadm control --reload && udevadm trigger -s hidraw"

/* Where udev reads rules. */
bool
kf_key_rule_is_there(void);

/* One line: a key is plugged in that user keyfirst may not open. */
void
kf_key_rule_complain(void);

/* Complains when there is none: every key would seem not to be there. */
KF_CHECKED bool
kf_key_program_is_there(void);

/* Both, if that is so, for a person who has enrolled any. */
void
kf_key_rule_check_for(const struct kf_person *person)
    __attribute__((nonnull));

#endif
