/*
 * User keyfirst can use security keys only with the program that talks to them
 * and the udev rule that gives access to them.  `setup` checks that both are
 * installed.  `status`, `test` and an enrolment that found no key also check
 * that the rule has taken effect for every key that is plugged in.
 */
#ifndef KF_KEY_RULE_H
#define KF_KEY_RULE_H

#include <stdbool.h>

#include "store/enrolment.h"

#define KF_KEY_RULE "70-keyfirst.rules"
#define KF_KEY_RULE_RELOAD \
	"udevadm control --reload && udevadm trigger -s hidraw"

/* Is the rule in one of the directories where udev reads rules? */
bool
kf_key_rule_is_there(void);

/* Complains that user keyfirst may not open a key that is plugged in. */
void
kf_key_rule_complain(void);

/*
 * Can the device program be run?  Returns false after a complaint: without it
 * no key is found, as if none were plugged in.
 */
KF_CHECKED bool
kf_key_program_is_there(void);

/*
 * If the person has enrolled a key, checks the device program and the access to
 * every key that is plugged in, and complains about the first that fails.
 */
void
kf_key_rule_check_for(const struct kf_person *person)
    __attribute__((nonnull));

#endif
