#!/bin/bash
# A uid that has passed to another name is denied: the enrolment was for
# somebody else.
set -eu
# shellcheck source=tests/e2e/site.sh
. "$(dirname "$0")/../site.sh"

site_begin
site_person uid-stranger uid-old
site_enroll uid-old
site_pam su <<<'auth requisite pam_keyfirst.so'
tap_check 'before: the code lets in' shows inside:uid-old \
	su_login uid-stranger uid-old "$prompt|$(site_code uid-old)"

uid=$(id -u uid-old)
userdel uid-old
useradd -m -s /bin/bash -u "$uid" uid-new
code=$(site_code uid-old 1)
log_mark
tap_check 'after: the same uid under another name is denied' refused \
	su_login uid-stranger uid-new "$prompt|$code" "$prompt|$code" \
	"$prompt|$code"
tap_check 'the log says why' \
	logged 'event=auth result=deny .*reason=uid-reused'
tap_check 'nothing was granted' not_logged 'result=grant'

userdel -r uid-new 2>/dev/null
useradd -s /bin/bash -u "$uid" uid-old
tap_check 'the old name again: the code was not spent' shows inside:uid-old \
	su_login uid-stranger uid-old "$prompt|$code"
tap_done
